/** Do training algorithms that reach the same pre-training loss learn features of different worth? */
import { z } from 'zod';
import type { ReportFigure, ReportTable, Verdict } from '#contract/report.ts';
import type { PresetDefinition, RunResult } from '../../../definition.ts';
import { meanOf } from '../../../linalg/hutchinson.ts';
import { type OverSeeds, overSeeds, spreadOf } from '../../overSeeds.ts';
import { unfinishedStatements } from '../../verdict.ts';
import {
  algorithmOf,
  type Compared,
  compared,
  type Measure,
  measures,
  measuresOf,
} from './algorithmPairs.ts';
import { type Difference, placesOf, tolerance } from './places.ts';
import { percent, resultsTable, statusStatement, traceText } from './results.ts';
import { ambiguousGrammarExperiment, paperExperiment } from './scales.ts';

const claim =
  'At equal pre-training loss AdamW’s embeddings solve tasks A, B and C better than those of the adversarial objective, and these better than the look-up table; Tr(H) is lower under AdamW.';

const named = { preset: 'algorithms', title: 'Algorithms' };
const lookUpTable = { lookUpTable: true };
const adversarial = { id: 'adversarial', strength: 0.02, tolerance: 0.005 };
const quick = {
  ...ambiguousGrammarExperiment,
  ...named,
  steps: 1500,
  schedule: { ...ambiguousGrammarExperiment.schedule, milestones: [0.3] },
  evaluations: [{ id: 'exact', every: 150, sentences: 1000 }],
  probes: [{ id: 'linear', every: 150 }],
  flatness: { id: 'trace', every: 150, probes: 16, scaled: true },
  downstream: { ...ambiguousGrammarExperiment.downstream, ...lookUpTable },
  checkpointEvery: 500,
  vary: { loss: [{ id: 'mlm' }, { ...adversarial, begin: 600, settle: 200 }] },
};

export const algorithms: PresetDefinition = {
  kind: 'preset',
  id: 'algorithms',
  study: 'mlm',
  title: 'Same loss, other features',
  claim,
  help: 'AdamW, the adversarial objective (Basin’s own definition, from where AdamW stands halfway) and the look-up table: probes and Tr(H) at equal excess over the entropy floor.',
  reference:
    'Liu, Xie, Li and Ma 2022, arXiv 2210.14199; the adversarial objective and the table are Basin’s own',
  studies: ['mlm'],
  params: z.strictObject({}),
  experiment: quick,
  scales: {
    standard: {
      ...quick,
      ...{ steps: 3000, seeds: [0, 1, 2] },
      evaluations: [{ id: 'exact', every: 150, sentences: 2000 }],
      probes: [{ id: 'linear', every: 300 }],
      flatness: { id: 'trace', every: 300, probes: 32, scaled: true },
      downstream: { train: 6000, validation: 100, test: 10_000, ...lookUpTable },
      vary: {
        'loss,optimizer': [
          [{ id: 'mlm' }, quick.optimizer],
          [{ ...adversarial, begin: 1200, settle: 300 }, quick.optimizer],
          [{ id: 'mlm' }, { id: 'sgd', learningRate: 0.3, weightDecay: 0 }],
        ],
      },
    },
    paper: {
      ...paperExperiment,
      ...named,
      downstream: { ...paperExperiment.downstream, ...lookUpTable },
      vary: { loss: [{ id: 'mlm' }, { ...adversarial, begin: 12_500 }] },
    },
  },
  report(spec, runs) {
    const finished = runs.filter(({ status }) => status === 'finished');
    const pairs = compared(finished);
    return {
      title: spec.title,
      claim,
      verdict: verdictOf(
        pairs.find(({ name }) => name === 'adversarial'),
        runs,
      ),
      statements: [
        ...unfinishedStatements(runs, statusStatement),
        ...pairs.flatMap((pair) => statementsOf(pair, measuresOf(finished))),
        'The adversarial objective and the look-up table are Basin’s own definitions. Losses count as equal within 0.01 nats of excess; a run’s last measurement is compared with the nearest one of AdamW with the same seed.',
        'Tr(H) changes under rescalings of weights that leave the function unchanged, and a reversed gradient may inflate activations. Tr(DHD), D = diag |w|, does not change under those before a normalisation: it stands beside Tr(H), and the verdict is Tr(H)’s.',
      ],
      tables: [pairsTable(pairs, finished), referenceTable, resultsTable(runs)],
      figures: [
        probeFigure(finished),
        ...measuresOf(finished).flatMap((measure) =>
          measure.isTrace ? [traceFigure(finished, measure)] : [],
        ),
      ],
    };
  },
};

/** Held where every difference of the claim is more than two standard errors over seeds above zero. */
function verdictOf(pair: Compared | undefined, runs: readonly RunResult[]): Verdict {
  const claimed = runs.filter((run) => ['AdamW', 'adversarial'].includes(algorithmOf(run)));
  const isOver = claimed.every(({ status }) => status === 'finished');
  if (!pair || pair.unmatched.length > 0 || !isOver) return 'not tested';
  const taken = measuresOf(runs.filter(({ status }) => status === 'finished'));
  const judged = pair.differences.filter((_, i) => taken[i]?.judged);
  const isTabled = pair.aboveTable.length > 0;
  return isTabled && [...judged, ...pair.aboveTable].every(({ clear }) => clear) ? 'held' : 'not held';
}

