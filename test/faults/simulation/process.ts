import type { Scheduler } from './scheduler.ts';

/** How likely a process is killed, or stopped for a while, whenever it is told something. */
export interface Hazards {
  readonly killed: number;
  readonly stopped: number;
}

/** A process of the made-up world: it can be stopped, goes on, and dies at any await. */
export class Process {
  readonly name: string;
  readonly #scheduler: Scheduler;
  #alive = true;
  #stoppedUntil = 0;
  /** How far its clock is from the world's, in ms. */
  readonly skew: number;

  readonly #hazards: Hazards;

  constructor(scheduler: Scheduler, name: string, hazards: Hazards) {
    this.#scheduler = scheduler;
    this.#hazards = hazards;
    this.name = name;
    this.skew = scheduler.between(-5_000, 5_000);
  }

  get alive(): boolean {
    return this.#alive;
  }

  /** What it was waiting for never comes. */
  kill(): void {
    if (!this.#alive) return;
    this.#alive = false;
    this.#scheduler.log(() => `${this.name} is killed`);
  }

  /** It is done and gone. */
  end(): void {
    this.#alive = false;
  }

  /** SIGSTOP, and SIGCONT after `ms`. */
  stop(ms: number): void {
    this.#stoppedUntil = Math.max(this.#stoppedUntil, this.#scheduler.now + ms);
    this.#scheduler.log(() => `${this.name} is stopped for ${ms} ms`);
  }

  /** Tells the process something, as soon as it runs. */
  deliver(action: () => void): void {
    if (!this.#alive) return;
    if (this.#scheduler.chance(this.#hazards.killed)) {
      this.kill();
      return;
    }
    if (this.#scheduler.chance(this.#hazards.stopped)) this.stop(this.#scheduler.between(500, 150_000));
    const wait = this.#stoppedUntil - this.#scheduler.now;
    if (wait > 0) this.#scheduler.after(wait, () => this.#resume(action));
    else action();
  }

  #resume(action: () => void): void {
    if (this.#alive) action();
  }
}
