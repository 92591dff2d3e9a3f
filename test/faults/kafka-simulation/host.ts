import { type Hazards, Process } from '../simulation/process.ts';
import type { Scheduler } from '../simulation/scheduler.ts';

/** A process that is a member of a group, which notices when it gives no sign of life. */
export class Host extends Process {
  readonly #scheduler: Scheduler;
  #silentUntil = 0;
  /** Told when the process may have been silent for a session's length. */
  onSilence: () => void = () => undefined;

  constructor(scheduler: Scheduler, name: string, hazards: Hazards) {
    super(scheduler, name, hazards);
    this.#scheduler = scheduler;
  }

  /** Whether it neither runs nor will at once. */
  get isSilent(): boolean {
    return !this.alive || this.#silentUntil > this.#scheduler.now;
  }

  override kill(): void {
    super.kill();
    this.#watch();
  }

  override stop(ms: number): void {
    super.stop(ms);
    this.#silentUntil = Math.max(this.#silentUntil, this.#scheduler.now + ms);
    if (ms > sessionMs) this.#watch();
  }

  #watch(): void {
    this.#scheduler.after(sessionMs, () => {
      if (this.isSilent) this.onSilence();
    });
  }
}

/** A member that is silent for so long is expelled. */
const sessionMs = 30_000;
