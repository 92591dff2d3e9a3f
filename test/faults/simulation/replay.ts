import type { Coverage } from '../../../shared/store/coverage.ts';
import { checkpoints, isShorter, openStretches } from '../../../shared/store/coverage.ts';
import type { FormBatch } from '../../../shared/store/recover-batch.ts';
import type { Store } from '../../../shared/store/store.ts';
import { type Turn, takeTurn } from '../../../shared/store/take-turn.ts';
import type { StretchToWrite } from '../../../shared/store/write-batch.ts';
import { countStretches, type StretchToCount, setupWith } from './count-stretches.ts';
import type { Scheduler } from './scheduler.ts';
import { candidateOf, type File, lastLineAt, lineBytes, type World } from './world.ts';

/** What a replay of the made-up world works with. */
export interface ReplayWorld {
  readonly scheduler: Scheduler;
  readonly world: World;
  readonly store: Store;
  readonly rules: string;
  /** Takes the time that reading takes. */
  busy(): Promise<void>;
}

/** Paths of files that were refused, in plain words and with exit code 1. */
export type Refused = readonly string[];

/** `tallymark replay` of all files there are, as `services/replay` does it: over the same turn, coverage and batches. */
export async function replay(replaying: ReplayWorld): Promise<Refused> {
  const { store, world } = replaying;
  const formBatch = formBatchFrom(replaying);
  const turn = await takeTurn(store, { site: 'sim', formBatch });
  try {
    const refused: string[] = [];
    const batch = new OpenBatch(replaying, turn);
    for (const file of [...world.files.values()]) {
      const candidate = candidateOf(file);
      if (batch.holds(candidate.identity.firstLine)) await batch.flush();
      const [coverage] = (await turn.lookUp([candidate])) as [Coverage];
      await replaying.busy();
      if (isAnother(file, coverage, store)) refused.push(file.path);
      else await addFile(batch, file, coverage);
    }
    await batch.flush();
    return refused;
  } finally {
    await turn[Symbol.asyncDispose]();
  }
}

function isAnother(file: File, coverage: Coverage, { keyed }: Store): boolean {
  const isUnknown = coverage.ranges.length === 0 && coverage.longerKnown;
  if (file.isBroken ? isUnknown : isShorter(coverage, file.length * lineBytes)) return true;
  return checkpoints(keyed, coverage).some(({ to, matches }) => {
    const line = lastLineAt(file, to);
    return line !== undefined && !matches(line);
  });
}

/** Stretches are cut by the batch's size too, wherever a line ends. */
async function addFile(batch: OpenBatch, file: File, coverage: Coverage): Promise<void> {
  for (const open of openStretches(coverage)) {
    const end = Math.min(open.to ?? Number.POSITIVE_INFINITY, file.length * lineBytes);
    for (let from = open.from; from < end; ) {
      const to = Math.min(end, from + batch.room * lineBytes);
      batch.add({ file, from, to, coverage });
      if (batch.room === 0) await batch.write();
      from = to;
    }
  }
}

interface Piece {
  readonly file: File;
  readonly from: number;
  readonly to: number;
  readonly coverage: Coverage;
}

class OpenBatch {
  readonly #replaying: ReplayWorld;
  readonly #turn: Turn;
  #pieces: Piece[] = [];
  #written: Piece[] = [];
  #writing: Promise<void>[] = [];
  /** Lines that still go in. */
  room: number;

  constructor(replaying: ReplayWorld, turn: Turn) {
    this.#replaying = replaying;
    this.#turn = turn;
    this.room = replaying.scheduler.between(2, 12);
  }

  /** Whether lines of such a source are not in the store yet, so that its coverage would be looked up too early. */
  holds(firstLine: string): boolean {
    return [...this.#pieces, ...this.#written].some(({ file }) => file.log.firstLine === firstLine);
  }

  add(piece: Piece): void {
    this.#pieces.push(piece);
    this.room -= (piece.to - piece.from) / lineBytes;
  }

  /** Everything that was added is in the store. */
  async flush(): Promise<void> {
    await this.write();
    await Promise.all(this.#writing);
    this.#writing = [];
    this.#written = [];
  }

  /** Lets the batch be written while the next one is filled. */
  async write(): Promise<void> {
    const pieces = this.#pieces;
    this.#pieces = [];
    this.room = this.#replaying.scheduler.between(2, 12);
    if (pieces.length === 0) return;
    while (this.#writing.length > 1) await this.#writing.shift();
    this.#written.push(...pieces);
    const writing = this.#count(pieces);
    // It is awaited later, and may fail before.
    writing.catch(() => undefined);
    this.#writing.push(writing);
  }

  async #count(pieces: readonly Piece[]): Promise<void> {
    const { rules, busy } = this.#replaying;
    await busy();
    const counted = countStretches(
      pieces.map(({ file, ...piece }): StretchToCount => ({ ...piece, log: file.log, rules })),
    );
    const stretches = pieces.map(
      ({ file, from, to }): StretchToWrite => ({
        identity: candidateOf(file).identity,
        path: file.path,
        setup: 0,
        from,
        to,
        lastLine: lastLineAt(file, to) as string,
      }),
    );
    await this.#turn.write(
      { stretches, setups: [setupWith(rules)], pins: { today: 20_500, geo: '' } },
      counted,
    );
  }
}

/** Forms an intended batch from the files there are: each stretch from its path, or from any other file with its source. */
export function formBatchFrom({ world, rules, scheduler, busy }: ReplayWorld): FormBatch {
  return async ({ intent, isSource, endsWith, lookUp }) => {
    await busy();
    const found = intent.stretches.map((stretch) => {
      const files = [...world.files.values()].filter((file) => {
        const line = lastLineAt(file, stretch.to);
        return line !== undefined && endsWith(stretch, line) && isSource(stretch, candidateOf(file));
      });
      return { stretch, file: files.find(({ path }) => path === stretch.path) ?? files[0] };
    });
    if (found.some(({ file }) => file === undefined)) return 'gone';
    const coverage = await lookUp(found.map(({ file }) => candidateOf(file as File)));
    await busy();
    // Sometimes the rules the batch was counted by are not known any more.
    const intended = intent.setups[0]?.registries[0]?.rules ?? rules;
    const honoured = scheduler.chance(0.8) ? intended : rules;
    const stretches = found.map(({ stretch: { from, to }, file }, index): StretchToCount => {
      return { log: (file as File).log, from, to, coverage: coverage[index], rules: honoured };
    });
    return { counted: countStretches(stretches), pins: intent.pins };
  };
}
