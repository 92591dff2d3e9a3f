import { Catalog } from '../count/catalog.ts';
import { ClientTable } from '../count/client-table.ts';
import type { FileSetup } from '../count/counted-batch.ts';
import { RegistryTable } from '../count/registry-table.ts';

/** What a thread has learnt of paths and user agents: numbers that the sums of batches refer to. */
export class Names {
  readonly catalog = new Catalog();
  readonly clients = new ClientTable(this.catalog);
  readonly #registries = new Map<string, RegistryTable>();

  /** The tables of some registries. Throws where a layout or rule set is not known: configuration is checked before. */
  registriesOf({ registries }: FileSetup): RegistryTable {
    const key = JSON.stringify(registries);
    let table = this.#registries.get(key);
    if (!table) {
      table = new RegistryTable(registries, this.catalog);
      this.#registries.set(key, table);
    }
    return table;
  }

  /** Bytes held, about. */
  get byteLength(): number {
    let total = this.clients.byteLength;
    for (const registries of this.#registries.values()) total += registries.byteLength;
    return total;
  }
}

/** More than this is forgotten, so that a log of ever new paths does not fill the memory. */
const maxBytes = 96 * 2 ** 20;

/** The names that a thread's next batches begin with. Batches that are open keep those they began with. */
export class NameKeeper {
  /** Counters that share them. */
  users = 0;
  #names = new Names();

  current(): Names {
    if (this.#names.byteLength > maxBytes) this.#names = new Names();
    return this.#names;
  }
}
