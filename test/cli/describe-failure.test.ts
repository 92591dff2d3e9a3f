import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CommandError } from '../../services/command.ts';
import { describeFailure } from '../../services/describe-failure.ts';
import { OtherFeeder } from '../../shared/store/other-feeder.ts';
import { StoreTimeout } from '../../shared/store/persist.ts';
import { StoreFed } from '../../shared/store/store-fed.ts';
import { TurnLost } from '../../shared/store/write-batch.ts';

const program = '/srv/tallymark/dist/services/cli.js';
const around = { program, stopped: false };
const line = '192.0.2.77 - - "GET /secret-token" "pip/1"';

describe('a failure', () => {
  test('of ours is told in its own words', () => {
    const failure = describeFailure(new CommandError(2, 'no path', 'give one'), around);
    expect(failure).toEqual({ message: 'no path', advice: 'give one', exitCode: 2 });
  });

  const feeder = {
    turn: 't',
    site: 'eu',
    holder: 'h',
    feeds: 'kafka logs',
    since: 0,
    renewedAt: 0,
    silentMs: 0,
  };

  test.each([
    new TurnLost(),
    new StoreTimeout('The store has not answered for 5 minutes.'),
    new StoreFed([{ ...feeder, isDead: false }]),
    new OtherFeeder({ ...feeder, isDead: false }),
  ])('of a replay is told in its own words: $name', (error) => {
    expect(describeFailure(error, around)).toMatchObject({ message: error.message, exitCode: 1 });
  });

  test('of anybody else is told by kind and place, never by message', () => {
    const error = new TypeError(`cannot parse ${line}\n    at x (/srv/tallymark/dist/${line}:1:1)`);
    error.stack = `TypeError: ${error.message}\n    at read (file:///srv/tallymark/dist/shared/count/tally.js:12:3)\n`;
    expect(describeFailure(error, around).message).toBe(
      'unexpected error TypeError at shared/count/tally.js:12:3',
    );
  });

  test('of the system is told by its code', () => {
    const error = Object.assign(new Error(`open '${line}'`), { code: 'EMFILE' });
    expect(describeFailure(error, around).message).toBe('unexpected error Error EMFILE');
  });

  test('never shows what was thrown, whatever it is', () => {
    const needle = 'needle-192.0.2.77';
    const thrown = fc.oneof(
      fc.constant(needle),
      fc.record({ message: fc.constant(needle), stack: fc.constant(`x\n    at ${needle}`) }),
      fc.string().map((text) => new Error(`${text}${needle}${text}`)),
      fc.string().map((text) => Object.assign(new Error(text), { code: needle, name: needle })),
    );
    fc.assert(
      fc.property(thrown, (error) => {
        expect(JSON.stringify(describeFailure(error, around))).not.toContain('192.0.2.77');
      }),
    );
  });
});
