import { decodeSpan } from '../formats/decode-span.ts';
import type { LineReader } from '../formats/log-format.ts';
import { RequestView } from '../formats/request-view.ts';
import { cutToPath } from './request-path.ts';

/** Paths of the requests in these lines, decoded; lines that cannot be read have none. */
export function* pathsIn({ buffer, byteOffset, length }: Uint8Array, reader: LineReader): Generator<string> {
  const lines = Buffer.from(buffer, byteOffset, length);
  const view = new RequestView();
  for (let start = 0; start < length; ) {
    const newline = lines.indexOf(10, start);
    const end = newline < 0 ? length : newline;
    if (reader.read(lines, start, end, view) === 'found') {
      cutToPath(view);
      const text = decodeSpan(view.bytes, view.path);
      if (text) yield text;
    }
    start = end + 1;
  }
}
