/** All benchmarks, in the order in which they run and print. */
import { BasinError } from '#contract/error.ts';
import { captureBenchmarks } from './capture.ts';
import type { Benchmark } from './lab.ts';
import { memoryBenchmarks } from './memory.ts';
import { oracleBenchmarks } from './oracle.ts';
import { peakBenchmark } from './peak.ts';
import { speedBenchmarks } from './speed.ts';
import { traceBenchmarks } from './trace.ts';

const benchmarks: readonly Benchmark[] = [
  ...speedBenchmarks,
  ...traceBenchmarks,
  peakBenchmark,
  ...captureBenchmarks,
  ...memoryBenchmarks,
  ...oracleBenchmarks,
];

/** The benchmark `id`, or all of its family (`hvp`), or all there are. @throws BasinError `bad-input` */
export function benchmarksNamed(id: string | undefined): readonly Benchmark[] {
  if (id === undefined) return benchmarks;
  const named = benchmarks.filter((benchmark) => benchmark.id === id || benchmark.id.startsWith(`${id}/`));
  if (named.length > 0) return named;
  const known = benchmarks.map((benchmark) => benchmark.id).join(', ');
  throw new BasinError(
    'bad-input',
    `Benchmark ${id}: there is none of this name. Take one of: ${known}.`,
    id,
  );
}
