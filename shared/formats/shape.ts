/** As much of a line's shape as an error message has room for. */
const longestShape = 120;

/**
 * The shape of the line `bytes[start, end)`: letters → `a`, digits → `9`, control and non-ASCII bytes → `?`, punctuation
 * as it is, at most 120 characters. No name, word or number can be told from it.
 */
export function shapeOf(bytes: Uint8Array, start: number, end: number): string {
  let shape = '';
  for (let p = start; p < end && shape.length < longestShape; p++) shape += shapeOfByte(bytes[p]);
  return shape;
}

function shapeOfByte(byte: number): string {
  if (byte >= 0x30 && byte <= 0x39) return '9';
  const letter = byte | 0x20;
  if (letter >= 0x61 && letter <= 0x7a) return 'a';
  return byte < 0x20 || byte > 0x7e ? '?' : String.fromCharCode(byte);
}

/** How alike two shapes are, 0 to 1: Dice's coefficient of their pairs of characters, runs taken as one character. */
export function similarity(one: string, other: string): number {
  const ones = pairsOf(one);
  const others = pairsOf(other);
  if (ones.size + others.size === 0) return 0;
  const shared = [...ones].filter((pair) => others.has(pair)).length;
  return (2 * shared) / (ones.size + others.size);
}

function pairsOf(shape: string): Set<string> {
  const short = shape.replace(/(.)\1+/g, '$1');
  const pairs = new Set<string>();
  for (let i = 0; i + 1 < short.length; i++) pairs.add(short.slice(i, i + 2));
  return pairs;
}
