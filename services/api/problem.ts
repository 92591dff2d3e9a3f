/** What can be wrong with a question, a closed list (https://www.rfc-editor.org/rfc/rfc9457); also the schema's. */
export const problemTypes = [
  'validation',
  'unknown-project',
  'range-too-large',
  'not-acceptable',
  'rate-limited',
  'warming-up',
  'unavailable',
] as const;
export type ProblemType = (typeof problemTypes)[number];

/** One parameter that is wrong, and what it may be. Never its value. */
export interface WrongParameter {
  readonly parameter: string;
  readonly detail: string;
}

/** The body of an error answer, `application/problem+json`. */
export interface ProblemBody {
  /** One of `problemTypes`, or `about:blank` where the status says all. */
  readonly type: ProblemType | 'about:blank';
  readonly title: string;
  readonly status: number;
  /** What to do about it. */
  readonly detail: string;
  readonly errors?: readonly WrongParameter[];
}

const kinds: Readonly<Record<ProblemType, { readonly status: number; readonly title: string }>> = {
  validation: { status: 400, title: 'The question is not understood' },
  'unknown-project': { status: 404, title: 'Unknown project' },
  'range-too-large': { status: 400, title: 'The range is too large' },
  'not-acceptable': { status: 406, title: 'No such format' },
  'rate-limited': { status: 429, title: 'Too many questions at once' },
  'warming-up': { status: 503, title: 'Warming up' },
  unavailable: { status: 503, title: 'The store does not answer' },
};

/** Seconds after which asking again makes sense, for the statuses that are over by themselves. */
const retryAfterSeconds = 2;

/** An error answer on its way; nothing in it repeats what was asked. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly body: ProblemBody;
  /** For the header `retry-after`, in seconds. */
  readonly retryAfter: number | undefined;

  constructor(type: ProblemType, detail: string, errors?: readonly WrongParameter[]) {
    super(type);
    const { status, title } = kinds[type];
    this.body = { type, title, status, detail, ...(errors === undefined ? {} : { errors }) };
    this.retryAfter = status === 429 || status === 503 ? retryAfterSeconds : undefined;
  }
}

/** A problem whose status says all there is. */
export function plainProblem(status: number, title: string, detail: string): ProblemBody {
  return { type: 'about:blank', title, status, detail };
}

/** One parameter is wrong. */
export function wrongParameter(parameter: string, detail: string): Problem {
  return new Problem('validation', `${parameter}: ${detail}`, [{ parameter, detail }]);
}
