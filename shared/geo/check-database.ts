import { countryIndex, UNKNOWN_COUNTRY } from './countries.ts';
import { countryCodeIn } from './country-code-in.ts';
import { BrokenDatabase, type MmdbMap, type MmdbValue, readValue } from './mmdb-values.ts';

/** The metadata follows the last of these, in the last 128 KiB of the file. */
const METADATA_MARKER = Uint8Array.from('\xab\xcd\xefMaxMind.com', (letter) => letter.charCodeAt(0));
const METADATA_MOST = 128 * 1024;

/** Zeros between the search tree and the records. */
const SEPARATOR_LENGTH = 16;

/** A build date outside of these years is none: the format is of 2012. */
const FIRST_BUILD = Date.UTC(2000, 0) / 1000;
const LAST_BUILD = Date.UTC(2100, 0) / 1000;

interface Tree {
  readonly bytes: Uint8Array;
  readonly nodeCount: number;
  readonly recordSize: 24 | 28 | 32;
  /** Bits of an address. */
  readonly depth: 32 | 128;
}

/**
 * Walks a MaxMind database (https://maxmind.github.io/MaxMind-DB/) from end to end: metadata, search tree, each record. Throws `BrokenDatabase` where it is
 * damaged, or has no countries. The library's reader finds damage only when it comes upon it, and may then not end.
 */
export function checkDatabase(bytes: Uint8Array): void {
  const metadataStart = endOfMarker(bytes);
  const metadata = readValue(bytes.subarray(metadataStart), 0);
  if (!(metadata instanceof Map)) throw new BrokenDatabase('the metadata is no map');
  const tree = checkMetadata(bytes, metadata);
  const treeSize = (tree.nodeCount * tree.recordSize) / 4;
  const dataEnd = metadataStart - METADATA_MARKER.length;
  const data = bytes.subarray(treeSize + SEPARATOR_LENGTH, dataEnd);
  if (treeSize + SEPARATOR_LENGTH > dataEnd) throw new BrokenDatabase('the search tree goes past the end');
  if (bytes.subarray(treeSize, treeSize + SEPARATOR_LENGTH).some((byte) => byte !== 0)) {
    throw new BrokenDatabase('the search tree does not end where it should');
  }
  let hasCountry = false;
  for (const offset of recordsOf(tree)) {
    if (offset < 0 || offset >= data.length)
      throw new BrokenDatabase('a network points outside of the records');
    const code = countryCodeIn(plain(readValue(data, offset)));
    hasCountry ||= code !== undefined && countryIndex(code) !== UNKNOWN_COUNTRY;
  }
  if (!hasCountry) throw new BrokenDatabase('no network in it has a country');
}

function endOfMarker(bytes: Uint8Array): number {
  const last = bytes.length - METADATA_MARKER.length;
  for (let at = last; at >= Math.max(0, last - METADATA_MOST); at--) {
    if (METADATA_MARKER.every((byte, i) => bytes[at + i] === byte)) return at + METADATA_MARKER.length;
  }
  throw new BrokenDatabase('it has no metadata, so it is no MaxMind database or was cut off');
}

function checkMetadata(bytes: Uint8Array, metadata: MmdbMap): Tree {
  const nodeCount = metadata.get('node_count');
  const recordSize = metadata.get('record_size');
  const ipVersion = metadata.get('ip_version');
  const built = metadata.get('build_epoch');
  if (metadata.get('binary_format_major_version') !== 2)
    throw new BrokenDatabase('its format is not version 2');
  if (typeof nodeCount !== 'number' || nodeCount === 0) throw new BrokenDatabase('it has no search tree');
  if (recordSize !== 24 && recordSize !== 28 && recordSize !== 32)
    throw new BrokenDatabase('its record size is unknown');
  if (ipVersion !== 4 && ipVersion !== 6) throw new BrokenDatabase('its IP version is neither 4 nor 6');
  if (typeof built !== 'number' || built < FIRST_BUILD || built > LAST_BUILD) {
    throw new BrokenDatabase('its build date is no date');
  }
  return { bytes, nodeCount, recordSize, depth: ipVersion === 4 ? 32 : 128 };
}

const ON_PATH = 1;
const DONE = 2;

/** The offsets of all records that the tree leads to, each once. Subtrees may be shared (IPv4 has aliases); ways in a circle may not be. */
function recordsOf(tree: Tree): Set<number> {
  const records = new Set<number>();
  const states = new Uint8Array(tree.nodeCount);
  // A node is on the stack to be entered, and as its complement to be left.
  const stack = [0];
  for (let depth = 0; stack.length > 0; ) {
    const node = stack.pop()!;
    if (node < 0) {
      states[~node] = DONE;
      depth--;
      continue;
    }
    if (states[node] === ON_PATH) throw new BrokenDatabase('its search tree goes in a circle');
    if (states[node] === DONE) continue;
    if (++depth > tree.depth) throw new BrokenDatabase('its search tree is deeper than an address has bits');
    states[node] = ON_PATH;
    stack.push(~node);
    for (const record of [leftOf(tree, node), rightOf(tree, node)]) {
      if (record < tree.nodeCount) stack.push(record);
      else if (record > tree.nodeCount) records.add(record - tree.nodeCount - SEPARATOR_LENGTH);
    }
  }
  return records;
}

function leftOf({ bytes, recordSize }: Tree, node: number): number {
  const at = (node * recordSize) / 4;
  const first24 = bytes[at] * 0x10000 + bytes[at + 1] * 0x100 + bytes[at + 2];
  if (recordSize === 24) return first24;
  return recordSize === 28 ? (bytes[at + 3] >> 4) * 0x1000000 + first24 : first24 * 0x100 + bytes[at + 3];
}

function rightOf({ bytes, recordSize }: Tree, node: number): number {
  const end = ((node + 1) * recordSize) / 4;
  const last24 = bytes[end - 3] * 0x10000 + bytes[end - 2] * 0x100 + bytes[end - 1];
  if (recordSize === 24) return last24;
  const high = recordSize === 28 ? bytes[end - 4] & 15 : bytes[end - 4];
  return high * 0x1000000 + last24;
}

function plain(value: MmdbValue): unknown {
  return value instanceof Map ? Object.fromEntries([...value].map(([key, of]) => [key, plain(of)])) : value;
}
