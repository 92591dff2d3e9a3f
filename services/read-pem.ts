import { readFile } from 'node:fs/promises';
import { CommandError } from './command.ts';

/** Reads the certificate or key that the setting `key` names. Throws `CommandError` where it cannot be read. */
export async function readPem(path: string, key: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    if (isContent(path)) throw new CommandError(2, `${key} takes the path of a file, not its content`);
    const code = (cause as NodeJS.ErrnoException).code ?? 'unreadable';
    throw new CommandError(2, `${key}: ${path} cannot be read (${code})`, undefined, { cause });
  }
}

/** Whether a setting has what belongs into a file, most likely a private key: it is never shown. */
export function isContent(value: string): boolean {
  return /[\r\n]|-----BEGIN/.test(value);
}
