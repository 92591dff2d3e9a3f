import type { Database } from '../../shared/clickhouse/database.ts';
import type { DropReason } from '../../shared/count/drop-reason.ts';
import type { WatchedCountryDatabase } from '../../shared/geo/watch-country-database.ts';
import type { Admin, KafkaAddress } from '../../shared/kafka/connect-kafka.ts';
import type { TopicFacts } from '../../shared/kafka/topic.ts';
import type { Store } from '../../shared/store/store.ts';
import type { CountedFacts, RetryStage } from './ingest-observer.ts';
import type { OffsetGap } from './resume-point.ts';
import type { SetupChoice } from './setup-choice.ts';

/** What to ingest, where to, and whom to tell. */
export interface IngestOptions {
  readonly kafka: KafkaAddress;
  readonly admin: Admin;
  readonly topic: string;
  readonly facts: TopicFacts;
  readonly group: string;
  readonly database: Database;
  readonly store: Store;
  readonly setups: SetupChoice;
  readonly countries: WatchedCountryDatabase;
  /** Counting threads; 0 counts on the caller's own. */
  readonly workers: number;
  /** A batch is cut when its first message is so old. */
  readonly batchMs: number;
  /** Ends when all that was there at the start is counted. */
  readonly once: boolean;
  /** Label of this ingester, shown to who is refused. */
  readonly site: string;
  /** Aborted to end in good order. */
  readonly signal: AbortSignal;
  onEvent(event: IngestEvent): void;
}

/** What happens while lines are ingested; numbers and closed words only. */
export type IngestEvent =
  | { readonly event: 'assigned'; readonly partitions: number }
  | ({ readonly event: 'counted'; readonly partition: number } & CountedFacts)
  | { readonly event: 'retry'; readonly stage: RetryStage; readonly error: unknown }
  | ({ readonly event: 'gap'; readonly partition: number } & OffsetGap)
  | { readonly event: 'made_again'; readonly partition: number }
  | { readonly event: 'recovered'; readonly outcome: 'finished' | 'void' }
  | { readonly event: 'refused'; readonly message: string }
  /** The connection, the group or the store has failed; it is tried again in `pauseMs`. */
  | { readonly event: 'again'; readonly error: unknown; readonly pauseMs: number }
  | { readonly event: 'waiting' }
  /** All that this process has is counted; other members of the group have these, which are not. */
  | { readonly event: 'others'; readonly partitions: readonly number[] }
  | { readonly event: 'given_up'; readonly batches: number }
  | { readonly event: 'progress'; readonly progress: IngestProgress };

/** How far the partitions of this process are. */
export interface IngestProgress {
  readonly partitions: number;
  /** Those of them that are not read. */
  readonly refused: number;
  /** Messages that are not in the store yet. */
  readonly lag: number;
  /** When the oldest of them that was fetched was appended, ms since 1970. */
  readonly oldestMs: number | undefined;
}

/** What an ingest came to: `tallymark ingest --json`. */
export interface IngestSummary {
  /** lines = counted + already_counted + Σ dropped */
  readonly lines: number;
  readonly counted: number;
  readonly already_counted: number;
  readonly dropped: Readonly<Partial<Record<DropReason, number>>>;
  readonly messages: number;
  readonly batches: number;
  /** Partitions that were not read, and why. */
  readonly refused: readonly string[];
  readonly seconds: number;
  readonly lines_per_second: number;
}
