import { spawn } from 'node:child_process';
import { cpus, totalmem } from 'node:os';

/** One line of a result: ours against a peer measured in the same run. */
export interface Comparison {
  readonly name: string;
  readonly ours: number;
  readonly peer: number;
  readonly unit: string;
  /** Ours divided by the peer's. */
  readonly ratio: number;
  /** Such as `≤ 0.7` or `≥ 1`. */
  readonly budget: string;
  readonly holds: boolean;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? 0)
    : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}

/** Measures both in turns, so that a noisy machine is noisy for both; medians count. */
export async function inTurns(
  rounds: number,
  ours: () => Promise<number>,
  peer: () => Promise<number>,
): Promise<{ ours: number; peer: number }> {
  await ours();
  await peer();
  const a: number[] = [];
  const b: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    a.push(await ours());
    b.push(await peer());
  }
  return { ours: median(a), peer: median(b) };
}

export function compare(
  name: string,
  unit: string,
  values: { ours: number; peer: number },
  budget: string,
): Comparison {
  const ratio = values.ours / values.peer;
  const limit = Number(/[\d.]+/.exec(budget)?.[0]);
  const holds = budget.startsWith('≤') ? ratio <= limit : ratio >= limit;
  return { name, unit, ...values, ratio, budget, holds };
}

export function print(rows: readonly Comparison[]): void {
  process.stdout.write(
    `\n${machine()}\n\n| what | ours | peer | ratio | budget | |\n|---|---|---|---|---|---|\n`,
  );
  for (const row of rows) {
    const number = (value: number) => `${value >= 100 ? Math.round(value) : value.toFixed(1)} ${row.unit}`;
    process.stdout.write(
      `| ${row.name} | ${number(row.ours)} | ${number(row.peer)} | ${row.ratio.toFixed(2)} | ${row.budget} | ${row.holds ? 'holds' : 'missed'} |\n`,
    );
  }
}

export function machine(): string {
  const [cpu] = cpus();
  return `${new Date().toISOString().slice(0, 10)}, Node ${process.versions.node}, ${cpus().length} cores (${cpu?.model.trim()}), ${Math.round(totalmem() / 2 ** 30)} GiB`;
}

/** Milliseconds until the program's output matches; it is ended then. */
export function timeToOutput(file: string, args: readonly string[], pattern: RegExp): Promise<number> {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const child = spawn(file, [...args], { stdio: ['pipe', 'pipe', 'pipe'] });
    let output = '';
    let errors = '';
    child.stderr.on('data', (chunk: Buffer) => {
      errors += chunk.toString();
    });
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      if (!pattern.test(output)) return;
      const elapsed = performance.now() - started;
      child.kill('SIGKILL');
      resolve(elapsed);
    });
    child.once('exit', () => reject(new Error(`${file} ended before it was ready: ${errors.slice(-500)}`)));
  });
}

/** Megabytes per second of a program's output. A program that fails, or says less than it should, has no rate. */
export function throughput(file: string, args: readonly string[], leastBytes = 0): Promise<number> {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const child = spawn(file, [...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    let bytes = 0;
    let errors = '';
    child.stderr.on('data', (chunk: Buffer) => {
      errors = (errors + chunk.toString()).slice(-500);
    });
    child.stdout.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
    });
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0 && bytes >= leastBytes) resolve(bytes / 1e6 / ((performance.now() - started) / 1000));
      else reject(new Error(`${file} ended with ${code} after ${bytes} bytes: ${errors}`));
    });
  });
}
