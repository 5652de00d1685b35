/**
 * How near features are to a graph's leading eigenvectors. Features f of width k minimise the spectral loss where the
 * matrix G with rows √w(x) f(x) is V Λ^(1/2) Q: V the eigenvectors of Ā's k largest positive eigenvalues, Q any
 * rotation (HaoChen et al. 2021, arXiv 2106.04156, lemma 3.2).
 */
import {
  leadingDirections,
  principalAngles,
  procrustesAligned,
  relativeDistance,
} from '../linalg/subspaces.ts';
import { scale } from '../linalg/vectors.ts';
import { type GraphSpectrum, tied } from './spectrum.ts';

export interface Nearness {
  /** Largest and root mean squared principal angle, radians. */
  readonly largest: number;
  readonly rootMeanSquare: number;
  /** ‖G Q − V Λ^(1/2)‖ / ‖V Λ^(1/2)‖ for the best rotation Q; null where an eigenvalue is tied across k. */
  readonly misfit: number | null;
  /** Columns of G Q, to be seen beside `minimiser`; null as above. */
  readonly aligned: readonly Float64Array[] | null;
}

export class Eigenspace {
  /** Positive eigenvalues among the k largest: what of the features' width can be of use. */
  readonly dimensions: number;
  /** Eigenvectors whose eigenvalue is at least, and those whose eigenvalue is more than, the last that counts. */
  readonly #reached: readonly Float64Array[];
  readonly #certain: readonly Float64Array[];
  /** Columns of V Λ^(1/2), `width` of them; zeros beyond `dimensions`. */
  readonly minimiser: readonly Float64Array[];

  /** @param spectrum untied at `width`, the features' k */
  constructor({ eigenvalues, vectors }: Pick<GraphSpectrum, 'eigenvalues' | 'vectors'>, width: number) {
    const positive = eigenvalues.filter((value) => value > tied).length;
    this.dimensions = Math.min(width, positive);
    const last = eigenvalues[this.dimensions - 1] ?? Number.POSITIVE_INFINITY;
    this.#reached = vectors.filter((_, i) => (eigenvalues[i] as number) >= last - tied);
    this.#certain = vectors.filter((_, i) => (eigenvalues[i] as number) > last + tied);
    this.minimiser = Array.from({ length: width }, (_, i) => {
      const column = new Float64Array(vectors[0]?.length ?? 0);
      if (i >= this.dimensions) return column;
      column.set(vectors[i] as Float64Array);
      scale(column, Math.sqrt(eigenvalues[i] as number));
      return column;
    });
  }

  /** @param columns of G: [width] of [vertices] */
  nearness(columns: readonly Float64Array[]): Nearness {
    const span = leadingDirections(columns, this.dimensions);
    const angles = principalAngles(span, this.#reached);
    // With λ_k tied, the minimiser may hold any of its eigenvectors, but has to hold all those before.
    const isTied = this.#reached.length > this.dimensions;
    const missing = isTied ? principalAngles(this.#certain, span) : new Float64Array(0);
    const aligned = isTied ? null : procrustesAligned(columns, this.minimiser);
    return {
      largest: Math.max(0, ...angles, ...missing),
      rootMeanSquare: Math.hypot(...angles) / Math.sqrt(Math.max(1, angles.length)),
      misfit: aligned && relativeDistance(aligned, this.minimiser),
      aligned,
    };
  }

  /** max_x ‖f(x)‖² of the minimiser: the least μ under which no feature of it is capped. `degrees` sum to 1. */
  longestFeature(degrees: ArrayLike<number>): number {
    let longest = 0;
    for (let x = 0; x < degrees.length; x++) {
      const squared = this.minimiser.reduce((sum, column) => sum + (column[x] as number) ** 2, 0);
      longest = Math.max(longest, squared / (degrees[x] as number));
    }
    return longest;
  }
}
