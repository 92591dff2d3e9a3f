import { once } from 'node:events';
import { Agent, get } from 'node:http';
import type { AddressInfo } from 'node:net';
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

const noEngine = {
  version: '0',
  run: () => Promise.reject(new Error('nothing is asked of it')),
  insert: () => Promise.reject(new Error('nothing is inserted')),
  close: async () => undefined,
};
