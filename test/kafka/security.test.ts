import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:tls';
import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freePort } from '../../infra/kafka/free-port.ts';
import { type RunningBrokers, startBrokers } from '../../infra/kafka/start-brokers.ts';
import {
  asKafkaError,
  connectKafka,
  type KafkaAddress,
  KafkaError,
} from '../../shared/kafka/connect-kafka.ts';
import { openTopic } from '../../shared/kafka/topic.ts';
import { scratchFolder } from '../source/scratch-folder.ts';
import { brokerTitle, whyNoBrokers } from './brokers.ts';
import { authorityIn, type Certificate, whyNoCertificates } from './certificates.ts';

const { folder } = scratchFolder();
const password = 'geheim4711';
const mechanisms = ['plain', 'scram-sha-256', 'scram-sha-512'] as const;
const cannot = whyNoBrokers ?? whyNoCertificates;
const title =
  cannot === whyNoBrokers ? brokerTitle('a secured Kafka') : `a secured Kafka (skipped: ${cannot})`;

describe.skipIf(cannot !== undefined)(title, { timeout: 60_000 }, () => {
  let open: RunningBrokers;
  let strict: RunningBrokers;
  let ca: string;
  let otherCa: string;
  let client: Certificate;
  let expiredClient: Certificate;
  let expiredServer: Certificate;
  let strangeClient: Certificate;

  beforeAll(async () => {
    const authority = authorityIn(folder, 'authority');
    const other = authorityIn(folder, 'other');
    ca = authority.certificate;
    otherCa = other.certificate;
    client = authority.issue('client', 2);
    expiredClient = authority.issue('expired-client', -1);
    expiredServer = authority.issue('expired-server', -1);
    strangeClient = other.issue('strange-client', 2);
    const wire = { ...authority.issue('server', 2), users: [{ name: 'tally', password }] };
    [open, strict] = await Promise.all([
      startBrokers({ security: { sasl_ssl: wire }, heapMb: 256 }),
      startBrokers({ security: { sasl_ssl: { ...wire, clientCa: ca } }, heapMb: 256 }),
    ]);
  }, 120_000);
  afterAll(async () => {
    await open?.stop();
    await strict?.stop();
  });

  type Mechanism = (typeof mechanisms)[number];
  const login = (mechanism: Mechanism) => ({ mechanism, user: 'tally', password });
  const at = (running: RunningBrokers, files: KafkaAddress['tls'], mechanism: Mechanism = 'plain') => ({
    brokers: running.brokers,
    tls: files,
    sasl: login(mechanism),
  });
  const pair = ({ certificate, key }: Certificate) => ({ ca, cert: certificate, key });

  test.concurrent.each(mechanisms)('lets in who has the password, by %s', async (mechanism) => {
    expect(await facts(at(open, { ca }, mechanism), `by-${mechanism}`)).toMatchObject({ partitions: 1 });
  });

  test.concurrent('lets in who has a certificate, where it wants one', async () => {
    expect(await facts(at(strict, pair(client)), 'with-certificate')).toMatchObject({ partitions: 1 });
  });

  interface Refusal {
    readonly name: string;
    readonly address: () => KafkaAddress;
    readonly code: string;
    readonly says: RegExp;
  }

  test.concurrent.each<Refusal>([
    ...mechanisms.map((mechanism) => ({
      name: `a wrong password by ${mechanism}`,
      address: () => ({
        ...at(open, { ca }),
        sasl: { ...login(mechanism), password: `${password}x` },
      }),
      code: 'authentication',
      says: /refuses the login of tally by [\w-]+\. Check kafka\.user, the password/,
    })),
    {
      name: 'no login',
      address: () => ({ brokers: open.brokers, tls: { ca } }),
      code: 'unreachable',
      says: /closed the connection.*login/,
    },
    {
      name: 'an authority that is not known',
      address: () => at(open, { ca: otherCa }),
      code: 'tls',
      says: /authority that is not known here. Give .* kafka\.ca/,
    },
    {
      name: 'no certificate of the client',
      address: () => at(strict, { ca }),
      code: 'tls',
      says: /wants a certificate of the client|does not take the certificate/,
    },
    {
      name: 'an expired certificate of the client',
      address: () => at(strict, pair(expiredClient)),
      code: 'tls',
      says: /does not take the certificate of the client.*expired/,
    },
    {
      name: 'a certificate of the client by another authority',
      address: () => at(strict, pair(strangeClient)),
      code: 'tls',
      says: /certificate of the client/,
    },
    {
      name: 'no TLS where the broker speaks it',
      address: () => ({ brokers: open.brokers, sasl: login('plain') }),
      code: 'unreachable',
      says: /wants TLS closes connections without it: see kafka\.tls/,
    },
  ])('says in words what is wrong with $name', async ({ address, code, says }) => {
    await expectRefused(address(), { code, says });
  });

  test.concurrent('says that the broker’s certificate has expired', async () => {
    const { certificate: cert, key } = expiredServer;
    const server = createServer({ cert, key }, (socket) => socket.on('error', () => {}));
    server.on('tlsClientError', () => {});
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const brokers = [`127.0.0.1:${(server.address() as AddressInfo).port}`];
    await expectRefused(
      { brokers, tls: { ca } },
      { code: 'tls', says: /has expired. Renew it on the broker/ },
    );
    server.close();
  });

  test.concurrent('says that nobody listens', async () => {
    const brokers = [`127.0.0.1:${await freePort()}`];
    const says = new RegExp(`^Kafka at ${brokers[0]} is not there: nobody listens`);
    await expectRefused({ brokers }, { code: 'unreachable', says });
  });
});

async function facts(address: KafkaAddress, topic: string) {
  const admin = connectKafka(address).admin();
  await admin.connect();
  try {
    return await openTopic(admin, { topic, partitions: 1, replicationFactor: -1, rawRetentionHours: 24 });
  } finally {
    await admin.disconnect();
  }
}

async function expectRefused(
  address: KafkaAddress,
  { code, says }: { readonly code: string; readonly says: RegExp },
): Promise<void> {
  const thrown: unknown = await facts(address, 'refused').catch((error: unknown) => error);
  const error = asKafkaError(thrown, address);
  expect(error).toBeInstanceOf(KafkaError);
  expect(error.message).toMatch(says);
  expect(error.code).toBe(code);
  expect(error.message).not.toMatch(/\n|\bat \S+:\d+:\d+/);
  expect(inspect(error, { depth: 9 })).not.toContain(password);
}
