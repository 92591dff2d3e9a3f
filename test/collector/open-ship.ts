import { join } from 'node:path';
import { follow } from '../../services/collector/follow.ts';
import type { FollowTimes } from '../../services/collector/follow-times.ts';
import { shipOnce } from '../../services/collector/ship-once.ts';
import type { ShipOptions, ShipSummary } from '../../services/collector/ship-options.ts';
import { type PipeTimes, shipPipe } from '../../services/collector/ship-pipe.ts';
import { openStateFile } from '../../services/collector/state-file.ts';
import type { ChunkSink } from '../../shared/kafka/chunk-message.ts';
import type { LiveInput } from '../../shared/source/live-input.ts';

interface ShipTest {
  readonly folder: string;
  readonly sink: ChunkSink;
  readonly partitions?: number;
  readonly mayRead?: () => Promise<void>;
  readonly times?: Partial<FollowTimes>;
  readonly onTooLong?: () => void;
}

/** Shipping into a sink, with its state in `folder`. */
export function openShip({ folder, sink, partitions = 4, mayRead, times, onTooLong = () => {} }: ShipTest) {
  const notices: string[] = [];
  const options = async (paths: readonly string[], signal: AbortSignal): Promise<ShipOptions> => {
    const state = await openStateFile(join(folder, 'state.json'));
    if (state.finding !== undefined) notices.push(state.finding);
    return {
      paths,
      site: 'test',
      sink,
      partitions,
      sources: state.sources,
      saveState: state.save,
      mayRead: mayRead ?? (async () => {}),
      signal,
      onProgress() {},
      onTooLong,
      onNotice: (text) => void notices.push(text),
    };
  };
  return {
    notices,
    async once(...paths: string[]): Promise<ShipSummary> {
      return await shipOnce(await options(paths, new AbortController().signal));
    },
    /** Ships a stream until its end or `stop`. */
    async pipe(input: LiveInput, times: Partial<PipeTimes> = {}) {
      const stopping = new AbortController();
      const ended = shipPipe(await options(['-'], stopping.signal), input, { ...QUICK_PIPE, ...times });
      ended.catch(() => {});
      return { stop: () => stopping.abort(), ended };
    },
    /** Follows until it is stopped. */
    async follow(...paths: string[]) {
      const stopping = new AbortController();
      const ended = follow(await options(paths, stopping.signal), { ...QUICK, ...times });
      ended.catch(() => {});
      return {
        async stop(): Promise<ShipSummary> {
          stopping.abort();
          return await ended;
        },
        ended,
      };
    },
  };
}

const QUICK_PIPE: PipeTimes = { gatherMs: 5, beginningMs: 20, lastAnswersMs: 2000 };

const QUICK: FollowTimes = {
  pollMs: 5,
  lookMs: 10,
  beginningMs: 20,
  settleMs: 50,
  idleMs: 150,
  lastAnswersMs: 2000,
};
