/** How many features do r clusters need before a linear head solves every labelling of them? */
import { z } from 'zod';
import type { ReportFigure, ReportTable } from '#contract/report.ts';
import type { PresetDefinition, RunResult } from '../../../definition.ts';
import { type OverSeeds, overSeeds } from '../../overSeeds.ts';
import { unfinishedStatements, verdictOf } from '../../verdict.ts';
import { graphExperiment, toTheMinimum } from './graphExperiment.ts';
import { formatShare, lossGapStatement, statusStatement, widthOf } from './results.ts';

const claim =
  'On graphs of r clusters, a linear head on k ≥ 2r features of the spectral loss solves every labelling of the clusters without an error; with some k < r it does not.';

/** Clusters, sub-clusters of each, vertices of each, mass between sub-clusters, graph seed; and the widths tried. */
const graphs: readonly (readonly [number[], number[]])[] = [
  [
    [3, 4, 20, 0.025, 1],
    [1, 2, 3, 4, 5, 6, 7, 8, 9],
  ],
  [
    [5, 2, 20, 0.015, 0],
    [1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 15],
  ],
  [
    [8, 3, 12, 0.025, 0],
    [2, 4, 6, 7, 8, 9, 10, 12, 16, 20, 24],
  ],
];
const varied = 'data.clusters,data.subClusters,data.vertices,data.betweenSubClusters,data.seed,encoder.width';

export const kVersusR: PresetDefinition = {
  kind: 'preset',
  id: 'k-versus-r',
  study: 'contrastive',
  title: 'Features against clusters',
  claim,
  help: 'Graphs of 3, 5 and 8 clusters, of which some are held together little better than they are joined to others; widths k from 1 to 3r, three seeds. Worst and mean error over every labelling of the clusters, beside the bound of the theory.',
  reference: 'HaoChen et al. 2021, arXiv 2106.04156; HaoChen et al. 2022, arXiv 2204.02683',
  studies: ['contrastive'],
  params: z.strictObject({}),
  experiment: {
    ...graphExperiment,
    ...toTheMinimum,
    preset: 'k-versus-r',
    title: 'k versus r',
    data: { id: 'hierarchical-clusters', betweenClusters: 0.01, irregularity: 0.7 },
    vary: { [varied]: graphs.flatMap(([graph, widths]) => widths.map((width) => [...graph, width])) },
  },
  report(spec, runs) {
    const unfinished = unfinishedStatements(runs, statusStatement);
    const sweeps = sweepsOf(runs.filter(({ status }) => status === 'finished'));
    const outcomes = sweeps.map(outcomeOf);
    const tested = unfinished.length === 0 && outcomes.length > 0 && outcomes.every((one) => one.tested);
    const beyond = sweeps.flatMap(({ points }) => points.filter(({ worst, bound }) => most(worst) > bound));
    const judged = sweeps.reduce((sum, { points }) => sum + points.length, 0);
    return {
      title: spec.title,
      claim,
      verdict: verdictOf(
        tested,
        outcomes.every(({ held }) => held),
      ),
      statements: [
        ...unfinished,
        ...outcomes.flatMap(({ statements }) => statements),
        `The bound 4δ / (1 − γ) + 8δ is kept at ${judged - beyond.length} of ${judged} widths; it is above 1, and says nothing, at ${sweeps.reduce((sum, { points }) => sum + points.filter(({ bound }) => bound >= 1).length, 0)}. Here δ is half the mass of the pairs between clusters.`,
        ...lossGapStatement(runs),
        'The population is finite and the head is fitted to all of it and judged on all of it: an error of 0 is exact, not an estimate. Vertices count alike.',
      ],
      tables: [table(sweeps)],
      figures: sweeps.map(figure),
    };
  },
};

