import { afterEach, expect, test, vi } from 'vitest';
import { openLagGate } from '../../services/collector/lag-gate.ts';

let stopping = new AbortController();
afterEach(() => {
  stopping.abort();
  stopping = new AbortController();
});

function begin(answers: { behind: boolean | Error }) {
  const notices: string[] = [];
  let asked = 0;
  const gate = openLagGate({
    async isFarBehind() {
      asked++;
      if (answers.behind instanceof Error) throw answers.behind;
      return answers.behind;
    },
    everyMs: 5,
    signal: stopping.signal,
    onNotice: (text) => void notices.push(text),
  });
  /** Waits until it has asked twice more. */
  const askedAgain = async () => {
    const before = asked;
    await vi.waitFor(() => expect(asked).toBeGreaterThan(before + 1));
  };
  return { notices, gate, askedAgain };
}

test('lets nothing be read while the counting is far behind, says so once, and goes on by itself', async () => {
  const answers = { behind: true };
  const { notices, gate, askedAgain } = begin(answers);
  await askedAgain();
  let reads = false;
  const read = gate.mayRead().then(() => {
    reads = true;
  });
  await askedAgain();
  expect([reads, notices.length]).toEqual([false, 1]);
  answers.behind = false;
  await read;
  expect(notices).toEqual([expect.stringContaining('Reading waits'), expect.stringContaining('goes on')]);
});

test('lets files be read where Kafka does not say', async () => {
  const { gate, askedAgain, notices } = begin({ behind: new Error('away') });
  await askedAgain();
  await gate.mayRead();
  expect(notices).toEqual([]);
});

test('ends waiting with the signal', async () => {
  const { gate, askedAgain } = begin({ behind: true });
  await askedAgain();
  const waiting = gate.mayRead();
  stopping.abort();
  await expect(waiting).rejects.toThrow('aborted');
});
