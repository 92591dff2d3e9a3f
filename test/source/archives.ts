import { execFileSync } from 'node:child_process';
import { gzipSync } from 'node:zlib';
import type { Compression } from '../../shared/source/source.ts';
import { skippedFor } from '../missing-tool.ts';

/** Twelve made-up lines. */
export const sampleLines: string = Array.from(
  { length: 12 },
  (_, i) =>
    `192.0.2.${i} - - [01/Jan/2026:00:00:${String(i % 60).padStart(2, '0')} +0000] "GET /files/example/example-1.${i % 7}.tar.gz HTTP/1.1" 200 ${i * 37} "-" "-"\n`,
).join('');

/** Why no such archives can be written here; undefined where they can. Node has gzip, and `sampleArchive` needs none. Throws in CI. */
export function whyNoArchive(compression: Exclude<Compression, 'none'>): string | undefined {
  if (compression === 'gzip') return undefined;
  try {
    execFileSync(compression, ['--help'], { input: '', stdio: ['pipe', 'ignore', 'ignore'] });
    return undefined;
  } catch {
    return skippedFor(`${compression} is not on the PATH`);
  }
}

/** One archive member of the content. */
export function archive(compression: Exclude<Compression, 'none'>, content: string | Uint8Array): Buffer {
  const bytes = Buffer.from(content as string);
  if (compression === 'gzip') return gzipSync(bytes);
  const check = compression === 'zstd' ? ['--check'] : [];
  return execFileSync(compression, ['-c', ...check], { input: bytes, maxBuffer: 2 ** 30 });
}

/** `sampleLines` as an archive, on any machine. */
export function sampleArchive(compression: Exclude<Compression, 'none'>): Buffer {
  return compression === 'gzip' ? gzipSync(sampleLines) : Buffer.from(PREBUILT[compression], 'base64');
}

/** By `zstd -19 --check` 1.5 and `bzip2 -9` 1.0.8. */
const PREBUILT = {
  zstd:
    'KLUv/WQOBM0FAJJJHRtwTXOSJY0ediBEOLZ9CgtaWrKlzERYQ/q/9UTNSv132/13V99jT+/cW+rWVJUxttzXWk5dKfV/d1VT' +
    '1bb/AQcdNNqK5/l0WJYCVhYZYSbpPGoaEAdDaZKkaTAUCZcB4WDCtgNoC5ha04MxpBuBCBE6NZ36HjCoEfDW9j86sINUzgER' +
    'IAQIAYQIjxNGil78+P/JAczRDQfC7HJ7iivFm8JN4Tq9407C5tANN72VlrwF9TWLcrV/06oDfw==',
  bzip2:
    'QlpoOTFBWSZTWSgOgSoAAVtfgEAQUAv/8ALQRAojp1xQMAFNqbA0j0qfoypk9ENAAAAkSE1AHqADQAAFKoptQ9I0AGmjIBp6' +
    'lQEUAJad0p33YWtjjwAR3pVqQ0ZohSzMzO7u+BehchsLAaFqIyLtEZC3l1wpjYk1UFBDGxttr2Cla1rTrV3XS5AvRZFrLiWw' +
    'syw78ctuGJYqwLdrLEuAKSBdQTmCYZWqAKrdWwWovBMRBMFSKRGNXgsN0zeCaFQFhBUgoCemKKJLQqoY3qoo5IICTrIzpeq1' +
    'yJICUIyASQRBzC2lmXUW4t5YFwLUXAtBfBaFxIzI7C/C0F/FxI0FgX0XKWAtC/xdyRThQkCgOgSo',
};
