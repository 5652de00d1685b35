/** Does what a model knows of a sentence still grow once its pre-training task is solved? */
import { z } from 'zod';
import type { ReportFigure } from '#contract/report.ts';
import type { PresetDefinition, RunResult } from '../../../definition.ts';
import { saturation as threshold } from '../../../evaluations/exactConditional.ts';
import { meanOf } from '../../../linalg/hutchinson.ts';
import type { FinalValue } from '../../finalValues.ts';
import { unfinishedStatements, verdictOf } from '../../verdict.ts';
import { type Difference, differenceOf, type Place, placesOf } from './places.ts';
import { accuracies, percent, pointsWithError, resultsTable, statusStatement, traceText } from './results.ts';
import { ambiguousGrammarExperiment, paperExperiment } from './scales.ts';

const claim =
  'Below 0.01 nats from the true conditional, where pre-training is solved, probe accuracy still rises and Tr(H) falls as training goes on.';

const fineTuned = [
  'accuracy/fine-tune-sentences/A',
  'accuracy/fine-tune-sentences/B',
  'accuracy/fine-tune-sentences/C',
] as const;
/** What is followed after saturation, each on the steps at which all its series were measured. */
const probes = { series: accuracies, value: accuracyOf, error: accuracyError };
const tuning = { series: fineTuned, value: accuracyOf, error: accuracyError };
const trace = { series: ['flatness/trace'], value: traceOf, error: traceError };
const scaledTrace = { series: ['flatness/scaled_trace'], value: traceOf, error: traceError };

const named = { preset: 'saturation', title: 'Saturation' };
/** Models of this size learn at higher rates than the published recipe's: by it they hardly move. */
const probesWith = (fineTunings: string) => [
  ...ambiguousGrammarExperiment.probes,
  { id: 'fine-tune-sentences', epochs: 20, learningRate: 2e-3, every: fineTunings },
];
/**
 * The rate stays: where it falls, Tr(H) rises for some thousand steps, whatever training does later. Steps of that
 * height come below the threshold only with batches that are large.
 */
const quick = {
  ...ambiguousGrammarExperiment,
  ...named,
  ...{ steps: 8000, batchSize: 512 },
  optimizer: { id: 'adamw', learningRate: 2e-3 },
  schedule: { id: 'constant', warmup: 0.025 },
  probes: probesWith('1/decade from 100'),
};

export const saturation: PresetDefinition = {
  kind: 'preset',
  id: 'saturation',
  study: 'mlm',
  title: 'After saturation',
  claim,
  help: 'One model trained far beyond the point at which it predicts as well as the language allows, with checkpoints and measurements on a log grid: excess over the entropy floor, probes, Tr(H).',
  reference: 'Liu, Xie, Li and Ma 2022, arXiv 2210.14199, section 3',
  studies: ['mlm'],
  params: z.strictObject({}),
  experiment: quick,
  scales: {
    standard: {
      ...quick,
      ...{ steps: 20_000, seeds: [0, 1, 2] },
      probes: probesWith('3/decade from 100'),
      schedule: { ...quick.schedule, warmup: 0.01 },
      flatness: { ...quick.flatness, probes: 32 },
      downstream: { train: 6000, validation: 500, test: 10_000 },
    },
    paper: {
      ...paperExperiment,
      ...named,
      probes: [...paperExperiment.probes, { id: 'fine-tune-sentences', every: '2/decade from 200' }],
    },
  },
  report(spec, runs) {
    const finished = runs.filter(({ status }) => status === 'finished');
    const rise = changeOf(finished, probes);
    const tunedRise = changeOf(finished, tuning);
    const fall = changeOf(finished, trace);
    const tested = runs.length > 0 && [rise, fall].every(({ phases }) => phases.length === runs.length);
    return {
      title: spec.title,
      claim,
      verdict: verdictOf(tested, rise.up.clear && fall.down.clear),
      statements: [
        ...unfinishedStatements(runs, statusStatement),
        ...finished.map(phaseStatement),
        ...(rise.phases.length > 0 ? [summary(rise, tunedRise, fall, changeOf(finished, scaledTrace))] : []),
        'Fine-tuning is shown beside, not judged: on a small grammar it is near its ceiling from the start.',
        'Tr(H) changes under rescalings of weights that leave the function unchanged; here one run is compared with itself.',
      ],
      tables: [resultsTable(runs)],
      figures: finished.map(figure),
    };
  },
};

type At = Readonly<Record<string, FinalValue>>;
interface Followed {
  readonly series: readonly string[];
  value(at: At): number;
  error(at: At): number;
}

/** From the first measurement below the threshold to the last one. */
interface Phase {
  readonly from: Place<string>;
  readonly to: Place<string>;
  readonly highest: number;
}

/** Null where a run did not saturate, or was not measured again after it had. */
function phaseOf(run: RunResult, series: readonly string[]): Phase | null {
  const moments = placesOf(run, ['loss/excess', ...series]);
  const excess = ({ at }: Place<string>) => at['loss/excess']?.value ?? Number.NaN;
  const after = moments.slice(moments.findIndex((moment) => excess(moment) < threshold));
  const [from, to] = [after[0], after.at(-1)];
  if (!from || !to || from === to || excess(from) >= threshold) return null;
  return { from, to, highest: Math.max(...after.map(excess)) };
}