function statementsOf(
  { name, pairs, unmatched, differences, aboveTable }: Compared,
  taken: readonly Measure[],
): string[] {
  const alone = unmatched.map(
    ({ run, excess }) =>
      `${run.name}: AdamW was never measured within ${tolerance} nats of its ${excess.toFixed(4)} nats of excess.`,
  );
  if (pairs.length === 0) return alone;
  const found = taken.map(({ title, isTrace }, i) => {
    const { mean, stderr } = differences[i] ?? { mean: Number.NaN, stderr: Number.NaN };
    const size = { mean: Math.abs(mean), stderr };
    const amount = isTrace ? traceText(size.mean, stderr) : `${points(size)} points`;
    return `${title} ${amount} ${mean < 0 === isTrace ? 'higher' : 'lower'}`;
  });
  const over = pairs.length === 1 ? 'one seed, errors of the measurement' : `${pairs.length} seeds`;
  const excess = pairs.map(
    ({ adamw, other }) =>
      `${adamw.at['loss/excess'].value.toFixed(4)} and ${other.at['loss/excess'].value.toFixed(4)}`,
  );
  const above = taken
    .filter(({ lookUp }) => lookUp)
    .map(({ title }, i) => `${title} ${points(aboveTable[i])}`);
  return [
    ...alone,
    `AdamW against ${name} (${over}; excess ${excess.join(', ')} nats): ${found.join(', ')}.`,
    `${name} above its look-up table: ${above.join(', ')} points.`,
  ];
}

function points(difference: Pick<Difference, 'mean' | 'stderr'> | undefined): string {
  const { mean, stderr } = difference ?? { mean: Number.NaN, stderr: Number.NaN };
  return `${(100 * mean).toFixed(1)} ± ${(100 * stderr).toFixed(1)}`;
}

function pairsTable(all: readonly Compared[], finished: readonly RunResult[]): ReportTable {
  const taken = measuresOf(finished);
  const row = (title: string, places: readonly Compared['pairs'][number]['adamw'][]) => [
    title,
    places.length,
    meanOf(places.map(({ at }) => at['loss/excess'].value)).estimate,
    ...taken.flatMap(({ series }) => cells(spreadOf(places.map(({ at }) => at[series].value)))),
  ];
  // Every run of a seed has the same table.
  const tables = finished.filter(
    ({ spec }, i) => finished.findIndex((other) => other.spec.seed === spec.seed) === i,
  );
  const lookUp = taken.flatMap(({ lookUp: series }) => cells(series ? overSeeds(tables, series) : null));
  return {
    title: 'At equal loss, means over seeds',
    columns: [
      { title: 'Algorithm' },
      { title: 'Seeds' },
      { title: 'Excess', unit: 'nats' },
      ...taken.flatMap(({ title }) => [{ title }, { title: '±' }]),
    ],
    rows: [
      ...all
        .filter(({ pairs }) => pairs.length > 0)
        .flatMap(({ name, pairs }) => [
          row(
            `AdamW, at the loss of ${name}`,
            pairs.map(({ adamw }) => adamw),
          ),
          row(
            name,
            pairs.map(({ other }) => other),
          ),
        ]),
      ['look-up table', tables.length, 0, ...lookUp],
    ],
  };
}

/** The mean, and its standard error over seeds where there are several. */
function cells(found: OverSeeds | null): [number | null, number | null] {
  return [found?.mean ?? null, found?.stderr ?? null];
}

const referenceTable: ReportTable = {
  title:
    'Reference: another grammar, models of 100 M weights and more; its order is compared, not its digits',
  columns: [
    { title: 'Algorithm' },
    { title: 'Pre-training loss', unit: 'nats' },
    { title: 'A', unit: '%' },
    { title: 'B', unit: '%' },
    { title: 'C', unit: '%' },
    { title: 'Tr(H)' },
  ],
  rows: [
    ['AdamW', 3.204, 89.9, 49.2, 55.7, 8.01],
    ['Adversarial', 3.206, 83.1, 42.3, 50.2, 19.34],
    ['Look-up table', 3.196, 71.2, 39.7, null, null],
  ],
};

function probeFigure(runs: readonly RunResult[]): ReportFigure {
  const series = measures.filter(({ isTrace }) => !isTrace).map((measure) => measure.series);
  const [table] = runs.flatMap((run) => {
    const values = measures.flatMap(({ lookUp }) => (lookUp ? (run.metrics[lookUp] ?? []) : []));
    return values.length > 0 ? [values.reduce((sum, value) => sum + value, 0) / values.length] : [];
  });
  return {
    title: 'Probes against pre-training',
    x: { title: 'Excess over the floor', unit: 'nats', scale: 'log' },
    y: { title: 'Mean accuracy on A, B, C' },
    series: runs.map((run) => ({
      name: run.name,
      look: 'points',
      points: placesOf(run, ['loss/excess', ...series]).map(({ at }) => ({
        x: at['loss/excess'].value,
        y: series.reduce((sum, name) => sum + at[name].value / series.length, 0),
      })),
    })),
    ...(table === undefined
      ? {}
      : { marks: [{ axis: 'y' as const, at: table, label: `look-up table ${percent(table)}` }] }),
  };
}

function traceFigure(runs: readonly RunResult[], { title, series }: Measure): ReportFigure {
  return {
    title: `${title} against pre-training`,
    x: { title: 'Excess over the floor', unit: 'nats', scale: 'log' },
    y: { title, scale: 'log' },
    series: runs.map((run) => ({
      name: run.name,
      look: 'points',
      points: placesOf(run, ['loss/excess', series]).map(({ at }) => ({
        x: at['loss/excess'].value,
        y: at[series].value,
        error: at[series].stderr,
      })),
    })),
  };
}
