import { expect, test } from 'vitest';
import { decodeSegment, segmentsAfter, splitPath } from '../../shared/layouts/segments.ts';

test.each([
  { name: 'plain', segment: 'foo-1.0+x', want: 'foo-1.0+x' },
  { name: 'encoded once', segment: '%2B%2b', want: '++' },
  { name: 'encoded twice is decoded once', segment: '%252B', want: '%2B' },
  { name: 'a percent sign that encodes nothing', segment: '100%zz%', want: '100%zz%' },
  { name: 'UTF-8', segment: '%C3%A9', want: 'é' },
  { name: 'a slash', segment: 'a%2Fb', want: 'a/b' },
  { name: 'not UTF-8', segment: '%FF', want: undefined },
  { name: 'overlong', segment: '%C0%AE', want: undefined },
  { name: 'a surrogate', segment: '%ED%A0%80', want: undefined },
  { name: 'bytes that were not UTF-8 before', segment: 'a\ufffd', want: undefined },
  { name: 'a control character', segment: 'a\tb', want: undefined },
  { name: 'an encoded control character', segment: '%C2%85', want: undefined },
  { name: 'an invisible one', segment: '%E2%80%8B', want: undefined },
])('decodes $name', ({ segment, want }) => {
  expect(decodeSegment(segment)).toBe(want);
});

test('cuts a path before decoding', () => {
  expect(splitPath('/a%2Fb//c/')).toEqual(['a%2Fb', '', 'c', '']);
});

test('looks behind the last folder of a name', () => {
  expect(segmentsAfter('/gems/x/gems/y.gem', 'gems')).toEqual(['y.gem']);
  expect(segmentsAfter('/a/gems', 'gems')).toBeUndefined();
});
