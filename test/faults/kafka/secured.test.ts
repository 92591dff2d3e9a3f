import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { startBrokers } from '../../../infra/kafka/start-brokers.ts';
import { runCli } from '../../cli/run-cli.ts';
import { brokerTitle, whyNoBrokers } from '../../kafka/brokers.ts';
import { authorityIn, whyNoCertificates } from '../../kafka/certificates.ts';
import { scratchFolder } from '../../source/scratch-folder.ts';
import { makeLogs } from '../make-logs.ts';
import { findMistakes, readBooks } from '../read-books.ts';
import { seededRandom } from '../seeded-random.ts';
import { startCli } from '../start-cli.ts';
import { feedEnv, ingestArguments, ingestOnce, shipArguments, shipOnce } from './ship-and-ingest.ts';

const { folder } = scratchFolder();
const [password, wrong] = ['geheim4711', 'falsch0815'];
const cannot = whyNoBrokers ?? whyNoCertificates;
const title = 'a Kafka with TLS and login';

describe.skipIf(cannot !== undefined)(
  cannot === whyNoBrokers ? brokerTitle(title) : `${title} (skipped: ${cannot})`,
  () => {
    test('is shipped to and counted from with a password in a file, which is shown nowhere', {
      timeout: 240_000,
    }, async () => {
      const authority = authorityIn(folder, 'authority');
      const write = (name: string, text: string) => {
        writeFileSync(join(folder, name), text);
        return join(folder, name);
      };
      const env = {
        TALLYMARK_KAFKA_SASL: 'scram-sha-512',
        TALLYMARK_KAFKA_USER: 'tally',
        TALLYMARK_KAFKA_CA: write('ca.pem', authority.certificate),
        TALLYMARK_KAFKA_PASSWORD_FILE: write('password', `${password}\n`),
      };
      const wire = { ...authority.issue('server', 2), users: [{ name: 'tally', password }] };
      await using running = await startBrokers({ security: { sasl_ssl: wire }, heapMb: 384 });
      const feed = { running, topic: 'secured', group: 'secured', data: join(folder, 'data'), env };
      const logs = makeLogs({ folder, random: seededRandom(1), lines: 300, files: 2 });
      await shipOnce(feed, logs.paths);
      const { stderr } = await ingestOnce(feed);
      expect(stderr).not.toContain(password);
      expect(findMistakes(await readBooks({ data: feed.data }), [logs])).toEqual([]);

      const shown = await runCli(['config', '--json', '--data', feed.data], { env });
      expect(shown.exit).toBe(0);
      expect(shown.stdout + shown.stderr).not.toContain(password);

      const refused = { ...feed, env: { ...env, TALLYMARK_KAFKA_PASSWORD_FILE: write('wrong', wrong) } };
      // Not for ever, although nothing says --once: who is refused is not let in later.
      const commands = [shipArguments(refused, logs.paths), ingestArguments(refused)];
      for (const args of [...commands, ...commands.map((each) => [...each, '--once'])]) {
        await using cli = startCli(args, { env: feedEnv(refused) });
        const { exit, stdout, stderr } = await cli.ended;
        expect({ exit, stderr }).toEqual({
          exit: 1,
          stderr: expect.stringMatching(/refuses the login of tally/),
        });
        expect(stdout + stderr).not.toMatch(new RegExp(`${password}|${wrong}`));
      }
    });
  },
);
