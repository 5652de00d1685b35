/** What `basin graph spectrum` says of a graph. */
import { cheegerBounds, sweepCut } from '#science/graph/conductance.ts';
import type { Graph } from '#science/graph/graph.ts';
import { graphSpectrum, minimumSpectralLoss } from '#science/graph/spectrum.ts';
import type { OnSearch } from '#science/linalg/leadingEigenpairs.ts';

export interface SpectrumAnswer {
  readonly n: number;
  /** Entries of the adjacency above and on its diagonal. */
  readonly edges: number;
  /** The k largest, descending. */
  readonly eigenvalues: readonly number[];
  /** λ_k − λ_(k+1); null where k is n. */
  readonly gap: number | null;
  /** −Σ_{i ≤ k} max(λ_i, 0)² */
  readonly minimumSpectralLoss: number;
  /** Connected components. */
  readonly components: number;
  /** Of the sweep along the second eigenvector; null for one vertex. */
  readonly conductance: number | null;
  /** Cheeger's bounds on the least conductance of any cut; null for one vertex. */
  readonly conductanceBounds: readonly [lower: number, upper: number] | null;
  /** ‖Āv − λv‖ of each eigenpair. */
  readonly residuals: readonly number[];
  readonly converged: boolean;
}

/** With the eigenvectors, [k] of [n]. */
export function spectrumAnswer(
  graph: Graph,
  k: number,
  onSearch?: OnSearch,
): { readonly answer: SpectrumAnswer; readonly vectors: readonly Float64Array[] } {
  // One more for the gap, and the second for the cut.
  const spectrum = graphSpectrum(graph, k + 1, onSearch);
  const { vectors, components, converged } = spectrum;
  const eigenvalues = [...spectrum.eigenvalues];
  const next = eigenvalues[k];
  const [second, along] = [eigenvalues[1], vectors[1]];
  const cut = along ? sweepCut(graph, along) : null;
  const bounds = second === undefined ? null : cheegerBounds(second);
  const answer = {
    n: graph.vertices,
    edges: edgesOf(graph),
    eigenvalues: eigenvalues.slice(0, k),
    gap: next === undefined ? null : (eigenvalues[k - 1] as number) - next,
    minimumSpectralLoss: minimumSpectralLoss(eigenvalues, k),
    components: components.count,
    conductance: cut?.conductance ?? null,
    conductanceBounds: bounds && ([bounds.lower, bounds.upper] as const),
    residuals: [...spectrum.residuals].slice(0, k),
    converged,
  };
  return { answer, vectors: vectors.slice(0, k) };
}

function edgesOf({ vertices, offsets, neighbours }: Graph): number {
  let count = 0;
  for (let x = 0; x < vertices; x++) {
    for (const y of neighbours.subarray(offsets[x], offsets[x + 1])) if (y >= x) count++;
  }
  return count;
}
