/**
 * Vectors for the vertices of a graph by the spectral contrastive loss over all pairs, in double precision: with
 * G [vertices, width] of rows √w(x) f(x),
 *
 *   L(G) = ‖GᵀG‖_F² − 2 Tr(Gᵀ Ā G),   ∇L = 4 (G GᵀG − Ā G)
 *
 * (HaoChen et al. 2021, arXiv 2106.04156, lemma 3.2, less the constant ‖Ā‖²). It has no cap μ. Every local minimum is a
 * global one. Trained is G rather than f: a change of variables that makes rare and frequent vertices move alike.
 */
import { z } from 'zod';
import { stream } from '#engine/random.ts';
import { type LbfgsOptions, lbfgs } from '../linalg/lbfgs.ts';
import { type Graph, normalisedWeights } from './graph.ts';

export const fitSettings = z.strictObject({
  steps: z.int().min(1).max(1_000_000).default(5000),
  tolerance: z.number().min(0).max(1).default(1e-8),
  scale: z.number().positive().max(1000).default(1),
});
/** `tolerance` of the largest entry of the gradient; `scale`, length of G's columns at the start. */
export type FitSettings = z.output<typeof fitSettings>;

export interface Fit {
  readonly loss: number;
  /** Of G: [width] of [vertices]. */
  readonly columns: readonly Float64Array[];
  /** Steps of L-BFGS. */
  readonly steps: number;
  /** Whether the gradient fell to the tolerance, rather than the steps ran out or rounding ended the descent. */
  readonly converged: boolean;
}

export function fitVectors(
  graph: Graph,
  width: number,
  settings: FitSettings,
  seed: number,
  onStep?: LbfgsOptions['onStep'],
): Fit {
  const { vertices } = graph;
  const random = stream(seed, 'graph/fit');
  const spread = settings.scale / Math.sqrt(vertices);
  const start = Float64Array.from({ length: vertices * width }, () => spread * random.normal());
  const { point, value, iterations, converged } = lbfgs(spectralObjective(graph, width), start, {
    iterations: settings.steps,
    tolerance: settings.tolerance,
    onStep,
  });
  return { loss: value, columns: columnsOf(point, width), steps: iterations, converged };
}

/** Columns of a row-major matrix of that width, of row x times `factors`[x] where given. */
export function columnsOf(
  rows: ArrayLike<number>,
  width: number,
  factors?: ArrayLike<number>,
): Float64Array[] {
  return Array.from({ length: width }, (_, j) =>
    Float64Array.from(
      { length: rows.length / width },
      (_row, x) => (rows[x * width + j] as number) * (factors?.[x] ?? 1),
    ),
  );
}

/** L and its gradient of G [vertices, width], row-major. */
export function spectralObjective(
  graph: Graph,
  width: number,
): (point: Float64Array, gradient: Float64Array) => number {
  const { vertices, offsets, neighbours } = graph;
  const entries = normalisedWeights(graph);
  return (point, gradient) => {
    const moment = momentOf(point, width);
    let alignment = 0;
    gradient.fill(0);
    for (let x = 0; x < vertices; x++) {
      const at = x * width;
      for (let entry = offsets[x] as number; entry < (offsets[x + 1] as number); entry++) {
        addRow(
          gradient,
          at,
          -(entries[entry] as number),
          point,
          (neighbours[entry] as number) * width,
          width,
        );
      }
      for (let i = 0; i < width; i++) alignment -= (point[at + i] as number) * (gradient[at + i] as number);
      for (let i = 0; i < width; i++) addRow(gradient, at, point[at + i] as number, moment, i * width, width);
    }
    for (let i = 0; i < gradient.length; i++) gradient[i] = 4 * (gradient[i] as number);
    return moment.reduce((sum, entry) => sum + entry * entry, 0) - 2 * alignment;
  };
}

/** GᵀG, [width, width], of G row-major. */
function momentOf(rows: Float64Array, width: number): Float64Array {
  const moment = new Float64Array(width * width);
  for (let at = 0; at < rows.length; at += width) {
    for (let i = 0; i < width; i++) addRow(moment, i * width, rows[at + i] as number, rows, at, width);
  }
  return moment;
}

/** Adds a row of `width` numbers, times `factor`. No views are made: there is one call for each edge. */
function addRow(
  target: Float64Array,
  to: number,
  factor: number,
  rows: Float64Array,
  from: number,
  width: number,
): void {
  for (let i = 0; i < width; i++) {
    target[to + i] = (target[to + i] as number) + factor * (rows[from + i] as number);
  }
}
