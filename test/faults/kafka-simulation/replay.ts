import { hash } from 'node:crypto';
import { sourceOf } from '../../../services/collector/sources.ts';
import { checkpoints, isShorter, openStretches } from '../../../shared/store/coverage.ts';
import type { Store } from '../../../shared/store/store.ts';
import { takeTurn } from '../../../shared/store/take-turn.ts';
import type { StretchToWrite } from '../../../shared/store/write-batch.ts';
import { setupWith } from '../simulation/count-stretches.ts';
import { firstDay, type Log, lineBytes } from './logs.ts';
import { MadeUpCounter } from './made-up-counter.ts';

/** What a replay of the made-up world works with. */
export interface ReplayWorld {
  readonly store: Store;
  /** Logs and how many of their bytes are written. */
  readonly files: ReadonlyMap<Log, number>;
  /** Takes the time that reading takes. */
  busy(): Promise<void>;
}

/** `tallymark replay` of all whole lines there are. Throws `StoreFed` where an ingester is at work, or has left something begun. */
export async function replay({ store, files, busy }: ReplayWorld): Promise<void> {
  const turn = await takeTurn(store, { site: 'sim', formBatch: async () => 'gone' });
  try {
    for (const [{ bytes }, written] of files) {
      const file = bytes.subarray(0, Math.floor(written / lineBytes) * lineBytes);
      const source = sourceOf(file, true);
      if (source === undefined) continue;
      const { identity, starts } = source;
      const candidate = {
        identity,
        starts,
        startDigest: (length: number) => hash('sha256', file.subarray(0, length)),
      };
      const coverage = (await turn.lookUp([candidate]))[0]!;
      await busy();
      const isOther = checkpoints(store.keyed, coverage).some(({ to, matches }) => {
        return to <= file.length && !matches(lastLine(file.subarray(0, to)));
      });
      if (isOther || isShorter(coverage, file.length)) continue;
      const counter = new MadeUpCounter(busy);
      const stretches: StretchToWrite[] = [];
      for (const { from: border, to = file.length } of openStretches(coverage)) {
        const from = lineStartFrom(file, border);
        const lines = file.subarray(from, Math.min(to, file.length));
        if (lines.length <= 1) continue;
        const covered = coverage.ranges.filter(
          (range) => range.from < from + lines.length && from < range.to,
        );
        counter.begin({ file: 0, setup: setupWith('new'), today: firstDay, covered });
        // What is covered may end before the line end of its last line.
        const whole = lines.lastIndexOf(10) + 1;
        for (const [begin, end] of [[0, whole] as const, [whole, lines.length] as const]) {
          if (begin === end) continue;
          const bytes = lines.subarray(begin, end);
          const block = { bytes, length: bytes.length, from: from + begin, to: from + end };
          const isUnterminated = begin === whole;
          await counter.count(
            { ...block, tooLong: false, unterminated: isUnterminated, release: () => {} },
            isUnterminated ? 'unterminated' : 'lines',
          );
        }
        const end = from + lines.length;
        stretches.push({ identity, path: '', setup: 0, from, to: end, lastLine: lastLine(lines) });
      }
      const pins = { today: firstDay, geo: '' };
      await turn.write({ stretches, setups: [setupWith('new')], pins }, await counter.cut());
    }
  } finally {
    await turn[Symbol.asyncDispose]();
  }
}

/** What is covered may end within a line, the rest of which belongs to it. */
function lineStartFrom(file: Buffer, at: number): number {
  const isWithin = at > 0 && at < file.length && file[at - 1] !== 10 && file[at] !== 10;
  return isWithin ? file.indexOf(10, at) + 1 : at;
}

/** SHA-256 (hex) of the last line, without its line end. */
function lastLine(lines: Buffer): string {
  const line = lines.at(-1) === 10 ? lines.subarray(0, -1) : lines;
  return hash('sha256', line.subarray(line.lastIndexOf(10) + 1));
}
