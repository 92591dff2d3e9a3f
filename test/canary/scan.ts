import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Needle } from './marks.ts';

/** Where to look: what it is, and its bytes. */
export interface Surface {
  readonly name: string;
  readonly bytes: Buffer;
  /** Compressed or keyed: any short bytes are in there by chance; what it holds is looked at elsewhere. */
  readonly isNoise?: boolean;
}

/** `mark as hex in stderr of replay`; nothing where nothing is found. */
export function findMarks(surfaces: readonly Surface[], needles: readonly Needle[]): string[] {
  const found: string[] = [];
  for (const { name, bytes, isNoise = false } of surfaces) {
    for (const needle of needles) {
      if (isNoise && needle.isShort) continue;
      if (bytes.includes(needle.bytes)) found.push(`${needle.name} in ${name}`);
    }
  }
  return found;
}

/** All files under a folder, and their names. Parts of tables are compressed: read these through SQL as well. */
export function filesUnder(folder: string): Surface[] {
  const surfaces: Surface[] = [];
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const name = relative(folder, path);
    surfaces.push({ name: `the name ${name}`, bytes: Buffer.from(name) });
    if (!entry.isFile()) continue;
    const bytes = readFileSync(path);
    surfaces.push({
      name: `file ${name}`,
      bytes,
      isNoise: /\.(bin|mrk\d?|cmrk\d?|cidx|idx|key)$/.test(name),
    });
    if (bytes[0] === 0x1f && bytes[1] === 0x8b)
      surfaces.push({ name: `archive ${name}`, bytes: gunzipSync(bytes) });
  }
  return surfaces;
}
