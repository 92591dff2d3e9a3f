import type { Scheduler } from '../simulation/scheduler.ts';

/** A line of a log: its day decides its month. */
export interface Line {
  /** A project of its own, so that the table says how often this very line is in it. */
  readonly project: string;
  /** Days since 1970-01-01. */
  readonly day: number;
}

/** All that a server will have written into one file in the end; files hold its beginning. */
export interface Log {
  readonly name: string;
  readonly lines: readonly Line[];
  readonly bytes: Buffer;
}

/** Every line is this long with its line end, so that four begin a source. */
export const lineBytes = 300;

/** Bytes at the end of a line without which it is there in part, and not whole; but for its line end; and whole as far as it is there. */
export const cutsOff = { half: 100, lineEnd: 1, lastField: 51 };

/** The day on which histories begin; they go on for some minutes after its end. */
export const firstDay = 20_172;

/** Days of three months, and the day of lines without one; the last is in the future as long as it is the first day. */
const days = [0, 20_110, 20_111, 20_138, 20_150, 20_172, 20_174];

/** Logs of some lines each; the first two may begin with the same line. */
export function makeLogs(scheduler: Scheduler): Log[] {
  const logs: Log[] = [];
  for (let index = scheduler.between(1, 3); index > 0; index--) {
    const name = String.fromCharCode(97 + logs.length);
    const lines = Array.from({ length: scheduler.between(4, 9) }, (_, at) =>
      makeLine(scheduler, `${name}${at}`),
    );
    if (logs.length === 1 && scheduler.chance(0.3)) lines[0] = logs[0]!.lines[0]!;
    logs.push({ name, lines, bytes: bytesOf(lines) });
  }
  return logs;
}

/** A line of this project on some day. */
export function makeLine(scheduler: Scheduler, project: string): Line {
  return { project, day: scheduler.pick(days) };
}

/** Lines as they stand in a file: name, day, filling, and a bracket by which a line shows that it is whole; a last field, which may as well not be there. */
export function bytesOf(lines: readonly Line[]): Buffer {
  return Buffer.from(lines.map(textOf).join(''), 'latin1');
}

/** Whether two logs begin alike, so that a beginning of one line may be either's. */
export function haveTwins(logs: readonly Log[]): boolean {
  return new Set(logs.map(({ lines }) => lines[0])).size < logs.length;
}

function textOf({ project, day }: Line): string {
  const fields = `${`${project} ${day} `.padEnd(lineBytes - cutsOff.lastField - 1, '.')}]`;
  return `${fields.padEnd(lineBytes - 2, '.')}]\n`;
}
