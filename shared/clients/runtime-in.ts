import { majorMinor } from './major-minor.ts';
import { type Runtime, runtimes } from './vocabulary.ts';

/** What can be said to run an installer. */
export type RuntimeFamily = keyof typeof patterns;

/** The runtime of `family` that a user agent states (`poetry/1.8 CPython/3.12.1 …` → `python/3.12`); else `other`. */
export function runtimeIn(family: RuntimeFamily, text: string): Runtime {
  const version = patterns[family].exec(text)?.[1];
  return version === undefined ? 'other' : known(`${family}/${version}`);
}

/** `3.12.1` → `python/3.12`; else `other`. */
export function pythonRuntime(version: string): Runtime {
  return known(`python/${majorMinor(version)}`);
}

// What tells one version from the next: major.minor where minors break, the major alone where they do not.
const patterns = {
  /** `CPython/3.12.1`, `Python-urllib/3.6`, `Python/3.9`. Not `PyPy/7.3`: that is PyPy's version, not Python's. */
  python: /\b(?:CPython|Python-urllib|Python)\/(\d{1,2}\.\d{1,3})/i,
  /** `ruby/3.1.3`, also of a JRuby that says which Ruby it speaks; `Ruby/2.2.0`. */
  ruby: /\bruby\/(\d{1,2}\.\d{1,2})/i,
  /** `node/v20.10.0`, `node/v0.10.26`. */
  node: /\bnode\/v(\d{1,2})\b/,
  /** Bun's and Deno's user agents lead with the runtime itself. */
  bun: /^bun\/(\d{1,2})\b/i,
  deno: /^deno\/(\d{1,2})\b/i,
  /** Cargo comes with Rust under the same number: `cargo/1.75.0`, before 1.79 `cargo 1.65.0 (…)`. */
  rust: /^cargo[/ ](\d{1,2}\.\d{1,3})/i,
  /** `Java 17.0.5`, `Java 1.8.0_131`; Gradle's second bracket: `(Eclipse Adoptium;17.0.4;17.0.4+8)`. */
  java: /(?:\bJava[ /]|\) \([^;()]{0,80};)(?:1\.)?(\d{1,2})\b/,
  elixir: /\bElixir\/(\d{1,2}\.\d{1,3})/,
  /** Erlang/OTP: `(OTP/26)`. */
  otp: /\bOTP\/(\d{1,2})\b/,
  /** `R (4.3.1 x86_64-pc-linux-gnu x86_64 linux-gnu)`. */
  r: /\bR \((\d{1,2}\.\d{1,2})/,
} as const;

const vocabulary: ReadonlySet<string> = new Set(runtimes);

function known(key: string): Runtime {
  return vocabulary.has(key) ? (key as Runtime) : 'other';
}
