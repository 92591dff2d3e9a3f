import { countryIndex, UNKNOWN_COUNTRY } from './countries.ts';
import type { CountryOf } from './country-of.ts';
import { type Address, createAddress, parseAddress } from './parse-address.ts';
import { reserved24s, reservedNetwork } from './reserved.ts';

/** A database: address → the country code it has, and how many leading bits of the address have the same answer. */
export type CountryLookup = (address: string) => readonly [code: string | undefined, prefixLength: number];

/** Not known yet; else the number of the country plus one. */
const EMPTY = 0;
/** The database is finer than a /24 here: ask it each time. */
const FINER = 255;

/** 65,536 /48s: 576 KiB. Two that fall on one slot take turns. */
const SLOTS = 2 ** 16;

/**
 * Countries by address over a database that is asked once for each of its networks of /24 and wider, for each /48, and else each time. What is remembered stays
 * in memory: 16 MiB for all /24s, of which the system gives only the touched pages. Private and reserved addresses, host names and
 * garbage are `ZZ`. 35 ns an address in a block where the /24 is known.
 */
export function createCountryOf(lookup: CountryLookup): CountryOf {
  const address = createAddress();
  const by24 = new Uint8Array(2 ** 24);
  for (const [first, size] of reserved24s) by24.fill(UNKNOWN_COUNTRY + 1, first, first + size);
  const networks48 = new Float64Array(SLOTS);
  const countries48 = new Uint8Array(SLOTS);

  function ofIpv4(): number {
    const network = address.v4 >>> 8;
    const known = by24[network];
    if (known !== EMPTY && known !== FINER) return known - 1;
    const [country, prefixLength] = locate(address, lookup);
    if (prefixLength > 24) by24[network] = FINER;
    else fill(network, 2 ** (24 - prefixLength), country);
    return country;
  }

  /** The whole network of the answer, since its other /24s will be asked for too; reserved ones in it are filled already. */
  function fill(network: number, size: number, country: number): void {
    const first = network - (network % size);
    for (let at = first; at < first + size; at++) if (by24[at] === EMPTY) by24[at] = country + 1;
  }

  function ofIpv6(): number {
    const { words } = address;
    const network = (words[0] * 0x10000 + words[1]) * 0x10000 + words[2];
    const slot = slotOf(words);
    // Plus one, since 0 is an empty slot; ::/48 is reserved anyway.
    if (networks48[slot] === network + 1) return countries48[slot];
    const [country, prefixLength] = locate(address, lookup);
    if (prefixLength <= 48) {
      networks48[slot] = network + 1;
      countries48[slot] = country;
    }
    return country;
  }

  return (bytes, start, end) => {
    parseAddress(bytes, start, end, address);
    if (address.version === 4) return ofIpv4();
    return address.version === 6 ? ofIpv6() : UNKNOWN_COUNTRY;
  };
}

function slotOf(words: Uint16Array): number {
  return (Math.imul((words[0] << 16) | words[1], 0x9e3779b1) ^ Math.imul(words[2], 0x85ebca6b)) >>> 16;
}

function locate(address: Address, lookup: CountryLookup): readonly [country: number, prefixLength: number] {
  const reserved = reservedNetwork(address);
  if (reserved !== undefined) return [UNKNOWN_COUNTRY, reserved.prefixLength];
  const [code, prefixLength] = lookup(textOf(address));
  return [code === undefined ? UNKNOWN_COUNTRY : countryIndex(code), prefixLength];
}

function textOf({ version, v4, words }: Address): string {
  if (version === 4) return [v4 >>> 24, (v4 >>> 16) & 255, (v4 >>> 8) & 255, v4 & 255].join('.');
  return Array.from(words, (word) => word.toString(16)).join(':');
}
