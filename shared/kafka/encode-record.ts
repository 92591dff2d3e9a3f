/** A record before its value and after it, as they stand in a batch of version 2. */
export interface RecordEnds {
  readonly before: Buffer;
  readonly after: Buffer;
}

/**
 * Encodes what is around the value of a record without key, of the time of its batch: https://kafka.apache.org/documentation/#record. Lengths are
 * zigzag varints.
 */
export function encodeRecordEnds(
  offsetDelta: number,
  valueLength: number,
  headers: Readonly<Record<string, Buffer>>,
): RecordEnds {
  const entries = Object.entries(headers);
  const after = Buffer.concat([
    varint(entries.length),
    ...entries.flatMap(([key, value]) => [varint(key.length), Buffer.from(key), varint(value.length), value]),
  ]);
  const attributesAndTime = Buffer.from([0, 0]);
  const noKey = varint(-1);
  const start = Buffer.concat([attributesAndTime, varint(offsetDelta), noKey, varint(valueLength)]);
  const length = varint(start.length + valueLength + after.length);
  return { before: Buffer.concat([length, start]), after };
}

/** Protocol Buffers' signed varint, of 32 bits. */
function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = ((value << 1) ^ (value >> 31)) >>> 0;
  for (; rest > 0x7f; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  return Buffer.from([...bytes, rest]);
}
