/** Are larger models better where the pre-training loss is the same? Each size is stopped at one excess. */
import { z } from 'zod';
import type { ReportFigure, ReportTable } from '#contract/report.ts';
import { stream } from '#engine/random.ts';
import type { PresetDefinition, RunResult } from '../../../definition.ts';
import { type StrataCorrelation, strataCorrelation } from '../../../strataCorrelation.ts';
import { type OverSeeds, spreadOf, withSpread } from '../../overSeeds.ts';
import { unfinishedStatements, verdictOf } from '../../verdict.ts';
import { shapesOf } from '../estimate.ts';
import { paperMatchedExperiment } from './matchedExperiments.ts';
import { coefficient, interval, isMatched, lastPlace, meanAccuracy } from './matchedRuns.ts';
import { type Place, tolerance } from './places.ts';
import { accuracies, percent, resultsTable, statusStatement } from './results.ts';
import { ambiguousGrammarExperiment } from './scales.ts';
import type { MlmExperiment } from './smallGrammarExperiment.ts';

const claim =
  'At matched excess over the entropy floor, embeddings of larger models solve tasks A, B and C better, and Tr(H), with all sizes tiled into the largest, falls with size.';

const sizesWanted = 5;
const measured = ['loss/excess', ...accuracies, 'flatness/trace', 'flatness/tiled/trace'] as const;

/** Transformers that differ in width alone; the largest is a multiple of each, so that all can be tiled into it. */
function sizes(widths: readonly number[], headWidth: number) {
  return {
    'encoder.width,encoder.heads,encoder.feedForward': widths.map((width) => [
      width,
      width / headWidth,
      4 * width,
    ]),
  };
}

const named = { preset: 'model-size', title: 'Model size' };
/** Each run ends where its excess is `excess`, of which a unigram model's is 0.129, and takes at most `steps`. */
function upTo(excess: number, steps: number) {
  return {
    steps,
    checkpointEvery: steps,
    schedule: { id: 'constant', warmup: 100 / steps },
    stopAt: `loss/excess <= ${excess}`,
    probes: [{ id: 'linear', every: steps }],
    flatness: { id: 'tiled-trace', every: steps, width: 192, layers: 2, probes: 16, plain: true },
  };
}

/** One rate for all sizes: what is flat at one is not what is flat at another. */
const quick = {
  ...ambiguousGrammarExperiment,
  ...named,
  ...upTo(0.03, 2500),
  batchSize: 128,
  encoder: { id: 'transformer', layers: 2, width: 16, heads: 1, feedForward: 64 },
  optimizer: { id: 'adamw', learningRate: 1e-3 },
  evaluations: [{ id: 'exact', every: 50, sentences: 1000 }],
  vary: sizes([16, 32, 64, 96, 192], 16),
} satisfies MlmExperiment;

