/** Are six self-supervised methods implementations of one principle? One encoder and one budget for all. */
import { z } from 'zod';
import type { ReportFigure, ReportTable } from '#contract/report.ts';
import type { PresetDefinition, RunResult } from '../../../definition.ts';
import { meanOf } from '../../../linalg/hutchinson.ts';
import { overSeeds, withSpread } from '../../overSeeds.ts';
import { unfinishedStatements, verdictOf } from '../../verdict.ts';
import { digitsExperiment } from './digitsExperiment.ts';
import { formatShare, hasOneClass, otherDataStatements, resultsTable, statusStatement } from './results.ts';

/** Linear accuracy that each method has to reach with every seed. */
const wanted = 0.97;
/** Share of a healthy spread below which projections count as collapsed. Basin's own definition. */
const collapsed = 0.1;
const seedsWanted = 3;

const claim =
  'The spectral loss, SimCLR, MoCo, BYOL, SimSiam and SwAV all learn features of digits from views alone: with one encoder and one budget a linear head on each gets at least 97 % of the test set right, and none collapses.';

/** What others report on CIFAR-10 with a ResNet-18: another task, printed to compare the order of methods. */
const reported: Readonly<Record<string, { readonly lightly: number; readonly soloLearn: number }>> = {
  simclr: { lightly: 0.847, soloLearn: 0.9074 },
  moco: { lightly: 0.838, soloLearn: 0.9294 },
  byol: { lightly: 0.869, soloLearn: 0.9258 },
  simsiam: { lightly: 0.819, soloLearn: 0.9051 },
  swav: { lightly: 0.812, soloLearn: 0.8917 },
};

export const methods: PresetDefinition = {
  kind: 'preset',
  id: 'methods',
  study: 'contrastive',
  title: 'Six methods, one principle',
  claim,
  help: 'Six losses on MNIST with one encoder, one projector and one budget, three seeds each: linear and nearest-neighbour accuracy, collapse monitor, spectrum of the features, how much of the eigenvectors of a graph of views they span, alignment and uniformity.',
  reference:
    'HaoChen et al. 2021, arXiv 2106.04156; Chen et al. 2020, arXiv 2002.05709; He et al. 2020, arXiv 1911.05722; Grill et al. 2020, arXiv 2006.07733; Chen and He 2021, arXiv 2011.10566; Caron et al. 2020, arXiv 2006.09882',
  studies: ['contrastive'],
  params: z.strictObject({}),
  experiment: {
    ...digitsExperiment,
    preset: 'methods',
    title: 'Methods',
    projector: { id: 'mlp', hidden: 256, width: 128 },
    flatness: null,
    probes: [
      { id: 'linear', every: digitsExperiment.steps },
      { id: 'knn', every: digitsExperiment.steps, bank: 10_000 },
      { id: 'feature-spectrum', every: digitsExperiment.steps },
      { id: 'alignment-uniformity', every: digitsExperiment.steps },
      { id: 'graph-alignment', every: digitsExperiment.steps },
    ],
    logEvery: 20,
    checkpointEvery: digitsExperiment.steps,
    seeds: [0, 1, 2],
    vary: {
      loss: [
        { id: 'spectral' },
        { id: 'simclr', temperature: 0.2 },
        { id: 'moco' },
        { id: 'byol' },
        { id: 'simsiam' },
        { id: 'swav' },
      ],
    },
  },
  report(spec, runs) {
    const finished = runs.filter(({ status }) => status === 'finished');
    const groups = byMethod(finished);
    const outcomes = groups.map(outcomeOf);
    const unfinished = unfinishedStatements(runs, statusStatement);
    const tested =
      unfinished.length === 0 && outcomes.length > 0 && outcomes.every(({ held }) => held !== null);
    const seeds = Math.min(...groups.map(({ runs: own }) => own.length));
    return {
      title: spec.title,
      claim,
      verdict: verdictOf(
        tested,
        outcomes.every(({ held }) => held),
      ),
      statements: [
        ...unfinished,
        ...outcomes.map(({ statement }) => statement),
        ...groups.flatMap(graphStatement),
        ...otherDataStatements(runs),
        ...(seeds < seedsWanted
          ? ['Fewer than three seeds: how far seeds differ by themselves is not known.']
          : []),
        'Errors are standard errors over seeds. The methods share encoder, projector, optimizer, budget and, seed by seed, their batches; none was tuned by itself, so that the table does not rank them.',
      ],
      tables: [methodsTable(groups), resultsTable(runs), reportedTable()],
      figures: [accuracyFigure(groups), spectrumFigure(groups), graphFigure(groups)],
    };
  },
};

