import { readdirSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { type Client, unknownClient } from '../../shared/clients/client.ts';

/** A user agent and the client it is. */
export interface ClientFixture {
  readonly userAgent: string;
  readonly want: Client;
}

const folder = new URL('../fixtures/clients/', import.meta.url);

/** The fixtures of all parsers by name, from `test/fixtures/clients/<parser>.yml`; what `want` does not name is unknown. */
export const clientFixtures: ReadonlyMap<string, readonly ClientFixture[]> = new Map(
  readdirSync(folder).map((file) => [file.replace(/\.yml$/, ''), read(file)]),
);

function read(file: string): ClientFixture[] {
  const rows: { ua: string; want: Partial<Client> }[] = parse(readFileSync(new URL(file, folder), 'utf8'));
  return rows.map(({ ua, want }) => ({ userAgent: ua, want: { ...unknownClient, ...want } }));
}
