import { type Address, createAddress, parseAddress } from './parse-address.ts';
import { reservedNetwork } from './reserved.ts';

/** Why the addresses of a log look as if they were a balancer's: most are internal ones, or of one network. */
export type AddressWarning = 'internal' | 'one_network';

/** Looks at addresses and says only whether they look wrong: no address and no network comes out of it. */
export interface AddressSample {
  /** Bytes that are no address do not count. */
  add(bytes: Uint8Array, start: number, end: number): void;
  /** Undefined where all looks well, or too little has been seen. */
  warning(): AddressWarning | undefined;
}

/** A few lines may well come from one place. */
const LEAST = 1000;

/** With so many counters none is more than a 33rd of all lines too low, whatever the order (Misra and Gries 1982). */
const COUNTERS = 32;

/** Counts /24s (IPv6: /48s) in memory that does not grow, for the warning that `client_address` may be needed. */
export function createAddressSample(): AddressSample {
  const address = createAddress();
  const counts = new Map<number, number>();
  let all = 0;
  let internal = 0;

  function count(network: number): void {
    const known = counts.get(network);
    if (known !== undefined || counts.size < COUNTERS) {
      counts.set(network, (known ?? 0) + 1);
      return;
    }
    for (const [other, times] of counts) {
      if (times === 1) counts.delete(other);
      else counts.set(other, times - 1);
    }
  }

  return {
    add(bytes, start, end) {
      parseAddress(bytes, start, end, address);
      if (address.version === 0) return;
      all++;
      if (reservedNetwork(address)?.internal) internal++;
      count(networkOf(address));
    },
    warning() {
      if (all < LEAST) return undefined;
      if (internal > all / 2) return 'internal';
      return Math.max(...counts.values()) > all / 2 ? 'one_network' : undefined;
    },
  };
}

/** One number for a /24 or a /48; the latter are beyond the former. */
function networkOf({ version, v4, words }: Address): number {
  return version === 4 ? v4 >>> 8 : 2 ** 24 + (words[0] * 0x10000 + words[1]) * 0x10000 + words[2];
}
