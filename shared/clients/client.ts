/** Who downloads: a closed list. Headline downloads are all but `mirror` and `bot`. */
export const clientClasses = ['installer', 'mirror', 'browser', 'bot', 'system', 'unknown'] as const;
export type ClientClass = (typeof clientClasses)[number];

/** What a user agent says, from closed vocabularies; what is not in them is `other`, never its text. */
export interface Client {
  readonly class: ClientClass;
  /** One of `installers` (`vocabulary.ts`): `pip`, `cargo`, …, `other`. */
  readonly installer: string;
  /** `major.minor`, or empty; kept for `pypi` fixtures and rules, not counted. */
  readonly installerVersion: string;
  /** One of `runtimes`: `python/3.12`, `ruby/3.3`, …, `other`. */
  readonly runtime: string;
  /** One of `systems`: `linux`, `macos`, `windows`, …, `other`. */
  readonly system: string;
  /** True where the user agent says so; never inferred to be false, so false means unknown. */
  readonly ci: boolean;
}

/**
 * Plug point: one client's user agents. Parsers claim disjoint user agents, so their order does not matter (a test
 * shuffles them). One file each, one line in `registry.ts`, one folder or table in `test/clients/`.
 */
export interface ClientParser {
  readonly name: string;
  /** The client, or undefined where the user agent is not this parser's. Never throws. */
  parse(userAgent: string): Client | undefined;
}
