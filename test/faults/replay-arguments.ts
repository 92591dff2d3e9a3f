/** `replay` of some paths into a store, as these tests run it. */
export function replayArguments(paths: readonly string[], data: string): string[] {
  return ['replay', ...paths, '--data', data, '--layout', 'pypi', '--workers', '2', '--json'];
}

/** The numbers of a replay's summary. */
export function summaryOf(stdout: string): {
  lines: number;
  counted: number;
  already_counted: number;
  files: readonly { format: string | null; lines: number }[];
} {
  return JSON.parse(stdout);
}
