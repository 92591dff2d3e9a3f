import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** What a program took. */
export interface Measured {
  readonly seconds: number;
  /** Largest resident memory, read every 50 ms where the system tells (`VmHWM`), else 0. */
  readonly peakBytes: number;
  readonly stdout: string;
}

/** Runs a program to its end. Throws where it fails. */
export function measure(program: string, args: readonly string[]): Promise<Measured> {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    let stdout = '';
    let peakBytes = 0;
    child.stdout.on('data', (text) => {
      stdout += text;
    });
    const watch = setInterval(() => {
      peakBytes = Math.max(peakBytes, peakOf(child.pid));
    }, 50);
    child.on('error', reject);
    child.on('close', (code) => {
      clearInterval(watch);
      const seconds = (performance.now() - started) / 1000;
      if (code === 0) resolve({ seconds, peakBytes, stdout });
      else reject(new Error(`${program} ended with ${code}`));
    });
  });
}

function peakOf(pid: number | undefined): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1024;
  } catch {
    // Gone, or a system without /proc.
    return 0;
  }
}
