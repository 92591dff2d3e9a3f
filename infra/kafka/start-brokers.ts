import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { inTime } from '../../shared/in-time.ts';
import {
  type BrokerProcess,
  formatNode,
  type NodePlan,
  newClusterId,
  startNode,
  untilReady,
  writeFiles,
} from './broker-process.ts';
import { classArchive } from './class-archive.ts';
import { fetchJars } from './fetch-jars.ts';
import { freePort } from './free-port.ts';
import { type NodePorts, securityFiles, serverProperties, type WireSecurity } from './server-properties.ts';

/** How many brokers, where and with what. */
export interface BrokerOptions {
  /** 1 to 3, each broker and controller; default 1. */
  readonly nodes?: number;
  /** Of the data, which stays; without it a temporary folder that is removed at the end. */
  readonly folder?: string;
  /** How clients connect; default `plaintext`. */
  readonly security?: 'plaintext' | { readonly sasl_ssl: WireSecurity };
  /** Of server.properties, over ours: `{ 'log.retention.check.interval.ms': '1000' }`. */
  readonly properties?: Readonly<Record<string, string>>;
  /** Of each node; default 512. */
  readonly heapMb?: number;
  /** Java compiles all it can: 7.5 s of processor time until it answers and not 4.4, faster under load. For benchmarks and brokers that stay. */
  readonly optimised?: boolean;
  /** For clients of node 1, the next one for node 2; without it free ones. */
  readonly port?: number;
  /** How long a node may take until it answers; default 60 s. */
  readonly patienceMs?: number;
}

/** Brokers that answer. Nodes are named by Kafka's own ids: 1 to 3, as a leader's or coordinator's id is. */
export interface RunningBrokers extends AsyncDisposable {
  /** `host:port` for clients, node 1 first; stable over a restart. */
  readonly brokers: readonly string[];
  /** The data of all nodes; `broker.log` is in `node-1/` and so on. */
  readonly folder: string;
  /** The jars of Kafka and its tools, for a class path: `${jars}/*`. */
  readonly jars: string;
  /** Process of a node; of the last one where it is not running. */
  pid(node: number): number;
  isRunning(node: number): boolean;
  /** Sends a signal, `SIGKILL` where none is named, and waits for the end where it ends the node (SIGSTOP and SIGCONT do not). */
  kill(node: number, signal?: NodeJS.Signals): Promise<void>;
  /** Starts a node again, on the same ports and data, after ending it in order where it runs; waits until it answers. */
  restart(node: number): Promise<void>;
  /** Ends all nodes, and removes a temporary folder. */
  stop(): Promise<void>;
}

/** Starts real Kafka brokers on loopback ports and waits until they answer. They end with this process, however it ends. */
export async function startBrokers(options: BrokerOptions = {}): Promise<RunningBrokers> {
  const jars = await fetchJars();
  const archive = await classArchive(jars, async (java) => {
    await using running = await startNodes({}, { jars, java });
    return await inTime(archiveMs, running.kill(1, 'SIGTERM'));
  });
  return await startNodes(options, { jars, java: [`-XX:SharedArchiveFile=${archive}`] });
}

async function startNodes(
  options: BrokerOptions,
  { jars, java }: Pick<NodePlan, 'jars' | 'java'>,
): Promise<RunningBrokers> {
  const temporary =
    options.folder === undefined ? mkdtempSync(join(tmpdir(), 'tallymark-kafka-')) : undefined;
  const folder = temporary ?? resolve(options.folder ?? '');
  const count = options.nodes ?? 1;
  mkdirSync(folder, { recursive: true });
  const ids = Array.from({ length: count }, (_, index) => index + 1);
  checkFolder(folder, ids);
  const ports = await choosePorts(ids, options.port);
  const plans = ids.map(
    (id): NodePlan => ({
      id,
      folder: join(folder, `node-${id}`),
      jars,
      java: [
        `-Xmx${options.heapMb ?? 512}m`,
        ...(options.optimised ? [] : ['-XX:TieredStopAtLevel=1']),
        ...java,
      ],
      internalPort: ports[id - 1].internal,
      temporary,
    }),
  );
  await prepare(plans, ports, { folder, options });
  const running = runBrokers(plans, {
    brokers: ports.map(({ client }) => `127.0.0.1:${client}`),
    folder,
    jars,
    temporary,
    patienceMs: options.patienceMs ?? 60_000,
  });
  try {
    await running.start();
  } catch (error) {
    await running.stop();
    throw error;
  }
  return running;
}

