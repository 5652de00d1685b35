/** The machine that a number belongs to. */
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';
import type { BenchMachine } from '#contract/bench.ts';

/** Without the versions, which the sides tell. Taken before the first benchmark, for the load. */
export function describeMachine(): Omit<BenchMachine, 'versions'> {
  return {
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memory: totalmem(),
    load: Math.round((loadavg()[0] ?? 0) * 100) / 100,
  };
}
