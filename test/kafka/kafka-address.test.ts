import { expect, test } from 'vitest';
import { kafkaAddressOf } from '../../services/kafka-address.ts';
import { readConfiguration } from '../../shared/config.ts';
import { scratchFolder } from '../source/scratch-folder.ts';

const { write } = scratchFolder();
const pem = write('ca.pem', 'a certificate');

async function addressOf(kafka: Readonly<Record<string, string>>) {
  const flags = Object.fromEntries(Object.entries(kafka).map(([key, value]) => [`kafka.${key}`, value]));
  return await kafkaAddressOf((await readConfiguration({ env: {}, flags })).settings);
}

test('a certificate means TLS, its file is read, and a login needs all its parts', async () => {
  const brokers = 'a:9092,b:9092';
  expect(await addressOf({ brokers })).toEqual({
    brokers: ['a:9092', 'b:9092'],
    tls: undefined,
    sasl: undefined,
  });
  expect((await addressOf({ brokers, tls: 'true' })).tls).toEqual({});
  expect((await addressOf({ brokers, ca: pem })).tls).toEqual({ ca: Buffer.from('a certificate') });
  const login = { sasl: 'scram-sha-256', user: 'me', password: 'geheim' };
  expect((await addressOf({ brokers, ...login })).sasl).toEqual({
    mechanism: 'scram-sha-256',
    user: 'me',
    password: 'geheim',
  });
});

test.each([
  { name: 'no broker', kafka: {}, says: /^no broker/ },
  { name: 'a certificate without key', kafka: { brokers: 'a:1', cert: pem }, says: /belong together/ },
  { name: 'a user without password', kafka: { brokers: 'a:1', user: 'me' }, says: /belong together/ },
  {
    name: 'a file that is not there',
    kafka: { brokers: 'a:1', ca: '/nowhere' },
    says: /kafka\.ca: .*ENOENT/,
  },
])('$name is wrong usage', async ({ kafka, says }) => {
  await expect(addressOf(kafka as Record<string, string>)).rejects.toMatchObject({
    exitCode: 2,
    message: expect.stringMatching(says),
  });
});
