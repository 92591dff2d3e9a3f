/**
 * The part of ClickHouse's HTTP interface that @clickhouse/client speaks, each request handed to chDB: statements with
 * parameters and settings, inserts with their data in the body, errors with their number. See
 * https://clickhouse.com/docs/interfaces/http
 */

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { pipeline } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { createGunzip } from 'node:zlib';
import type { Engine, Lane } from './chdb.ts';
import { readEngineError } from './chdb-backend.ts';
import { OWNER_LEAVING } from './http-backend.ts';

/** Header of every answer: the id of the store that gave it. */
export const STORE_HEADER = 'x-tallymark-store';

/** Answers requests with what the engine says. */
export interface StatementHandler {
  handle(req: IncomingMessage, res: ServerResponse): void;
  /** Refuses new statements, waits for those that run, and gives up those that do not come to their end. */
  finish(): Promise<void>;
}

/** A server of statements that has not listened yet. */
export interface StatementServer {
  readonly server: Server;
  /** Refuses new statements, finishes those that run, closes the listener. */
  close(): Promise<void>;
}

/** URL parameters that are no settings of the engine. */
const NOT_SETTINGS = new Set([
  'query',
  'query_id',
  'database',
  'session_id',
  'role',
  'default_format',
  'wait_end_of_query',
]);
const HTTP_SETTING = /^(enable_http_compression|send_progress_in_http_headers|http_)/;
/** Lists of projects travel as parameters in the URL. */
const MAX_URL_BYTES = 1 << 20;
/** Longer than the client keeps an idle connection (2.5 s), so that the client always closes first. */
const KEEP_ALIVE_MS = 60_000;
/** How long an owner that closes tells those who come to go elsewhere. */
const LEAVING_MS = 200;
const LOOK_MS = 10;
/** How long an owner that closes waits for the rest of a statement: whoever sends it may stand still. */
const ARRIVING_MS = 2_000;

/** How an HTTP server has to be made for `StatementHandler`. */
export const SERVER_OPTIONS = {
  maxHeaderSize: MAX_URL_BYTES,
  keepAliveTimeout: KEEP_ALIVE_MS,
  requestTimeout: 0,
} as const;

/** Makes a server of `engine`; `id` names the store. */
export function statementServer(engine: Engine, id: string): StatementServer {
  const handler = statementHandler(engine, id);
  const server = createServer(SERVER_OPTIONS, handler.handle);
  return {
    server,
    close: async () => {
      await handler.finish();
      await untilGone(server);
      const closed = new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
      server.closeAllConnections();
      await closed;
    },
  };
}

/** Whoever's connection is cut with a statement on its way cannot know whether it ran: there is time to be told that it will not. */
async function untilGone(server: Server): Promise<void> {
  const count = promisify(server.getConnections.bind(server));
  for (let waitedMs = 0; waitedMs < LEAVING_MS && (await count()) > 0; waitedMs += LOOK_MS)
    await sleep(LOOK_MS);
}

/** Makes the handler of `engine`'s statements for a server of the caller's; `id` names the store. */
export function statementHandler(engine: Engine, id: string): StatementHandler {
  let leaving = false;
  const running = new Map<Promise<void>, IncomingMessage>();
  return {
    handle: (req, res) => {
      res.setHeader(STORE_HEADER, id);
      const done = answer(engine, req, res, leaving).finally(() => running.delete(done));
      running.set(done, req);
    },
    finish: async () => {
      leaving = true;
      const late = setTimeout(() => {
        for (const req of running.values()) if (!req.complete) req.destroy();
      }, ARRIVING_MS);
      while (running.size > 0) await Promise.all(running.keys());
      clearTimeout(late);
    },
  };
}

async function answer(
  engine: Engine,
  req: IncomingMessage,
  res: ServerResponse,
  leaving: boolean,
): Promise<void> {
  // A caller that has gone away gets no answer, and is no reason to stop.
  req.on('error', () => undefined);
  res.on('error', () => undefined);
  try {
    if (leaving) {
      res.setHeader('connection', 'close');
      return refuse(req, res, 503, `Code: 1002. DB::Exception: The owner closes. (${OWNER_LEAVING})`);
    }
    const url = new URL(req.url ?? '/', 'http://store');
    if (url.pathname === '/ping') return void res.end('Ok.\n');
    const body = await execute(engine, url, req);
    res.end(body);
  } catch (error) {
    const { code, message } = readEngineError(error);
    if (code !== undefined) res.setHeader('x-clickhouse-exception-code', code);
    refuse(
      req,
      res,
      500,
      code === undefined
        ? 'Code: 1002. DB::Exception: The statement could not run. (UNKNOWN_EXCEPTION)'
        : message,
    );
  }
}

async function execute(engine: Engine, url: URL, req: IncomingMessage): Promise<Uint8Array> {
  // Not `pipe`: what is inflated would not end where the request breaks off.
  const body = req.headers['content-encoding'] === 'gzip' ? pipeline(req, createGunzip(), () => {}) : req;
  const asked = url.searchParams.get('query');
  const insert = asked === null ? null : /^(INSERT INTO [\s\S]+?)\s+FORMAT\s+(\w+)\s*$/i.exec(asked);
  const { settings, params } = readParameters(url.searchParams);
  if (insert !== null) {
    await engine.insert({ into: insert[1]!, format: insert[2]!, body, settings });
    return new Uint8Array();
  }
  const form = await readForm(req.headers['content-type'], body);
  const sql = asked ?? form.get('query') ?? '';
  const format = url.searchParams.get('default_format') ?? 'TabSeparated';
  const all = { ...params, ...readParameters(form).params };
  return await engine.run({ lane: laneOf(sql), sql, params: all, settings, format });
}

/** Parameters and settings of a request, by name. */
function readParameters(entries: Iterable<[string, string]>) {
  const settings: Record<string, string> = {};
  const params: Record<string, string> = {};
  for (const [name, value] of entries) {
    if (name.startsWith('param_')) params[name.slice('param_'.length)] = value;
    else if (!NOT_SETTINGS.has(name) && !HTTP_SETTING.test(name)) settings[name] = value;
  }
  return { settings, params };
}

/** The body as named texts: a form with long parameters, or nothing but the statement. */
async function readForm(
  type: string | undefined,
  body: AsyncIterable<Uint8Array>,
): Promise<Map<string, string>> {
  const bytes = await collect(body);
  if (!type?.startsWith('multipart/form-data')) return new Map([['query', bytes.toString()]]);
  const form = await new Response(bytes, { headers: { 'content-type': type } }).formData();
  return new Map([...form].map(([name, value]) => [name, String(value)]));
}

function laneOf(sql: string): Lane {
  return /^\s*(?:--[^\n]*\n\s*)*(SELECT|WITH|SHOW|EXISTS|DESCRIBE|EXPLAIN)\b/i.test(sql) ? 'read' : 'change';
}

function refuse(req: IncomingMessage, res: ServerResponse, status: number, message: string): void {
  if (res.headersSent) return void res.destroy();
  res.statusCode = status;
  // What is left of the request is not read, so the connection cannot be used again.
  if (!req.complete) res.setHeader('connection', 'close');
  res.end(message);
}

async function collect(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}
