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
  readonly #known = new Map<Encoding, ByteTable>();
  readonly #clients: KnownClient[] = [];

  constructor(catalog: Catalog) {
    this.#catalog = catalog;
  }

  /** The client of the view's user agent. */
  of({ bytes, userAgent }: RequestView): KnownClient {
    const userAgents = this.#knownIn(userAgent.encoding);
    const known = userAgents.find(bytes, userAgent.start, userAgent.end);
    if (known >= 0) return this.#clients[known];
    const client = this.#parse(decodeSpan(bytes, userAgent) ?? '');
    userAgents.add(bytes, userAgent, this.#clients.push(client) - 1);
    return client;
  }

  /** Bytes held. */
  get byteLength(): number {
    let total = this.#clients.length * clientBytes;
    for (const userAgents of this.#known.values()) total += userAgents.byteLength;
    return total;
  }

  #knownIn(encoding: Encoding): ByteTable {
    let known = this.#known.get(encoding);
    if (!known) {
      known = new ByteTable();
      this.#known.set(encoding, known);
    }
    return known;
  }

  #parse(userAgent: string): KnownClient {
    const client = parseClient(userAgent);
    return {
      id: this.#catalog.client(client),
      installer: client.installer,
      ignored: isIgnoredByPypi(userAgent),
      absent: userAgent === '' || userAgent === '-',
    };
  }
}

/** A `KnownClient`, about. */
const clientBytes = 64;
