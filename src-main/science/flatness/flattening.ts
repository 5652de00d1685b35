/**
 * How fast the noise of SGD flattens a toy (encoder position-neurons). At a minimum that is the true conditional the
 * gradient's covariance is the Hessian H over the batch size B, so that SGD of rate η moves along the minima by
 * −(η²/4B) P ∇Tr(H) a step, P projecting on their tangent space (Li, Wang and Arora 2022, arXiv 2110.06914,
 * corollary 5.2 for noise proportional to H; Liu et al. 2022, arXiv 2210.14199, section 4; derived in
 * docs/science.md). Hence Tr(H) falls by (η²/4B) ‖P ∇Tr(H)‖² a step.
 */
import { z } from 'zod';
import type { FlatnessDefinition } from '../definition.ts';
import { eigenvalues } from '../linalg/eigh.ts';
import { dot, orthogonalise, orthonormalBasis } from '../linalg/vectors.ts';
import { labelNoiseDescent } from './labelNoiseDescent.ts';
import { type Case, casesOf, type Neurons, neuronsOf, slopeAt } from './maskedCases.ts';

const params = z.strictObject({
  batchSize: z.int().min(1).max(65_536).default(4096).meta({
    title: 'Batch',
    description: 'Sentences of the fixed batch on which the trace is taken.',
    scale: 'log',
  }),
});

export const flattening: FlatnessDefinition<typeof params> = {
  kind: 'flatness',
  id: 'flattening',
  title: 'Exact trace, and how fast SGD lowers it',
  help:
    'Of encoder position-neurons alone: the exact Tr(H) of a fixed batch, and by how much theory says that SGD ' +
    'lowers it in a step, but for the factor η² / 4B; and where label noise is all the noise there is, but for ' +
    'η² v / 2B, v being a label’s variance. Also how many features the function uses.',
  reference: 'Li, Wang and Arora 2022, arXiv 2110.06914',
  studies: ['mlm'],
  params,
  products: () => 0,
  measure({ batchSize }, { parameters, batch }) {
    const neurons = neuronsOf(parameters);
    const cases = casesOf(batch(batchSize));
    const across = orthonormalBasis(normals(neurons));
    const { trace, gradient } = traceOf(neurons, cases);
    orthogonalise(gradient, across);
    const detail = {
      trace,
      descent: dot(gradient, gradient),
      labelNoiseDescent: labelNoiseDescent(neurons, cases, across, gradient),
      features: featuresUsed(neurons),
    };
    return { name: 'flatness/exact_trace', value: trace, stderr: null, detail };
  },
};

/**
 * Tr(H) = Σ w σ′(z) ‖∂z‖², since z is linear in each weight; and its gradient where z is held, attention first:
 * along the minima z stays as it is. ‖∂z_t‖² = Σ_j (Σ_s a_sj x_s)² + ‖x‖² Σ_j o_tj².
 */
export function traceOf(
  { attention, output, width }: Neurons,
  cases: readonly Case[],
): { readonly trace: number; readonly gradient: Float64Array } {
  const gradient = new Float64Array(attention.length + output.length);
  let trace = 0;
  for (const { encodings, place, weight } of cases) {
    const seen = encodings.reduce((squares, x) => squares + x * x, 0);
    const sums = Float64Array.from({ length: width }, (_, j) =>
      encodings.reduce((sum, x, s) => sum + x * (attention[s * width + j] as number), 0),
    );
    const own = output.subarray(place * width, (place + 1) * width);
    const slope = weight * slopeAt(dot(sums, own));
    trace += slope * (dot(sums, sums) + seen * dot(own, own));
    for (let j = 0; j < width; j++) {
      for (const [s, x] of encodings.entries()) {
        gradient[s * width + j] = (gradient[s * width + j] as number) + 2 * slope * x * (sums[j] as number);
      }
      const at = attention.length + place * width + j;
      gradient[at] = (gradient[at] as number) + 2 * slope * seen * (own[j] as number);
    }
  }
  return { trace, gradient };
}

/** Gradients of the function's numbers M_ts = Σ_j o_tj a_sj, s ≠ t: what they span is across the minima. */
export function normals({ attention, output, places, width }: Neurons): Float64Array[] {
  return Array.from({ length: places ** 2 }, (_, pair) => {
    const [t, s] = [Math.floor(pair / places), pair % places];
    const normal = new Float64Array(attention.length + output.length);
    normal.set(output.subarray(t * width, (t + 1) * width), s * width);
    normal.set(attention.subarray(s * width, (s + 1) * width), attention.length + t * width);
    return normal;
  }).filter((_, pair) => Math.floor(pair / places) !== pair % places);
}

/** (Σ σ)² / Σ σ² of the singular values of M = O Aᵀ, [places, places]: 2 for two features of one strength. */
function featuresUsed({ attention, output, places, width }: Neurons): number {
  const row = (weights: Float64Array, place: number) => weights.subarray(place * width, (place + 1) * width);
  const product = Array.from({ length: places }, (_, t) =>
    Float64Array.from({ length: places }, (_, s) => dot(row(output, t), row(attention, s))),
  );
  const gram = Float64Array.from({ length: places ** 2 }, (_, at) =>
    dot(product[Math.floor(at / places)] as Float64Array, product[at % places] as Float64Array),
  );
  const singular = Array.from(eigenvalues(gram, places), (value) => Math.sqrt(Math.max(0, value)));
  const [sum, squares] = [
    singular.reduce((total, s) => total + s, 0),
    singular.reduce((total, s) => total + s * s, 0),
  ];
  return squares === 0 ? 0 : sum ** 2 / squares;
}
