import { createHash } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import {
  type Answer,
  type AnswerFormat,
  answerFormats,
  chooseFormat,
  contentTypes,
  writeAnswer,
} from './answer-format.ts';
import { type ApiContext, catalogOf } from './context.ts';
import { problemSchema } from './schemas.ts';

/** A question with every name and range resolved, before the store is asked anything. */
export interface Question {
  /** All that the answer depends on besides the data: what is asked twice is answered once. */
  readonly key: Readonly<Record<string, unknown>>;
  /** Nothing in the answer can change any more; it may be kept for a day. */
  readonly settled: boolean;
  readonly ask: () => Promise<Answer>;
}

/** A route of `/v1`, one file each: what it takes, what it answers. */
export interface TableRoute<Params extends z.ZodType, Query extends z.ZodObject> {
  /** `/v1/projects/:project/downloads`, and the same of a named registry. */
  readonly paths: readonly string[];
  readonly summary: string;
  readonly description: string;
  readonly params: Params;
  readonly query: Query;
  /** Of the JSON answer. */
  readonly response: z.ZodType;
  /** Where the path ends with a name, that may itself end in `.json`: takes the suffix off the parameters. */
  readonly splitSuffix?: (
    context: ApiContext,
    params: z.output<Params>,
  ) => { readonly params: z.output<Params>; readonly suffix: AnswerFormat | undefined };
  /** Resolves names and ranges from memory. Throws `Problem`. */
  prepare(context: ApiContext, asked: { params: z.output<Params>; query: z.output<Query> }): Question;
}

const formatParameter = z.enum(answerFormats).optional().describe('else by suffix, else by Accept');

/** Adds a route under all its paths and suffixes; only the first path without a suffix is documented. */
export function addTableRoute<Params extends z.ZodType, Query extends z.ZodObject>(
  app: FastifyInstance,
  context: ApiContext,
  route: TableRoute<Params, Query>,
): void {
  const suffixes = route.splitSuffix === undefined ? [undefined, ...answerFormats] : [undefined];
  for (const path of route.paths) {
    for (const suffix of suffixes) {
      app.route({
        method: 'GET',
        url: suffix === undefined ? path : `${path}.${suffix}`,
        schema: {
          hide: suffix !== undefined,
          summary: route.summary,
          description: route.description,
          params: route.params,
          querystring: z.strictObject({ ...route.query.shape, format: formatParameter }),
          response: responses(route.response),
        },
        handler: (request, reply) => answer({ context, route, suffix }, request, reply),
      });
    }
  }
}

function responses(response: z.ZodType): Record<string, unknown> {
  const csv = z.string();
  return {
    200: {
      description: 'The answer',
      content: {
        'application/json': { schema: response },
        'text/csv': { schema: csv.describe('The rows of `data`, with their names in the first line') },
        'application/x-ndjson': { schema: csv.describe('The rows of `data`, one JSON object a line') },
      },
    },
    304: z.undefined().describe('Not modified: the caller has this answer'),
    default: {
      description: 'What is wrong',
      content: { 'application/problem+json': { schema: problemSchema } },
    },
  };
}

interface Asked<Params extends z.ZodType, Query extends z.ZodObject> {
  readonly context: ApiContext;
  readonly route: TableRoute<Params, Query>;
  readonly suffix: AnswerFormat | undefined;
}

/** Decides format and ETag before any query runs: a 304 costs none. */
async function answer<Params extends z.ZodType, Query extends z.ZodObject>(
  { context, route, suffix }: Asked<Params, Query>,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { format: named, ...query } = request.query as { format?: AnswerFormat };
  const whole = { params: request.params as z.output<Params>, suffix };
  const { params, suffix: asSuffix } = route.splitSuffix?.(context, whole.params) ?? whole;
  const format = chooseFormat({ format: named, suffix: asSuffix, accept: request.headers.accept });
  const asked = { params, query: query as z.output<Query> };
  const question = route.prepare(context, asked);
  const etag = etagOf(context, { path: route.paths[0], format, ...question.key });
  reply.headers({ ...cachingHeaders(etag, question.settled), vary: 'accept' });
  if (isKnown(request, etag)) return reply.code(304).send();
  const text = await context.answers.get(etag, async () => writeAnswer(await question.ask(), format));
  return reply.type(contentTypes[format]).send(text);
}

/** Data version, version of Tallymark and question. */
export function etagOf(context: ApiContext, key: Readonly<Record<string, unknown>>): string {
  const parts = [catalogOf(context).version, context.version, key];
  return `"${createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 27)}"`;
}

/** How long anybody may keep an answer, in seconds: five minutes, or a day where nothing in it can change. */
export function cachingHeaders(etag: string, settled: boolean): Record<string, string> {
  return { etag, 'cache-control': `public, max-age=${settled ? 86_400 : 300}, stale-while-revalidate=86400` };
}

/** Whether the caller has this very answer (https://www.rfc-editor.org/rfc/rfc9110#name-if-none-match). */
export function isKnown(request: FastifyRequest, etag: string): boolean {
  const known = request.headers['if-none-match'];
  if (known === undefined) return false;
  return known.split(',').some((one) => ['*', etag].includes(one.trim().replace(/^W\//, '')));
}
