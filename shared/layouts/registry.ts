import { conda } from './conda.ts';
import { cran } from './cran.ts';
import { crates } from './crates.ts';
import { debian } from './debian.ts';
import { files } from './files.ts';
import { goproxy } from './goproxy.ts';
import { hex } from './hex.ts';
import type { Layout } from './layout.ts';
import { maven } from './maven.ts';
import { npm } from './npm.ts';
import { pypi } from './pypi.ts';
import { rubygems } from './rubygems.ts';

/**
 * Every layout, the most specific URL shape first: a path that fits two is more likely the first's. `files` takes any
 * file under its folder and is last.
 */
export const layouts: readonly Layout[] = [
  pypi,
  crates,
  goproxy,
  npm,
  hex,
  rubygems,
  cran,
  conda,
  debian,
  maven,
  files,
];

/** The layout of that name, `files` with its default pattern (`filesLayout` makes others). */
export function layoutByName(name: string): Layout | undefined {
  return layouts.find((layout) => layout.name === name);
}