interface Group {
  readonly method: string;
  readonly runs: readonly RunResult[];
}

/** Finished runs of each loss, in the order in which losses first occur. */
function byMethod(runs: readonly RunResult[]): Group[] {
  const methods = [...new Set(runs.map(({ spec }) => spec.loss.id))];
  return methods.map((method) => ({ method, runs: runs.filter(({ spec }) => spec.loss.id === method) }));
}

/** `held` is null where what the claim asks for was not measured. */
function outcomeOf(group: Group): { readonly held: boolean | null; readonly statement: string } {
  const { method, runs } = group;
  const linear = overSeeds(runs, 'accuracy/linear');
  const untrained = overSeeds(runs, 'accuracy/linear_untrained');
  const spreads = runs.map(shareOfHealthy);
  if (runs.some(hasOneClass)) {
    return { held: null, statement: `${method}: the data have one class, and there is nothing to tell.` };
  }
  if (!linear || linear.values.length < runs.length || spreads.some(Number.isNaN)) {
    return { held: null, statement: `${method}: linear accuracy or the collapse monitor was not measured.` };
  }
  const [least, lowest] = [Math.min(...linear.values), Math.min(...spreads)];
  const before = untrained ? `, ${withSpread(untrained, formatShare)} before training` : '';
  return {
    held: least >= wanted && lowest >= collapsed,
    statement: `${method}: a linear head gets ${withSpread(linear, formatShare)} right (least ${formatShare(least)})${before}; projections spread ${lowest.toFixed(2)} or more of what fills the sphere.`,
  };
}

/** Spread of the projections as a share of 1/√width; 0 is collapse. */
function shareOfHealthy({ metrics }: RunResult): number {
  return (metrics['features/spread'] ?? Number.NaN) / (metrics['features/spread_healthy'] ?? Number.NaN);
}

const columns = [
  { title: 'Linear', series: 'accuracy/linear' },
  { title: 'Nearest neighbours', series: 'accuracy/knn' },
  { title: 'Spread', series: 'features/spread' },
  { title: 'Effective rank', series: 'features/effective_rank' },
  { title: 'Graph eigenvectors', series: 'graph/alignment' },
  { title: 'Graph eigenvectors, untrained', series: 'graph/alignment_untrained' },
  { title: 'Alignment', series: 'features/alignment' },
  { title: 'Uniformity', series: 'features/uniformity' },
] as const;

function methodsTable(groups: readonly Group[]): ReportTable {
  return {
    title: 'Means over seeds ± standard errors',
    columns: [
      { title: 'Method' },
      { title: 'Seeds' },
      ...columns.flatMap(({ title }) => [{ title }, { title: '±' }]),
      { title: 'Time a run', unit: 's' },
    ],
    rows: groups.map(({ method, runs }) => [
      method,
      runs.length,
      ...columns.flatMap(({ series }) => {
        const found = overSeeds(runs, series);
        return [found?.mean ?? null, found?.stderr ?? null];
      }),
      runs.reduce((sum, { seconds }) => sum + seconds, 0) / runs.length,
    ]),
  };
}

function reportedTable(): ReportTable {
  return {
    title: 'What others report, on CIFAR-10 with a ResNet-18: not comparable in size with the above',
    columns: [
      { title: 'Method' },
      { title: 'lightly, nearest neighbours, 200 epochs' },
      { title: 'solo-learn, linear, 1,000 epochs' },
    ],
    rows: Object.entries(reported).map(([method, { lightly, soloLearn }]) => [method, lightly, soloLearn]),
  };
}

