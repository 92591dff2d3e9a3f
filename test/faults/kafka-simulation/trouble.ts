import { type Network, peace } from '../simulation/network.ts';
import type { Scheduler } from '../simulation/scheduler.ts';
import type { Group } from './group.ts';
import type { Host } from './host.ts';
import type { Shipping } from './shipping.ts';

/** An ingester; it ends in good order when `stop` is aborted. */
export interface Running {
  readonly host: Host;
  readonly stop: AbortController;
}

/** A world of ingesters and replays, and what can befall it. */
export interface TroubledWorld {
  readonly scheduler: Scheduler;
  readonly network: Network;
  readonly group: Group;
  readonly shipping: Shipping;
  launch(): Running;
  launchReplay(): void;
  /** An ingester that is alive, if any. */
  someone(): Running | undefined;
  /** From here on processes are killed and stopped on purpose only. */
  calm(): void;
  retain(): void;
  forgetOffsets(): void;
  setOffsets(): void;
  recreate(): void;
  truncate(): void;
  expireTokens(): void;
}

/** How long trouble lasts. */
export const troubleMs = 240_000;

/** Logs are shipped, and anything may happen meanwhile, or what rarely does by itself: a few processes meet at the worst of moments. */
export function planTrouble(world: TroubledWorld): void {
  planShipping(world);
  const dice = world.scheduler.number();
  if (dice < 0.2) planZombies(world);
  else if (dice < 0.25) planBurning(world);
  else if (dice < 0.35) planHandOver(world);
  else planAnything(world);
}

function planShipping({ scheduler, shipping }: TroubledWorld): void {
  const some = (most: number, least: number, action: () => void) => {
    for (let times = scheduler.between(least, most); times > 0; times--)
      scheduler.after(someTime(scheduler), action);
  };
  some(6, 1, () => shipping.grow());
  some(4, 0, () => shipping.again());
  some(5, 0, () => shipping.strange());
}

/** Whatever may happen, at any time. */
function planAnything(world: TroubledWorld): void {
  const { scheduler } = world;
  for (let count = scheduler.between(1, 3); count > 0; count--)
    scheduler.after(someTime(scheduler), () => world.launch());
  const sometimes = (probability: number, most: number, action: () => void) => {
    if (!scheduler.chance(probability)) return;
    for (let times = scheduler.between(1, most); times > 0; times--)
      scheduler.after(someTime(scheduler), action);
  };
  sometimes(0.5, 3, () => world.launch());
  sometimes(0.3, 6, () => world.someone()?.stop.abort());
  sometimes(0.4, 3, () => world.someone()?.host.kill());
  sometimes(0.4, 3, () => world.someone()?.host.stop(scheduler.between(1_000, 150_000)));
  sometimes(0.2, 8, () => world.group.disturb());
  sometimes(0.3, 4, () => world.retain());
  sometimes(0.1, 2, () => world.forgetOffsets());
  sometimes(0.1, 2, () => world.setOffsets());
  sometimes(0.1, 1, () => world.recreate());
  sometimes(0.03, 1, () => world.truncate());
  sometimes(0.4, 3, () => world.launchReplay());
  if (scheduler.chance(0.1)) planZombie(world);
  scheduler.after(someTime(scheduler), () => world.expireTokens());
}

/** An ingester that is stopped for more than its lease, another that goes on in its place and leaves, and replays then. */
function planZombie(world: TroubledWorld): void {
  const { scheduler, shipping } = world;
  const zombie = world.launch();
  const begins = scheduler.between(500, 30_000);
  const wakes = begins + scheduler.between(90_000, 190_000);
  scheduler.after(begins, () => zombie.host.stop(wakes - begins));
  scheduler.after(scheduler.between(31_000, 80_000), () => {
    const next = world.launch();
    scheduler.after(scheduler.between(30_000, 60_000), () => next.stop.abort());
  });
  scheduler.after(wakes, () => shipping.grow());
  for (let replays = 0; replays < 4; replays++)
    scheduler.after(wakes + scheduler.between(0, 20_000), () => world.launchReplay());
}

