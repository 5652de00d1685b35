/**
 * The largest eigenpairs of a symmetric operator with their multiplicities. From one start vector Lanczos' method
 * finds one eigenvector of a repeated eigenvalue, whatever its multiplicity. So what was found is locked, its span
 * taken off every product, and the search repeated until it finds nothing larger than what is known.
 */
import type { Stream } from '#engine/random.ts';
import { extremeEigenvalues } from './extremeEigenvalues.ts';
import type { SymmetricOperator } from './operator.ts';

export interface Eigenpair {
  readonly value: number;
  /** Of unit length: [size]. */
  readonly vector: Float64Array;
}

export interface LeadingOptions {
  /** Orthonormal eigenpairs that are known beforehand. */
  readonly known?: readonly Eigenpair[];
  /** Of residuals, as a share of the largest |θ| seen. */
  readonly tolerance: number;
  /** Products of one search, after which its pairs are taken as they are. */
  readonly maxProducts: number;
  readonly onSearch?: OnSearch | undefined;
}

/** Told of products so far and of pairs found, of as many as are wanted. */
export type OnSearch = (products: number, found: number, wanted: number) => void;

/** Descending, orthonormal; `count` of them, or as many as the operator has. */
export function leadingEigenpairs(
  operator: SymmetricOperator,
  count: number,
  random: Stream,
  { known = [], tolerance, maxProducts, onSearch }: LeadingOptions,
): Eigenpair[] {
  const wanted = Math.min(count, operator.size);
  let locked: Eigenpair[] = [...known];
  let asked = wanted - known.length;
  let before = 0;
  while (locked.length < operator.size) {
    const least = locked[wanted - 1]?.value ?? Number.NEGATIVE_INFINITY;
    const margin = tolerance * Math.abs(locked[0]?.value ?? 0);
    const search = extremeEigenvalues(operator, Math.max(1, asked), random, {
      ...{ tolerance, maxProducts, bound: least + margin },
      locked: locked.map(({ vector }) => vector),
      onLook: (products, settled) => {
        onSearch?.(before + products, Math.min(wanted, locked.length + settled), wanted);
      },
    });
    before += search.products;
    const fresh = search.eigenvalues.flatMap((value, i): Eigenpair[] =>
      value > least + margin ? [{ value, vector: search.vectors[i] as Float64Array }] : [],
    );
    if (fresh.length === 0) break;
    locked = [...locked, ...fresh].sort((a, b) => b.value - a.value);
    // As many copies may be missing as this search has found; the first search found one of each.
    asked = locked.length > fresh.length + known.length ? fresh.length : 1;
  }
  return locked.slice(0, wanted);
}
