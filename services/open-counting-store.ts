import type { Settings } from '../shared/config.ts';
import type { Store } from '../shared/store/store.ts';
import { openStore } from './open-store.ts';

/** The configured store, to count into: what the protocol needs, over a connection that closes with it. Makes the store where there is none. */
export async function openCountingStore(settings: Settings): Promise<Store & AsyncDisposable> {
  const connection = await openStore(settings, 'write');
  const { storeOver } = await import('../shared/store/store-over.ts');
  return { ...storeOver(connection), [Symbol.asyncDispose]: () => connection[Symbol.asyncDispose]() };
}
