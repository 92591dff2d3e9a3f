import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RunningCli } from './start-cli.ts';

/** Waits until an embedded store's tables have had `inserts` more inserts than now, or the process has ended. */
export async function insertsMade(
  data: string,
  { inserts, replay }: { inserts: number; replay: RunningCli },
): Promise<void> {
  const goal = countInserts(data) + inserts;
  const over = replay.ended.then(() => true);
  while (countInserts(data) < goal) if (await Promise.race([over, sleep(2, false)])) return;
}

/** `202608_2_2_0`: partition, first and last insert of a part, how often it was merged. */
const partName = /^[^_]+_\d+_(\d+)_\d+$/;

/** The highest insert of each table, summed: merges do not change it. */
function countInserts(data: string): number {
  let inserts = 0;
  const store = join(data, 'chdb', 'store');
  for (const prefix of list(store)) {
    for (const table of list(join(store, prefix))) {
      const parts = list(join(store, prefix, table)).map((name) => Number(partName.exec(name)?.[1] ?? 0));
      inserts += Math.max(0, ...parts);
    }
  }
  return inserts;
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
