import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

/** A disk of a few MB for the tests of a file, on a folder that is gone after them. */
export function smallDisk() {
  const path = mkdtempSync(join(tmpdir(), 'tallymark-disk-'));
  const mount = (...args: string[]) => spawnSync('/bin/mount', args).status === 0;
  const disk = {
    path,
    /** Whether it is there now; `size` is tmpfs' own: `32m`. */
    mount: (size: string) => mount('-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', path),
    makeReadOnly: () => mount('-o', 'remount,ro', path),
    unmount: () => spawnSync('/bin/umount', ['--lazy', path]).status === 0,
  };
  afterAll(() => {
    disk.unmount();
    rmdirSync(path);
  });
  const mayMount = disk.mount('1m') && disk.unmount();
  return { ...disk, whyNot: mayMount ? undefined : whyNot };
}

/** A right of whoever runs the tests, which no installation gives: in CI it is no error either, as containers rarely have it. */
const whyNot = 'this user may not mount one; no error in CI either';
