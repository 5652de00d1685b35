/** How near features are to the minimisers of the spectral loss over a graph, in double precision. */
import { z } from 'zod';
import type { ComponentChoice } from '#contract/component.ts';
import { chosen } from '../choice.ts';
import type { GraphEvaluation, Measured } from '../definition.ts';
import { Eigenspace } from '../graph/eigenspace.ts';
import { columnsOf, spectralObjective } from '../graph/fit.ts';
import { graphOfPopulation } from '../graph/graph.ts';
import { minimumSpectralLoss, untiedSpectrum } from '../graph/spectrum.ts';
import { spectral } from '../losses/spectral.ts';

const params = z.strictObject({});

/** Vertices of the embedding, at most. */
const most = 100;
const places = z.array(z.tuple([z.number(), z.number()]));
/**
 * Detail of `misfit/procrustes`: the second and third feature (the first is constant on a connected graph) of the
 * minimiser, √λ_i v_i(x) / √w(x), and of what was learnt after the best rotation, of vertices evenly apart.
 */
export const alignedEmbedding = z.object({ clusters: z.array(z.int()), minimiser: places, learnt: places });

export const graphEvaluation: GraphEvaluation<typeof params> = {
  kind: 'evaluation',
  of: 'graph',
  id: 'graph',
  title: 'Eigenvectors of the graph',
  help: "Angles between what projections of width k span, weighted by √w(x), and the graph's k leading eigenvectors; for the spectral loss also its expectation over all pairs, its least value −Σλ² / μ, and the relative gap between both. Features longer than √μ are capped, so that a μ below the longest one's square keeps the loss above that value.",
  reference: 'HaoChen, Wei, Gaidon and Ma 2021, arXiv 2106.04156',
  studies: ['contrastive'],
  params,
  prepare(_params, population, loss, width) {
    const graph = graphOfPopulation(population);
    const roots = graph.degrees.map(Math.sqrt);
    const spectrum = untiedSpectrum(graph, width);
    const eigenspace = new Eigenspace(spectrum, width);
    const objective = spectralObjective(graph, width);
    const shown = evenlyApart(population.vertices);
    const mu = capOf(loss);
    const floor = minimumSpectralLoss(spectrum.eigenvalues, width) / (mu ?? 1);
    return {
      references: {
        ...(mu === null
          ? {}
          : { 'loss/floor': floor, 'graph/least_mu': eigenspace.longestFeature(graph.degrees) }),
        ...(spectrum.gap === null ? {} : { 'graph/eigengap': spectrum.gap }),
      },
      measure(projections) {
        const features = mu === null ? projections : capped(projections, width, mu);
        const columns = columnsOf(features, width, roots);
        const { largest, rootMeanSquare, misfit, aligned } = eigenspace.nearness(columns);
        const found: [string, number][] = [
          ['angle/largest', largest],
          ['angle/root_mean_square', rootMeanSquare],
        ];
        if (mu !== null) {
          const rows = features.map((entry, at) => entry * (roots[Math.floor(at / width)] as number));
          const value = objective(Float64Array.from(rows), new Float64Array(rows.length)) / mu;
          found.push(['loss/population', value], ['loss/excess', value - floor]);
          found.push(['loss/gap', (value - floor) / Math.abs(floor)]);
        }
        const measured: Measured[] = found.map(([name, value]) => ({ name, value, stderr: null }));
        if (mu === null || misfit === null || aligned === null) return measured;
        const detail =
          width < 3
            ? {}
            : {
                detail: {
                  clusters: shown.map((x) => population.clusters[x] as number),
                  minimiser: placesOf(eigenspace.minimiser, shown, roots),
                  learnt: placesOf(aligned, shown, roots),
                } satisfies z.input<typeof alignedEmbedding>,
              };
        return [...measured, { name: 'misfit/procrustes', value: misfit, stderr: null, ...detail }];
      },
    };
  },
};

/** μ of the spectral loss; null for another loss, of which the graph does not say the minimum. */
function capOf(loss: ComponentChoice): number | null {
  return loss.id === spectral.id ? chosen([spectral], loss, 'loss').params.mu : null;
}

/** In double precision, features longer than √μ scaled back to that length. */
function capped(projections: Float32Array, width: number, mu: number): Float64Array {
  const features = Float64Array.from(projections);
  for (let at = 0; at < features.length; at += width) {
    const row = features.subarray(at, at + width);
    const squared = row.reduce((sum, entry) => sum + entry * entry, 0);
    if (squared > mu) for (let i = 0; i < width; i++) row[i] = (row[i] as number) * Math.sqrt(mu / squared);
  }
  return features;
}

function evenlyApart(vertices: number): number[] {
  const count = Math.min(most, vertices);
  return Array.from({ length: count }, (_, i) => Math.floor((i * vertices) / count));
}

/** Second and third column, each row divided by its root; five digits are more than a picture shows. */
function placesOf(
  columns: readonly Float64Array[],
  vertices: readonly number[],
  roots: Float64Array,
): [number, number][] {
  const place = (column: number, x: number): number =>
    Number(((columns[column]?.[x] as number) / (roots[x] as number)).toPrecision(5));
  return vertices.map((x) => [place(1, x), place(2, x)]);
}
