import { expect, test } from 'vitest';
import { createAddressSample } from '../../shared/geo/address-warning.ts';

function warningOf(addresses: (i: number) => string, count = 5000) {
  const sample = createAddressSample();
  for (let i = 0; i < count; i++) {
    const bytes = Buffer.from(addresses(i));
    sample.add(bytes, 0, bytes.length);
  }
  return sample.warning();
}

const spread = (i: number) => `${11 + (i % 80)}.${(i * 7) % 256}.${(i * 13) % 256}.1`;

test.each([
  { name: 'addresses from everywhere', addresses: spread, want: undefined },
  {
    name: 'most of one /24',
    addresses: (i: number) => (i % 5 < 3 ? `198.51.100.${i % 256}` : spread(i)),
    want: 'one_network',
  },
  {
    name: 'a third of one /24',
    addresses: (i: number) => (i % 3 < 1 ? `198.51.100.${i % 256}` : spread(i)),
    want: undefined,
  },
  {
    name: 'most of one /48',
    addresses: (i: number) => (i % 5 < 3 ? `2001:db8:1:${i}::1` : spread(i)),
    want: 'one_network',
  },
  { name: 'many /48s', addresses: (i: number) => `2001:db8:${i.toString(16)}::1`, want: undefined },
  {
    name: 'most internal',
    addresses: (i: number) => (i % 5 < 3 ? `10.${i % 200}.${i % 256}.1` : spread(i)),
    want: 'internal',
  },
  { name: 'host names only', addresses: (i: number) => `host${i}.example`, want: undefined },
])('$name', ({ addresses, want }) => {
  expect(warningOf(addresses)).toBe(want);
});

test('a few lines say nothing', () => {
  expect(warningOf(() => '10.0.0.1', 999)).toBeUndefined();
  expect(warningOf(() => '10.0.0.1', 1000)).toBe('internal');
});

test('nothing of an address can be had from a sample', () => {
  const sample = createAddressSample();
  sample.add(Buffer.from('198.51.100.77'), 0, 13);
  expect(JSON.stringify(sample)).toBe('{}');
  expect(Object.keys(sample).sort()).toEqual(['add', 'warning']);
});
