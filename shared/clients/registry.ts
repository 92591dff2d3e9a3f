import type { ClientParser } from './client.ts';
import { bazel } from './parsers/bazel.ts';
import { bots } from './parsers/bots.ts';
import { browsers } from './parsers/browsers.ts';
import { bun } from './parsers/bun.ts';
import { bundler } from './parsers/bundler.ts';
import { cargo } from './parsers/cargo.ts';
import { conda } from './parsers/conda.ts';
import { deno } from './parsers/deno.ts';
import { go } from './parsers/go.ts';
import { gradle } from './parsers/gradle.ts';
import { hatch } from './parsers/hatch.ts';
import { hex } from './parsers/hex.ts';
import { homebrew } from './parsers/homebrew.ts';
import { httpClients } from './parsers/http-clients.ts';
import { linuxPackages } from './parsers/linux-packages.ts';
import { maturin } from './parsers/maturin.ts';
import { maven } from './parsers/maven.ts';
import { mirrors } from './parsers/mirrors.ts';
import { npm } from './parsers/npm.ts';
import { packaging } from './parsers/packaging.ts';
import { pdm } from './parsers/pdm.ts';
import { pex } from './parsers/pex.ts';
import { pip } from './parsers/pip.ts';
import { pipenv } from './parsers/pipenv.ts';
import { pnpm } from './parsers/pnpm.ts';
import { poetry } from './parsers/poetry.ts';
import { r } from './parsers/r.ts';
import { repositoryManagers } from './parsers/repository-managers.ts';
import { rubygems } from './parsers/rubygems.ts';
import { setuptools } from './parsers/setuptools.ts';
import { twine } from './parsers/twine.ts';
import { uv } from './parsers/uv.ts';
import { yarn } from './parsers/yarn.ts';

/** All clients we know. Their order does not matter: no two claim one product. */
export const clientParsers: readonly ClientParser[] = [
  pip,
  uv,
  hatch,
  poetry,
  pdm,
  pipenv,
  twine,
  maturin,
  setuptools,
  conda,
  pex,
  bazel,
  homebrew,
  cargo,
  npm,
  yarn,
  pnpm,
  bun,
  deno,
  bundler,
  rubygems,
  hex,
  maven,
  gradle,
  go,
  r,
  linuxPackages,
  mirrors,
  repositoryManagers,
  packaging,
  httpClients,
  browsers,
  bots,
];
