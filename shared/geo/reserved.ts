import type { Address } from './parse-address.ts';

const INTERNAL = true;

/** Networks that no country has: those of RFC 6890 and IANA's special-purpose registries that are not globally reachable, and multicast. */
const RESERVED_V4: readonly Network[] = [
  v4('this network (RFC 791)', '0.0.0.0', 8),
  v4('private use (RFC 1918)', '10.0.0.0', 8, INTERNAL),
  v4('shared address space (RFC 6598)', '100.64.0.0', 10, INTERNAL),
  v4('loopback (RFC 1122)', '127.0.0.0', 8, INTERNAL),
  v4('link local (RFC 3927)', '169.254.0.0', 16, INTERNAL),
  v4('private use (RFC 1918)', '172.16.0.0', 12, INTERNAL),
  v4('IETF protocol assignments (RFC 6890)', '192.0.0.0', 24),
  v4('documentation TEST-NET-1 (RFC 5737)', '192.0.2.0', 24),
  v4('private use (RFC 1918)', '192.168.0.0', 16, INTERNAL),
  v4('benchmarking (RFC 2544)', '198.18.0.0', 15),
  v4('documentation TEST-NET-2 (RFC 5737)', '198.51.100.0', 24),
  v4('documentation TEST-NET-3 (RFC 5737)', '203.0.113.0', 24),
  v4('multicast (RFC 5771)', '224.0.0.0', 4),
  v4('reserved (RFC 1112) and limited broadcast (RFC 8190)', '240.0.0.0', 4),
];

const RESERVED_V6: readonly Network[] = [
  v6('unspecified, loopback and IPv4-compatible (RFC 4291)', [], 96),
  v6('local-use IPv4/IPv6 translation (RFC 8215)', [0x64, 0xff9b, 1], 48),
  v6('discard only (RFC 6666)', [0x100], 64),
  v6('IETF protocol assignments (RFC 2928)', [0x2001], 23),
  v6('documentation (RFC 3849)', [0x2001, 0xdb8], 32),
  v6('documentation (RFC 9637)', [0x3fff], 20),
  v6('segment routing identifiers (RFC 9602)', [0x5f00], 16),
  v6('unique local (RFC 4193)', [0xfc00], 7, INTERNAL),
  v6('link local (RFC 4291)', [0xfe80], 10, INTERNAL),
  v6('site local, deprecated (RFC 3879)', [0xfec0], 10, INTERNAL),
  v6('multicast (RFC 4291)', [0xff00], 8),
];

interface Network {
  readonly name: string;
  readonly words: readonly number[];
  readonly prefixLength: number;
  /** Addresses of machines within a site: where a log has them, it has the balancer's and not the client's. */
  readonly internal: boolean;
}

/** The reserved /24s: first (the three bytes of the network as one number) and how many. No reserved network of IPv4 is smaller. */
export const reserved24s: readonly (readonly [first: number, size: number])[] = RESERVED_V4.map(
  ({ words: [high, low], prefixLength }) => [high * 256 + (low >>> 8), 2 ** (24 - prefixLength)],
);

/** The reserved network an address is in; undefined where it is in none. */
export function reservedNetwork(address: Address): Network | undefined {
  const words = address.version === 4 ? [address.v4 >>> 16, address.v4 & 0xffff] : address.words;
  const networks = address.version === 4 ? RESERVED_V4 : RESERVED_V6;
  return networks.find((network) => contains(network, words));
}

function contains({ words, prefixLength }: Network, address: ArrayLike<number>): boolean {
  for (let word = 0; word * 16 < prefixLength; word++) {
    const bits = Math.min(16, prefixLength - word * 16);
    if (((words[word] ?? 0) ^ address[word]) >>> (16 - bits) !== 0) return false;
  }
  return true;
}

function v4(name: string, network: string, prefixLength: number, internal = false): Network {
  const [a, b, c, d] = network.split('.').map(Number);
  return { name, words: [a * 256 + b, c * 256 + d], prefixLength, internal };
}

function v6(name: string, words: readonly number[], prefixLength: number, internal = false): Network {
  return { name, words, prefixLength, internal };
}
