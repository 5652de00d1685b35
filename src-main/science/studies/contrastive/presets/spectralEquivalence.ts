/** Does the spectral contrastive loss find the eigenvectors of the positive-pair graph? */
import { z } from 'zod';
import type { PresetDefinition, RunResult } from '../../../definition.ts';
import { unfinishedStatements, verdictOf } from '../../verdict.ts';
import { graphExperiment, toTheMinimum } from './graphExperiment.ts';
import { statusStatement } from './results.ts';
import { byEigengap, equivalenceFigures, equivalenceTable, ofTable } from './spectralEquivalenceResults.ts';

/** `clear` is the least eigengap at which an angle is asked for: by a smaller one directions hardly differ in loss. */
export const allowed = { tableGap: 1e-6, angle: 1e-3, clear: 0.05, networkGap: 0.02 } as const;

const claim = `Over all pairs of a graph, a table of vectors of width k ends within ${allowed.tableGap.toExponential()} of −Σλ² over the k largest eigenvalues, relatively, and at an angle below ${allowed.angle} to their eigenvectors where the eigengap is ${allowed.clear} or more; a perceptron trained on sampled pairs ends within ${100 * allowed.networkGap} %.`;

const blocks = { id: 'block-model', edges: 'sampled' } as const;
const fewBlocks = { ...blocks, blocks: 5, vertices: 40, inside: 0.5, between: 0.05 };
const manyBlocks = { ...blocks, blocks: 10, vertices: 200, inside: 0.2, between: 0.01 };
const clusters = { id: 'hierarchical-clusters', irregularity: 0.7 } as const;
const fewClusters = { ...clusters, clusters: 5, subClusters: 2, vertices: 20 };
const manyClusters = { ...clusters, clusters: 8, subClusters: 3, vertices: 25 };

type Data = Readonly<Record<string, string | number>>;

/** Graphs of 200, 200, 600 and 2,000 vertices with the widths of a table, and those of a perceptron. */
const graphs: readonly (readonly [data: Data, widths: number[], sampled: number[]])[] = [
  [fewBlocks, [1, 3, 5, 8], [5]],
  [fewClusters, [2, 5, 8, 9, 10], [5, 10]],
  [manyClusters, [8, 16, 24], [24]],
  [manyBlocks, [1, 5, 10], [10]],
];

const everyPair = (data: Data, width: number) => [
  ...[data, 'population', { id: 'table', width }, { id: 'none' }],
  ...[toTheMinimum.optimizer, toTheMinimum.steps],
];
/** Its projector has no batch statistics, which would be others in training than over the whole population. */
const samples = (data: Data, width: number) => [
  ...[data, 'sampled', { id: 'mlp' }, { id: 'mlp', width, batchNorm: false }],
  ...[{ id: 'adamw', learningRate: 2e-3, weightDecay: 0 }, 2000],
];

export const spectralEquivalence: PresetDefinition = {
  kind: 'preset',
  id: 'spectral-equivalence',
  study: 'contrastive',
  title: 'Spectral equivalence',
  claim,
  help: 'Four graphs of 200 to 2,000 vertices whose spectra are known. A table of vectors sees all pairs at every step, a perceptron 512 sampled ones; the loss over all pairs is computed in double precision, beside its minimum and the angles to the eigenvectors.',
  reference: 'HaoChen, Wei, Gaidon and Ma 2021, arXiv 2106.04156',
  studies: ['contrastive'],
  params: z.strictObject({}),
  experiment: {
    ...graphExperiment,
    preset: 'spectral-equivalence',
    title: 'Spectral equivalence',
    batchSize: 512,
    data: fewBlocks,
    probes: [],
    evaluations: [{ id: 'graph', every: 100 }],
    logEvery: 50,
    checkpointEvery: 2000,
    vary: {
      'data,pairs,encoder,projector,optimizer,steps': graphs.flatMap(([data, widths, sampled]) => [
        ...widths.map((width) => everyPair(data, width)),
        ...sampled.map((width) => samples(data, width)),
      ]),
    },
  },
  report(spec, runs) {
    const unfinished = unfinishedStatements(runs, statusStatement);
    const measured = runs.filter(({ status, metrics }) => status === 'finished' && 'loss/gap' in metrics);
    const tables = measured.filter(ofTable);
    const networks = measured.filter((run) => !ofTable(run));
    const clear = tables.filter(({ metrics }) => (metrics['graph/eigengap'] ?? 0) >= allowed.clear);
    const tableGap = largest(tables, 'loss/gap');
    const angle = largest(clear, 'angle/largest');
    const networkGap = largest(networks, 'loss/gap');
    const tested =
      unfinished.length === 0 &&
      measured.length === runs.length &&
      [tables, clear, networks].every(({ length }) => length > 0);
    const held = tableGap <= allowed.tableGap && angle < allowed.angle && networkGap <= allowed.networkGap;
    const capped = measured.filter(
      ({ spec: { loss }, metrics }) => (metrics['graph/least_mu'] ?? 0) > Number(loss.mu),
    );
    return {
      title: spec.title,
      claim,
      verdict: verdictOf(tested, held),
      statements: [
        ...unfinished,
        ...(tables.length > 0
          ? [
              `Tables over all pairs (${tables.length} runs): the largest relative gap to −Σλ² is ${shown(tableGap)}.`,
            ]
          : []),
        ...(clear.length > 0
          ? [
              `Where the eigengap is ${allowed.clear} or more (${clear.length} runs) the largest principal angle is ${shown(angle)}; where it is less, ${shown(
                largest(
                  tables.filter((run) => !clear.includes(run)),
                  'angle/largest',
                ),
              )}, of which the claim says nothing.`,
            ]
          : []),
        ...(networks.length > 0
          ? [
              `Perceptrons on sampled pairs (${networks.length} runs): the largest gap is ${(100 * networkGap).toFixed(2)} %, the largest angle ${shown(largest(networks, 'angle/largest'))}.`,
            ]
          : []),
        ...capped.map(({ name }) => `${name}: μ caps the minimiser itself, so that −Σλ² cannot be reached.`),
        'Training computes in single precision, the gap in double: the loss is flat at its minimum, so that rounding of the vectors by 1e-7 moves it by 1e-14. Gaps of that size are rounding, and may be negative.',
      ],
      tables: [equivalenceTable(byEigengap(measured))],
      figures: equivalenceFigures(measured),
    };
  },
};

/** Of absolute values, over runs; 0 for none. */
function largest(runs: readonly RunResult[], series: string): number {
  return runs.reduce((most, { metrics }) => Math.max(most, Math.abs(metrics[series] ?? Number.NaN)), 0);
}

function shown(value: number): string {
  return value.toExponential(1);
}
