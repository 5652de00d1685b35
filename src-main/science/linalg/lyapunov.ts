/** Lyapunov's equation for symmetric matrices, by the eigenvectors of the one that is inverted. */
import { eigh } from './eigh.ts';
import { addScaled, combination, dot } from './vectors.ts';

/**
 * X with A X + X A = B, A positive semidefinite, as rows: in A's eigenvectors X_ij = B_ij / (λ_i + λ_j). What lies in
 * A's null space on both sides is not determined, and is zero. Both [n] of [n]; `a` and `b` stay as they are.
 */
export function solveLyapunov(a: readonly Float64Array[], b: readonly Float64Array[]): Float64Array[] {
  const size = a.length;
  const { values, vectors } = eigh(Float64Array.from(a.flatMap((row) => [...row])), size);
  const negligible = 1e-12 * (values.at(-1) ?? 0);
  const turned = vectors.map((vector) => combination(b, vector));
  const inner = turned.map((row, i) =>
    Float64Array.from(vectors, (vector, j) => {
      const sum = (values[i] as number) + (values[j] as number);
      return sum > negligible ? dot(row, vector) / sum : 0;
    }),
  );
  const half = inner.map((row) => combination(vectors, row));
  const found = Array.from({ length: size }, () => new Float64Array(size));
  for (const [k, vector] of vectors.entries()) {
    for (const [i, row] of found.entries()) addScaled(row, vector[i] as number, half[k] as Float64Array);
  }
  return found;
}
