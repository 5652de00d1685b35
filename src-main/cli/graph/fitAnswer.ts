/** What `basin graph fit` finds. */
import { Eigenspace } from '#science/graph/eigenspace.ts';
import { type FitSettings, fitVectors } from '#science/graph/fit.ts';
import type { Graph } from '#science/graph/graph.ts';
import { minimumSpectralLoss, untiedSpectrum } from '#science/graph/spectrum.ts';
import { formatNumber } from '../format.ts';
import { eigenvectorsFound, type SearchProgress } from './searchProgress.ts';

export interface FitAnswer {
  readonly n: number;
  readonly k: number;
  readonly loss: number;
  readonly minimumSpectralLoss: number;
  /** (loss − minimumSpectralLoss) / |minimumSpectralLoss| */
  readonly gap: number;
  /** Between the columns √w f and the eigenvectors of the k largest positive eigenvalues, radians. */
  readonly maxSubspaceAngle: number;
  /** ‖G Q − V Λ^(1/2)‖ / ‖V Λ^(1/2)‖ after the best rotation; null where λ_k and λ_(k+1) are equal. */
  readonly misfit: number | null;
  readonly steps: number;
  readonly converged: boolean;
  readonly seconds: number;
}

/** With the vectors f(x), [k] columns of [n]. */
export function fitAnswer(
  graph: Graph,
  k: number,
  settings: FitSettings,
  seed: number,
  progress?: SearchProgress,
): { readonly answer: FitAnswer; readonly vectors: readonly Float64Array[] } {
  const began = performance.now();
  const { loss, columns, steps, converged } = fitVectors(graph, k, settings, seed, (step, value) =>
    progress?.show(step, settings.steps, 'step', `loss ${formatNumber(value)}`),
  );
  const seconds = (performance.now() - began) / 1000;
  const spectrum = untiedSpectrum(graph, k, progress && eigenvectorsFound(progress));
  const floor = minimumSpectralLoss(spectrum.eigenvalues, k);
  const { largest, misfit } = new Eigenspace(spectrum, k).nearness(columns);
  const gap = (loss - floor) / Math.abs(floor);
  return {
    answer: {
      ...{ n: graph.vertices, k, loss, minimumSpectralLoss: floor, gap },
      ...{ maxSubspaceAngle: largest, misfit, steps, converged, seconds },
    },
    vectors: columns.map((column) =>
      column.map((entry, x) => entry / Math.sqrt((graph.degrees[x] as number) / graph.volume)),
    ),
  };
}
