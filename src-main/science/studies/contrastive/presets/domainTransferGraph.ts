/** Where exactly a head of the source solves the target: a graph of (class × domain) whose α and γ are set. */
import { z } from 'zod';
import type { ReportFigure, ReportTable } from '#contract/report.ts';
import type { PresetDefinition, RunResult } from '../../../definition.ts';
import { overSeeds } from '../../overSeeds.ts';
import { unfinishedStatements, verdictOf } from '../../verdict.ts';
import { graphExperiment } from './graphExperiment.ts';
import { formatShare, statusStatement } from './results.ts';

const claim =
  'On spectral features of both domains a head of the source solves the target where α > γ, which supervised learning of the source cannot, and fails where α < γ.';
/** Accuracy on the target from which it counts as solved. */
const solved = 0.95;

const heads = [
  { name: 'Linear head', series: 'accuracy/target_linear' },
  { name: 'Averaged, preconditioned', series: 'accuracy/target_averaged' },
  { name: 'Averaged', series: 'accuracy/target_mean' },
] as const;

export const domainTransferGraph: PresetDefinition = {
  kind: 'preset',
  id: 'domain-transfer-graph',
  study: 'contrastive',
  title: 'Transfer on a graph, with α and γ set',
  claim,
  help: 'Three classes in two domains; α joins the domains inside a class, γ joins different classes of different domains. Spectral features of all pairs against a supervised perceptron that sees source labels, on three drawn graphs each.',
  reference: 'Shen et al. 2022, arXiv 2204.00570; HaoChen et al. 2022, arXiv 2204.02683',
  studies: ['contrastive'],
  params: z.strictObject({}),
  experiment: {
    ...graphExperiment,
    preset: 'domain-transfer-graph',
    title: 'Transfer on a graph',
    data: { id: 'class-domain-graph' },
    steps: 300,
    checkpointEvery: 300,
    probes: [{ id: 'domain-transfer', every: 300, exponent: -1 }],
    evaluations: [],
    vary: {
      'data.alpha,data.gamma': [
        [0.1, 0.02],
        [0.08, 0.04],
        [0.04, 0.08],
        [0.02, 0.1],
      ],
      'loss,encoder': [
        // As many features as there are classes, and one that tells the domains apart.
        [graphExperiment.loss, { id: 'table', width: 4 }],
        [{ id: 'supervised' }, { id: 'mlp', hidden: 64, width: 16 }],
      ],
      'data.seed': [0, 1, 2],
    },
    seeds: [0],
  },
  report(spec, runs) {
    const unfinished = unfinishedStatements(runs, statusStatement);
    const groups = groupsOf(runs.filter(({ status }) => status === 'finished'));
    const tested =
      unfinished.length === 0 &&
      [true, false].every((above) => groups.some((group) => group.above === above)) &&
      groups.every(
        ({ spectral, supervised }) => targets(spectral).length > 0 && targets(supervised).length > 0,
      );
    return {
      title: spec.title,
      claim,
      verdict: verdictOf(tested, groups.every(asClaimed)),
      statements: [...unfinished, ...groups.map(statement)],
      tables: [table(groups)],
      figures: [figure(groups)],
    };
  },
};

interface Group {
  readonly alpha: number;
  readonly gamma: number;
  readonly above: boolean;
  readonly spectral: readonly RunResult[];
  readonly supervised: readonly RunResult[];
}

/** Runs of one α and γ, the largest α − γ first. */
function groupsOf(runs: readonly RunResult[]): Group[] {
  const byGraph = Map.groupBy(runs, ({ spec: { data } }) => `${data.alpha} ${data.gamma}`);
  return [...byGraph.values()]
    .map((own): Group => {
      const { data } = (own[0] as RunResult).spec;
      const [alpha, gamma] = [Number(data.alpha), Number(data.gamma)];
      const of = (supervised: boolean) =>
        own.filter(({ spec }) => (spec.loss.id === 'supervised') === supervised);
      return { alpha, gamma, above: alpha > gamma, spectral: of(false), supervised: of(true) };
    })
    .sort((a, b) => b.alpha - b.gamma - (a.alpha - a.gamma));
}

/** What each run's linear head gets right of the target. */
function targets(runs: readonly RunResult[]): readonly number[] {
  return overSeeds(runs, 'accuracy/target_linear')?.values ?? [];
}

/** Every graph solved, and above supervised learning; or none above it. */
function asClaimed({ above, spectral, supervised }: Group): boolean {
  const [least, most] = [Math.min(...targets(spectral)), Math.max(...targets(spectral))];
  const best = Math.max(...targets(supervised));
  return above ? least >= solved && least > best : most <= best;
}

function statement({ alpha, gamma, above, spectral, supervised }: Group): string {
  const range = (runs: readonly RunResult[]) => {
    const values = targets(runs);
    if (values.length === 0) return 'nothing measured';
    return `${formatShare(Math.min(...values))} to ${formatShare(Math.max(...values))}`;
  };
  return `α = ${alpha} ${above ? '>' : '<'} γ = ${gamma}: the linear head of the source gets ${range(spectral)} of the target right on spectral features, ${range(supervised)} after supervised learning of the source.`;
}

function table(groups: readonly Group[]): ReportTable {
  return {
    title: 'Accuracy on the target, means over graphs',
    columns: [
      ...[{ title: 'α' }, { title: 'γ' }, { title: 'Graphs' }],
      ...heads.map(({ name }) => ({ title: name })),
      { title: 'Supervised, linear head' },
    ],
    rows: groups.map(({ alpha, gamma, spectral, supervised }) => [
      ...[alpha, gamma, spectral.length],
      ...heads.map(({ series }) => overSeeds(spectral, series)?.mean ?? null),
      overSeeds(supervised, 'accuracy/target_linear')?.mean ?? null,
    ]),
  };
}

function figure(groups: readonly Group[]): ReportFigure {
  const line = (name: string, of: (group: Group) => readonly RunResult[], series: string) => ({
    name,
    points: groups.flatMap((group) => {
      const found = overSeeds(of(group), series);
      return found ? [{ x: group.alpha - group.gamma, y: found.mean, error: found.stderr }] : [];
    }),
  });
  return {
    title: 'Transfer against connectivity',
    x: { title: 'α − γ' },
    y: { title: 'Accuracy on the target' },
    series: [
      ...heads.map(({ name, series }) => line(name, ({ spectral }) => spectral, series)),
      line('Supervised, linear head', ({ supervised }) => supervised, 'accuracy/target_linear'),
    ],
    marks: [{ axis: 'x', at: 0, label: 'α = γ' }],
  };
}
