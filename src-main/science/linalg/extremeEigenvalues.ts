/**
 * The largest or smallest eigenvalues by Lanczos' method with full re-orthogonalisation and thick restarts
 * (Wu and Simon 2000), which keep the best Ritz vectors and so bound the memory.
 */
import type { Stream } from '#engine/random.ts';
import { KrylovSpace } from './krylovSpace.ts';
import type { SymmetricOperator } from './operator.ts';

export interface ExtremeEigenvalues {
  /** Outermost first. */
  readonly eigenvalues: readonly number[];
  /** ‖Av − λv‖ of each; an eigenvalue of A lies within it. */
  readonly residuals: readonly number[];
  /** Unit length, orthogonal to each other. */
  readonly vectors: readonly Float64Array[];
  /** Products taken. */
  readonly products: number;
  /** Whether all residuals are within the tolerance. */
  readonly converged: boolean;
}

export interface EigenvalueOptions {
  /** Default: `largest`. */
  readonly end?: 'largest' | 'smallest';
  /** Of the residuals, as a share of the largest |θ| seen; default 1e-9. */
  readonly tolerance?: number;
  /** Where it ends unconverged; default 1,000. */
  readonly maxProducts?: number;
  /**
   * Start vectors; default 1. From one vector an eigenvalue of several eigenvectors is found once, since
   * its Krylov space holds one of them: where multiplicities matter, as many as the multiplicity.
   */
  readonly startVectors?: number;
  /** Vectors held between restarts; default 2 `count` + 4 `startVectors` + 20. */
  readonly maxBasis?: number;
  /** Orthonormal eigenvectors that are known already; others are looked for in their complement. */
  readonly locked?: readonly Float64Array[];
  /**
   * Whatever lies further in than this is of no interest: the search ends as soon as the outermost pair is told
   * apart from it. By default all are.
   */
  readonly bound?: number;
  /** Told at every look at the Ritz values: products so far, and pairs whose residuals are within the tolerance. */
  readonly onLook?: (products: number, settled: number) => void;
}

/**
 * Residual of a pair that is told apart from the bound, as a share of the distance. Of a unit vector y with residual
 * r, ‖r‖ / |λ − θ| is the most that can lie along an eigenvector of λ; and what lies further out is found before.
 */
const apart = 0.01;
/** Products between two looks at the Ritz values, whose cost grows with the cube of the basis. */
const checkInterval = 5;

/** The `count` outermost eigenvalues, each as often as its multiplicity within `startVectors`. */
export function extremeEigenvalues(
  operator: SymmetricOperator,
  count: number,
  random: Stream,
  options: EigenvalueOptions = {},
): ExtremeEigenvalues {
  const { end = 'largest', tolerance = 1e-9, maxProducts = 1000, startVectors = 1, locked = [] } = options;
  const { maxBasis = 2 * count + 4 * startVectors + 20, bound } = options;
  const outwards = end === 'largest' ? 1 : -1;
  const wanted = Math.min(count, operator.size - locked.length);
  const space = new KrylovSpace(operator, startVectors, random, locked);
  for (;;) {
    space.grow();
    const last = space.products >= maxProducts || space.isWhole;
    const full = space.size >= maxBasis;
    if (!last && !full && space.products % checkInterval > 0) continue;
    const { values, residuals, coordinates, scale } = space.ritz(wanted, end);
    const settled = residuals.filter((residual) => residual <= tolerance * scale).length;
    options.onLook?.(space.products, settled);
    const converged = settled === wanted;
    const distance = bound === undefined ? 0 : outwards * (bound - (values[0] ?? bound));
    const isInside = distance > 0 && (residuals[0] as number) < apart * distance;
    if (converged || isInside || last) {
      const { products } = space;
      return { eigenvalues: values, residuals, vectors: space.vectors(coordinates), products, converged };
    }
    if (full) space.restart(Math.ceil((wanted + maxBasis) / 2), end);
  }
}
