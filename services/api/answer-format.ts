import { Problem } from './problem.ts';

/** What an answer can be written as. */
export const answerFormats = ['json', 'csv', 'ndjson'] as const;
export type AnswerFormat = (typeof answerFormats)[number];

/** Media types, as sent. */
export const contentTypes: Readonly<Record<AnswerFormat, string>> = {
  json: 'application/json; charset=utf-8',
  csv: 'text/csv; charset=utf-8; header=present',
  ndjson: 'application/x-ndjson; charset=utf-8',
};

const mediaTypes: ReadonlyMap<string, AnswerFormat> = new Map([
  ['application/json', 'json'],
  ['application/*', 'json'],
  ['*/*', 'json'],
  ['text/csv', 'csv'],
  ['text/*', 'csv'],
  ['application/x-ndjson', 'ndjson'],
  ['application/ndjson', 'ndjson'],
]);

type Value = string | number | boolean | null;

/** An answer before it is written: a JSON object whose `data` are the rows of CSV and NDJSON. */
export interface Answer {
  readonly body: { readonly data: readonly object[] } & Readonly<Record<string, unknown>>;
  /** Columns of CSV, names in `data`. */
  readonly columns: readonly string[];
}

/** The format of `?format=`, else the suffix's, else the first that `accept` prefers. Throws `not-acceptable`. */
export function chooseFormat(asked: {
  readonly format: AnswerFormat | undefined;
  readonly suffix: AnswerFormat | undefined;
  readonly accept: string | undefined;
}): AnswerFormat {
  const named = asked.format ?? asked.suffix;
  if (named !== undefined) return named;
  if (asked.accept === undefined || asked.accept.trim() === '') return 'json';
  for (const type of byPreference(asked.accept)) {
    const format = mediaTypes.get(type);
    if (format !== undefined) return format;
  }
  throw new Problem(
    'not-acceptable',
    `ask for ${answerFormats.join(', ')} with Accept, ?format= or a suffix`,
  );
}

/** Media ranges of an Accept header, most wanted first (https://www.rfc-editor.org/rfc/rfc9110#name-accept). */
function byPreference(accept: string): readonly string[] {
  return accept
    .split(',')
    .map((part) => {
      const [type = '', ...parameters] = part.split(';').map((piece) => piece.trim().toLowerCase());
      const quality = parameters.find((parameter) => parameter.startsWith('q='));
      return { type, quality: quality === undefined ? 1 : Number(quality.slice(2)) };
    })
    .filter(({ quality }) => quality > 0)
    .sort((a, b) => b.quality - a.quality)
    .map(({ type }) => type);
}

/** The answer as text. */
export function writeAnswer(answer: Answer, format: AnswerFormat): string {
  const rows = answer.body.data as readonly Readonly<Record<string, Value>>[];
  switch (format) {
    case 'json':
      return JSON.stringify(answer.body);
    case 'ndjson':
      return rows.map((row) => `${JSON.stringify(row)}\n`).join('');
    case 'csv':
      return [answer.columns, ...rows.map((row) => answer.columns.map((column) => row[column] ?? null))]
        .map((values) => `${values.map(csvValue).join(',')}\r\n`)
        .join('');
    default:
      return format satisfies never;
  }
}

/** https://www.rfc-editor.org/rfc/rfc4180; null is an empty field. */
function csvValue(value: Value): string {
  if (value === null) return '';
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
