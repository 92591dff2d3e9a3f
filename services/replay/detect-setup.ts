import type { FileSetup, Registry } from '../../shared/count/counted-batch.ts';
import { hasCountryOnly } from '../../shared/formats/country-only.ts';
import { detectFormat } from '../../shared/formats/detect-format.ts';
import { formatByName } from '../../shared/formats/registry.ts';
import { defaultRulesName } from '../../shared/rules/rule-sets.ts';
import type { Source } from '../../shared/source/source.ts';
import { detectLayout } from './detect-layout.ts';
import { FileRefused } from './file-refused.ts';
import type { ReplayOptions } from './replay-options.ts';

type SetupOptions = Pick<
  ReplayOptions,
  | 'format'
  | 'layout'
  | 'rules'
  | 'registry'
  | 'registries'
  | 'countryFrom'
  | 'clientAddress'
  | 'keys'
  | 'signal'
>;

/**
 * Finds out how a file is to be read, from its first bytes (where they name no artifact, from all of it) and what the operator said.
 * `guess` is the layout of the file before, which spares asking every layout for each of a hundred thousand files. No registries: no path
 * in the whole file is an artifact's, and its lines are dropped as `unknown_layout`. Throws `FileRefused`, and `SourceError` but where an
 * archive is broken.
 */
export async function detectSetup(source: Source, options: SetupOptions, guess?: string): Promise<FileSetup> {
  const fileName = plainName(source.path);
  const format = formatOf(source, fileName, options);
  const reading = {
    ...format,
    fileName,
    ...(options.clientAddress && { clientAddress: options.clientAddress }),
    ...(options.keys && { keys: options.keys }),
    countryFrom: countryFromOf(format.format, options),
    registries: namedRegistries(options) ?? [],
  };
  if (reading.registries.length > 0) return reading;
  const layout = await detectLayout(source, reading, { signal: options.signal, guess });
  return layout === undefined ? reading : { ...reading, registries: [registryOf(layout, options)] };
}

/** A format without the client's address (`pypi`) has the CDN's country or none, whatever is asked for (`counting.md`, "Country"). */
function countryFromOf(format: string, { countryFrom, keys }: SetupOptions): FileSetup['countryFrom'] {
  const known = formatByName(format);
  return known && hasCountryOnly(known, keys) ? 'log' : countryFrom;
}

/** File name without its folders and compression suffix. */
function plainName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1).replace(/\.(gz|zst|bz2)$/, '');
}

function formatOf(
  { path, head }: Source,
  fileName: string,
  { format }: SetupOptions,
): Pick<FileSetup, 'format' | 'enveloped'> {
  if (format && format !== 'auto') return { format, enveloped: !detectsPlain(head, fileName, format) };
  const detected = detectFormat(head, fileName);
  if (detected.outcome === 'found') return { format: detected.format.name, enveloped: detected.enveloped };
  if (detected.outcome === 'empty') return { format: 'combined', enveloped: false };
  throw new FileRefused('unknown_format', path, [
    `no format reads it. Nearest: ${detected.nearest.join(', ')}.`,
    `The first line has this shape (letters as a, digits as 9): ${detected.shape}`,
    'Name the format with --format; `tallymark formats` lists them.',
  ]);
}

/** Whether most lines read as the format named without an envelope; a named format may still come in one. */
function detectsPlain(head: Uint8Array, fileName: string, format: string): boolean {
  const detected = detectFormat(head, fileName);
  return !(detected.outcome === 'found' && detected.enveloped && detected.format.name === format);
}

function namedRegistries({
  registries,
  layout,
  rules,
  registry,
}: SetupOptions): readonly Registry[] | undefined {
  if (registries && registries.length > 0) return registries;
  return layout ? [registryOf(layout, { rules, registry })] : undefined;
}

function registryOf(layout: string, { rules, registry }: Pick<SetupOptions, 'rules' | 'registry'>): Registry {
  return { name: registry ?? layout, layout, rules: rules ?? defaultRulesName };
}
