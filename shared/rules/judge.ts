import type { DropReason } from '../count/drop-reason.ts';
import type { Method, Range } from '../formats/request-view.ts';
import type { Target } from '../layouts/layout.ts';
import type { RuleSet } from './rule-set.ts';

/** What a rule set asks of a request; a `RequestView` is one, so none is made for a line. */
export interface JudgedRequest {
  readonly method: Method;
  readonly status: number;
  readonly range: Range;
}

/** What a rule set asks of who asked; one object may be reused for all lines. */
export interface JudgedClient {
  /** `Client.installer`. */
  readonly installer: string;
  /** Whether the user agent is on PyPI's ignore list. */
  readonly ignored: boolean;
  /** Whether the request had no user agent at all. */
  readonly absent: boolean;
}

/**
 * Why a request does not count, by what the log line says before its path is looked at: `method`, `status`,
 * `not_modified`, `partial`, in this order. Undefined where it passes.
 */
export function judgeRequest(rules: RuleSet, request: JudgedRequest): DropReason | undefined {
  if (rules.methods !== 'any' && !rules.methods.includes(request.method)) return 'method';
  if (request.status === 200) return undefined;
  if (request.status === 304) return rules.notModified ? undefined : 'not_modified';
  return request.status === 206 ? judgePartial(rules, request.range) : 'status';
}

/** A resumed download is many 206 answers of one file; only one of them starts at byte 0. */
function judgePartial(rules: RuleSet, range: Range): DropReason | undefined {
  switch (rules.partial) {
    case 'always':
      return undefined;
    case 'never':
      return 'status';
    case 'from-start':
      return range === 'from-start' ? undefined : 'partial';
    default:
      return rules.partial satisfies never;
  }
}

/** Why a path does not count: `malformed_path`, `not_artifact`, `sidecar`, `index`. Undefined where it passes. */
export function judgeTarget(rules: RuleSet, target: Target): DropReason | undefined {
  switch (target.kind) {
    case 'malformed':
      return 'malformed_path';
    case 'other':
      return 'not_artifact';
    case 'index':
      return 'index';
    case 'sidecar':
      return rules.files === 'artifact-and-sidecar' ? undefined : 'sidecar';
    case 'artifact':
      return hasCountedEnding(rules, target.file) ? undefined : 'not_artifact';
    default:
      return target satisfies never;
  }
}

function hasCountedEnding(rules: RuleSet, file: string): boolean {
  if (typeof rules.files === 'string') return true;
  for (const ending of rules.files) if (file.endsWith(ending)) return true;
  return false;
}

/** Why a client does not count: `client`, or undefined. */
export function judgeClient(rules: RuleSet, client: JudgedClient): DropReason | undefined {
  switch (rules.clients) {
    case 'any':
      return undefined;
    case 'not-ignored':
      return client.ignored ? 'client' : undefined;
    case 'cargo-or-none':
      return client.absent || client.installer === 'cargo' ? undefined : 'client';
    default:
      return rules.clients satisfies never;
  }
}