function checkFolder(folder: string, ids: readonly number[]): void {
  if (ids.length < 1 || ids.length > 3) throw new Error(`${ids.length} nodes: 1 to 3 can be started`);
  const there = readdirSync(folder).filter((name) => /^node-\d$/.test(name)).length;
  if (there > 0 && there !== ids.length)
    throw new Error(`${folder} holds a cluster of ${there} nodes, not ${ids.length}; name another folder`);
}

async function choosePorts(ids: readonly number[], first: number | undefined): Promise<NodePorts[]> {
  const ports = new Set<number>(first === undefined ? [] : ids.map((id) => first + id - 1));
  const another = async (): Promise<number> => {
    const port = await freePort();
    if (ports.has(port)) return await another();
    ports.add(port);
    return port;
  };
  const chosen: NodePorts[] = [];
  for (const id of ids) {
    const client = first === undefined ? await another() : first + id - 1;
    chosen.push({ client, internal: await another(), controller: await another() });
  }
  return chosen;
}

/** Writes the settings, and formats what is new. */
async function prepare(
  plans: readonly NodePlan[],
  ports: readonly NodePorts[],
  { folder, options }: { readonly folder: string; readonly options: BrokerOptions },
): Promise<void> {
  const security = options.security ?? 'plaintext';
  const cluster = clusterOf(folder);
  const users = security === 'plaintext' ? [] : security.sasl_ssl.users;
  for (const { id, folder } of plans) {
    const settings = { id, ports, folder, security, properties: options.properties ?? {} };
    writeFiles(folder, {
      'server.properties': serverProperties(settings),
      ...(security !== 'plaintext' && securityFiles(security.sasl_ssl)),
    });
  }
  await Promise.all(plans.map((plan) => formatNode(plan, cluster, users)));
}

/** That of the data which is there, or a new one. */
function clusterOf(folder: string): string {
  const meta = join(folder, 'node-1/data/meta.properties');
  const known = existsSync(meta) ? /^cluster\.id=(.+)$/m.exec(readFileSync(meta, 'utf8'))?.[1] : undefined;
  return known ?? newClusterId();
}

/** How long a broker may take to leave and to write its classes, on a machine that is busy. */
const archiveMs = 120_000;

/** A broker that leaves in order hands on its leaderships; alone with a lost quorum it would try for ever. */
const orderlyEndMs = 15_000;

function runBrokers(
  plans: readonly NodePlan[],
  cluster: Pick<RunningBrokers, 'brokers' | 'folder' | 'jars'> & {
    readonly temporary: string | undefined;
    readonly patienceMs: number;
  },
): RunningBrokers & { start(): Promise<void> } {
  const { brokers, folder, jars, temporary, patienceMs } = cluster;
  const nodes = new Map<number, BrokerProcess>();
  const nodeOf = (id: number): BrokerProcess => {
    const node = nodes.get(id);
    if (!node) throw new Error(`there is no Kafka node ${id}`);
    return node;
  };
  const launch = async ({ plan, live }: { plan: NodePlan; live: number }) => {
    const node = startNode(plan);
    nodes.set(plan.id, node);
    await untilReady(plan, node, { brokers: live, patienceMs });
  };
  const stop = async () => {
    const ending = [...nodes.values()];
    await Promise.all(
      ending.map((node) => (temporary === undefined ? endInOrder(node) : node.signal('SIGKILL'))),
    );
    if (temporary !== undefined) await rm(temporary, { recursive: true, force: true, maxRetries: 5 });
  };
  return {
    brokers,
    folder,
    jars,
    start: async () => {
      await Promise.all(plans.map((plan) => launch({ plan, live: plans.length })));
    },
    pid: (id) => nodeOf(id).pid,
    isRunning: (id) => nodeOf(id).isRunning(),
    kill: (id, signal = 'SIGKILL') => nodeOf(id).signal(signal),
    restart: async (id) => {
      await endInOrder(nodeOf(id));
      await launch({ plan: plans[id - 1], live: 1 });
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

async function endInOrder(node: BrokerProcess): Promise<void> {
  const timer = setTimeout(() => void node.signal('SIGKILL'), orderlyEndMs);
  try {
    await node.signal('SIGTERM');
  } finally {
    clearTimeout(timer);
  }
}
