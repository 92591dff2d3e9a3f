import { openReader } from '../formats/registry.ts';
import { RequestView } from '../formats/request-view.ts';
import type { AddressSample } from '../geo/address-warning.ts';
import type { FileSetup } from './counted-batch.ts';

/** Adds the addresses of the first lines of `head` to a sample, `most` lines of them; answers how many lines it looked at. */
export function sampleAddresses(
  head: Buffer,
  setup: FileSetup,
  { sample, most }: { sample: AddressSample; most: number },
): number {
  const reader = openReader(setup);
  const view = new RequestView();
  let lines = 0;
  for (let start = 0; start < head.length && lines < most; lines++) {
    const newline = head.indexOf(10, start);
    const end = newline < 0 ? head.length : newline;
    if (reader.read(head, start, end, view) === 'found')
      sample.add(view.bytes, view.address.start, view.address.end);
    start = end + 1;
  }
  return lines;
}
