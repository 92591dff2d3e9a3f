import { openAutoReader } from './auto-reader.ts';
import { caddy } from './caddy.ts';
import { cloudflare } from './cloudflare.ts';
import { cloudfront } from './cloudfront.ts';
import { cloudfrontJson } from './cloudfront-json.ts';
import { combined } from './combined.ts';
import { enveloped } from './envelope.ts';
import { fastly } from './fastly.ts';
import { fastlyClf } from './fastly-clf.ts';
import { forgiving } from './forgiving.ts';
import { json } from './json.ts';
import type { LineReader, LogFormat, ReaderOptions } from './log-format.ts';
import { pep381 } from './pep381.ts';
import { pypi } from './pypi.ts';

/** All log formats, in the order in which they are listed; where two read a file equally well, detection takes the first. */
export const formats: readonly LogFormat[] = [
  combined,
  cloudfront,
  cloudfrontJson,
  fastly,
  fastlyClf,
  pypi,
  cloudflare,
  caddy,
  json,
  pep381,
];

/** The format of that name, or undefined. */
export function formatByName(name: string): LogFormat | undefined {
  return formats.find((format) => format.name === name);
}

/**
 * A reader for one file of the format named, or for a stream of any formats mixed: `auto`, always `enveloped`. What is
 * enveloped came through others' hands, so an unknown version there stops nothing (`forgiving`). Throws where there is no such format, or its
 * options cannot be right.
 */
export function openReader(
  setup: ReaderOptions & { readonly format: string; readonly enveloped: boolean },
): LineReader {
  if (setup.format === 'auto') return openAutoReader(setup, formats);
  const format = formatByName(setup.format);
  if (format === undefined) throw new Error('unknown log format');
  return (setup.enveloped ? enveloped(forgiving(format)) : format).open(setup);
}
