/** Hutchinson's estimate of a trace: E[vᵀAv] for random v with covariance I (Hutchinson 1990). */
import type { Stream } from '#engine/random.ts';
import type { SymmetricOperator } from './operator.ts';

export interface TraceEstimate {
  readonly estimate: number;
  /** Standard error of the mean over the probes. */
  readonly stderr: number;
  /** vᵀAv of each probe. */
  readonly samples: readonly number[];
}

/** Rademacher signs have the least variance of all v with independent entries; normal ones are the papers'. */
export type ProbeDistribution = 'rademacher' | 'normal';

/** @param probes at least 2, so that there is an error to state. */
export function hutchinson(
  operator: SymmetricOperator,
  probes: number,
  distribution: ProbeDistribution,
  random: Stream,
): TraceEstimate {
  const samples: number[] = [];
  const vector = new Float32Array(operator.size);
  for (let probe = 0; probe < probes; probe++) {
    fill(vector, distribution, random);
    const product = operator.matvec(vector);
    let sample = 0;
    for (let i = 0; i < vector.length; i++) sample += (vector[i] as number) * (product[i] as number);
    samples.push(sample);
  }
  const estimate = samples.reduce((sum, sample) => sum + sample, 0) / probes;
  const squares = samples.reduce((sum, sample) => sum + (sample - estimate) ** 2, 0);
  return { estimate, stderr: Math.sqrt(squares / (probes - 1) / probes), samples };
}

function fill(vector: Float32Array, distribution: ProbeDistribution, random: Stream): void {
  for (let i = 0; i < vector.length; i++) {
    vector[i] = distribution === 'normal' ? random.normal() : random.uniform() < 0.5 ? -1 : 1;
  }
}
