/** Whether `bytes[start, end)` is no log line but a blank one, with a carriage return or not, or a comment. */
export function isDirective(bytes: Uint8Array, start: number, end: number): boolean {
  return start === end || bytes[start] === 0x23 || (end - start === 1 && bytes[start] === 0x0d);
}