interface Change {
  readonly phases: readonly Phase[];
  /** Last value less the first one after saturation, and the other way round. */
  readonly up: Difference;
  readonly down: Difference;
}

function changeOf(runs: readonly RunResult[], { series, value, error }: Followed): Change {
  const phases = runs.flatMap((run) => phaseOf(run, series) ?? []);
  const changes = phases.map(({ from, to }) => value(to.at) - value(from.at));
  const alone = Math.max(0, ...phases.map(({ from, to }) => Math.hypot(error(from.at), error(to.at))));
  return {
    phases,
    up: differenceOf(changes, alone),
    down: differenceOf(
      changes.map((change) => -change),
      alone,
    ),
  };
}

/** Mean over the tasks, and its binomial error; tasks share their sentences, so that errors add up. */
function accuracyOf(at: At): number {
  return meanOf(accuraciesIn(at).map(({ value }) => value)).estimate;
}
function accuracyError(at: At): number {
  return meanOf(accuraciesIn(at).map(({ stderr }) => stderr ?? 0)).estimate;
}
function accuraciesIn(at: At): FinalValue[] {
  return Object.entries(at).flatMap(([name, found]) => (name.startsWith('accuracy/') ? [found] : []));
}
function traceOf(at: At): number {
  return traceIn(at)?.value ?? Number.NaN;
}
function traceError(at: At): number {
  return traceIn(at)?.stderr ?? 0;
}
function traceIn(at: At): FinalValue | undefined {
  return Object.entries(at).find(([name]) => name.startsWith('flatness/'))?.[1];
}

function phaseStatement(run: RunResult): string {
  const phase = phaseOf(run, [...accuracies, ...trace.series]);
  if (!phase) {
    const last = placesOf(run, ['loss/excess']).at(-1)?.at['loss/excess'].value;
    const reached = last === undefined ? 'its excess was not measured' : `it ends at ${last.toFixed(4)} nats`;
    return `${run.name}: never measured twice below ${threshold} nats; ${reached}. Train longer, or take a smaller grammar.`;
  }
  const { from, to, highest } = phase;
  const moment = ({ at }: Place<string>) =>
    `${at['loss/excess']?.value.toFixed(4)} nats, probes ${percent(accuracyOf(at))} on average, Tr(H) ${traceOf(at).toFixed(1)} ± ${traceError(at).toFixed(1)}`;
  return `${run.name}: saturated from step ${from.step} on (${moment(from)}); at step ${to.step} ${moment(to)}. In between the excess was at most ${highest.toFixed(4)} nats.`;
}

function summary(rise: Change, tunedRise: Change, fall: Change, scaled: Change): string {
  const seeds = rise.phases.length;
  const over = seeds > 1 ? `over ${seeds} seeds` : 'for one seed, error of the measurement';
  const accuracy = ({ phases, up }: Change, what: string) =>
    phases.length > 0 ? [`${what} accuracy ${pointsWithError(up)}`] : [];
  const flatness = ({ phases, up }: Change, what: string) =>
    phases.length > 0 ? [`${what} ${up.mean < 0 ? '−' : '+'}${traceText(Math.abs(up.mean), up.stderr)}`] : [];
  const found = [
    ...accuracy(rise, 'probe'),
    ...accuracy(tunedRise, 'fine-tuning'),
    ...flatness(fall, 'Tr(H)'),
    ...flatness(scaled, 'Tr(DHD)'),
  ];
  return `After saturation, ${over}: ${found.join(', ')}.`;
}

/** Quantities of different units on one logarithmic axis: what falls, falls to the right. */
function figure(run: RunResult): ReportFigure {
  const line = (name: string, series: readonly string[], value: (at: At) => number) => {
    const points = placesOf(run, series).map(({ step, at }) => ({ x: step, y: value(at) }));
    return points.length > 0 ? [{ name, points }] : [];
  };
  const share = (name: string, { series, value }: Followed) => {
    const greatest = Math.max(...placesOf(run, series).map(({ at }) => value(at)));
    return line(`${name}, share of its greatest`, series, (at) => value(at) / greatest);
  };
  return {
    title: `${run.name}: loss, probes and flatness`,
    x: { title: 'Step', scale: 'log' },
    y: { title: 'nats, share, or share of the greatest', scale: 'log' },
    series: [
      ...line(
        'Excess over the floor (nats)',
        ['loss/excess'],
        (at) => at['loss/excess']?.value ?? Number.NaN,
      ),
      ...line('Probe error, mean of A, B, C', accuracies, (at) => 1 - accuracyOf(at)),
      ...line('Fine-tuning error, mean of A, B, C', fineTuned, (at) => 1 - accuracyOf(at)),
      ...share('Tr(H)', trace),
      ...share('Tr(DHD)', scaledTrace),
    ],
    marks: [{ axis: 'y', at: threshold, label: 'saturation' }],
  };
}
