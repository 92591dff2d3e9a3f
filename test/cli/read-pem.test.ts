import { expect, test } from 'vitest';
import { kafkaAddressOf } from '../../services/kafka-address.ts';
import { openStore } from '../../services/open-store.ts';
import { readConfiguration } from '../../shared/config.ts';

const contents = ['-----BEGIN PRIVATE KEY-----\ngeheim\n', '-----BEGIN PRIVATE KEY-----geheim', 'ge\nheim'];

test.each(contents)('a key in the place of its path is in no error: %j', async (content) => {
  const { settings } = await readConfiguration({
    env: {},
    flags: {
      ...{ 'clickhouse.url': 'https://db:8443', 'clickhouse.cert': content, 'clickhouse.key': content },
      ...{ 'kafka.brokers': 'a:1', 'kafka.cert': content, 'kafka.key': content },
    },
  });
  for (const [key, read] of [
    ['clickhouse.cert', () => openStore(settings, 'read')],
    ['kafka.cert', () => kafkaAddressOf(settings)],
  ] as const) {
    const error: unknown = await read().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      exitCode: 2,
      message: `${key} takes the path of a file, not its content`,
      advice: undefined,
    });
    expect((error as Error).cause).toBeUndefined();
  }
});
