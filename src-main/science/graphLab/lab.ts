/** All that the Graph lab shows of one graph. */
import type { GraphAnswer, GraphQuestion, GraphStage } from '#contract/graph.ts';
import { permutation, stream } from '#engine/random.ts';
import { chosen } from '../choice.ts';
import { cheegerBounds, partConductances, sweepCut } from '../graph/conductance.ts';
import { type Graph, graphOfPopulation } from '../graph/graph.ts';
import { diffusionMap, type GraphSpectrum, graphSpectrum, minimumSpectralLoss } from '../graph/spectrum.ts';
import { datasets } from '../studies/contrastive/components.ts';
import { distancesAgainstLabels } from './distances.ts';
import { clusterCount, drawGraph } from './drawing.ts';

/** Up to this size all eigenvectors cost little more than some. */
const wholeSize = 300;
const mostEigenvalues = 96;
const mostEigenvectors = 24;
/** Vertices whose pairs are compared; fewer where the ways between them take longer than a moment. */
const compared = { least: 40, most: 150, work: 2e8 };

/**
 * Each stage is told before it begins.
 * @throws BasinError `bad-input` for a dataset that is no graph, and for what its own parameters do not allow
 */
export async function answerGraph(
  { data, vertices, edges, time }: GraphQuestion,
  onStage: (stage: GraphStage) => void,
): Promise<GraphAnswer> {
  const started = performance.now();
  onStage('graph');
  const graphs = datasets.filter((dataset) => dataset.of === 'graph');
  const { definition, params } = chosen(graphs, data, 'data');
  const population = await definition.load(params);
  const graph = graphOfPopulation(population);
  onStage('spectrum');
  const clusters = clusterCount(population.clusters);
  const shown = Math.min(graph.vertices, mostEigenvalues, Math.max(24, 3 * clusters + 4));
  const spectrum = graphSpectrum(graph, graph.vertices <= wholeSize ? graph.vertices : shown);
  onStage('layout');
  const drawing = drawGraph(population, graph, { vertices, edges });
  onStage('distances');
  const among = comparedVertices(graph);
  const distances = distancesAgainstLabels(population, graph, diffusionMap(graph, spectrum, time), among);
  return {
    data: { id: definition.id, ...params },
    drawing,
    eigenvectors: spectrum.vectors
      .slice(0, Math.min(shown, mostEigenvectors))
      .map((vector) => drawnEntries(vector, drawing.vertices, graph)),
    eigenvalues: Float64Array.from(spectrum.eigenvalues.subarray(0, shown)),
    floors: Float64Array.from({ length: shown }, (_, i) => minimumSpectralLoss(spectrum.eigenvalues, i + 1)),
    components: spectrum.components.count,
    conductance: {
      clusters: partConductances(graph, population.clusters, clusters),
      sweep: sweep(graph, spectrum),
    },
    compared: among.length,
    time,
    basis: spectrum.vectors.length,
    distances,
    seconds: (performance.now() - started) / 1000,
  };
}

/** v(x) / √w(x), turned so that the entry of largest magnitude is positive. */
function drawnEntries(vector: Float64Array, drawn: Int32Array, { degrees, volume }: Graph) {
  const entries = Float64Array.from(
    drawn,
    (x) => (vector[x] as number) / Math.sqrt((degrees[x] as number) / volume),
  );
  const furthest = entries.reduce((most, entry) => (Math.abs(entry) > Math.abs(most) ? entry : most), 0);
  return furthest < 0 ? entries.map((entry) => -entry) : entries;
}

function sweep(graph: Graph, spectrum: GraphSpectrum): GraphAnswer['conductance']['sweep'] {
  const [second, vector] = [spectrum.eigenvalues[1], spectrum.vectors[1]];
  if (second === undefined || vector === undefined) return null;
  const cut = sweepCut(graph, vector);
  // Of several components it is 1 but for rounding, whose root would be seen.
  return cut && { value: cut.conductance, ...cheegerBounds(spectrum.components.count > 1 ? 1 : second) };
}

function comparedVertices({ vertices, neighbours }: Graph): Int32Array {
  const { least, most, work } = compared;
  const count = Math.max(least, Math.min(most, Math.floor(work / neighbours.length)));
  return permutation(stream(0, 'graph-lab/compared'), vertices).slice(0, count).sort();
}
