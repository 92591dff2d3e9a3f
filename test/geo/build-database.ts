/** What a database is made of; networks do not overlap. */
interface Content {
  readonly networks: Readonly<Record<string, object>>;
  readonly built?: string;
  readonly type?: string;
  readonly recordSize?: 24 | 28 | 32;
}

/** A MaxMind database of IPv4 networks in an IPv6 tree (https://maxmind.github.io/MaxMind-DB/), so that tests need nobody's data. */
export function buildDatabase({
  networks,
  built = '2026-06-01',
  type = 'Test-Country',
  recordSize = 24,
}: Content): Buffer {
  const data: Buffer[] = [];
  let dataLength = 0;
  /** A child is a node, the offset of a record, or undefined where there is nothing. */
  const nodes: [Child, Child][] = [[undefined, undefined]];
  for (const [network, record] of Object.entries(networks)) {
    const bytes = encode(record);
    insert(nodes, network, { record: dataLength });
    data.push(bytes);
    dataLength += bytes.length;
  }
  const number = (child: Child) => {
    if (child === undefined) return nodes.length;
    return 'node' in child ? child.node : nodes.length + 16 + child.record;
  };
  const tree = nodes.map(([left, right]) => encodeNode(number(left), number(right), recordSize));
  const metadata = {
    binary_format_major_version: 2,
    binary_format_minor_version: 0,
    build_epoch: Date.parse(built) / 1000,
    database_type: type,
    description: {},
    ip_version: 6,
    languages: [],
    node_count: nodes.length,
    record_size: recordSize,
  };
  const marker = Buffer.from('\xab\xcd\xefMaxMind.com', 'latin1');
  return Buffer.concat([...tree, Buffer.alloc(16), ...data, marker, encode(metadata)]);
}

type Child = { readonly node: number } | { readonly record: number } | undefined;

function insert(nodes: [Child, Child][], network: string, leaf: Child): void {
  const [address, length] = network.split('/');
  const bits = address
    .split('.')
    .map((octet) => Number(octet).toString(2).padStart(8, '0'))
    .join('');
  const path = `${'0'.repeat(96)}${bits.slice(0, Number(length))}`;
  let node = 0;
  for (const bit of path.slice(0, -1)) {
    const side = Number(bit) as 0 | 1;
    nodes[node][side] ??= { node: nodes.push([undefined, undefined]) - 1 };
    node = (nodes[node][side] as { node: number }).node;
  }
  nodes[node][Number(path.at(-1)) as 0 | 1] = leaf;
}

function encodeNode(left: number, right: number, recordSize: number): Buffer {
  const [l, r] = [left, right].map((record) => record.toString(16).padStart(recordSize / 4, '0'));
  if (recordSize !== 28) return Buffer.from(l + r, 'hex');
  return Buffer.from(l.slice(1) + l[0] + r, 'hex');
}

function encode(value: unknown): Buffer {
  if (typeof value === 'string') {
    const text = Buffer.from(value);
    return Buffer.concat([control(2, text.length), text]);
  }
  if (typeof value === 'number') return encodeNumber(value);
  if (typeof value === 'boolean') return Buffer.from([+value, 14 - 7]);
  if (Array.isArray(value)) return Buffer.concat([Buffer.from([value.length, 11 - 7]), ...value.map(encode)]);
  const entries = Object.entries(value as object);
  return Buffer.concat([control(7, entries.length), ...entries.flat().map(encode)]);
}

function encodeNumber(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return Buffer.concat([control(6, 4), bytes]);
}

/** Type in three bits, size in five; sizes of 29 to 284 in a byte of their own. */
function control(type: number, size: number): Buffer {
  return size < 29 ? Buffer.of((type << 5) | size) : Buffer.of((type << 5) | 29, size - 29);
}
