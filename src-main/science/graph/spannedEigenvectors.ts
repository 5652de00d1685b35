/**
 * How much of a graph's leading eigenvectors features span, whatever their own basis, scale and offset. With
 * G = √w (f − E_w f) and orthonormal eigenvectors v_1 … v_m of Ā, the first, √w, left out, since any offset gives it:
 *
 *   share_i = ‖P_G v_i‖²,   their mean = (1/m) Σ_j cos² θ_j
 *
 * P_G projects on the columns of G and θ_j are the principal angles of both spans: the mean squared canonical
 * correlation of features and eigenfunctions v_i / √w under the vertices' weights. It is 1 where the span of a minimiser
 * of the spectral loss is reached (HaoChen et al. 2021, arXiv 2106.04156, lemma 3.2); the measure is Basin's own.
 */
import { eigh } from '../linalg/eigh.ts';
import { combination, dot, orthogonalise, orthonormalBasis } from '../linalg/vectors.ts';
import { columnsOf } from './fit.ts';
import type { Graph } from './graph.ts';
import { graphSpectrum } from './spectrum.ts';

export interface LeadingEigenvectors {
  /** Roots of the vertices' weights, of length 1: the eigenvector that is left out. */
  readonly roots: Float64Array;
  /** Descending: [count]. */
  readonly eigenvalues: Float64Array;
  /** Orthonormal, and orthogonal to `roots`: [count] of [vertices]. */
  readonly vectors: readonly Float64Array[];
}

export interface SpannedShares {
  /** Of each eigenvector: [count], in [0, 1]. */
  readonly shares: Float64Array;
  readonly mean: number;
  /** Dimensions of what the features span. */
  readonly rank: number;
  /** What a random span of that rank has on average: rank / (vertices − 1). */
  readonly chance: number;
}

/** A direction of features shorter than this share of their root mean square is rounding in float32. */
const negligible = 1e-5;

/** The `count` largest, or as many as there are. */
export function leadingEigenvectors(graph: Graph, count: number): LeadingEigenvectors {
  const roots = graph.degrees.map((degree) => Math.sqrt(degree / graph.volume));
  const spectrum = graphSpectrum(graph, count + 1);
  // A graph of several components has other eigenvectors of 1, of which √w is a sum.
  const [, ...vectors] = orthonormalBasis([roots, ...spectrum.vectors]);
  return { roots, eigenvalues: spectrum.eigenvalues.slice(1), vectors: vectors.slice(0, count) };
}

/** @param features [vertices, width], row-major */
export function spannedShares(
  { roots, vectors }: LeadingEigenvectors,
  features: ArrayLike<number>,
  width: number,
): SpannedShares {
  const columns = columnsOf(features, width, roots);
  const size = columns.reduce((sum, column) => sum + dot(column, column), 0);
  for (const column of columns) orthogonalise(column, [roots]);
  const basis = mainDirections(columns, negligible ** 2 * size);
  const shares = Float64Array.from(vectors, (vector) =>
    basis.reduce((sum, direction) => sum + dot(direction, vector) ** 2, 0),
  );
  return {
    shares,
    mean: shares.reduce((sum, share) => sum + share, 0) / Math.max(1, shares.length),
    rank: basis.length,
    chance: basis.length / Math.max(1, roots.length - 1),
  };
}

/** Orthonormal directions of the columns' span, those left out whose squared length is not above `least`. */
function mainDirections(columns: readonly Float64Array[], least: number): Float64Array[] {
  const width = columns.length;
  const products = new Float64Array(width * width);
  for (const [i, a] of columns.entries()) {
    for (let j = 0; j <= i; j++) {
      products[i * width + j] = products[j * width + i] = dot(a, columns[j] as Float64Array);
    }
  }
  const { values, vectors } = eigh(products, width);
  const kept = [...values.keys()].filter((i) => (values[i] as number) > least).reverse();
  return orthonormalBasis(kept.map((i) => combination(columns, vectors[i] as Float64Array)));
}
