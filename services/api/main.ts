import type { Database } from '../../shared/clickhouse/database.ts';
import { keepCatalogFresh } from '../../shared/store/released/fresh-catalog.ts';
import { buildApp } from './app.ts';

/** What the API serves, and where. */
export interface StartOptions {
  /** Stays the caller's: it is not closed with the API. */
  readonly database: Database;
  readonly host: string;
  /** 0 for any free one. */
  readonly port: number;
  /** Of Tallymark. */
  readonly version: string;
  /** The registry of `/v1/projects/…`; without it the first of `registries` with counts. */
  readonly defaultRegistry?: string | undefined;
  /** Names of the operator's registries, in order. */
  readonly registries?: readonly string[];
  /** Told of errors that nobody expected; they hold nothing of a log line. */
  readonly onFailure?: (error: unknown) => void;
}

/** A running API; disposing of it answers what is under way and stops. */
export interface RunningApi extends AsyncDisposable {
  /** `http://127.0.0.1:8080` */
  readonly url: string;
}

/** How often the store is asked whether there is anything new, in milliseconds. */
const refreshIntervalMs = 5_000;

/**
 * Listens at once, so that health checks are answered, and resolves when questions are. Throws what keeps it from
 * listening or from reading the store.
 */
export async function startApi(options: StartOptions): Promise<RunningApi> {
  const { database, host, port, version, defaultRegistry, registries = [], onFailure = () => {} } = options;
  await using resources = new Resources();
  const catalog = keepCatalogFresh({ database, now: Date.now, refreshIntervalMs });
  resources.add(() => catalog[Symbol.asyncDispose]());
  const app = await buildApp({
    database,
    catalog,
    version,
    registries: [defaultRegistry ?? [], registries].flat(),
    onFailure,
  });
  resources.add(() => app.close());
  const url = await app.listen({ host, port });
  await catalog.loaded;
  const stop = resources.move();
  return { url, [Symbol.asyncDispose]: stop };
}

/** Things to close, the last first; Node 20 has no `AsyncDisposableStack`. */
class Resources implements AsyncDisposable {
  #closers: (() => PromiseLike<unknown>)[] = [];

  add(close: () => PromiseLike<unknown>): void {
    this.#closers.unshift(close);
  }

  /** Hands them to whoever calls the result. */
  move(): () => Promise<void> {
    const closers = this.#closers;
    this.#closers = [];
    return async () => {
      for (const close of closers) await close();
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.move()();
  }
}
