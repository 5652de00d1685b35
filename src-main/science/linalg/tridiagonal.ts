/** Eigenvalues of a symmetric tridiagonal matrix by the implicit QL method (Bowdler, Martin, Reinsch and Wilkinson 1968). */
import { BasinError } from '#contract/error.ts';

/** Sweeps for one eigenvalue; two are usual. */
const sweepLimit = 60;

/**
 * `diagonal` [n] becomes the eigenvalues, in no order, and each of `rows` [n] (of a matrix Z) that row of
 * Z·V, V being the orthonormal eigenvectors in columns: the rows of the identity give V, its first row
 * alone the eigenvectors' first components. `offDiagonal` [n − 1] is left as it was.
 * @throws BasinError `internal` for a matrix that is not finite
 */
export function tridiagonalEigenvalues(
  diagonal: Float64Array,
  offDiagonal: Float64Array,
  rows: readonly Float64Array[] = [],
): void {
  const size = diagonal.length;
  const coupling = new Float64Array(size);
  coupling.set(offDiagonal.subarray(0, Math.max(0, size - 1)));
  for (let low = 0; low < size; low++) {
    for (let sweep = 0; ; sweep++) {
      const high = endOfBlock(diagonal, coupling, low);
      if (high === low) break;
      if (sweep === sweepLimit) {
        throw new BasinError('internal', 'Eigenvalues: the matrix has entries that are not finite.');
      }
      sweepBlock(diagonal, coupling, low, high, rows);
    }
  }
}

/** Where the matrix falls apart at or after `low`: couplings below rounding count as zero. */
function endOfBlock(diagonal: Float64Array, coupling: Float64Array, low: number): number {
  for (let i = low; i < diagonal.length - 1; i++) {
    const size = Math.abs(diagonal[i] as number) + Math.abs(diagonal[i + 1] as number);
    if (Math.abs(coupling[i] as number) <= Number.EPSILON * size) return i;
  }
  return diagonal.length - 1;
}

/** One sweep of rotations with Wilkinson's shift, chasing the bulge upwards from `high` to `low`. */
function sweepBlock(
  diagonal: Float64Array,
  coupling: Float64Array,
  low: number,
  high: number,
  rows: readonly Float64Array[],
): void {
  const at = (i: number): number => diagonal[i] as number;
  const first = coupling[low] as number;
  const half = (at(low + 1) - at(low)) / (2 * first);
  let g = at(high) - at(low) + first / (half + (half < 0 ? -1 : 1) * Math.hypot(half, 1));
  let [sine, cosine, taken] = [1, 1, 0];
  for (let i = high - 1; i >= low; i--) {
    const f = sine * (coupling[i] as number);
    const b = cosine * (coupling[i] as number);
    const length = Math.hypot(f, g);
    coupling[i + 1] = length;
    if (length === 0) {
      // The block has fallen apart on the way.
      diagonal[i + 1] = at(i + 1) - taken;
      coupling[high] = 0;
      return;
    }
    sine = f / length;
    cosine = g / length;
    g = at(i + 1) - taken;
    const r = (at(i) - g) * sine + 2 * cosine * b;
    taken = sine * r;
    diagonal[i + 1] = g + taken;
    g = cosine * r - b;
    for (const row of rows) {
      const next = row[i + 1] as number;
      const own = row[i] as number;
      row[i + 1] = sine * own + cosine * next;
      row[i] = cosine * own - sine * next;
    }
  }
  diagonal[low] = at(low) - taken;
  coupling[low] = g;
  coupling[high] = 0;
}
