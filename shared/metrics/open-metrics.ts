import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Meter } from './meter.ts';

/** What is served, and where. */
export interface MetricsOptions {
  readonly meter: Meter;
  readonly host: string;
  /** 0 for any free one. */
  readonly port: number;
}

/** A port that answers `/metrics`; disposing of it ends that. */
export interface RunningMetrics extends AsyncDisposable {
  /** `http://127.0.0.1:9464/metrics` */
  readonly url: string;
}

/** Answers `GET /metrics`, and anything else with 404. Throws what keeps it from listening. */
export async function openMetrics({ meter, host, port }: MetricsOptions): Promise<RunningMetrics> {
  const server = createServer(({ method, url }, response) => {
    const isAsked = /^\/metrics(\?|$)/.test(url ?? '');
    if (!isAsked) answer(response, { status: 404, text: 'See /metrics.\n' });
    else if (method !== 'GET' && method !== 'HEAD') answer(response, { status: 405, text: '' });
    else void render(response, meter);
  });
  await listen(server, host, port);
  // Nobody is kept from ending by a scraper.
  server.unref();
  const { port: bound } = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}/metrics`,
    [Symbol.asyncDispose]: () => close(server),
  };
}

async function render(response: ServerResponse, { render, contentType }: Meter): Promise<void> {
  try {
    answer(response, { status: 200, text: await render(), type: contentType });
  } catch {
    answer(response, { status: 500, text: '' });
  }
}

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly type?: string;
}

function answer(response: ServerResponse, { status, text, type = 'text/plain; charset=utf-8' }: Answer) {
  response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(text);
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port }, () => resolve());
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
