import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { currentVocabularies } from '../../services/publisher/current-vocabularies.ts';
import { draw, NoiseUnavailable } from '../../shared/privacy/draw.ts';
import { ProfileUnavailable, profileNamed, profileNames } from '../../shared/privacy/profile.ts';

const digests = Object.fromEntries(
  Object.entries(currentVocabularies).map(([dimension, { number, keys }]) => [
    `${dimension}/${number}`,
    createHash('sha256').update(keys.join('\n')).digest('hex').slice(0, 12),
  ]),
);

test('a numbered vocabulary never changes: another list needs another number', () => {
  expect(digests).toMatchInlineSnapshot(`
    {
      "ci/1": "ac77698c17db",
      "country/1": "164d3983b60b",
      "installer/1": "c7455395ebd1",
      "runtime/1": "2b401f6621b7",
      "system/1": "866334a32735",
    }
  `);
});

test('keys of a vocabulary are distinct, and each has a place for what is in none of the others', () => {
  for (const { keys } of Object.values(currentVocabularies)) expect(new Set(keys).size).toBe(keys.length);
  expect(currentVocabularies.country.keys).toContain('ZZ');
  expect(currentVocabularies.installer.keys).toContain('other');
  expect(currentVocabularies.runtime.keys).toContain('other');
  expect(currentVocabularies.system.keys).toContain('other');
  expect(currentVocabularies.ci.keys).toEqual(['yes', 'unknown']);
});

test('without noise a draw is the counts; with noise it is refused', () => {
  expect(draw([0, 3, -1], 0)).toEqual([0, 3, -1]);
  for (const sigma of [40, 0.5, -1, Number.NaN]) expect(() => draw([1], sigma)).toThrow(NoiseUnavailable);
});

test('only the profile exact can be had', () => {
  for (const name of profileNames) {
    if (name === 'exact') expect(profileNamed(name).sigma).toEqual({ day: 0, month: 0 });
    else expect(() => profileNamed(name)).toThrow(ProfileUnavailable);
  }
});
