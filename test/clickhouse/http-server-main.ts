/** The process behind `http-server.ts`: lives until its parent lets go of it. */

import { mkdirSync, readFileSync } from 'node:fs';
import { createServer as createHttp, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createHttps } from 'node:https';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { openEngine } from '../../shared/clickhouse/chdb.ts';
import { SERVER_OPTIONS, statementHandler } from '../../shared/clickhouse/statement-server.ts';
import type { Fault, TestServerOptions } from './http-server.ts';

const options = JSON.parse(process.argv[2]!) as TestServerOptions;
mkdirSync(options.folder, { recursive: true });
const engine = await openEngine(options.folder, 'tallymark');
const handler = statementHandler(engine, 'test-server');
let fault: Fault | undefined;

const server =
  options.tls === undefined
    ? createHttp(SERVER_OPTIONS, onRequest)
    : createHttps({ ...SERVER_OPTIONS, ...readTls(options.tls) }, onRequest);
server.listen(options.port ?? 0, '127.0.0.1', () => {
  process.send!({ port: (server.address() as AddressInfo).port });
});
process.on('message', (next: Fault) => {
  fault = next;
  process.send!('told');
});
process.on('disconnect', () => void stop());

async function stop(): Promise<void> {
  server.close();
  server.closeAllConnections();
  await handler.finish();
  await engine.close();
}

async function onRequest(req: IncomingMessage, res: ServerResponse): Promise<void> {
  if (!allowed(req)) return reject(res);
  const kind = takeFault(req);
  if (kind === 'refuse') {
    res.statusCode = 503;
    return void res.end('<html>Bad gateway</html>');
  }
  if (kind === 'reset') return void req.socket.destroy();
  if (kind === 'hang') return;
  if (typeof kind === 'number') return await handleLate(req, res, kind);
  if (kind === 'drop') {
    res.end = () => {
      req.socket.destroy();
      return res;
    };
  }
  handler.handle(req, res);
}

/** Takes the whole request in, and runs it later even if its sender has given up by then. */
async function handleLate(req: IncomingMessage, res: ServerResponse, delayMs: number): Promise<void> {
  const body = await req.toArray();
  await sleep(delayMs);
  const { url, headers } = req;
  const late = Object.assign(Readable.from(body), { url, headers, complete: true });
  handler.handle(late as unknown as IncomingMessage, res);
}

function allowed(req: IncomingMessage): boolean {
  if (options.user === undefined) return true;
  const expected = Buffer.from(`${options.user}:${options.password ?? ''}`).toString('base64');
  return req.headers.authorization === `Basic ${expected}`;
}

function reject(res: ServerResponse): void {
  res.statusCode = 403;
  res.setHeader('x-clickhouse-exception-code', 516);
  res.end('Code: 516. DB::Exception: Authentication failed: password is incorrect. (AUTHENTICATION_FAILED)');
}

function takeFault(req: IncomingMessage): Fault['kind'] | undefined {
  const parameters = new URL(req.url ?? '/', 'http://server').searchParams;
  const isInsert = parameters.has('insert_deduplication_token');
  if (fault === undefined || fault.times <= 0 || (fault.on !== 'any' && !isInsert)) return undefined;
  if (fault.on === 'counts' && !/^INSERT INTO `?counts\b/.test(parameters.get('query') ?? ''))
    return undefined;
  fault = { ...fault, times: fault.times - 1 };
  return fault.kind;
}

function readTls({ cert, key, ca }: NonNullable<TestServerOptions['tls']>) {
  const identity = { cert: readFileSync(cert), key: readFileSync(key) };
  return ca === undefined
    ? identity
    : { ...identity, ca: readFileSync(ca), requestCert: true, rejectUnauthorized: true };
}
