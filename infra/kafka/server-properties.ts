import { join } from 'node:path';

/** Ports of one node, all on the loopback interface. */
export interface NodePorts {
  /** What clients connect to. */
  readonly client: number;
  /** Plain text, for the brokers among themselves and for asking whether a node is up. */
  readonly internal: number;
  readonly controller: number;
}

/** TLS and SASL for clients. All PEM, keys as PKCS #8. */
export interface WireSecurity {
  readonly certificate: string;
  readonly key: string;
  /** Of the clients' certificates; a client needs one where this is given. */
  readonly clientCa?: string;
  /** May log in with PLAIN, SCRAM-SHA-256 and SCRAM-SHA-512. Letters and digits. */
  readonly users: readonly { readonly name: string; readonly password: string }[];
}

/** Text of a node's server.properties: broker and controller in one. */
export function serverProperties(node: {
  readonly id: number;
  /** Of all nodes, node 1 first. */
  readonly ports: readonly NodePorts[];
  readonly folder: string;
  readonly security: 'plaintext' | { readonly sasl_ssl: WireSecurity };
  /** Whatever else, over ours. */
  readonly properties: Readonly<Record<string, string>>;
}): string {
  const { client, internal, controller } = node.ports[node.id - 1];
  const voters = node.ports.map((ports, index) => `${index + 1}@127.0.0.1:${ports.controller}`);
  const replicas = String(Math.min(node.ports.length, 3));
  const all = {
    'process.roles': 'broker,controller',
    'node.id': String(node.id),
    'controller.quorum.voters': voters.join(','),
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'INTERNAL',
    listeners: `CLIENT://127.0.0.1:${client},INTERNAL://127.0.0.1:${internal},CONTROLLER://127.0.0.1:${controller}`,
    'advertised.listeners': `CLIENT://127.0.0.1:${client},INTERNAL://127.0.0.1:${internal}`,
    'listener.security.protocol.map': `CLIENT:${node.security === 'plaintext' ? 'PLAINTEXT' : 'SASL_SSL'},INTERNAL:PLAINTEXT,CONTROLLER:PLAINTEXT`,
    'log.dirs': join(node.folder, 'data'),
    'auto.create.topics.enable': 'false',
    'group.initial.rebalance.delay.ms': '0',
    'default.replication.factor': replicas,
    'min.insync.replicas': replicas === '3' ? '2' : '1',
    // Of the heap, from the start; the default is 128 MiB.
    'log.cleaner.dedupe.buffer.size': String(16 * 1024 * 1024),
    // Few, so that the first group of a fresh broker does not wait for fifty partitions.
    'offsets.topic.num.partitions': '4',
    'offsets.topic.replication.factor': replicas,
    'transaction.state.log.num.partitions': '4',
    'transaction.state.log.replication.factor': replicas,
    'transaction.state.log.min.isr': replicas === '3' ? '2' : '1',
    ...(node.security !== 'plaintext' && securityProperties(node.security.sasl_ssl, node.folder)),
    ...node.properties,
  };
  return Object.entries(all)
    .map(([key, value]) => `${key}=${value.replaceAll('\\', '\\\\')}\n`)
    .join('');
}

/** Files that `securityProperties` name, with their contents. */
export function securityFiles({ certificate, key, clientCa }: WireSecurity): Record<string, string> {
  return { 'keystore.pem': `${key}\n${certificate}\n`, ...(clientCa && { 'truststore.pem': clientCa }) };
}

function securityProperties({ users, clientCa }: WireSecurity, folder: string): Record<string, string> {
  const login = 'listener.name.client';
  const modules = 'org.apache.kafka.common.security';
  const plainUsers = users.map(({ name, password }) => `user_${name}="${password}"`).join(' ');
  return {
    'sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512',
    [`${login}.plain.sasl.jaas.config`]: `${modules}.plain.PlainLoginModule required ${plainUsers};`,
    [`${login}.scram-sha-256.sasl.jaas.config`]: `${modules}.scram.ScramLoginModule required;`,
    [`${login}.scram-sha-512.sasl.jaas.config`]: `${modules}.scram.ScramLoginModule required;`,
    [`${login}.ssl.keystore.type`]: 'PEM',
    [`${login}.ssl.keystore.location`]: join(folder, 'keystore.pem'),
    ...(clientCa && {
      [`${login}.ssl.truststore.type`]: 'PEM',
      [`${login}.ssl.truststore.location`]: join(folder, 'truststore.pem'),
      [`${login}.ssl.client.auth`]: 'required',
    }),
  };
}
