/**
 * Hutch++ (Meyer, Musco, Musco and Woodruff 2021, arXiv 2010.09649, algorithm 1). A third of the products
 * finds an orthonormal Q of the directions in which A is largest, whose trace is then taken exactly; what
 * is left, which varies less, is estimated as Hutchinson does:
 *
 *   Tr(A) ≈ Tr(QᵀAQ) + mean over probes of gᵀ(I − QQᵀ) A (I − QQᵀ)g
 */
import type { Stream } from '#engine/random.ts';
import { meanOf, type TraceEstimate } from './hutchinson.ts';
import { products, type SymmetricOperator } from './operator.ts';
import { type ProbeDistribution, probes } from './probes.ts';
import { dot, orthogonalise, orthonormalBasis } from './vectors.ts';

/** The fewest products of which two are left to tell an error by. */
export const fewestProducts = 6;

/**
 * Samples are those of the rest with the exact part added, so that their mean is the estimate. The
 * standard error is theirs: given Q, the exact part has none. Holds a third of `count` vectors.
 * @param count products in all, at least `fewestProducts`
 */
export function hutchpp(
  operator: SymmetricOperator,
  count: number,
  distribution: ProbeDistribution,
  random: Stream,
): TraceEstimate {
  const { size } = operator;
  const third = Math.floor(count / 3);
  const drawn = (number: number) => probes(size, number, distribution, random);
  const sketch = Array.from(products(operator, drawn(third), third), ([, product]) => product);
  const basis = orthonormalBasis(sketch);
  let exact = 0;
  for (const [direction, product] of products(operator, basis, basis.length))
    exact += dot(direction, product);

  const rest = count - 2 * third;
  const residuals = function* (): Generator<Float64Array> {
    for (const probe of drawn(rest)) {
      const vector = Float64Array.from(probe);
      orthogonalise(vector, basis);
      yield vector;
    }
  };
  // (I − QQᵀ) once is enough: the residual is its own projection.
  const samples = Array.from(
    products(operator, residuals(), rest),
    ([vector, product]) => exact + dot(vector, product),
  );
  return { ...meanOf(samples), samples };
}
