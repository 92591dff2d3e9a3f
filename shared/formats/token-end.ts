/** Where the token that begins at `p` ends in `bytes[p, end)`: at its space, or at `end`. */
export function tokenEnd(bytes: Uint8Array, p: number, end: number): number {
  let at = p;
  while (at < end && bytes[at] !== 0x20) at++;
  return Math.min(at, end);
}
