import { afterEach, expect, test, vi } from 'vitest';
import { openLagGate } from '../../services/collector/lag-gate.ts';
import type { Behind } from '../../shared/kafka/is-far-behind.ts';
import { KafkaError } from '../../shared/kafka/kafka-error.ts';

let stopping = new AbortController();
afterEach(() => {
  stopping.abort();
  stopping = new AbortController();
});

const [near, far] = [false, true];
const noRight = new KafkaError('not_authorized', 'No right.');
const away = new KafkaError('unreachable', 'Nobody there.');

/** A gate that gets these answers, and after them the last one again and again. */
function begin(answers: readonly Behind[]) {
  const notices: string[] = [];
  const waits: boolean[] = [];
  const ages: number[] = [];
  const gate = openLagGate({
    async isFarBehind(ageMs) {
      ages.push(ageMs);
      return answers[Math.min(ages.length, answers.length) - 1]!;
    },
    keptMs: 7_200_000,
    everyMs: 1,
    signal: stopping.signal,
    onNotice: (text) => void notices.push(text),
    onWait: (isWaiting) => void waits.push(isWaiting),
  });
  return {
    ...{ notices, ages, gate },
    /** Whether reading waited after each of the answers. */
    async afterAll() {
      await vi.waitFor(() => expect(waits.length).toBeGreaterThan(answers.length + 2));
      return waits.slice(0, answers.length);
    },
  };
}

const waits = expect.stringContaining('Reading waits, so that nothing is removed');
const goesOn = 'Counting has caught up. Reading goes on.';
const again = 'How far the counting is can be seen again.';
const unseen = expect.stringMatching(/^No right\. .* reading does not wait for it.*doctor/);
const unseenWaits = expect.stringMatching(/^No right\. .* reading waits on.*doctor/);

test.each<{ name: string; looks: Behind[]; want: boolean[]; told: unknown[] }>([
  { name: 'near', looks: [near, near], want: [false, false], told: [] },
  { name: 'far, told once', looks: [near, far, far], want: [false, true, true], told: [waits] },
  {
    name: 'closed while what was far behind is removed, and nobody counts',
    looks: [far, 'abandoned', 'abandoned', near],
    want: [true, true, true, false],
    told: [waits, goesOn],
  },
  { name: 'open where that was before', looks: ['abandoned', near], want: [false, false], told: [] },
  { name: 'caught up', looks: [far, near, near], want: [true, false, false], told: [waits, goesOn] },
  {
    name: 'one failed look tells nothing, and opens no gate',
    looks: [far, noRight, far],
    want: [true, true, true],
    told: [waits],
  },
  {
    name: 'closed while nothing can be seen',
    looks: [far, noRight, noRight, noRight, far, near],
    want: [true, true, true, true, true, false],
    told: [waits, unseenWaits, again, goesOn],
  },
  {
    name: 'open while nothing can be seen',
    looks: [near, noRight, noRight, noRight, near],
    want: [false, false, false, false, false],
    told: [unseen, again],
  },
  {
    name: 'each streak is told',
    looks: [noRight, noRight, near, noRight, noRight, near],
    want: Array(6).fill(false),
    told: [unseen, again, unseen, again],
  },
  {
    name: 'far behind once it can be seen',
    looks: [noRight, noRight, far],
    want: [false, false, true],
    told: [unseen, waits],
  },
  {
    name: 'brokers that are away are told by sending',
    looks: [near, away, away, away, near],
    want: [false, false, false, false, false],
    told: [],
  },
  {
    name: 'brokers that are away while reading waits, so that nothing is sent',
    looks: [far, away, away, away, near],
    want: [true, true, true, true, false],
    told: [waits, expect.stringMatching(/^Nobody there\. .* so reading waits on\./), goesOn],
  },
])('looks: $name', async ({ looks, want, told }) => {
  const { afterAll, notices } = begin(looks);
  expect(await afterAll()).toEqual(want);
  expect(notices).toEqual(told);
});

test('asks for half of the time that lines are kept', async () => {
  const { ages, afterAll } = begin([near]);
  await afterAll();
  expect(new Set(ages)).toEqual(new Set([3_600_000]));
});

test('reading waits as long as the gate is closed', async () => {
  const { gate, afterAll } = begin([far]);
  await afterAll();
  let reads = false;
  gate.mayRead().then(
    () => {
      reads = true;
    },
    () => {},
  );
  await afterAll();
  expect(reads).toBe(false);
  const { gate: opened, afterAll: opens } = begin([far, noRight, near]);
  await opens();
  await opened.mayRead();
});

test('ends waiting with the signal', async () => {
  const { gate, afterAll } = begin([far]);
  await afterAll();
  const waiting = gate.mayRead();
  stopping.abort();
  await expect(waiting).rejects.toThrow('aborted');
});
