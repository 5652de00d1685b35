/** How far apart subspaces and bases are: principal angles, and the rotation that aligns two bases best. */

import { stream } from '#engine/random.ts';
import { svd } from './svd.ts';
import { combination, dot, norm, orthogonalise, orthonormalBasis, randomDirection } from './vectors.ts';

/**
 * Principal angles, radians in [0, π/2], ascending, of the span of orthonormal `a` to that of orthonormal `b`, which
 * has at least as many vectors; all are 0 where the one lies within the other. Sines come from what of `a` is
 * left outside of `b` and cosines from what is inside, so that small angles and large ones are both exact
 * to rounding (Björck and Golub 1973).
 */
export function principalAngles(a: readonly Float64Array[], b: readonly Float64Array[]): Float64Array {
  const rest = a.map((vector) => {
    const outside = vector.slice();
    orthogonalise(outside, b);
    return outside;
  });
  const inside = a.map((vector) => Float64Array.from(b, (direction) => dot(vector, direction)));
  const sines = svd(rest).values.reverse();
  const cosines = svd(inside).values;
  return sines.map((sine, i) => Math.atan2(sine, cosines[i] as number));
}

/** The `count` left singular vectors of largest value: the directions in which the columns mostly lie. */
export function leadingDirections(columns: readonly Float64Array[], count: number): readonly Float64Array[] {
  return svd(columns).left.slice(0, count);
}

/**
 * Orthogonal Procrustes (Schönemann 1966): `columns` · Q with the orthogonal Q that brings it nearest to `target`,
 * min_Q ‖A Q − B‖_F, Q = U Vᵀ for Aᵀ B = U Σ Vᵀ. Both [k] of [size].
 */
export function procrustesAligned(
  columns: readonly Float64Array[],
  target: readonly Float64Array[],
): readonly Float64Array[] {
  const products = target.map((b) => Float64Array.from(columns, (a) => dot(a, b)));
  const { left, right, values } = svd(products);
  const u = completed(
    left.filter((_, i) => (values[i] as number) > 0),
    columns.length,
  );
  // Column j of Q is Σ_i u_i v_i[j].
  return target.map((_, j) =>
    combination(
      columns,
      combination(
        u,
        right.map((v) => v[j] as number),
      ),
    ),
  );
}

/** `basis` and further directions, up to `size` of that length. */
function completed(vectors: readonly Float64Array[], size: number): Float64Array[] {
  const basis = orthonormalBasis(vectors);
  const random = stream(0, 'procrustes');
  for (let next = randomDirection(size, basis, random); next; next = randomDirection(size, basis, random)) {
    basis.push(next);
  }
  return basis;
}

/** ‖A − B‖_F / ‖B‖_F */
export function relativeDistance(a: readonly Float64Array[], b: readonly Float64Array[]): number {
  const difference = a.map((column, i) => column.map((entry, x) => entry - (b[i]?.[x] ?? 0)));
  return Math.hypot(...difference.map(norm)) / Math.hypot(...b.map(norm));
}
