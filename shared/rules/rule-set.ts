import type { Method } from '../formats/request-view.ts';

/** What a registry calls a download: data, no code. Named and dated; its name is in the books of every batch. */
export interface RuleSet {
  /** `default`, `pypi-2018`, … */
  readonly name: string;
  /** First UTC day it holds for, `YYYY-MM-DD`; only `pypi` picks by the line's day. */
  readonly since?: string;
  /** Methods that count; `any` for all. */
  readonly methods: readonly Method[] | 'any';
  /** Whether a 206 counts: always, never (`status`), or only with a range from byte 0 (else `partial`). */
  readonly partial: 'always' | 'never' | 'from-start';
  /** Whether a 304 counts; else it is `not_modified`. */
  readonly notModified: boolean;
  /** File-name endings that count; `artifact` for whatever the layout calls one. */
  readonly files: readonly string[] | 'artifact' | 'artifact-and-sidecar';
  /** Whose downloads count: all, all but the ignore list, or `cargo` and requests without a user agent. */
  readonly clients: 'any' | 'not-ignored' | 'cargo-or-none';
}
