import type { FastifyError, FastifyInstance, FastifyReply } from 'fastify';
import { StoreError } from '../../shared/clickhouse/database.ts';
import { Problem, type ProblemBody, plainProblem, type WrongParameter } from './problem.ts';

/** Answers every error as `application/problem+json`, without repeating what was asked. */
export function addErrorAnswers(app: FastifyInstance, onFailure: (error: unknown) => void): void {
  app.setErrorHandler<FastifyError>((error, _, reply) => {
    const problem = problemOf(error);
    if (problem.status === 500) onFailure(error);
    return sendProblem(reply, problem, error instanceof Problem ? error.retryAfter : undefined);
  });
  app.setNotFoundHandler((request, reply) =>
    request.method === 'GET' || request.method === 'HEAD'
      ? sendProblem(reply, plainProblem(404, 'Not found', '/openapi.json lists what there is'))
      : sendProblem(reply, plainProblem(405, 'Method not allowed', 'everything here is asked for with GET')),
  );
}

/** Answers a path that is no URL, which meets no route. */
export function answerBadUrl(reply: FastifyReply): void {
  void sendProblem(reply, new Problem('validation', 'the path is not a valid URL; percent-encode it').body);
}

function sendProblem(reply: FastifyReply, body: ProblemBody, retryAfter?: number): FastifyReply {
  if (retryAfter !== undefined) reply.header('retry-after', retryAfter);
  return reply
    .code(body.status)
    .headers({ 'cache-control': 'no-store', 'access-control-allow-origin': '*' })
    .removeHeader('etag')
    .type('application/problem+json; charset=utf-8')
    .send(JSON.stringify(body));
}

function problemOf(error: FastifyError | Error): ProblemBody {
  if (error instanceof Problem) return error.body;
  if (error instanceof StoreError) return new Problem('unavailable', 'try again in a moment').body;
  if ('validation' in error && error.validation !== undefined) return wrongParameters(error).body;
  const status = 'statusCode' in error ? (error.statusCode ?? 500) : 500;
  if (status < 500)
    return plainProblem(status, 'The request is not understood', '/openapi.json says what there is');
  return plainProblem(500, 'Something went wrong here', 'nothing is wrong with the question');
}

/** The schemas' own words, of which none repeats a value. */
function wrongParameters(error: FastifyError): Problem {
  const where = error.validationContext === 'params' ? 'path' : 'query';
  const errors = (error.validation ?? []).map((one): WrongParameter => {
    if (one.keyword === 'unrecognized_keys')
      return {
        parameter: where,
        detail: 'a parameter of this name does not exist; /openapi.json lists them',
      };
    const name = one.instancePath.split('/').filter((part) => part !== '')[0];
    return { parameter: name ?? where, detail: one.message ?? 'not allowed' };
  });
  const detail = errors.map((one) => `${one.parameter}: ${one.detail}`).join('; ');
  return new Problem('validation', detail, errors);
}
