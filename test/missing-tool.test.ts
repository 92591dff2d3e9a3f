import { expect, test } from 'vitest';
import { skippedFor } from './missing-tool.ts';

const missing = 'openssl is not on the PATH';

test.each(['', '0', 'false'])('CI=%s: without a tool its tests are skipped', (ci) => {
  expect(skippedFor(missing, ci)).toBe(missing);
  expect(skippedFor(undefined, ci)).toBeUndefined();
});

test.each(['true', '1', 'woodpecker'])('CI=%s: without a tool its tests are an error', (ci) => {
  expect(() => skippedFor(missing, ci)).toThrow(`in CI these tests must run: ${missing}`);
  expect(skippedFor(undefined, ci)).toBeUndefined();
});
