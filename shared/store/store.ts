import type { Clock } from './clock.ts';
import type { Counts } from './counts.ts';
import type { Ledger } from './ledger.ts';
import type { Liveness } from './liveness.ts';
import type { Random } from './random.ts';
import type { Keyed } from './source-key.ts';

/** All that the protocol touches. ClickHouse and the machine in `openStore`, a made-up world in the simulation. */
export interface Store {
  readonly counts: Counts;
  readonly ledger: Ledger;
  readonly keyed: Keyed;
  readonly clock: Clock;
  readonly random: Random;
  readonly liveness: Liveness;
}
