/**
 * Hutch++ (Meyer, Musco, Musco and Woodruff 2021, arXiv 2010.09649, algorithm 1). A third of the products
 * finds an orthonormal Q of the directions in which A is largest, whose trace is then taken exactly; what
 * is left, which varies less, is estimated as Hutchinson does:
 *
 *   Tr(A) ≈ Tr(QᵀAQ) + mean over probes of gᵀ(I − QQᵀ) A (I − QQᵀ)g
 */
import type { Stream } from '#engine/random.ts';
import { meanOf, type TraceEstimate } from './hutchinson.ts';
import type { SymmetricOperator } from './operator.ts';
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
  const sketch = Array.from(drawn(third), (vector) => operator.matvec(vector));
  const basis = orthonormalBasis(sketch);
  const exact = basis.reduce((sum, direction) => sum + dot(direction, operator.matvec(direction)), 0);

  const samples = Array.from(drawn(count - 2 * third), (probe) => {
    const rest = Float64Array.from(probe);
    orthogonalise(rest, basis);
    // (I − QQᵀ) once is enough: the residual is its own projection.
    return exact + dot(rest, operator.matvec(rest));
  });
  return { ...meanOf(samples), samples };
}
