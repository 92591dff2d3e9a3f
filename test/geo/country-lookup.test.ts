import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type CountryLookup, createCountryOf } from '../../shared/geo/country-lookup.ts';
import { countryOfText } from './country-of-text.ts';

/** Documentation's addresses have no country. These stand for any other; in pieces, as no address stands in this tree. */
const publicV4 = (...octets: number[]) => octets.join('.');

/** A lookup that says what it was asked. */
function recorded(answer: (address: string) => readonly [string | undefined, number]) {
  const asked: string[] = [];
  const lookup: CountryLookup = (address) => {
    asked.push(address);
    return answer(address);
  };
  return { asked, countryOf: createCountryOf(lookup) };
}

describe('an address', () => {
  const { countryOf } = recorded(() => ['DE', 16]);
  test.each([
    {
      name: 'public',
      addresses: [
        '192.88.99.1',
        '192.88.99.1:53',
        '::ffff:192.88.99.1',
        '[2002::1]:443',
        publicV4(223, 255, 255, 255),
        publicV4(172, 32, 0, 1),
        publicV4(100, 128, 0, 1),
      ],
      want: 'DE',
    },
    {
      name: 'private',
      addresses: [
        '10.1.2.3',
        '172.16.0.1',
        '172.31.255.255',
        '192.168.1.1',
        '100.64.0.1',
        'fc00::1',
        'fdff::1',
      ],
      want: 'ZZ',
    },
    {
      name: 'local',
      addresses: ['127.0.0.1', '169.254.1.1', '0.0.0.0', '::1', '::', 'fe80::1%eth0', 'fec0::1'],
      want: 'ZZ',
    },
    {
      name: 'for documentation',
      addresses: ['192.0.2.1', '198.51.100.1', '203.0.113.1', '2001:db8::1', '3fff:fff::1'],
      want: 'ZZ',
    },
    {
      name: 'reserved',
      addresses: [
        '192.0.0.1',
        '198.18.0.1',
        '198.19.255.255',
        '240.0.0.1',
        '255.255.255.255',
        '100::1',
        '2001::1',
        '5f00::1',
        '64:ff9b:1::1',
      ],
      want: 'ZZ',
    },
    { name: 'multicast', addresses: ['224.0.0.1', '239.255.255.255', 'ff02::1'], want: 'ZZ' },
    { name: 'no address at all', addresses: ['', '-', 'host.example', '8.8.8', '192.88.99.1.8'], want: 'ZZ' },
  ])('$name is $want', ({ addresses, want }) => {
    expect(addresses.map((address) => [address, countryOfText(countryOf, address)])).toEqual(
      addresses.map((address) => [address, want]),
    );
  });
});

test.each(['XX', 'T1', 'A1', 'A2', 'AP', 'EU', 'de', undefined])(
  'the code %s of a database is ZZ',
  (code) => {
    const { countryOf } = recorded(() => [code, 16]);
    expect(countryOfText(countryOf, '192.88.99.1')).toBe('ZZ');
  },
);

test('each /24 and /48 is asked for once where the network is that wide, else each time', () => {
  const { asked, countryOf } = recorded((address) => [
    address.includes(':') ? 'FR' : 'DE',
    address.includes(':') ? 48 : 24,
  ]);
  for (const address of [
    publicV4(9, 9, 9, 1),
    publicV4(9, 9, 9, 2),
    publicV4(9, 9, 8, 1),
    '2002:1:2::1',
    '2002:1:2:3::1',
    '2002:1:3::1',
  ])
    countryOfText(countryOf, address);
  expect(asked).toEqual([
    publicV4(9, 9, 9, 1),
    publicV4(9, 9, 8, 1),
    '2002:1:2:0:0:0:0:1',
    '2002:1:3:0:0:0:0:1',
  ]);
  const finer = recorded(() => ['DE', 49]);
  for (const address of ['192.88.99.1', '192.88.99.1', '2002:1::1', '2002:1::1'])
    expect(countryOfText(finer.countryOf, address)).toBe('DE');
  expect(finer.asked).toHaveLength(4);
});

test('what is remembered never changes an answer', () => {
  // Countries by the parity of networks of several widths.
  const answer = (address: string): readonly [string, number] => {
    const [a, b, c, d] = address.split(/[.:]/).map((part) => Number.parseInt(part, 16));
    const width = [16, 24, 25][(a + b) % 3];
    const key = width === 16 ? b : width === 24 ? c : c + (d & 0x80);
    return [key % 2 === 0 ? 'DE' : 'FR', address.includes(':') ? [32, 48, 64][(a + b) % 3] : width];
  };
  const remembering = createCountryOf(answer);
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: 11, max: 14 }), fc.nat(3), fc.nat(3), fc.nat(255))),
      (addresses) => {
        for (const address of addresses) {
          const text = address.join('.');
          expect(countryOfText(remembering, text)).toBe(countryOfText(createCountryOf(answer), text));
        }
      },
    ),
    { numRuns: 20 },
  );
});
