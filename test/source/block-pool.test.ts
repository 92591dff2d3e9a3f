import { expect, test } from 'vitest';
import { createBlockPool } from '../../shared/source/block-pool.ts';

test('no more blocks are out than there are, and who waits gets the next in order of asking', async () => {
  const pool = createBlockPool({ blockSize: 64, count: 2 });
  const first = await pool.acquire();
  await pool.acquire();
  expect(pool.free).toBe(0);
  const order: string[] = [];
  const third = pool.acquire().then((block) => {
    order.push('third');
    return block;
  });
  const fourth = pool.acquire().then(() => order.push('fourth'));
  await new Promise(setImmediate);
  expect(order).toEqual([]);
  pool.release(first);
  const block = await third;
  expect(block.buffer).toBe(first.buffer);
  expect(order).toEqual(['third']);
  pool.release(block);
  await fourth;
  expect(order).toEqual(['third', 'fourth']);
  expect(pool.free).toBe(0);
});

test('blocks are shared memory', async () => {
  const block = await createBlockPool({ blockSize: 64 }).acquire();
  expect(block.buffer).toBeInstanceOf(SharedArrayBuffer);
  expect(block.length).toBe(64);
});

test('a block that is given back twice is refused, and so is one of another pool', async () => {
  const pool = createBlockPool({ blockSize: 64, count: 2 });
  const block = await pool.acquire();
  pool.release(block);
  expect(() => pool.release(block)).toThrow('twice');
  const stranger = await createBlockPool({ blockSize: 64 }).acquire();
  expect(() => pool.release(stranger)).toThrow('another pool');
});

test('waiting ends with the signal, and the block goes to the next who waits', async () => {
  const pool = createBlockPool({ blockSize: 64, count: 1 });
  const block = await pool.acquire();
  const leaving = new AbortController();
  const left = pool.acquire(leaving.signal);
  const next = pool.acquire();
  leaving.abort(new Error('enough'));
  await expect(left).rejects.toThrow('enough');
  pool.release(block);
  expect((await next).buffer).toBe(block.buffer);
  await expect(pool.acquire(leaving.signal)).rejects.toThrow('enough');
});
