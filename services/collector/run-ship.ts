import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Settings } from '../../shared/config.ts';
import { type ChunkTopic, openChunkTopic } from '../../shared/kafka/open-chunk-topic.ts';
import { createLog } from '../../shared/logger.ts';
import { createShipMeter, type ShipMeter } from '../../shared/metrics/ship-meter.ts';
import { openLiveInput } from '../../shared/source/live-input.ts';
import { openProgress } from '../../shared/terminal/progress.ts';
import type { ExitCode, Invocation } from '../command.ts';
import { kafkaAddressOf } from '../kafka-address.ts';
import { serveMetrics } from '../serve-metrics.ts';
import type { ShipFlags } from './command.ts';
import { commandToCount, drawSummary } from './draw-summary.ts';
import { follow } from './follow.ts';
import { openLagGate } from './lag-gate.ts';
import { measuredSink } from './measured-sink.ts';
import { shipOnce } from './ship-once.ts';
import type { ShipOptions } from './ship-options.ts';
import { shipPipe } from './ship-pipe.ts';
import { Sources } from './sources.ts';
import { openStateFile, type StateFile } from './state-file.ts';
import { tellTooLong } from './tell-too-long.ts';

interface Around {
  readonly settings: Settings;
  /** Of the state; a stream that is followed has none. */
  readonly folder?: string;
}

/** Connects, ships, says what it came to. */
export async function runShip(invocation: Invocation<ShipFlags>, around: Around): Promise<ExitCode> {
  const { terminal, flags, signal } = invocation;
  const progress = openProgress({
    write: terminal.err,
    width: terminal.width,
    moves: terminal.errMoves,
    log: createLog(around.settings.log, terminal.err),
  });
  const onNotice = (text: string) => {
    progress.clear();
    terminal.err(`${text}\n`);
  };
  // What is on its way when the operator ends it may still arrive; when all is over nothing is tried any more.
  const over = new AbortController();
  const opening = AbortSignal.any([signal, over.signal]);
  const meter = createShipMeter();
  await using _metrics = await serveMetrics(meter, around.settings, onNotice);
  try {
    const told = { onNotice, meter, over: over.signal };
    await using topic = await openTopicOf(invocation, { ...around, ...told, opening });
    const onProgress = progress.show;
    const options = await optionsOf(invocation, { ...around, ...told, topic, onProgress });
    const summary = await shipAll(options, {
      isPipe: around.folder === undefined,
      once: flags.once === true,
    });
    progress.clear();
    const next = commandToCount(around.settings.kafka.brokers, flags);
    terminal.out(flags.json === true ? `${JSON.stringify(summary)}\n` : drawSummary(summary, next));
    over.abort();
    return summary.files.some(({ error }) => error !== undefined) ? 1 : 0;
  } catch (error) {
    // Nothing was begun that could be left half done.
    if (flags.once !== true && signal.aborted && (error as Error).name === 'AbortError') return 0;
    throw error;
  } finally {
    over.abort();
    progress.clear();
  }
}

async function shipAll(options: ShipOptions, { isPipe, once }: { isPipe: boolean; once: boolean }) {
  if (isPipe) return await shipPipe(options, openLiveInput());
  return once ? await shipOnce(options) : await follow(options);
}

interface Opening extends Around {
  /** Ends waiting for brokers before the first line is read. */
  readonly opening: AbortSignal;
  readonly over: AbortSignal;
  readonly meter: ShipMeter;
  onNotice(text: string): void;
}

async function openTopicOf(
  { flags }: Invocation<ShipFlags>,
  { settings, opening, over, meter, onNotice }: Opening,
) {
  const { topic, partitions, replication_factor, raw_retention_hours } = settings.kafka;
  const wanted = {
    topic,
    partitions,
    replicationFactor: replication_factor,
    rawRetentionHours: raw_retention_hours,
  };
  const giveUpAfterMs = flags.once === true ? (flags.timeout ?? 300) * 1000 : undefined;
  const kafka = await kafkaAddressOf(settings);
  const opened = await openChunkTopic(wanted, {
    ...{ kafka, giveUpAfterMs, opening, signal: over, onNotice },
    onRetry: meter.retried,
  });
  if (opened.facts.created) onNotice(`Made the topic ${topic} with ${opened.facts.partitions} partitions.`);
  for (const finding of opened.facts.findings) onNotice(`warning: ${finding}`);
  return opened;
}

/** A stream cannot be read again. */
const NO_STATE: StateFile = { sources: new Sources(), finding: undefined, save: async () => {} };

interface Told extends Around, Pick<ShipOptions, 'onNotice' | 'onProgress'> {
  readonly topic: ChunkTopic;
  readonly over: AbortSignal;
  readonly meter: ShipMeter;
}

async function optionsOf(
  { operands, flags, signal }: Invocation<ShipFlags>,
  { settings, folder, topic, over, meter, onNotice, onProgress }: Told,
): Promise<ShipOptions> {
  const { topic: name, group } = settings.kafka;
  // Another cluster or topic has other lines: each has a state of its own.
  const cluster = topic.facts.clusterId.replace(/[^\w-]/g, '_');
  const state =
    folder === undefined ? NO_STATE : await openStateFile(join(folder, `${name}@${cluster}.json`));
  if (state.finding !== undefined) onNotice(state.finding);
  const { mayRead } = openLagGate({
    isFarBehind: (ageMs) => topic.isFarBehind(group, ageMs),
    keptMs: topic.facts.keptMs,
    onWait: meter.waiting,
    signal: AbortSignal.any([signal, over]),
    onNotice,
  });
  return {
    paths: operands,
    filesFrom: flags.filesFrom,
    site:
      flags.site ??
      hostname()
        .replace(/[^\w.:@/-]/g, '-')
        .slice(0, 128),
    sink: measuredSink(topic.sink, meter),
    partitions: topic.facts.partitions,
    sources: state.sources,
    saveState: state.save,
    mayRead,
    signal,
    onProgress,
    // With --once the summary says it.
    onTooLong: tellTooLong({ meter, onNotice: flags.once === true ? () => {} : onNotice }),
    onNotice,
  };
}
