import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { openBooks } from '../../services/collector/save-often.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Books over a disk that has room, or not, write by write. */
function openOver(...hasRoom: boolean[]) {
  const notices: string[] = [];
  let writes = 0;
  const books = openBooks({
    saveState: async () => {
      if (hasRoom[writes++] === false) throw Object.assign(new Error('a path'), { code: 'ENOSPC' });
    },
    onNotice: (text) => notices.push(text),
  });
  return { books, notices, writes: () => writes };
}

const full =
  'The state cannot be written (ENOSPC). Shipping goes on; after a restart it is repeated from the last write.';

test.each([
  { name: 'a full disk is told once, however long it is full', disk: [false, false, false], told: [full] },
  { name: 'and once more where it had room meanwhile', disk: [false, true, false], told: [full, full] },
  { name: 'where there is room nothing is told', disk: [true, true, true], told: [] },
])('the state is tried again every second, and at the end: $name', async ({ disk, told }) => {
  const { books, notices, writes } = openOver(...disk);
  await vi.advanceTimersByTimeAsync(2_500);
  expect(writes()).toBe(2);
  await books.close();
  expect(writes()).toBe(3);
  expect(notices).toEqual(told);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(writes()).toBe(3);
});
