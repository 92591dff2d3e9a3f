import { isIP } from 'node:net';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createAddress, parseAddress } from '../../shared/geo/parse-address.ts';

/** The address as `4 192.0.2.1` or `6 2001:db8:0:…`; empty where it is none. */
function parsed(text: string): string {
  const bytes = Buffer.from(`9${text}9`);
  const address = createAddress();
  parseAddress(bytes, 1, bytes.length - 1, address);
  if (address.version === 0) return '';
  if (address.version === 6) return `6 ${Array.from(address.words, (word) => word.toString(16)).join(':')}`;
  return `4 ${[24, 16, 8, 0].map((shift) => (address.v4 >>> shift) & 255).join('.')}`;
}

describe('as logged', () => {
  test.each([
    { text: '192.0.2.1', want: '4 192.0.2.1' },
    { text: '255.255.255.255', want: '4 255.255.255.255' },
    { text: '192.0.2.1:443', want: '4 192.0.2.1' },
    { text: '2001:db8::1', want: '6 2001:db8:0:0:0:0:0:1' },
    { text: '[2001:db8::1]', want: '6 2001:db8:0:0:0:0:0:1' },
    { text: '[2001:DB8::1]:65535', want: '6 2001:db8:0:0:0:0:0:1' },
    { text: 'fe80::1%eth0', want: '6 fe80:0:0:0:0:0:0:1' },
    { text: '[fe80::1%25en0]:80', want: '6 fe80:0:0:0:0:0:0:1' },
    { text: '[fe80::1%en0]:80', want: '6 fe80:0:0:0:0:0:0:1' },
    { text: '::ffff:192.0.2.1', want: '4 192.0.2.1' },
    { text: '::FFFF:c000:201', want: '4 192.0.2.1' },
    { text: '[::ffff:192.0.2.1]:80', want: '4 192.0.2.1' },
    { text: '::192.0.2.1', want: '6 0:0:0:0:0:0:c000:201' },
    { text: '::', want: '6 0:0:0:0:0:0:0:0' },
    { text: '2001:db8::1:443', want: '6 2001:db8:0:0:0:0:1:443' },
    ...[
      '',
      '-',
      '1.2.3',
      '1.2.3.4.5',
      '01.0.2.4',
      '1.2.3.256',
      '192.0.2.4:',
      '192.0.2.4:123456',
      '192.0.2.4:x',
      '[192.0.2.4]',
      '[::1',
      '::1]',
      '[::1]x',
    ].map((text) => ({ text, want: '' })),
    ...[
      '[::1]:',
      '[]',
      '%eth0',
      '::1%',
      ':::',
      '1::2::3',
      '1:2:3:4:5:6:7',
      '1:2:3:4:5:6:7:8:9',
      '12345::',
      ':1::',
      '1:',
      'host.example',
      '192.0.2.1, 192.0.2.2',
    ].map((text) => ({ text, want: '' })),
  ])('$text', ({ text, want }) => {
    expect(parsed(text)).toBe(want);
  });
});

/** Texts near the border: pieces of addresses, put together at random. */
const nearAddresses = fc
  .array(
    fc.constantFrom(
      '0',
      '1',
      '00',
      '25',
      '255',
      '256',
      '9',
      'f',
      'ffff',
      'FFFF',
      '12345',
      'g',
      '.',
      '.',
      '.',
      ':',
      ':',
      ':',
      '::',
      '%',
      'e',
      '-',
      ' ',
    ),
    { maxLength: 16 },
  )
  .map((pieces) => pieces.join(''));

/** Ports are ours to strip, not net.isIP's. */
const hasPort = (text: string) => /^\d+\.\d+\.\d+\.\d+:/.test(text);

test('the same texts are addresses as for net.isIP', () => {
  const texts = fc.oneof(nearAddresses, fc.ipV4(), fc.ipV6(), fc.string());
  fc.assert(
    fc.property(texts, (text) => {
      fc.pre(!hasPort(text) && !text.startsWith('['));
      expect(parsed(text) !== '').toBe(isIP(text) !== 0);
    }),
    { numRuns: 20_000 },
  );
});

test('an IPv6 address is the one that the URL parser reads', () => {
  const full = (text: string): string => {
    const [before, after] = text.split('::').map((half) => half.split(':').filter(Boolean));
    const gap = after === undefined ? [] : Array(8 - before.length - after.length).fill('0');
    return [...before, ...gap, ...(after ?? [])].join(':');
  };
  fc.assert(
    fc.property(fc.ipV6(), (text) => {
      const ours = parsed(text);
      fc.pre(ours.startsWith('6 '));
      expect(ours.slice(2)).toBe(full(new URL(`http://[${text}]/`).hostname.slice(1, -1)));
    }),
    { numRuns: 5000 },
  );
});

test('any bytes are an address or none, and nothing is thrown', () => {
  const address = createAddress();
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      parseAddress(bytes, 0, bytes.length, address);
      expect([0, 4, 6]).toContain(address.version);
    }),
    { numRuns: 5000 },
  );
});
