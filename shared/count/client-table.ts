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
  /** The encoding met last, and its table. */
  #encoding: Encoding | undefined;
  #table = new ByteTable();
  /** Those the rules and the sums tell apart: some hundred, however many user agents. */
  readonly #clients: KnownClient[] = [];
  readonly #numbers = new Map<string, number>();

  constructor(catalog: Catalog) {
    this.#catalog = catalog;
  }

  /** The client of the view's user agent. */
  of(view: RequestView, hash: number): KnownClient {
    const { bytes, userAgent } = view;
    const userAgents = this.tableOf(view);
    const known = userAgents.find(bytes, userAgent, hash);
    if (known >= 0) return this.#clients[known];
    const number = this.#numberOf(decodeSpan(bytes, userAgent) ?? '');
    userAgents.add(bytes, userAgent, number);
    return this.#clients[number];
  }

  /** Bytes held. */
  get byteLength(): number {
    let total = 0;
    for (const userAgents of this.#known.values()) total += userAgents.byteLength;
    return total;
  }

  /** The table of a request's encoding. */
  tableOf({ userAgent }: RequestView): ByteTable {
    return userAgent.encoding === this.#encoding ? this.#table : this.#open(userAgent.encoding);
  }

  #open(encoding: Encoding): ByteTable {
    this.#encoding = encoding;
    this.#table = this.#known.get(encoding) ?? new ByteTable();
    this.#known.set(encoding, this.#table);
    return this.#table;
  }

  #numberOf(userAgent: string): number {
    const client = parseClient(userAgent);
    const id = this.#catalog.client(client);
    const ignored = isIgnoredByPypi(userAgent);
    const absent = userAgent === '' || userAgent === '-';
    const key = `${id} ${ignored} ${absent}`;
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    const number = this.#clients.push({ id, installer: client.installer, ignored, absent }) - 1;
    this.#numbers.set(key, number);
    return number;
  }
}
