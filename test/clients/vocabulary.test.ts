import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { ci, installers, runtimes, systems, vocabularyVersion } from '../../shared/clients/vocabulary.ts';

// Each version's keys before the catch-all: a key that moves would give a published cell another meaning.
// A new version adds a row to this table and changes none.
const published = [
  { version: 1, name: 'installers', keys: installers, size: 52, sha256: '3ac5426663352460' },
  { version: 1, name: 'runtimes', keys: runtimes, size: 221, sha256: '2f6bb1d5d89de95c' },
  { version: 1, name: 'systems', keys: systems, size: 12, sha256: 'fed86cde92379f65' },
  { version: 1, name: 'ci', keys: ci, size: 1, sha256: '8a798890fe938171' },
];

describe.each(published)('$name of version $version', ({ version, name, keys, size, sha256 }) => {
  it('say each key once, the catch-all last', () => {
    expect(new Set(keys).size).toBe(keys.length);
    expect(keys.at(-1)).toBe(name === 'ci' ? 'unknown' : 'other');
  });

  it('have keys that a URL and a table can hold', () => {
    for (const key of keys) expect(key).toMatch(/^[a-z][a-z0-9.-]*(?:\/\d+(?:\.\d+)?)?$/);
  });

  it('keep the numbers that were published', () => {
    const digest = createHash('sha256').update(keys.slice(0, size).join()).digest('hex');
    expect(digest.slice(0, 16)).toBe(sha256);
  });

  it('do not grow without another vocabularyVersion', () => {
    if (vocabularyVersion === version) expect(keys).toHaveLength(size + 1);
    else expect(keys.length).toBeGreaterThan(size);
  });
});
