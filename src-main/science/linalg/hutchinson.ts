/** Hutchinson's estimate of a trace: E[vᵀAv] for random v with covariance I (Hutchinson 1990). */
import type { Stream } from '#engine/random.ts';
import type { SymmetricOperator } from './operator.ts';
import { type ProbeDistribution, probes } from './probes.ts';
import { dot } from './vectors.ts';

export interface TraceEstimate {
  readonly estimate: number;
  /** Standard error of the mean over the probes. */
  readonly stderr: number;
  /** What is averaged, one number a probe. */
  readonly samples: readonly number[];
}

/** Samples are vᵀAv. @param count of probes: at least 2, so that there is an error to state. */
export function hutchinson(
  operator: SymmetricOperator,
  count: number,
  distribution: ProbeDistribution,
  random: Stream,
): TraceEstimate {
  const directions = probes(operator.size, count, distribution, random);
  const samples = Array.from(directions, (vector) => dot(vector, operator.matvec(vector)));
  return { ...meanOf(samples), samples };
}

export function meanOf(samples: readonly number[]): { estimate: number; stderr: number } {
  const count = samples.length;
  const estimate = samples.reduce((sum, sample) => sum + sample, 0) / count;
  const squares = samples.reduce((sum, sample) => sum + (sample - estimate) ** 2, 0);
  return { estimate, stderr: Math.sqrt(squares / (count - 1) / count) };
}
