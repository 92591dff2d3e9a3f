import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import kafkajs from 'kafkajs';
import snappy from 'snappyjs';
import { oneChunk } from '../source/chunks.ts';
import { unzstd } from '../source/unzstd.ts';
import { KafkaError } from './kafka-error.ts';
import { lz4Compress, lz4Decompress } from './lz4-frame.ts';
import { preparedBatch } from './prepared-batches.ts';

/** A compression as kafkajs takes it: the records of a batch in `buffer`, and back. */
interface Codec {
  compress(records: { readonly buffer: Buffer }): Promise<Buffer>;
  decompress(bytes: Buffer): Promise<Buffer>;
}

/** The lowest: four times as fast as the default, and log lines get a tenth larger by it. */
const GZIP_LEVEL = 1;

const gzipCodec: Codec = {
  compress: async ({ buffer }) =>
    preparedBatch(buffer) ?? (await promisify(gzip)(buffer, { level: GZIP_LEVEL })),
  decompress: async (bytes) => await promisify(gunzip)(bytes, { chunkSize: sizeInflated(bytes) }),
};

/** Node's zlib comes back to the main thread for each chunk of output: 16 KiB of them by default, a fifth of all that an ingester does. */
const SMALLEST_CHUNK = 1 << 14;
const LARGEST_CHUNK = 1 << 23;

/** What the last four bytes of a gzip stream say (RFC 1952, ISIZE), where that can be; of a stream of several members the last one's. */
function sizeInflated(bytes: Buffer): number {
  const size = bytes.length < 4 ? 0 : bytes.readUInt32LE(bytes.length - 4);
  return Math.min(Math.max(size + 1, SMALLEST_CHUNK), LARGEST_CHUNK);
}

/** Written as one raw block, as librdkafka does; Java clients write Xerial's frame around theirs and read both. */
const snappyCodec: Codec = {
  compress: async ({ buffer }) => snappy.compress(buffer),
  decompress: async (bytes) => readSnappy(bytes),
};

const lz4Codec: Codec = {
  compress: async ({ buffer }) => lz4Compress(buffer),
  decompress: async (bytes) => lz4Decompress(bytes),
};

const zstdCodec: Codec = {
  compress: async () => {
    throw new KafkaError('unknown_codec', 'zstd is only read here. Send with gzip, snappy or lz4.');
  },
  decompress: async (bytes) => await readZstd(bytes),
};

/** By the number that a batch's attributes have. */
const codecs: readonly (readonly [number, string, Codec])[] = [
  [1, 'gzip', gzipCodec],
  [2, 'snappy', snappyCodec],
  [3, 'lz4', lz4Codec],
  [4, 'zstd', zstdCodec],
  ...[5, 6, 7].map((number): [number, string, Codec] => [number, String(number), unknownCodec(number)]),
];

/** Makes kafkajs read gzip, snappy, lz4 and zstd, and write the first three; any other is a `KafkaError`, where kafkajs would take it for none. */
export function registerCodecs(): void {
  const registered = kafkajs.CompressionCodecs as Record<number, () => Codec>;
  for (const [number, name, codec] of codecs) registered[number] = () => checked(name, codec);
}

/** What a decompressor says of broken bytes may quote them, so only the kind of trouble goes on. */
function checked(name: string, { compress, decompress }: Codec): Codec {
  return {
    compress,
    decompress: async (bytes) => {
      try {
        return await decompress(bytes);
      } catch (error) {
        if (error instanceof KafkaError) throw error;
        throw new KafkaError(
          'damaged',
          `A batch of messages in ${name} is damaged and cannot be decompressed.`,
        );
      }
    },
  };
}

function unknownCodec(number: number): Codec {
  const refuse = async () => {
    const message = `A batch of messages is in compression ${number}, which is not known here. Known are gzip, snappy, lz4 and zstd.`;
    throw new KafkaError('unknown_codec', message);
  };
  return { compress: refuse, decompress: refuse };
}

/** `\x82SNAPPY\0`, version, lowest version that reads it; then blocks, each after its length. */
const XERIAL_MAGIC = Buffer.from('82534e4150505900', 'hex');
const XERIAL_HEADER_LENGTH = 16;

function readSnappy(bytes: Buffer): Buffer {
  if (!bytes.subarray(0, XERIAL_MAGIC.length).equals(XERIAL_MAGIC)) return snappy.uncompress(bytes);
  const blocks: Buffer[] = [];
  for (let at = XERIAL_HEADER_LENGTH; at < bytes.length; ) {
    const end = at + 4 + bytes.readUInt32BE(at);
    if (end > bytes.length) throw new RangeError('a block is cut off');
    blocks.push(snappy.uncompress(bytes.subarray(at + 4, end)));
    at = end;
  }
  return Buffer.concat(blocks);
}

async function readZstd(bytes: Buffer): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of unzstd(oneChunk(bytes))) pieces.push(piece);
  return Buffer.concat(pieces);
}
