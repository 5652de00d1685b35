/** The machine that a number belongs to. */
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';
import type { BenchMachine } from '#contract/bench.ts';

/** A load from which numbers are worth little: PyTorch's threads then wait for each other, severalfold. */
const busy = 0.5;

/** What to say of a machine that does other work, or null. */
export function busyRemark({ load }: Pick<BenchMachine, 'load'>): string | null {
  if (load < busy) return null;
  return `This machine is not idle (load ${load}): ratios will say little, and rather flatter Basin.`;
}

/** Without the versions, which the sides tell. Taken before the first benchmark, for the load. */
export function describeMachine(): Omit<BenchMachine, 'versions'> {
  return {
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memory: totalmem(),
    load: Math.round((loadavg()[0] ?? 0) * 100) / 100,
  };
}