/**
 * An ingester that is stopped, one that goes on in its place and is stopped within a batch, before or after it closed the other's entry, so
 * that the first finds it dead when it wakes up; and replays then.
 */
function planZombies(world: TroubledWorld): void {
  const { scheduler, shipping } = world;
  world.calm();
  const begins = scheduler.between(1_000, 12_000);
  const goesOn = begins + scheduler.between(0, 30_000);
  const freezes = begins + scheduler.between(33_000, 75_000);
  const wakes = freezes + scheduler.between(61_000, 78_000);
  const first = world.launch();
  scheduler.after(begins, () => first.host.stop(wakes - begins));
  // Sometimes it is told to end when it has just woken up.
  if (scheduler.chance(0.5)) scheduler.after(wakes + scheduler.between(0, 400), () => first.stop.abort());
  scheduler.after(goesOn, () => {
    const { host } = world.launch();
    scheduler.after(freezes - goesOn, () =>
      withinInsert(world, () => host.stop(scheduler.between(70_000, 110_000))),
    );
  });
  for (let times = 3; times > 0; times--) scheduler.after(freezes, () => shipping.grow());
  for (let replays = scheduler.between(1, 4); replays > 0; replays--)
    scheduler.after(wakes + scheduler.between(500, 8_000), () => world.launchReplay());
}

/** An ingester that dies within a batch of which Kafka has dropped a part when the next one comes. */
function planBurning(world: TroubledWorld): void {
  const { scheduler, shipping } = world;
  world.calm();
  const dies = scheduler.between(5_000, 60_000);
  const first = world.launch();
  for (let times = 4; times > 0; times--) scheduler.after(dies, () => shipping.strange());
  scheduler.after(dies, () => withinInsert(world, () => first.host.kill()));
  const goesOn = dies + scheduler.between(16_000, 30_000);
  for (let times = 2; times > 0; times--)
    scheduler.after(scheduler.between(dies + 15_000, goesOn), () => world.retain());
  scheduler.after(goesOn, () => world.launch());
  // Once more while what is left of it waits to be counted.
  scheduler.after(dies + scheduler.between(31_000, 50_000), () => world.group.disturb());
}

/**
 * An ingester that is stopped until its entry has been closed, and comes back when the one that went on is within a batch and leaves; replays
 * come before it has finished that.
 */
function planHandOver(world: TroubledWorld): void {
  const { scheduler, shipping } = world;
  world.calm();
  const begins = scheduler.between(1_000, 8_000);
  const wakes = begins + scheduler.between(75_000, 110_000);
  const first = world.launch();
  scheduler.after(begins, () => first.host.stop(wakes - begins));
  scheduler.after(begins + scheduler.between(0, 20_000), () => {
    const next = world.launch();
    scheduler.after(wakes - scheduler.now + scheduler.between(4_000, 9_000), () => next.stop.abort());
  });
  for (let times = 3; times > 0; times--)
    scheduler.after(wakes - scheduler.between(0, 12_000), () => shipping.grow());
  scheduler.after(wakes, () => {
    world.network.faults = { ...peace, late: 0.5 };
  });
  scheduler.after(wakes + scheduler.between(2_000, 6_500), () =>
    first.host.stop(scheduler.between(30_000, 100_000)),
  );
  for (let replays = 4; replays > 0; replays--)
    scheduler.after(wakes + scheduler.between(5_000, 20_000), () => world.launchReplay());
}

/** Does something once an insert is on its way, or 15 s from now. */
function withinInsert({ scheduler, network }: TroubledWorld, action: () => void): void {
  const by = scheduler.now + 15_000;
  const look = () => {
    if (network.isAnythingUnderWay || scheduler.now >= by) action();
    else scheduler.after(5, look);
  };
  look();
}

/** Half of what happens does so in the first seconds. */
function someTime(scheduler: Scheduler): number {
  const isEarly = scheduler.chance(0.5);
  return scheduler.between(0, isEarly ? 10_000 : troubleMs - 1);
}
