const HASH = 0x23;
const NEWLINE = 0x0a;

/** The only `#` lines that are carried along: any other may hold what somebody asked for. */
const NAMES = ['#Version:', '#Fields:'] as const;

/** More than any list of fields; a longer line is none. */
const LONGEST_DIRECTIVE = 8 * 1024;

/**
 * The directives that hold after `lines`: its last `#Version:` and `#Fields:` line as they stand, or those of `before` where it has none. Each
 * ends with `\n`, the version comes first.
 */
export function directivesAfter(before: Uint8Array, lines: Uint8Array): Uint8Array {
  const known = new Map<string, Buffer>();
  collect(known, before);
  collect(known, lines);
  const found = NAMES.map((name) => known.get(name)).filter((line) => line !== undefined);
  return Buffer.concat(found);
}

/** Whether a source that begins so has directives; sources without are not looked through. */
export function hasDirectives(head: Uint8Array): boolean {
  return head[0] === HASH;
}

function collect(into: Map<string, Buffer>, lines: Uint8Array): void {
  const bytes = Buffer.from(lines.buffer, lines.byteOffset, lines.length);
  let at = bytes[0] === HASH ? 0 : nextDirective(bytes, 0);
  while (at < bytes.length) {
    const newline = bytes.indexOf(NEWLINE, at);
    const end = newline < 0 ? bytes.length : newline + 1;
    const line = bytes.subarray(at, end);
    const name = NAMES.find((each) => line.subarray(0, each.length).equals(Buffer.from(each)));
    // A line without its end is not yet a directive.
    if (name !== undefined && newline >= 0 && line.length <= LONGEST_DIRECTIVE)
      into.set(name, Buffer.from(line));
    at = nextDirective(bytes, end - 1);
  }
}

/** Where the next line with a `#` begins, or the length. */
function nextDirective(bytes: Buffer, from: number): number {
  const found = bytes.indexOf('\n#', from);
  return found < 0 ? bytes.length : found + 1;
}
