import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import type { RunningBrokers } from '../../infra/kafka/start-brokers.ts';

/** Runs one of Kafka's own command line tools, a class of its jars, to its end; answers what it writes. Throws where it fails. */
export async function runKafkaTool(
  { jars }: RunningBrokers,
  [tool, ...args]: readonly string[],
  input = '',
): Promise<string> {
  const options = ['-Xmx256m', '-XX:TieredStopAtLevel=1', '-Dorg.slf4j.simpleLogger.defaultLogLevel=error'];
  const child = spawn('java', [...options, '-cp', `${jars}/*`, `org.apache.kafka.tools.${tool}`, ...args]);
  child.stdin.on('error', () => {}).end(input);
  const exit = once(child, 'exit');
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const [code] = (await exit) as [number | null];
  if (code !== 0) throw new Error(`${tool} ended with ${code}: ${err.slice(-2000)}`);
  return out;
}