export const modelSize: PresetDefinition = {
  kind: 'preset',
  id: 'model-size',
  study: 'mlm',
  title: 'Same loss, larger model',
  claim,
  help: 'Transformers of five widths on one grammar, each stopped where it comes down to the same excess over the entropy floor: probes, Tr(H), and Tr(H) of each as the largest model that it can be tiled into.',
  reference: 'Liu, Xie, Li and Ma 2022, arXiv 2210.14199',
  studies: ['mlm'],
  params: z.strictObject({}),
  experiment: quick,
  scales: {
    standard: { ...quick, ...upTo(0.02, 6000), seeds: [0, 1, 2] },
    // 3 to 800 million parameters.
    paper: {
      ...paperMatchedExperiment,
      ...named,
      flatness: {
        id: 'tiled-trace',
        every: paperMatchedExperiment.steps,
        width: 2048,
        layers: 16,
        plain: true,
      },
      vary: sizes([128, 256, 512, 1024, 2048], 64),
    },
  },
  report(spec, runs) {
    const finished = runs.filter(({ status }) => status === 'finished');
    const ends = finished.flatMap(endOf);
    const groups = bySize(ends);
    const excesses = ends.map(({ place }) => place.at['loss/excess'].value);
    const trends = quantities.map((quantity) => ({ quantity, trend: trendOf(ends, quantity) }));
    const tested =
      ends.length === runs.length && groups.length >= sizesWanted && ends.length > 0 && isMatched(excesses);
    const known = (name: Quantity['title']) =>
      trends.find(({ quantity }) => quantity.title === name)?.trend ?? null;
    const rises = (known('Mean of A, B, C')?.lower ?? -1) > 0;
    const falls = (known('Tr(H), size-fair')?.upper ?? 1) < 0;
    return {
      title: spec.title,
      claim,
      verdict: verdictOf(tested, rises && falls),
      statements: [
        ...unfinishedStatements(runs, statusStatement),
        ...finished.filter((run) => endOf(run).length === 0).map(unmeasuredStatement),
        ...matchStatement(excesses),
        ...(groups.length < sizesWanted ? [`Fewer than ${sizesWanted} sizes: the claim needs more.`] : []),
        ...trends.flatMap(({ quantity, trend }) => trendStatement(quantity, trend, groups)),
        'All sizes have one learning rate. Tr(H) of different sizes is not comparable as it is; tiled into the largest, all are of one size, though not of one scale of weights.',
      ],
      tables: [sizesTable(groups), trendsTable(trends), resultsTable(runs)],
      figures: [accuracyFigure(groups), traceFigure(groups)],
    };
  },
};

/** The end of a run, where all that is compared was measured. */
interface End {
  readonly run: RunResult;
  readonly parameters: number;
  readonly place: Place<(typeof measured)[number]>;
}

function endOf(run: RunResult): End[] {
  const place = lastPlace(run, measured);
  if (!place || run.spec.study !== 'mlm') return [];
  return [{ run, place, parameters: shapesOf(run.spec).parameters.count }];
}

interface Size {
  readonly parameters: number;
  readonly ends: readonly End[];
}

function bySize(ends: readonly End[]): Size[] {
  return [...Map.groupBy(ends, ({ parameters }) => parameters)]
    .map(([parameters, own]) => ({ parameters, ends: own }))
    .sort((a, b) => a.parameters - b.parameters);
}

const quantities = [
  { title: 'A', of: ({ place }: End) => place.at['accuracy/linear/A'].value, isTrace: false },
  { title: 'B', of: ({ place }: End) => place.at['accuracy/linear/B'].value, isTrace: false },
  { title: 'C', of: ({ place }: End) => place.at['accuracy/linear/C'].value, isTrace: false },
  { title: 'Mean of A, B, C', of: ({ place }: End) => meanAccuracy(place), isTrace: false },
  { title: 'Tr(H)', of: ({ place }: End) => place.at['flatness/trace'].value, isTrace: true },
  {
    title: 'Tr(H), size-fair',
    of: ({ place }: End) => place.at['flatness/tiled/trace'].value,
    isTrace: true,
  },
] as const;
type Quantity = (typeof quantities)[number];

/** Over all runs; each seed has probes and batches of its own, so that its mean is taken off. */
function trendOf(ends: readonly End[], { of, isTrace }: Quantity): StrataCorrelation | null {
  // As good as the logarithm where traces are large, and defined where one is negative.
  const value = (end: End) => (isTrace ? Math.asinh(of(end)) : of(end));
  const means = new Map(
    [...Map.groupBy(ends, ({ run }) => run.spec.seed)].map(
      ([seed, own]) => [seed, own.reduce((sum, end) => sum + value(end) / own.length, 0)] as const,
    ),
  );
  const observations = ends.map((end) => ({
    stratum: '',
    cluster: end.run.name,
    x: end.parameters,
    y: value(end) - (means.get(end.run.spec.seed) ?? 0),
    control: end.place.at['loss/excess'].value,
  }));
  return strataCorrelation(observations, stream(0, 'bootstrap/model-size'));
}

