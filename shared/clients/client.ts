import type { UserAgent } from './user-agent.ts';
import type { Installer, Runtime, System } from './vocabulary.ts';

/** Who downloads: a closed list. Headline downloads are all but `mirror` and `bot`. */
export const clientClasses = ['installer', 'mirror', 'browser', 'bot', 'system', 'unknown'] as const;
export type ClientClass = (typeof clientClasses)[number];

/** What a user agent says, from closed vocabularies; what is not in them is `other`, never its text. */
export interface Client {
  readonly class: ClientClass;
  /** `pip`, `cargo`, …, `other`. */
  readonly installer: Installer;
  /** `major.minor`, `major`, or empty; kept for `pypi` fixtures and rules, not counted. */
  readonly installerVersion: string;
  /** `python/3.12`, `ruby/3.3`, …, `other`. */
  readonly runtime: Runtime;
  /** `linux`, `macos`, `windows`, …, `other`. */
  readonly system: System;
  /** True where the user agent says so; never inferred to be false, so false means unknown. */
  readonly ci: boolean;
}

/** What an empty user agent and one that no parser claims are. */
export const unknownClient: Client = {
  class: 'unknown',
  installer: 'other',
  installerVersion: '',
  runtime: 'other',
  system: 'other',
  ci: false,
};

/**
 * Plug point: one client's user agents. A user agent has exactly one `product`, and a product belongs to one parser
 * (`clientReader` refuses a second), so parsers are disjoint and their order does not matter. One file each in
 * `parsers/`, one line in `registry.ts`, one table in `test/fixtures/clients/`.
 */
export interface ClientParser {
  readonly name: string;
  /** The products whose user agents it reads, in lower case, as `UserAgent.product`. */
  readonly products: readonly string[];
  /** The client of a user agent of one of `products`. Never throws. */
  read(userAgent: UserAgent): Client;
}
