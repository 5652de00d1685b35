/** The top of the spectrum of a graph's normalised adjacency Ā, and what theory makes of it. */
import { BasinError } from '#contract/error.ts';
import { stream } from '#engine/random.ts';
import { eigh } from '../linalg/eigh.ts';
import { type Eigenpair, leadingEigenpairs, type OnSearch } from '../linalg/leadingEigenpairs.ts';
import { addScaled, norm } from '../linalg/vectors.ts';
import { type Components, connectedComponents } from './connected.ts';
import { denseNormalisedAdjacency, type Graph, normalisedAdjacency } from './graph.ts';

export interface GraphSpectrum {
  /** The largest, descending, each as often as its multiplicity: [count]. */
  readonly eigenvalues: Float64Array;
  /** Orthonormal, one for each: [count] of [vertices]. */
  readonly vectors: readonly Float64Array[];
  /** ‖Āv − λv‖ of each. */
  readonly residuals: Float64Array;
  /** Whether all residuals are within `tolerance`. */
  readonly converged: boolean;
  readonly components: Components;
}

/** Up to this size the dense eigensolver is quicker than Lanczos' method, and it misses nothing. */
const denseSize = 300;
/** And where a large part of all eigenpairs is asked for, up to this one. */
const mostDense = 5000;
/** Of residuals; Ā has norm 1. */
const tolerance = 1e-10;
/** Products with Ā after which the search ends unconverged. */
const mostProducts = 30_000;
/** Eigenvalues that differ by no more count as one. */
export const tied = 1e-9;

/**
 * The `count` largest eigenpairs of Ā, or as many as there are.
 * @throws BasinError `bad-input` for more than a quarter of the eigenpairs of more than 5,000 vertices
 */
export function graphSpectrum(graph: Graph, count: number, onSearch?: OnSearch): GraphSpectrum {
  const wanted = Math.min(count, graph.vertices);
  const components = connectedComponents(graph);
  const pairs = leadingPairs(graph, wanted, components, onSearch);
  const { matvec } = normalisedAdjacency(graph);
  const residuals = Float64Array.from(pairs, ({ value, vector }) => {
    const rest = matvec(vector);
    addScaled(rest, -value, vector);
    return norm(rest);
  });
  return {
    eigenvalues: Float64Array.from(pairs, ({ value }) => value),
    vectors: pairs.map(({ vector }) => vector),
    residuals,
    converged: residuals.every((residual) => residual <= 10 * tolerance),
    components,
  };
}

export interface UntiedSpectrum extends GraphSpectrum {
  /** λ_count − λ_(count + 1), 0 or nearly where they are tied; null where there is no further one. */
  readonly gap: number | null;
}

/** The `count` largest eigenpairs, and all others whose eigenvalue equals the last one's. */
export function untiedSpectrum(graph: Graph, count: number, onSearch?: OnSearch): UntiedSpectrum {
  for (let asked = count + 1; ; asked *= 2) {
    const spectrum = graphSpectrum(graph, asked, onSearch);
    const { eigenvalues } = spectrum;
    const last = eigenvalues[count - 1] ?? Number.NEGATIVE_INFINITY;
    const lower = eigenvalues.findIndex((value) => value < last - tied);
    if (lower < 0 && asked < graph.vertices) continue;
    const kept = lower < 0 ? eigenvalues.length : lower;
    const next = eigenvalues[count];
    return {
      ...spectrum,
      gap: next === undefined ? null : last - next,
      eigenvalues: eigenvalues.slice(0, kept),
      vectors: spectrum.vectors.slice(0, kept),
      residuals: spectrum.residuals.slice(0, kept),
    };
  }
}

/**
 * min_f L(f) = −Σ_{i ≤ k} max(λ_i, 0)² over features of width k = `width` (HaoChen et al. 2021, arXiv 2106.04156,
 * section 3.1): a Gram matrix cannot reach a negative eigenvalue. `eigenvalues` descend.
 */
export function minimumSpectralLoss(eigenvalues: ArrayLike<number>, width: number): number {
  let sum = 0;
  for (let i = 0; i < Math.min(width, eigenvalues.length); i++)
    sum += Math.max(0, eigenvalues[i] as number) ** 2;
  return 0 - sum;
}

/**
 * The diffusion map at time t: each vertex's coordinates, [vertices, pairs], row-major, whose Euclidean distances
 * are diffusion distances (Coifman and Lafon 2006, equation 10),
 *
 *   D_t(x, y)² = Σ_z (p_t(x, z) − p_t(y, z))² / π(z) = Σ_i λ_i^(2t) (ψ_i(x) − ψ_i(y))²,   ψ_i(x) = v_i(x) / √π(x)
 *
 * with π = d / volume. Exact with all eigenpairs; with the k of largest |λ| at most λ_(k+1)^(2t) (1/π(x) + 1/π(y))
 * is missing from the square.
 */
export function diffusionMap(
  { degrees, volume }: Graph,
  { eigenvalues, vectors }: Pick<GraphSpectrum, 'eigenvalues' | 'vectors'>,
  time: number,
): Float64Array {
  const width = vectors.length;
  const coordinates = new Float64Array(degrees.length * width);
  for (const [i, vector] of vectors.entries()) {
    const factor = (eigenvalues[i] as number) ** time;
    for (const [x, entry] of vector.entries()) {
      coordinates[x * width + i] = (factor * entry) / Math.sqrt((degrees[x] as number) / volume);
    }
  }
  return coordinates;
}

function leadingPairs(graph: Graph, count: number, components: Components, onSearch?: OnSearch): Eigenpair[] {
  // λ = 1 belongs to the components, whose eigenvectors D^(1/2) 1_C need no search.
  const known = componentVectors(graph, components, count).map((vector) => ({ value: 1, vector }));
  if (known.length >= count) return known;
  if (graph.vertices <= denseSize || 4 * count >= graph.vertices) {
    if (graph.vertices > mostDense) {
      const why = `${count} eigenvalues of ${graph.vertices} vertices take a dense matrix of more than 200 MB`;
      throw new BasinError('bad-input', `Spectrum: ${why}. Ask for less than a quarter of them.`);
    }
    const { values, vectors } = eigh(denseNormalisedAdjacency(graph), graph.vertices);
    const places = Array.from({ length: count }, (_, i) => graph.vertices - 1 - i);
    return places.map((i) => ({ value: values[i] as number, vector: vectors[i] as Float64Array }));
  }
  const random = stream(0, 'graph/spectrum');
  return leadingEigenpairs(normalisedAdjacency(graph), count, random, {
    ...{ known, tolerance },
    ...{ maxProducts: mostProducts, onSearch },
  });
}

/** D^(1/2) 1_C of the first `count` components, of unit length. */
function componentVectors({ degrees }: Graph, { of, count: all }: Components, count: number): Float64Array[] {
  const vectors = Array.from({ length: Math.min(count, all) }, () => new Float64Array(degrees.length));
  const volumes = new Float64Array(all);
  for (const [x, component] of of.entries()) {
    volumes[component] = (volumes[component] as number) + (degrees[x] as number);
  }
  for (const [x, component] of of.entries()) {
    const vector = vectors[component];
    if (vector) vector[x] = Math.sqrt((degrees[x] as number) / (volumes[component] as number));
  }
  return vectors;
}
