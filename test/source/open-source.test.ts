import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { truncateSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { createBlockPool } from '../../shared/source/block-pool.ts';
import { openSource } from '../../shared/source/open-source.ts';
import { SourceError } from '../../shared/source/source.ts';
import { archive, sampleArchive, sampleLines, whyNoArchive } from './archives.ts';
import { type Gathered, gather } from './gathered.ts';
import { scratchFolder } from './scratch-folder.ts';

const scratch = scratchFolder();
const archives = ['gzip', 'zstd', 'bzip2'] as const;

async function read(
  path: string,
  range: { from?: number; to?: number } = {},
): Promise<Gathered & { headIsAll: boolean }> {
  const pool = createBlockPool({ count: 2 });
  const source = await openSource(path, pool);
  const gathered = await gather(source.blocks({ from: 0, ...range }));
  await source[Symbol.asyncDispose]();
  expect(pool.free).toBe(2);
  return { ...gathered, headIsAll: source.headIsAll };
}

function codeOf(error: unknown): string | undefined {
  return error instanceof SourceError ? error.code : undefined;
}

/** Lines that hardly compress, so that an archive of them is read as a large one. */
function manyLines(count: number): string {
  return Array.from({ length: count }, (_, i) => `${i} ${randomBytes(60).toString('hex')}\n`).join('');
}

test.each([
  { name: 'nothing', content: '', blocks: 0 },
  { name: 'one line', content: 'one\n', blocks: 1 },
  { name: 'no final newline', content: 'one\ntwo', blocks: 2 },
  { name: 'CRLF', content: 'one\r\ntwo\r\n', blocks: 1 },
  { name: 'empty lines', content: '\n\n\n', blocks: 1 },
])('a plain file with $name gives its bytes back', async ({ content, blocks }) => {
  const got = await read(scratch.write('plain.log', content));
  expect(got).toMatchObject({ text: content, error: undefined, headIsAll: true });
  expect(got.blocks).toHaveLength(blocks);
});

test('a large plain file is read from any line to any byte', async () => {
  const content = manyLines(30_000);
  const path = scratch.write('large.log', content);
  expect((await read(path)).text).toBe(content);
  const from = content.indexOf('\n20000 ') + 1;
  const to = content.indexOf('\n29000 ') + 1;
  const got = await read(path, { from, to });
  expect(got.text).toBe(content.slice(from, to));
  expect(got.blocks[0].from).toBe(from);
  expect(got.blocks.at(-1)).toMatchObject({ to, unterminated: false });
  expect((await read(path, { from, to: to - 1 })).blocks.at(-1)).toMatchObject({
    to: to - 1,
    unterminated: true,
  });
  expect((await read(path, { from: content.length })).blocks).toEqual([]);
});

describe.each(archives)('%s', (compression) => {
  test('a small archive gives its lines, whatever its name', async () => {
    const path = scratch.write('small.log', sampleArchive(compression));
    const source = await openSource(path, createBlockPool());
    expect(source).toMatchObject({ compression, headIsAll: true, size: sampleArchive(compression).length });
    expect(Buffer.from(source.head).toString()).toBe(sampleLines);
    const twice = [await gather(source.blocks({ from: 0 })), await gather(source.blocks({ from: 0 }))];
    expect(twice.map(({ text }) => text)).toEqual([sampleLines, sampleLines]);
    expect(source.bytesRead).toBe(source.size);
    await source[Symbol.asyncDispose]();
  });

  const whyNot = whyNoArchive(compression);
  const skipped = whyNot === undefined ? '' : ` (skipped: ${whyNot})`;

  test.skipIf(whyNot !== undefined)(
    `a large archive of several members is read from any line on${skipped}`,
    async () => {
      const parts = [manyLines(12_000), manyLines(1), '', manyLines(15_000)];
      const content = parts.join('');
      const path = scratch.write(
        'large.archive',
        Buffer.concat(parts.map((part) => archive(compression, part))),
      );
      const got = await read(path);
      expect(got.error).toBeUndefined();
      expect(got.headIsAll).toBe(false);
      expect(got.text === content).toBe(true);
      const from = content.indexOf('\n11000 ') + 1;
      const to = content.length - 1;
      expect((await read(path, { from, to })).text === content.slice(from, to)).toBe(true);
    },
  );

  test('cut at any byte it gives whole lines and then says so', async () => {
    const whole = Buffer.concat([sampleArchive(compression), sampleArchive(compression)]);
    const lines = sampleLines + sampleLines;
    for (let length = 1; length < whole.length; length++) {
      const got = await read(scratch.write('cut.archive', whole.subarray(0, length)));
      expect(lines.startsWith(got.text), `cut at ${length}`).toBe(true);
      expect(got.text === '' || got.text.endsWith('\n')).toBe(true);
      expect(got.blocks.some(({ unterminated }) => unterminated)).toBe(false);
      if (length === whole.length / 2) expect(got).toMatchObject({ error: undefined, text: sampleLines });
      else expect(['truncated', 'corrupt'], `cut at ${length}`).toContain(codeOf(got.error));
    }
  });

  const cut = `a large archive that is cut gives nearly all of what is there, and the same each time${skipped}`;
  test.skipIf(whyNot !== undefined)(cut, async () => {
    const content = manyLines(30_000);
    const whole = archive(compression, content);
    const path = scratch.write('cut-large.archive', whole.subarray(0, whole.length - 1000));
    const [first, second] = [await read(path), await read(path)];
    expect(codeOf(first.error)).toBe('truncated');
    expect(content.startsWith(first.text)).toBe(true);
    // Of bzip2 a block is whole or not there.
    expect(first.text.length).toBeGreaterThan(content.length - 1_000_000);
    expect(second.text.length).toBe(first.text.length);
    expect(String(first.error)).toContain(`after byte ${first.text.length}`);
  });

  test('any flipped bit is found, and the error has nothing of the lines', async () => {
    const whole = sampleArchive(compression);
    for (let at = 0; at < whole.length; at++) {
      const flipped = Buffer.from(whole);
      flipped[at] ^= 1 << (at % 8);
      const got = await read(scratch.write('flipped.archive', flipped));
      // A flip in a field that says nothing of the content (gzip: time, system, name) leaves all lines whole.
      const isWhole = got.error === undefined && got.text === sampleLines;
      const isPlain = at < 4;
      if (!isWhole && !isPlain) {
        expect(['truncated', 'corrupt', 'unreadable'], `flipped at ${at}`).toContain(codeOf(got.error));
        expect(String(got.error)).not.toMatch(/192\.0\.2|GET|example/);
        // A flip that hides the end looks like a cut; what is known to be corrupt lets no garbage through.
        if (codeOf(got.error) === 'corrupt')
          expect(sampleLines.startsWith(got.text), `flipped at ${at}`).toBe(true);
      }
    }
  });
});

describe('gzip', () => {
  test('zeros after the last member are padding, anything else is corrupt', async () => {
    for (const content of [sampleLines, manyLines(3000)]) {
      const member = archive('gzip', content);
      const padded = await read(scratch.write('padded.gz', Buffer.concat([member, Buffer.alloc(200_000)])));
      expect(padded.error).toBeUndefined();
      expect(padded.text === content).toBe(true);
      for (const rest of [Buffer.from('rest'), Buffer.concat([Buffer.alloc(9), member])]) {
        const got = await read(scratch.write('followed.gz', Buffer.concat([member, rest])));
        expect(codeOf(got.error)).toBe('corrupt');
      }
    }
  });

  test('of a corrupt archive the last piece before the damage is held back', async () => {
    const content = manyLines(60_000);
    const whole = archive('gzip', content);
    whole[whole.length - 8] ^= 1;
    const got = await read(scratch.write('bad-checksum.gz', whole));
    expect(codeOf(got.error)).toBe('corrupt');
    expect(content.startsWith(got.text)).toBe(true);
    expect(got.text.length).toBeGreaterThan(0);
    expect(got.text.length).toBeLessThan(content.length);
  });

  test('a thousand times larger than it looks, it is streamed and not held', async () => {
    const content = `${'0'.repeat(999)}\n`.repeat(20_000);
    const got = await read(scratch.write('bomb.gz', archive('gzip', content)));
    expect(got.headIsAll).toBe(false);
    expect(got.text === content).toBe(true);
  });
});

describe('zstd', () => {
  test('skippable frames are skipped, also at the beginning', async () => {
    const skippable = Buffer.from([0x53, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3]);
    const frame = sampleArchive('zstd');
    const got = await read(
      scratch.write('skippable.zst', Buffer.concat([skippable, frame, skippable, frame])),
    );
    expect(got).toMatchObject({ error: undefined, text: sampleLines + sampleLines });
  });
});

test('a file that becomes shorter while it is read is an error, not an end', async () => {
  const path = scratch.write('shrinking.log', manyLines(30_000));
  const source = await openSource(path, createBlockPool());
  truncateSync(path, 1_500_000);
  const got = await gather(source.blocks({ from: 0 }));
  await source[Symbol.asyncDispose]();
  expect(codeOf(got.error)).toBe('changed');
  expect(got.text.length).toBeLessThanOrEqual(1_500_000);
  expect(got.text.endsWith('\n')).toBe(true);
});

test('a file that is cut and filled anew once it is opened is read as what it is known by', async () => {
  const content = manyLines(2000);
  const path = scratch.write('rotated.log', content);
  await using source = await openSource(path, createBlockPool());
  writeFileSync(path, 'another log\n');
  expect(await gather(source.blocks({ from: 0 }))).toMatchObject({ text: content, error: undefined });
});

test('a range beyond the end is an error', async () => {
  const plain = scratch.write('short.log', 'one\n');
  const large = scratch.write('longer.log', manyLines(5000));
  for (const range of [{ from: 0, to: 10_000_000 }, { from: 10_000_000 }]) {
    expect(codeOf((await read(plain, range)).error)).toBe('changed');
    expect(codeOf((await read(large, range)).error)).toBe('changed');
  }
});

test('what cannot be opened says so, with its path', async () => {
  const pool = createBlockPool();
  await expect(openSource(`${scratch.folder}/nothing.log`, pool)).rejects.toMatchObject({ code: 'missing' });
  await expect(openSource(scratch.folder, pool)).rejects.toMatchObject({
    code: 'unreadable',
    path: scratch.folder,
  });
});

test('reading waits for blocks, ends with the signal, and gives back what it has', async () => {
  const pool = createBlockPool({ count: 1 });
  const source = await openSource(scratch.write('waiting.log', manyLines(30_000)), pool);
  const leaving = new AbortController();
  const blocks = source.blocks({ from: 0, signal: leaving.signal })[Symbol.asyncIterator]();
  const first = await blocks.next();
  const second = blocks.next();
  leaving.abort(new Error('enough'));
  await expect(second).rejects.toThrow('enough');
  first.value?.release();
  expect(pool.free).toBe(1);
  await source[Symbol.asyncDispose]();
});

describe('standard input and pipes', () => {
  const program = fileURLToPath(new URL('./print-stdin.ts', import.meta.url));
  test.each(['none', ...archives] as const)('%s', async (compression) => {
    const input = compression === 'none' ? Buffer.from(sampleLines) : sampleArchive(compression);
    const child = spawn(process.execPath, ['--import', 'tsx', program], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const ended = new Promise((resolve) => child.on('close', resolve));
    let output = '';
    child.stdout.on('data', (bytes) => {
      output += bytes;
    });
    // The first bytes alone do not tell an archive.
    child.stdin.write(input.subarray(0, 2));
    await new Promise((resolve) => setTimeout(resolve, 50));
    child.stdin.end(input.subarray(2));
    await ended;
    expect(output).toBe(`${compression}\n${sampleLines}`);
  });

  test('a named pipe', async () => {
    const path = `${scratch.folder}/pipe`;
    execFileSync('mkfifo', [path]);
    const writer = spawn('sh', ['-c', `cat > '${path}'`], { stdio: ['pipe', 'ignore', 'inherit'] });
    writer.stdin.end(sampleLines);
    const got = await read(path);
    expect(got.text).toBe(sampleLines);
  });
});
