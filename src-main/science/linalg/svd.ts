/** Singular values and vectors of a matrix with few columns, by one-sided Jacobi rotations (Hestenes 1958). */
import { dot, norm, scale } from './vectors.ts';

export interface Svd {
  /** Descending: [columns]. */
  readonly values: Float64Array;
  /** Left singular vectors, one for each value; a zero vector where the value is 0. */
  readonly left: readonly Float64Array[];
  /** Right singular vectors: [columns] of [columns]. */
  readonly right: readonly Float64Array[];
}

/** Columns whose cosine is below this are orthogonal. */
const orthogonal = 1e-15;
/** Sweeps over all pairs; convergence is quadratic, ten are many. */
const sweepLimit = 40;

/** A = U Σ Vᵀ. Rotates pairs of columns until all are orthogonal: their lengths are the singular values. */
export function svd(columns: readonly Float64Array[]): Svd {
  const a = columns.map((column) => column.slice());
  const v = columns.map((_, i) => {
    const unit = new Float64Array(columns.length);
    unit[i] = 1;
    return unit;
  });
  for (let sweep = 0, turned = true; turned && sweep < sweepLimit; sweep++) {
    turned = false;
    for (let p = 0; p < a.length; p++) {
      for (let q = p + 1; q < a.length; q++) {
        const [x, y] = [a[p] as Float64Array, a[q] as Float64Array];
        const [xx, yy, xy] = [dot(x, x), dot(y, y), dot(x, y)];
        if (Math.abs(xy) <= orthogonal * Math.sqrt(xx * yy)) continue;
        turned = true;
        const tau = (yy - xx) / (2 * xy);
        const tangent = (tau < 0 ? -1 : 1) / (Math.abs(tau) + Math.hypot(1, tau));
        const cosine = 1 / Math.hypot(1, tangent);
        rotate(x, y, cosine, cosine * tangent);
        rotate(v[p] as Float64Array, v[q] as Float64Array, cosine, cosine * tangent);
      }
    }
  }
  const lengths = a.map(norm);
  const order = [...lengths.keys()].sort((i, j) => (lengths[j] as number) - (lengths[i] as number));
  return {
    values: Float64Array.from(order, (i) => lengths[i] as number),
    left: order.map((i) => {
      const column = a[i] as Float64Array;
      if (lengths[i] !== 0) scale(column, 1 / (lengths[i] as number));
      return column;
    }),
    right: order.map((i) => v[i] as Float64Array),
  };
}

function rotate(x: Float64Array, y: Float64Array, cosine: number, sine: number): void {
  for (let i = 0; i < x.length; i++) {
    const [xi, yi] = [x[i] as number, y[i] as number];
    x[i] = cosine * xi - sine * yi;
    y[i] = sine * xi + cosine * yi;
  }
}
