import type { Settings } from '../shared/config.ts';
import { CommandError } from './command.ts';

/** Throws a `CommandError` where the format `json` is asked for and the configuration does not name the keys it cannot do without. */
export function requireJsonKeys(format: string | undefined, { formats }: Settings): void {
  if (format !== 'json') return;
  const missing = (['time', 'path'] as const).filter((use) => formats.json?.[use] === undefined);
  if (missing.length === 0) return;
  throw new CommandError(
    2,
    `--format json, but the configuration does not name ${missing.map((use) => `formats.json.${use}`).join(' and ')}`,
    'write in tallymark.yaml which keys your log has: formats: { json: { time: ts, path: req.url, … } }',
  );
}
