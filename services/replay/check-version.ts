import type { FileSetup } from '../../shared/count/counted-batch.ts';
import type { LineReader } from '../../shared/formats/log-format.ts';
import { formatByName } from '../../shared/formats/registry.ts';
import { RequestView } from '../../shared/formats/request-view.ts';
import { isBrokenArchive, type Source } from '../../shared/source/source.ts';
import { FileRefused } from './file-refused.ts';

const hash = 0x23;

/**
 * Looks at the directives of the whole file before a line of it is counted: another version anywhere in it fails the file, and
 * what is in the store by then could not be taken back. Only formats with directives are read for this; of a broken archive as much as is
 * good, and of a stream, which can be read once, the first bytes. Throws `FileRefused`.
 */
export async function checkVersion(source: Source, setup: FileSetup, signal: AbortSignal): Promise<void> {
  const format = formatByName(setup.format);
  if (!format?.stateful) return;
  if (source.headIsAll || source.size === undefined) return checkHeadVersion(source, setup);
  const reader = format.open(setup);
  try {
    for await (const block of source.blocks({ from: 0, signal })) {
      try {
        if (!block.tooLong) checkDirectives(block.bytes.subarray(0, block.length), reader, source.path);
      } finally {
        block.release();
      }
    }
  } catch (error) {
    if (!isBrokenArchive(error)) throw error;
  }
}

/** The same for its first bytes alone. Throws `FileRefused`. */
export function checkHeadVersion({ head, headIsAll, path }: Source, setup: FileSetup): void {
  const format = formatByName(setup.format);
  if (!format?.stateful) return;
  const whole = headIsAll ? head.length : head.lastIndexOf(10) + 1;
  checkDirectives(head.subarray(0, whole), format.open(setup), path);
}

function checkDirectives(bytes: Uint8Array, reader: LineReader, path: string): void {
  const lines = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const view = new RequestView();
  for (
    let start = lines[0] === hash ? 0 : nextDirective(lines, 0);
    start < lines.length;
    start = nextDirective(lines, start)
  ) {
    const newline = lines.indexOf(10, start);
    const end = newline < 0 ? lines.length : newline;
    if (reader.read(lines, start, end, view) !== 'unknown_version') continue;
    throw new FileRefused('unknown_version', path, [
      'it declares a version of its format that is not known, so nothing of it was counted.',
      'Known is `#Version: 1.0` of CloudFront standard logs.',
    ]);
  }
}

/** Where the next line begins that starts with `#`. */
function nextDirective(lines: Buffer, from: number): number {
  const at = lines.indexOf('\n#', from, 'latin1');
  return at < 0 ? lines.length : at + 1;
}
