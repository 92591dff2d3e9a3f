import { CommandError, type ExitCode, type Invocation } from '../command.ts';

/** What of `replay`'s flags says how lines are counted, which is the ingester's to decide. */
const COUNTING = ['format', 'layout', 'rules', 'countryFrom', 'geoDb', 'workers', 'registry'] as const;

/** What belongs to Kafka alone. */
const KAFKA = ['brokers', 'topic', 'group', 'state'] as const;

type Flags = Readonly<Partial<Record<(typeof COUNTING)[number] | (typeof KAFKA)[number], string | number>>>;

/** Ships the logs as `tallymark ship --once` does; what a service has of another it has from the list of commands. */
export async function replayViaKafka(invocation: Invocation<Flags>): Promise<ExitCode> {
  const counting = COUNTING.find((name) => invocation.flags[name] !== undefined);
  if (counting !== undefined) {
    throw new CommandError(
      2,
      `${flagOf(counting)} with --via kafka: how lines are counted is decided where they are counted`,
      `give it to tallymark ingest, or leave --via kafka out`,
    );
  }
  const entry = invocation.commands.find(({ name }) => name === 'ship');
  if (entry === undefined) throw new CommandError(2, 'this tallymark cannot ship to Kafka');
  const ship = await entry.load();
  const flags = { ...invocation.flags, once: true };
  return await ship.run({ ...invocation, flags });
}

/** Throws where flags of Kafka's are given for a replay into the store. */
export function refuseKafkaFlags(flags: Flags): void {
  const stray = KAFKA.find((name) => flags[name] !== undefined);
  if (stray === undefined) return;
  throw new CommandError(2, `${flagOf(stray)} without --via kafka`, 'add --via kafka, or leave it out');
}

/** `countryFrom` as it is typed: `--country-from`. */
function flagOf(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
