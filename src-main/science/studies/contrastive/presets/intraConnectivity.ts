/** What has to hold a cluster together: pairs between clusters (α) against the conductance inside (ρ). */
import { z } from 'zod';
import type { ReportFigure, ReportTable } from '#contract/report.ts';
import type { PresetDefinition, RunResult } from '../../../definition.ts';
import { spearman } from '../../../ranks.ts';
import { unfinishedStatements, verdictOf } from '../../verdict.ts';
import { graphExperiment } from './graphExperiment.ts';
import { lossGapStatement, statusStatement } from './results.ts';

const claim =
  'A linear head on 2r features solves every labelling of r clusters where few pairs join clusters (α) and clusters hold together (ρ), and its error grows with α / ρ².';

/** Rank correlation of the error with α / ρ² from which it counts as growing with it. */
const correlated = 0.5;

export const intraConnectivity: PresetDefinition = {
  kind: 'preset',
  id: 'intra-connectivity',
  study: 'contrastive',
  title: 'Between clusters and inside them',
  claim,
  help: 'Four clusters of four sub-clusters, eight features; the mass of pairs between clusters and between sub-clusters is swept, on three drawn graphs each. Error of a linear head over every labelling of the clusters against α / ρ².',
  reference: 'HaoChen et al. 2021, arXiv 2106.04156, theorem 3.7',
  studies: ['contrastive'],
  params: z.strictObject({}),
  experiment: {
    ...graphExperiment,
    preset: 'intra-connectivity',
    title: 'Intra-connectivity',
    data: {
      id: 'hierarchical-clusters',
      ...{ clusters: 4, subClusters: 4, vertices: 12, withinSubClusters: 0.6, irregularity: 0.5 },
    },
    encoder: { id: 'table', width: 8 },
    seeds: [0],
    vary: {
      'data.betweenClusters': [0.005, 0.02, 0.08],
      'data.betweenSubClusters': [0.001, 0.003, 0.01, 0.03, 0.1, 0.3],
      'data.seed': [0, 1, 2],
    },
  },
  report(spec, runs) {
    const unfinished = unfinishedStatements(runs, statusStatement);
    const points = runs.filter(({ status }) => status === 'finished').flatMap(pointsOf);
    const errors = points.map(({ mean }) => mean);
    const squared = spearman(points.map(ratioSquared), errors);
    const plain = spearman(points.map(ratio), errors);
    const solved = points.filter(({ worst }) => worst === 0);
    const failed = points.filter(({ worst }) => worst > 0);
    const tested = unfinished.length === 0 && solved.length > 0 && failed.length > 0 && squared !== null;
    return {
      title: spec.title,
      claim,
      verdict: verdictOf(tested, squared !== null && squared >= correlated && orderly(points)),
      statements: [
        ...unfinished,
        `Of ${points.length} graphs ${solved.length} have every labelling solved.`,
        ...breaking('α / ρ²', ratioSquared, solved, failed),
        ...breaking('α / ρ', ratio, solved, failed),
        ...(squared === null || plain === null
          ? []
          : [
              `Rank correlation of the mean error with α / ρ²: ${squared.toFixed(3)}; with α / ρ: ${plain.toFixed(3)}.`,
            ]),
        ...lossGapStatement(runs),
        'α is the mass of pairs that join clusters, ρ the least conductance of a cluster cut in two, found by a sweep and so an upper bound. Theory has α / ρ² from Cheeger’s inequality, whose square is needed for the worst graphs alone.',
      ],
      tables: [table(points)],
      figures: [
        figure('Error against α / ρ²', 'α / ρ²', ratioSquared, points),
        figure('Error against α / ρ', 'α / ρ', ratio, points),
      ],
    };
  },
};

interface Point {
  readonly alpha: number;
  readonly rho: number;
  readonly worst: number;
  readonly mean: number;
  readonly graphSeed: number;
}

const ratioSquared = ({ alpha, rho }: Point): number => alpha / rho ** 2;
const ratio = ({ alpha, rho }: Point): number => alpha / rho;

function pointsOf({ spec, metrics }: RunResult): Point[] {
  const [alpha, rho] = [metrics['graph/between'], metrics['graph/inside']];
  const [worst, mean] = [metrics['error/worst'], metrics['error/mean']];
  if (alpha === undefined || rho === undefined || worst === undefined || mean === undefined) return [];
  return [{ alpha, rho, worst, mean, graphSeed: Number(spec.data.seed) }];
}

/** The third of the graphs with the least α / ρ² is solved, and of that with the largest something fails everywhere. */
function orderly(points: readonly Point[]): boolean {
  const ordered = [...points].sort((a, b) => ratioSquared(a) - ratioSquared(b));
  const third = Math.floor(ordered.length / 3);
  return (
    ordered.slice(0, third).every(({ worst }) => worst === 0) &&
    ordered.slice(-third).every(({ worst }) => worst > 0)
  );
}

function breaking(
  name: string,
  of: (point: Point) => number,
  solved: readonly Point[],
  failed: readonly Point[],
): string[] {
  if (solved.length === 0 || failed.length === 0) return [];
  const [first, last] = [Math.min(...failed.map(of)), Math.max(...solved.map(of))];
  return [
    `Error first shows at ${name} = ${first.toPrecision(3)}; the last graph without is at ${last.toPrecision(3)}.`,
  ];
}

function table(points: readonly Point[]): ReportTable {
  return {
    title: 'Each graph',
    columns: [
      { title: 'α' },
      { title: 'ρ' },
      { title: 'α / ρ²' },
      { title: 'Worst labelling' },
      { title: 'Mean of labellings' },
      { title: 'Graph seed' },
    ],
    rows: points.map((point) => [
      ...[point.alpha, point.rho, ratioSquared(point), point.worst, point.mean, point.graphSeed],
    ]),
  };
}

function figure(
  title: string,
  axis: string,
  x: (point: Point) => number,
  points: readonly Point[],
): ReportFigure {
  // α is a sum of shares: rounded, so that graphs with one setting stand together.
  const byMass = Map.groupBy(points, ({ alpha }) => alpha.toPrecision(3));
  return {
    title,
    x: { title: axis, scale: 'log' },
    y: { title: 'Mean error over labellings' },
    series: [...byMass].map(([alpha, own]) => ({
      name: `α = ${Number(alpha)}`,
      look: 'points' as const,
      points: own.map((point) => ({ x: x(point), y: point.mean })),
    })),
  };
}
