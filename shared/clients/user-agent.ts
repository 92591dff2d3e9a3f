import { isBot } from './is-bot.ts';
import { majorMinor } from './major-minor.ts';

/** A user agent and the one product that made it, which decides who reads it. */
export interface UserAgent {
  /** The whole, trimmed; at most `maxLength` characters. */
  readonly text: string;
  /** The leading product's name in lower case (`pip`, `debian apt-http`), `bot` for all bots, or empty. */
  readonly product: string;
  /** The leading product's version as `major.minor` or `major`; else empty. */
  readonly version: string;
}

/** The longest real one seen is pip's with about 1,000 characters; a longer one than this is nobody's, and costs no time. */
const maxLength = 4096;
const nameMaxLength = 100;

/**
 * Finds the product: `pip/24.0 {…}`, `cargo 1.60.0 (…)`, `Debian APT-HTTP/1.3 (…)`, `R (4.3.1 …)`
 * (RFC 9110, 10.1.5, and those who do not follow it). Too long a user agent has no product. Never throws.
 */
export function readUserAgent(value: string): UserAgent {
  if (value.length > maxLength) return { text: '', product: '', version: '' };
  const text = value.trim();
  const name = leadingName(text);
  const product = name.toLowerCase();
  if (isBot(text, product)) return { text, product: 'bot', version: '' };
  return { text, product, version: leadingVersion(text.slice(name.length)) };
}

/** Words up to a slash, a bracket, a semicolon or a number: `Debian APT-HTTP` of `Debian APT-HTTP/1.3 (2.6.1)`. */
function leadingName(text: string): string {
  return /^[^\s/(;]+(?: (?!v\d)[a-z][^\s/(;]*)*/i.exec(text.slice(0, nameMaxLength))?.[0] ?? '';
}

/** What follows the name: `/1.2.3`, ` 1.2.3`, `/v1.2`, Bazel's `/release 1.0`. */
function leadingVersion(rest: string): string {
  const match = /^[/ ](?:release )?v?(\d.{0,11})/s.exec(rest);
  return match ? majorMinor(match[1]!) : '';
}
