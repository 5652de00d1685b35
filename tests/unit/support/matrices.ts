/** Small symmetric matrices with what is known of them, and an eigensolver that shares nothing with the project's. */
import { stream } from '#engine/random.ts';

export type Matrix = readonly (readonly number[])[];

/** Cyclic Jacobi rotations; ascending. */
export function jacobiEigenvalues(matrix: Matrix): number[] {
  const a = matrix.map((row) => [...row]);
  const at = (i: number, j: number): number => a[i]?.[j] ?? Number.NaN;
  const put = (i: number, j: number, value: number): void => {
    (a[i] as number[])[j] = value;
  };
  for (let sweep = 0; sweep < 60; sweep++) {
    for (let p = 0; p < a.length; p++) {
      for (let q = p + 1; q < a.length; q++) {
        const angle = Math.atan2(2 * at(p, q), at(q, q) - at(p, p)) / 2;
        const [c, s] = [Math.cos(angle), Math.sin(angle)];
        for (let k = 0; k < a.length; k++) {
          const [x, y] = [at(k, p), at(k, q)];
          put(k, p, c * x - s * y);
          put(k, q, s * x + c * y);
        }
        for (let k = 0; k < a.length; k++) {
          const [x, y] = [at(p, k), at(q, k)];
          put(p, k, c * x - s * y);
          put(q, k, s * x + c * y);
        }
      }
    }
  }
  return a.map((_, i) => at(i, i)).sort((x, y) => x - y);
}

/** Independent normal entries on and below the diagonal. */
export function randomSymmetric(size: number, seed: number): Matrix {
  const random = stream(seed, 'matrix');
  const lower = Array.from({ length: size }, (_, i) => Array.from({ length: i + 1 }, () => random.normal()));
  return lower.map((_, i) => lower.map((_row, j) => lower[Math.max(i, j)]?.[Math.min(i, j)] ?? Number.NaN));
}

export function diagonal(values: readonly number[]): Matrix {
  return values.map((value, i) => values.map((_, j) => (i === j ? value : 0)));
}

/** Adjacency of the d-dimensional cube: eigenvalue d − 2i, C(d, i) times. */
export function cube(dimension: number): Matrix {
  const nodes = Array.from({ length: 2 ** dimension }, (_, i) => i);
  const differBy = (bits: number): boolean => bits !== 0 && (bits & (bits - 1)) === 0;
  return nodes.map((i) => nodes.map((j) => (differBy(i ^ j) ? 1 : 0)));
}

export function operatorOf(matrix: Matrix) {
  return {
    size: matrix.length,
    matvec: (vector: ArrayLike<number>) =>
      Float64Array.from(matrix, (row) =>
        row.reduce((sum, entry, j) => sum + entry * (vector[j] ?? Number.NaN), 0),
      ),
  };
}

/** Row-major, as the dense eigensolver takes it. */
export function dense(matrix: Matrix): Float64Array {
  return Float64Array.from(matrix.flat());
}

export function traceOf(matrix: Matrix): number {
  return matrix.reduce((sum, row, i) => sum + (row[i] ?? Number.NaN), 0);
}