function matchStatement(excesses: readonly number[]): string[] {
  if (excesses.length === 0) return [];
  const [least, most] = [Math.min(...excesses), Math.max(...excesses)].map((value) => value.toFixed(4));
  return isMatched(excesses)
    ? [`All runs end between ${least} and ${most} nats of excess: matched within ${tolerance}.`]
    : [
        `Runs end between ${least} and ${most} nats of excess, further apart than ${tolerance}: not compared. Give the slow sizes more steps, or evaluate more often.`,
      ];
}

function unmeasuredStatement({ name }: RunResult): string {
  return `${name}: excess, probes, Tr(H) and the tiled trace were not all measured at its end.`;
}

function trendStatement({ title, of }: Quantity, trend: StrataCorrelation | null, groups: readonly Size[]) {
  const [smallest, largest] = [groups[0], groups.at(-1)];
  if (!trend || !smallest || !largest) return [];
  const mean = ({ ends }: Size) => spreadOf(ends.map(of));
  const shown = (found: OverSeeds | null) => found && withSpread(found, (value) => formatValue(title, value));
  return [
    `${title}: rank correlation with the number of parameters ${coefficient(trend.rho)}, ${interval(trend)} over ${trend.clusters} runs; ${shown(mean(smallest))} with ${count(smallest)} parameters, ${shown(mean(largest))} with ${count(largest)}.`,
  ];
}

function formatValue(title: Quantity['title'], value: number): string {
  return title.startsWith('Tr') ? value.toFixed(1) : percent(value);
}

function count({ parameters }: Size): string {
  return parameters.toLocaleString('en');
}

function sizesTable(groups: readonly Size[]): ReportTable {
  const excess = ({ place }: End) => place.at['loss/excess'].value;
  return {
    title: 'Where each size came down to the excess: means over seeds ± standard errors',
    columns: [
      { title: 'Parameters' },
      { title: 'Seeds' },
      { title: 'Steps' },
      { title: 'Excess', unit: 'nats' },
      { title: '±' },
      ...quantities.flatMap(({ title }) => [{ title }, { title: '±' }]),
    ],
    rows: groups.map(({ parameters, ends }) => [
      parameters,
      ends.length,
      spreadOf(ends.map(({ run }) => run.step))?.mean ?? null,
      ...[excess, ...quantities.map(({ of }) => of)].flatMap((of) => {
        const found = spreadOf(ends.map(of));
        return [found?.mean ?? null, found?.stderr ?? null];
      }),
    ]),
  };
}

function trendsTable(
  trends: readonly { readonly quantity: Quantity; readonly trend: StrataCorrelation | null }[],
): ReportTable {
  return {
    title: 'Spearman correlation with the number of parameters, 95 % interval by drawing runs again',
    columns: [{ title: 'Quantity' }, { title: 'ρ' }, { title: 'from' }, { title: 'to' }, { title: 'Runs' }],
    rows: trends.map(({ quantity, trend }) => [
      quantity.title,
      trend?.rho ?? null,
      trend?.lower ?? null,
      trend?.upper ?? null,
      trend?.clusters ?? 0,
    ]),
  };
}

function accuracyFigure(groups: readonly Size[]): ReportFigure {
  return {
    title: 'Probes against size, at one excess',
    x: { title: 'Parameters', scale: 'log' },
    y: { title: 'Accuracy' },
    series: quantities.filter(({ isTrace }) => !isTrace).map((quantity) => line(groups, quantity)),
  };
}

function traceFigure(groups: readonly Size[]): ReportFigure {
  return {
    title: 'Flatness against size, at one excess',
    x: { title: 'Parameters', scale: 'log' },
    y: { title: 'Tr(H)', scale: 'log' },
    series: quantities.filter(({ isTrace }) => isTrace).map((quantity) => line(groups, quantity)),
  };
}

function line(groups: readonly Size[], { title, of }: Quantity): ReportFigure['series'][number] {
  return {
    name: title,
    points: groups.flatMap(({ parameters, ends }) => {
      const found = spreadOf(ends.map(of));
      return found ? [{ x: parameters, y: found.mean, error: found.stderr }] : [];
    }),
  };
}
