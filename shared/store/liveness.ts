import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** Who holds a turn, and whether another holder is known to be dead. */
export interface Liveness {
  /** This process, as the ledger names it. */
  readonly holder: string;
  /** True only where the holder certainly does not run any more; else its lease decides. */
  isDead(holder: string): boolean;
}

/**
 * Holders as machine, boot, process namespace, process and its start: a process is known to be dead where it would have to
 * be in this very namespace and is not. Where there is no `/proc`, nobody is ever known to be dead. See
 * infra/decisions/0003.
 */
export function processLiveness(): Liveness {
  const place = `${hostname()} ${read('/proc/sys/kernel/random/boot_id')} ${namespace()}`;
  const holder = `${place} ${process.pid} ${startOf(process.pid)}`;
  return {
    holder,
    isDead: (other) => {
      if (!isKnown(holder) || !isKnown(other) || !other.startsWith(`${place} `)) return false;
      const [pid, start] = other.slice(place.length + 1).split(' ');
      return startOf(Number(pid)) !== start;
    },
  };
}

const unknown = '-';

function isKnown(holder: string): boolean {
  return !holder.split(' ').includes(unknown);
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim() || unknown;
  } catch {
    return unknown;
  }
}

function namespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return unknown;
  }
}

/** Clock ticks from boot to the process's start, field 22 of https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
function startOf(pid: number): string {
  const stat = read(`/proc/${pid}/stat`);
  return stat === unknown ? unknown : (stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? unknown);
}
