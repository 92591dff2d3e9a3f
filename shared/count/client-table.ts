import type { Client } from '../clients/client.ts';
import { isIgnoredByPypi } from '../clients/is-ignored-by-pypi.ts';
import { parseClient } from '../clients/parse-client.ts';
import { decodeSpan } from '../formats/decode-span.ts';
import type { Encoding, RequestView } from '../formats/request-view.ts';
import type { JudgedClient } from '../rules/judge.ts';
import { ByteTable } from './byte-table.ts';
import type { Catalog } from './catalog.ts';

/** A client as the rules judge it, with its number in the catalog. */
export interface KnownClient extends JudgedClient {
  readonly id: number;
}

/** Finds out who asked: user agents are parsed once a distinct one, not once a line. */
export class ClientTable {
  readonly #catalog: Catalog;
  readonly #known = new Map<Encoding, { readonly userAgents: ByteTable; readonly clients: KnownClient[] }>();

  constructor(catalog: Catalog) {
    this.#catalog = catalog;
  }

  /** The client of the view's user agent. */
  of({ bytes, userAgent }: RequestView): KnownClient {
    const { userAgents, clients } = this.#knownIn(userAgent.encoding);
    const id = userAgents.intern(bytes, userAgent.start, userAgent.end);
    if (id < clients.length) return clients[id];
    const found = this.#parse(decodeSpan(bytes, userAgent) ?? '');
    clients.push(found);
    return found;
  }

  /** Bytes held. */
  get byteLength(): number {
    let total = 0;
    for (const { userAgents } of this.#known.values()) total += userAgents.byteLength;
    return total;
  }

  #knownIn(encoding: Encoding): { readonly userAgents: ByteTable; readonly clients: KnownClient[] } {
    let known = this.#known.get(encoding);
    if (!known) {
      known = { userAgents: new ByteTable(), clients: [] };
      this.#known.set(encoding, known);
    }
    return known;
  }

  #parse(userAgent: string): KnownClient {
    const client: Client = parseClient(userAgent);
    const absent = userAgent === '' || userAgent === '-';
    return {
      id: this.#catalog.client(client),
      installer: client.installer,
      ignored: isIgnoredByPypi(userAgent),
      absent,
    };
  }
}
