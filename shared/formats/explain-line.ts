import type { FieldUse, LogFormat } from './log-format.ts';
import type { RequestView } from './request-view.ts';

/** What became of the fields of a line that serve one use; never their values. */
export interface ExplainedUse {
  readonly use: FieldUse;
  /** The log's own names for it, the most wanted first. */
  readonly names: readonly string[];
  /** False where they are stepped over, or the line has none of them. */
  readonly kept: boolean;
}

/**
 * What `tallymark formats test` shows of a line that was `found` in `view`: the fields the format knows, and whether the
 * line gave the counting core something by them. Whatever else is in the line was stepped over as well.
 */
export function explainLine(format: LogFormat, view: RequestView): ExplainedUse[] {
  const namesByUse = new Map<FieldUse, string[]>();
  for (const [name, use] of Object.entries(format.fields)) {
    namesByUse.set(use, [...(namesByUse.get(use) ?? []), name]);
  }
  return [...namesByUse].map(([use, names]) => ({ use, names, kept: isKept(use, view) }));
}

function isKept(use: FieldUse, view: RequestView): boolean {
  switch (use) {
    case 'address':
    case 'userAgent':
    case 'path':
    case 'host':
    case 'country':
      return view[use].end > view[use].start;
    case 'time':
      return view.day >= 0;
    case 'method':
      return view.method !== 'other';
    case 'status':
      return view.status > 0;
    case 'range':
      return view.range !== 'unknown';
    case 'downloads':
      return true;
    case 'internal':
    case 'edge':
      return view.internal;
    case 'forwarded':
    case 'version':
    case 'stepped-over':
      return false;
  }
}
