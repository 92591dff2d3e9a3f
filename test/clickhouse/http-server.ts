/**
 * A ClickHouse server for tests: a process of its own, with a chDB of its own, that answers the real @clickhouse/client over TCP
 * through the shipped statement handler, and can be told to fail as networks do.
 */

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** How the server is started. */
export interface TestServerOptions {
  /** Folder of its chDB; kept when the server stops. */
  readonly folder: string;
  readonly user?: string;
  readonly password?: string;
  /** 0 or none: any free port. */
  readonly port?: number;
  /** PEM files; with `ca`, only clients with a certificate of that authority are let in. */
  readonly tls?: { readonly cert: string; readonly key: string; readonly ca?: string };
}

/**
 * A way to fail: `refuse` answers 503 as a proxy does, `reset` breaks the connection before the statement runs, `drop` breaks it
 * after the statement ran, `hang` never answers, a number runs the statement that many milliseconds late, come what may.
 */
export interface Fault {
  readonly kind: 'refuse' | 'reset' | 'drop' | 'hang' | number;
  /** Only inserts of bytes, of these only those into `counts`, or any request. */
  readonly on: 'insert' | 'counts' | 'any';
  /** How many requests fail. */
  readonly times: number;
}

/** A running test server. */
export interface TestServer extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** Makes the next requests fail; replaces the fault before. */
  fail(fault: Fault): Promise<void>;
  /** Ends it as power does. */
  kill(): Promise<void>;
}

/** Starts the server and waits until it answers. */
export async function startTestServer(options: TestServerOptions): Promise<TestServer> {
  const main = fileURLToPath(new URL('http-server-main.ts', import.meta.url));
  const child = fork(main, [JSON.stringify(options)], { execArgv: ['--import', 'tsx'] });
  const exited = once(child, 'exit');
  const [message] = await Promise.race([
    once(child, 'message') as Promise<[{ port: number }]>,
    exited.then(([code]) => Promise.reject(new Error(`the test server ended with ${code}`))),
  ]);
  const { port } = message;
  return {
    url: `${options.tls === undefined ? 'http' : 'https'}://localhost:${port}`,
    port,
    pid: child.pid!,
    fail: async (fault) => {
      const told = once(child, 'message');
      child.send(fault);
      await told;
    },
    kill: async () => {
      child.kill('SIGKILL');
      await exited;
    },
    [Symbol.asyncDispose]: async () => {
      if (child.connected) child.disconnect();
      await exited;
    },
  };
}
