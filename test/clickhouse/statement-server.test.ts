import { once } from 'node:events';
import { Agent, get, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { statementServer } from '../../shared/clickhouse/statement-server.ts';

test('who comes while the owner closes, over a connection that was open, is told to go elsewhere', async () => {
  const { server, close } = statementServer(noEngine, 'store');
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const ask = async () => {
    const request = get({ port, host: '127.0.0.1', path: '/ping', agent });
    const [answer] = await once(request, 'response');
    let text = '';
    for await (const chunk of answer.setEncoding('utf8')) text += chunk;
    return { status: answer.statusCode, text, isReused: request.reusedSocket };
  };
  expect(await ask()).toEqual({ status: 200, text: 'Ok.\n', isReused: false });
  const closed = close();
  const told = await ask();
  expect(told).toMatchObject({ status: 503, isReused: true });
  expect(told.text).toContain('STORE_OWNER_LEAVING');
  await closed;
  expect(server.listening).toBe(false);
  agent.destroy();
});

test.each(['identity', 'gzip'])(
  'who stands still in the middle of an insert does not keep the owner (%s)',
  async (encoding) => {
    const insert = async ({ body }: { readonly body: AsyncIterable<Uint8Array> | Iterable<Uint8Array> }) => {
      for await (const _ of body);
    };
    const { server, close } = statementServer({ ...noEngine, insert }, 'store');
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const path = `/?query=${encodeURIComponent('INSERT INTO t FORMAT RowBinary')}`;
    const headers = { 'content-encoding': encoding };
    const sent = request({ port, host: '127.0.0.1', path, method: 'POST', headers, agent: false });
    const broke = once(sent, 'error');
    const bytes = Buffer.alloc(100_000, 'a');
    sent.write(encoding === 'gzip' ? gzipSync(bytes).subarray(0, 50) : bytes);
    await once(server, 'request');
    const start = performance.now();
    await close();
    expect(performance.now() - start).toBeLessThan(4_000);
    await broke;
  },
);

const noEngine = {
  version: '0',
  run: () => Promise.reject(new Error('nothing is asked of it')),
  insert: () => Promise.reject(new Error('nothing is inserted')),
  close: async () => undefined,
};