function accuracyFigure(groups: readonly Group[]): ReportFigure {
  const bars = (name: string, series: string) => ({
    name,
    look: 'bars' as const,
    points: groups.flatMap(({ runs }, x) => {
      const found = overSeeds(runs, series);
      return found ? [{ x, y: found.mean, error: found.stderr }] : [];
    }),
  });
  return {
    title: 'Accuracy on the test set',
    x: { title: 'Method', categories: groups.map(({ method }) => method) },
    y: { title: 'Accuracy' },
    series: [
      bars('Linear', 'accuracy/linear'),
      bars('Nearest neighbours', 'accuracy/knn'),
      bars('Linear, untrained', 'accuracy/linear_untrained'),
    ],
    marks: [{ axis: 'y', at: wanted, label: 'claim' }],
  };
}

/** Of each method's first run: eigenvalues of the features' covariance as shares of their sum. */
function spectrumFigure(groups: readonly Group[]): ReportFigure {
  return {
    title: 'Spectrum of the features, first seed',
    x: { title: 'Place', scale: 'log' },
    y: { title: 'Share of the variance', scale: 'log' },
    series: groups.flatMap(({ method, runs }) => {
      const shares = spectrumOf(runs[0]);
      return shares ? [{ name: method, points: shares.map((y, i) => ({ x: i + 1, y })) }] : [];
    }),
  };
}

const graphDetail = z.object({
  shares: z.array(z.number()),
  chance: z.number(),
  vertices: z.number(),
});

/** The graph is estimated, and what is judged does not rest on it. */
function graphStatement({ method, runs }: Group): string[] {
  const spanned = overSeeds(runs, 'graph/alignment');
  const [first] = runs.flatMap((run) => detailOf(run, 'graph/alignment', graphDetail));
  if (!spanned || !first) return [];
  const before = overSeeds(runs, 'graph/alignment_untrained');
  const untrained = before ? `, ${withSpread(before, formatShare)} before training` : '';
  return [
    `${method}: projections span ${withSpread(spanned, formatShare)} of the ${first.shares.length} leading eigenvectors of a graph of ${first.vertices} views${untrained}; as many random directions ${formatShare(first.chance)}.`,
  ];
}

/** Means over seeds, beside those of the untrained encoder, which the methods share. */
function graphFigure(groups: readonly Group[]): ReportFigure {
  const untrained = groups.slice(0, 1).map(({ runs }) => ({ name: 'untrained', runs, ending: '_untrained' }));
  const lines = [...groups.map(({ method, runs }) => ({ name: method, runs, ending: '' })), ...untrained];
  return {
    title: 'How much of each eigenvector of the graph of views projections span',
    x: { title: 'Eigenvector, the constant left out' },
    y: { title: 'Share' },
    series: lines.flatMap(({ name, runs, ending }) => {
      const shares = runs.flatMap((run) =>
        detailOf(run, `graph/alignment${ending}`, graphDetail).map((one) => one.shares),
      );
      const means = (shares[0] ?? []).map((_, i) => meanOf(shares.map((one) => one[i] as number)).estimate);
      return means.length > 0 ? [{ name, points: means.map((y, i) => ({ x: i + 1, y })) }] : [];
    }),
  };
}

function spectrumOf(run: RunResult | undefined): number[] | null {
  const [detail] = run
    ? detailOf(run, 'features/effective_rank', z.object({ eigenvalues: z.array(z.number()) }))
    : [];
  if (!detail) return null;
  const total = detail.eigenvalues.reduce((sum, value) => sum + value, 0);
  return detail.eigenvalues.map((value) => value / total);
}

/** What belongs to the last measurement of a series; nothing where it was not measured. */
function detailOf<T>({ measurements }: RunResult, series: string, form: z.ZodType<T>): T[] {
  const found = form.safeParse(measurements.findLast(({ name }) => name === series)?.detail);
  return found.success ? [found.data] : [];
}
