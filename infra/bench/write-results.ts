import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Prints what a benchmark found, and writes it to `results/` with date, commit and machine. */
export function writeResults(name: 'replay' | 'kafka', lines: readonly string[]): void {
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], {
    cwd: root,
    encoding: 'utf8',
  }).trim();
  const date = new Date().toISOString().slice(0, 10);
  const machine = `${cpus().length} × ${cpus()[0]?.model}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.versions.node}`;
  const heading = `# ${name}, ${date}, commit ${commit}`;
  const text = [heading, '', `${machine}. One run.`, '', ...lines, ''].join('\n');
  const results = fileURLToPath(new URL('results/', import.meta.url));
  const file = `${results}${date}-${commit}-${name}.md`;
  mkdirSync(results, { recursive: true });
  writeFileSync(file, text);
  // Lint asks for tables in columns.
  execFileSync('npx', ['biome', 'format', '--write', file], { cwd: root });
  console.log(`\n${readFileSync(file, 'utf8')}`);
}
