import type { Layout, Target } from './layout.ts';
import { pypiFileTypes, readPypiFile } from './pypi-file.ts';
import { decodeSegment, segmentsAfter } from './segments.ts';
import { fileTarget, indexTarget, malformed, type NamedFile, other } from './targets.ts';

/** https://packaging.python.org/en/latest/specifications/name-normalization/ */
const projectName = /^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?$/;
const hexPair = /^[0-9a-f]{2}$/;
const restOfDigest = /^[0-9a-f]{60}$/;

/** `source`, `any`, `cp312`, `py2.py3`, `2.7`: the first folder of the paths before content addresses. */
const pythonTag = /^[A-Za-z0-9._]{1,40}$/;

/**
 * PyPI and its mirrors, whatever folders they put before `/packages/` and `/simple/`. Versions stay as the file name
 * has them: two spellings of one PEP 440 version are two versions here.
 */
export const pypi: Layout = {
  name: 'pypi',
  description: 'PyPI and its mirrors: /packages/xx/yy/<60 hex>/<file>, /packages/<py>/<l>/<project>/<file>',
  sample:
    '/packages/ba/c8/a928c55457441c87366eb2423efca9aa0f46380994fd8a476153493c319a/cfn_flip-1.0.3.tar.gz',
  fileTypes: pypiFileTypes,
  normaliseProject,
  match(path) {
    const folders = segmentsAfter(path, 'packages');
    if (folders !== undefined) return packageFile(folders);
    return simpleIndex(segmentsAfter(path, 'simple')) ?? jsonIndex(segmentsAfter(path, 'pypi')) ?? other;
  },
};

/** PEP 503. */
function normaliseProject(name: string): string {
  return name.toLowerCase().replace(/[-_.]+/g, '-');
}

function packageFile(segments: readonly string[]): Target {
  if (segments.length !== 4) return other;
  const [first, second, third, last] = segments;
  if (hexPair.test(first) && hexPair.test(second) && restOfDigest.test(third)) {
    return fileTarget(last, (file) => named(file, undefined));
  }
  if (!pythonTag.test(first) || second.length !== 1) return other;
  const project = decodeSegment(third);
  if (project === undefined) return malformed;
  return projectName.test(project) ? fileTarget(last, (file) => named(file, project)) : other;
}

/** The folder's project, where there is one, knows better than the file name (`PIL/Imaging-1.1.6.tar.gz`). */
function named(file: string, folder: string | undefined): NamedFile | undefined {
  const found = readPypiFile(file, folder);
  if (found === undefined || !projectName.test(found.project)) return undefined;
  return { ...found, project: normaliseProject(found.project) };
}

/** `/simple/<project>/`, also without its slash or as `index.html` (PEP 503). */
function simpleIndex(segments: readonly string[] | undefined): Target | undefined {
  if (segments === undefined || segments.length > 2) return undefined;
  const [project, page = ''] = segments;
  return page === '' || page === 'index.html' || page === 'index.json' ? index(project) : undefined;
}

/** `/pypi/<project>/json` and `/pypi/<project>/<version>/json`, which list files too. */
function jsonIndex(segments: readonly string[] | undefined): Target | undefined {
  if (segments === undefined || segments.length < 2 || segments.length > 3) return undefined;
  return segments.at(-1) === 'json' ? index(segments[0]) : undefined;
}

function index(segment: string): Target {
  const project = decodeSegment(segment);
  if (project === undefined) return malformed;
  return projectName.test(project) ? indexTarget(normaliseProject(project)) : other;
}
