/**
 * A world in which time passes only from event to event, and every choice comes from one seed: the same seed is the same
 * history, to the last await.
 */
export class Scheduler {
  readonly #queue: Event[] = [];
  readonly #trace: string[] | undefined;
  #order = 0;
  #state: number;
  /** Milliseconds since the world began. */
  now = 0;
  /** Something that went wrong outside of any process, which ends the history. */
  broken: string | undefined;

  constructor(seed: number, traced: boolean) {
    this.#state = (seed * 2654435761 + 0x9e3779b9) | 0;
    this.#trace = traced ? [] : undefined;
    for (let warmUp = 0; warmUp < 4; warmUp++) this.chance(0);
  }

  /** Mulberry32: a number in [0, 1). */
  number(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  chance(probability: number): boolean {
    return this.number() < probability;
  }

  /** A whole number in [from, to]. */
  between(from: number, to: number): number {
    return from + Math.floor(this.number() * (to - from + 1));
  }

  pick<T>(list: readonly T[]): T {
    return list[Math.floor(this.number() * list.length)] as T;
  }

  /** Calls `action` after `ms`. */
  after(ms: number, action: () => void): void {
    push(this.#queue, { at: this.now + ms, order: this.#order++, action });
  }

  log(text: () => string): void {
    this.#trace?.push(`${(this.now / 1000).toFixed(3).padStart(9)} s  ${text()}`);
  }

  /** Runs until nothing is left to happen; false where that takes more than `limit` events. */
  async run(limit: number): Promise<boolean> {
    const { stackTraceLimit } = Error;
    // Faults are made by the thousand, and where they come from is asked only of a history that is printed.
    if (!this.#trace) Error.stackTraceLimit = 0;
    try {
      return await this.#live(limit);
    } finally {
      Error.stackTraceLimit = stackTraceLimit;
    }
  }

  async #live(limit: number): Promise<boolean> {
    for (let count = 0; count < limit && this.broken === undefined; count++) {
      const next = pop(this.#queue);
      if (!next) return true;
      this.now = next.at;
      next.action();
      await (count % eventsOfATurn === 0 ? turned() : settled());
    }
    return this.broken !== undefined;
  }

  get trace(): readonly string[] {
    return this.#trace ?? [];
  }
}

interface Event {
  readonly at: number;
  readonly order: number;
  readonly action: () => void;
}

/** A turn of the event loop takes as long as an event; only there are rejections noticed that nobody handles. */
const eventsOfATurn = 16;

/** Resolves when every promise that can go on has gone on: a tick comes once no microtask is left. */
function settled(): Promise<void> {
  return new Promise((resolve) => {
    process.nextTick(resolve);
  });
}

/** Resolves then, too, after a turn of the event loop. */
function turned(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

function isBefore(a: Event, b: Event): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}

function push(heap: Event[], event: Event): void {
  let at = heap.push(event) - 1;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    if (!isBefore(heap[at] as Event, heap[parent] as Event)) return;
    swap(heap, at, parent);
    at = parent;
  }
}

function pop(heap: Event[]): Event | undefined {
  const first = heap[0];
  const last = heap.pop();
  if (heap.length === 0 || !last) return first;
  heap[0] = last;
  for (let at = 0; ; ) {
    let least = at;
    for (const child of [2 * at + 1, 2 * at + 2]) {
      if (child < heap.length && isBefore(heap[child] as Event, heap[least] as Event)) least = child;
    }
    if (least === at) return first;
    swap(heap, at, least);
    at = least;
  }
}

function swap(heap: Event[], a: number, b: number): void {
  const held = heap[a] as Event;
  heap[a] = heap[b] as Event;
  heap[b] = held;
}
