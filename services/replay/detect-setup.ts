import type { FileSetup, Registry } from '../../shared/count/counted-batch.ts';
import { cutToPath } from '../../shared/count/request-path.ts';
import { decodeSpan } from '../../shared/formats/decode-span.ts';
import { detectFormat } from '../../shared/formats/detect-format.ts';
import { openReader } from '../../shared/formats/registry.ts';
import { RequestView } from '../../shared/formats/request-view.ts';
import { LayoutVote } from '../../shared/layouts/detect-layout.ts';
import { layoutByName } from '../../shared/layouts/registry.ts';
import type { Source } from '../../shared/source/source.ts';
import { FileRefused } from './file-refused.ts';
import type { ReplayOptions } from './replay-options.ts';

/** Artifact paths that are enough to tell the layout. */
const samplePaths = 1000;

type SetupOptions = Pick<
  ReplayOptions,
  'format' | 'layout' | 'rules' | 'registry' | 'registries' | 'countryFrom' | 'clientAddress' | 'keys'
>;

/**
 * Finds out how a file is to be read, from its first bytes and what the operator said. `guess` is the layout of the file before,
 * which spares asking every layout for each of a hundred thousand files. Throws `FileRefused`.
 */
export function detectSetup(source: Source, options: SetupOptions, guess?: string): FileSetup {
  const fileName = plainName(source.path);
  const reading = {
    ...formatOf(source, fileName, options),
    fileName,
    ...(options.clientAddress && { clientAddress: options.clientAddress }),
    ...(options.keys && { keys: options.keys }),
    countryFrom: options.countryFrom,
  };
  const configured = configuredRegistries(options);
  const registries =
    configured ?? detectRegistries(source, { ...reading, registries: [] }, { options, guess });
  return { ...reading, registries };
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

function configuredRegistries({
  registries,
  layout,
  rules,
  registry,
}: SetupOptions): readonly Registry[] | undefined {
  if (registries && registries.length > 0) return registries;
  return layout ? [registryOf(layout, { rules, registry })] : undefined;
}

function registryOf(layout: string, { rules, registry }: Pick<SetupOptions, 'rules' | 'registry'>): Registry {
  return { name: registry ?? layout, layout, rules: rules ?? 'default' };
}

/** The one registry whose layout fits; none where no path is an artifact's, so that the lines are dropped as `unknown_layout`. */
function detectRegistries(
  source: Source,
  setup: FileSetup,
  { options, guess }: { options: SetupOptions; guess: string | undefined },
): readonly Registry[] {
  const vote = new LayoutVote();
  const guessed = guess === undefined ? undefined : layoutByName(guess);
  let ofGuess = 0;
  for (const path of headPaths(source, setup)) {
    const kind = guessed?.match(path).kind;
    if (kind === 'artifact' || kind === 'sidecar') ofGuess++;
    else vote.add(path);
    if (ofGuess + vote.artifactPaths >= samplePaths) break;
  }
  // The rule of `LayoutVote`: more than nine of ten.
  if (guessed && ofGuess > 0.9 * (ofGuess + vote.artifactPaths)) return [registryOf(guessed.name, options)];
  return votedRegistries(source, guessed ? voteOnAll(source, setup) : vote, options);
}

function voteOnAll(source: Source, setup: FileSetup): LayoutVote {
  const vote = new LayoutVote();
  for (const path of headPaths(source, setup)) {
    vote.add(path);
    if (vote.artifactPaths >= samplePaths) break;
  }
  return vote;
}

function votedRegistries({ path }: Source, vote: LayoutVote, options: SetupOptions): readonly Registry[] {
  const result = vote.result();
  if ('layout' in result) return [registryOf(result.layout.name, options)];
  if (result.shares.length === 0) return [];
  const shares = result.shares
    .map(({ layout, share }) => `${layout} ${Math.round(share * 100)} %`)
    .join(', ');
  throw new FileRefused('unknown_layout', path, [
    `no layout fits more than 90 % of its artifact paths: ${shares}.`,
    'Name one with --layout, or list several registries in tallymark.yaml.',
  ]);
}

/** Paths of the requests in a source's first bytes. */
function* headPaths({ head: { buffer, byteOffset, length } }: Source, setup: FileSetup): Generator<string> {
  const head = Buffer.from(buffer, byteOffset, length);
  const reader = openReader(setup);
  const view = new RequestView();
  for (let start = 0; start < head.length; ) {
    const newline = head.indexOf(10, start);
    const end = newline < 0 ? head.length : newline;
    if (reader.read(head, start, end, view) === 'found') {
      cutToPath(view);
      const text = decodeSpan(view.bytes, view.path);
      if (text) yield text;
    }
    start = end + 1;
  }
}
