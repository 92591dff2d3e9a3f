import type { ClientAddress } from './log-format.ts';
import type { Encoding, RequestView } from './request-view.ts';

/**
 * Sets the view's address to the `nth` entry from the right of the X-Forwarded-For list in `bytes[start, end)`; leaves
 * it empty where the list is shorter, `-` or empty. Counted from the right, because whoever asks can write the left.
 */
export function setForwardedAddress(view: RequestView, list: ForwardedList): void {
  const { start, nth, encoding } = list;
  let end = list.end;
  for (let left = nth; left > 1; left--) {
    end = commaBefore(view.bytes, start, end);
    if (end < start) return;
  }
  let from = commaBefore(view.bytes, start, end) + 1;
  while (from < end && view.bytes[from] === 0x20) from++;
  while (end > from && view.bytes[end - 1] === 0x20) end--;
  if (end - from === 1 && view.bytes[from] === 0x2d) return;
  view.address.set(from, end, encoding);
}

/** Which entry from the right of X-Forwarded-For is the client's, 0 where the address stands elsewhere. */
export function nthForwarded(clientAddress: ClientAddress = 'first'): number {
  return typeof clientAddress === 'object' && 'xForwardedFor' in clientAddress
    ? clientAddress.xForwardedFor
    : 0;
}

/** Where the list stands in `view.bytes`, and which of its entries is the client: 1 is the rightmost. */
export interface ForwardedList {
  readonly start: number;
  readonly end: number;
  readonly nth: number;
  readonly encoding: Encoding;
}

/** Position of the last comma of `bytes[start, end)`, `start - 1` if there is none. */
function commaBefore(bytes: Uint8Array, start: number, end: number): number {
  let p = end - 1;
  while (p >= start && bytes[p] !== 0x2c) p--;
  return p;
}
