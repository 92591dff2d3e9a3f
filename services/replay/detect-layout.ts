import type { FileSetup } from '../../shared/count/counted-batch.ts';
import { pathsIn } from '../../shared/count/paths-in.ts';
import type { LineReader } from '../../shared/formats/log-format.ts';
import { openReader } from '../../shared/formats/registry.ts';
import type { Layout } from '../../shared/layouts/layout.ts';
import { LayoutVote } from '../../shared/layouts/layout-vote.ts';
import { layouts } from '../../shared/layouts/registry.ts';
import { isBrokenArchive, type Source } from '../../shared/source/source.ts';
import { FileRefused } from './file-refused.ts';

/** Artifact paths that are enough to tell the layout. */
const samplePaths = 1000;

interface LayoutOptions {
  readonly signal: AbortSignal;
  /** Layout of the file before. */
  readonly guess?: string | undefined;
}

/**
 * Name of the layout that fits the paths of a file: those in its first bytes, or, where none of them is an artifact's, in all of it.
 * Undefined where no path of the file is one. Throws `FileRefused` where several layouts fit in part, or a stream would have to be read twice.
 */
export async function detectLayout(
  source: Source,
  setup: FileSetup,
  { signal, guess }: LayoutOptions,
): Promise<string | undefined> {
  const { head, path } = source;
  if (guess !== undefined && wouldBeVoted(guess, pathsIn(head, openReader(setup)))) return guess;
  const vote = new LayoutVote();
  addPaths(vote, pathsIn(head, openReader(setup)));
  if (vote.artifactPaths > 0 || source.headIsAll) return votedLayout(path, vote);
  if (source.size === undefined) {
    throw new FileRefused('unknown_layout', path, [
      'nothing in its first MiB is an artifact of any layout, and it can be read only once.',
      'Name the layout with --layout, or give it as a file.',
    ]);
  }
  await addAllPaths(vote, source, openReader(setup), signal);
  return votedLayout(path, vote);
}

/**
 * Whether a vote on these paths would choose the guess: it fits each artifact path, and no layout that is listed before it does too. Asks the
 * others only while they may, and never guesses `files`, which fits much of what is another's.
 */
function wouldBeVoted(guess: string, paths: Iterable<string>): boolean {
  const place = layouts.findIndex(({ name }) => name === guess);
  const guessed = layouts[place];
  if (guessed === undefined || guess === 'files') return false;
  let rivals = layouts.slice(0, place).filter(({ name }) => name !== 'files');
  let fitting = 0;
  for (const path of paths) {
    if (fits(guessed, path)) {
      rivals = rivals.filter((rival) => fits(rival, path));
      if (++fitting >= samplePaths) break;
    } else if (layouts.some((layout) => fits(layout, path))) return false;
  }
  return fitting > 0 && rivals.length === 0;
}

function fits(layout: Layout, path: string): boolean {
  const { kind } = layout.match(path);
  return kind === 'artifact' || kind === 'sidecar';
}

function addPaths(vote: LayoutVote, paths: Iterable<string>): void {
  for (const path of paths) {
    vote.add(path);
    if (vote.artifactPaths >= samplePaths) return;
  }
}

/** Of a broken archive the paths before the break; whoever counts it reports it. */
async function addAllPaths(
  vote: LayoutVote,
  source: Source,
  reader: LineReader,
  signal: AbortSignal,
): Promise<void> {
  try {
    for await (const block of source.blocks({ from: 0, signal })) {
      if (!block.tooLong) addPaths(vote, pathsIn(block.bytes.subarray(0, block.length), reader));
      block.release();
      if (vote.artifactPaths >= samplePaths) return;
    }
  } catch (error) {
    if (!isBrokenArchive(error)) throw error;
  }
}

function votedLayout(path: string, vote: LayoutVote): string | undefined {
  const result = vote.result();
  if ('layout' in result) return result.layout.name;
  if (result.shares.length === 0) return undefined;
  const shares = result.shares
    .map(({ layout, share }) => `${layout} ${Math.round(share * 100)} %`)
    .join(', ');
  throw new FileRefused('unknown_layout', path, [
    `no layout fits more than 90 % of its artifact paths: ${shares}.`,
    'Name one with --layout, or list several registries in tallymark.yaml.',
  ]);
}