/** Runs on graphs with one number of clusters, by width. */
interface Sweep {
  readonly clusters: number;
  readonly points: readonly Point[];
}
interface Point {
  readonly width: number;
  readonly worst: OverSeeds;
  readonly mean: OverSeeds;
  /** Infinite where the graph falls apart into more than k pieces. */
  readonly bound: number;
}

function sweepsOf(runs: readonly RunResult[]): Sweep[] {
  const graphsOf = Map.groupBy(runs, ({ spec }) => Number(spec.data.clusters));
  return [...graphsOf].map(([clusters, own]) => ({
    clusters,
    points: [...Map.groupBy(own, widthOf)]
      .sort(([a], [b]) => a - b)
      .flatMap(([width, alike]) => {
        const [worst, mean] = [overSeeds(alike, 'error/worst'), overSeeds(alike, 'error/mean')];
        if (!worst || !mean) return [];
        const bound = alike[0]?.metrics['error/bound'] ?? Number.POSITIVE_INFINITY;
        return [{ width, worst, mean, bound }];
      }),
  }));
}

function outcomeOf({ clusters, points }: Sweep) {
  const enough = points.filter(({ width }) => width >= 2 * clusters);
  const few = points.filter(({ width }) => width < clusters);
  const failing = points.filter(({ worst }) => most(worst) > 0);
  const solvedFrom = points.find(({ width }) => failing.every((one) => one.width < width))?.width;
  const hardest = few.reduce((top, { worst }) => Math.max(top, worst.mean), 0);
  const bound = points.find(({ width }) => width >= 2 * clusters)?.bound;
  return {
    tested: enough.length > 0 && few.length > 0,
    held:
      enough.every(({ worst }) => most(worst) === 0) &&
      few.some(({ worst }) => Math.min(...worst.values) > 0),
    statements: [
      `${clusters} clusters: every labelling is solved without an error ${solvedFrom === undefined ? 'at no width that was tried' : `from k = ${solvedFrom} on`} (r = ${clusters}, 2r = ${2 * clusters}); with fewer than r features the worst labelling has up to ${formatShare(hardest)} wrong.`,
      ...(bound === undefined
        ? []
        : [`${clusters} clusters: at k = 2r theory allows ${formatShare(bound)} wrong.`]),
    ],
  };
}

function most({ values }: OverSeeds): number {
  return Math.max(...values);
}

function table(sweeps: readonly Sweep[]): ReportTable {
  return {
    title: 'Errors by width, means over seeds ± standard errors',
    columns: [
      { title: 'Clusters r' },
      { title: 'Features k' },
      { title: 'Worst labelling' },
      { title: '±' },
      { title: 'Mean of labellings' },
      { title: '±' },
      { title: 'Bound' },
      { title: 'Seeds' },
    ],
    rows: sweeps.flatMap(({ clusters, points }) =>
      points.map(({ width, worst, mean, bound }) => [
        ...[clusters, width, worst.mean, worst.stderr, mean.mean, mean.stderr],
        ...[Number.isFinite(bound) ? bound : null, worst.values.length],
      ]),
    ),
  };
}

function figure({ clusters, points }: Sweep): ReportFigure {
  const line = (name: string, of: (point: Point) => OverSeeds) => ({
    name,
    points: points.map((point) => ({ x: point.width, y: of(point).mean, error: of(point).stderr })),
  });
  return {
    title: `Error of a linear head, ${clusters} clusters`,
    x: { title: 'Features k' },
    y: { title: 'Share of vertices that are wrong' },
    series: [
      line('Worst labelling', ({ worst }) => worst),
      line('Mean of labellings', ({ mean }) => mean),
      {
        name: 'Bound',
        look: 'dashed',
        // Above 1 it says nothing.
        points: points.filter(({ bound }) => bound <= 1).map(({ width, bound }) => ({ x: width, y: bound })),
      },
    ],
    marks: [
      { axis: 'x', at: clusters, label: 'r' },
      { axis: 'x', at: 2 * clusters, label: '2r' },
    ],
  };
}
