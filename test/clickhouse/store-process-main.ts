/** The process behind `store-process.ts`: closes its store when its parent lets go of it. */

import { connectStore, type Store } from '../../shared/clickhouse/connect-store.ts';
import type { StoreAnswer, StoreRequest } from './store-process.ts';

const reply = (id: number, answer: StoreAnswer): void => void process.send?.({ id, answer });
const failure = (error: unknown): StoreAnswer =>
  error instanceof Error ? { error: error.name, message: error.message } : { error: 'unknown', message: '' };

try {
  const store = await connectStore({ data: process.argv[2]! });
  process.on('message', ({ id, request }: { id: number; request: StoreRequest }) => {
    run(store, request).then(
      (result) => reply(id, { result }),
      (error: unknown) => reply(id, failure(error)),
    );
  });
  process.on('disconnect', () => void store[Symbol.asyncDispose]());
  reply(0, { result: store.owner() });
} catch (error) {
  reply(0, failure(error));
  process.disconnect();
}

async function run(store: Store, request: StoreRequest): Promise<unknown> {
  if (request.do === 'owner') return store.owner();
  if (request.do === 'query') return await store.query(request.sql, request.params);
  return await store.insert(request.insert);
}
