/** Does what a model knows of a sentence still grow once its pre-training task is solved? */
import { z } from 'zod';
import type { ReportFigure } from '#contract/report.ts';
import type { PresetDefinition, RunResult } from '../../../definition.ts';
import { saturation as threshold } from '../../../evaluations/exactConditional.ts';
import { unfinishedStatements, verdictOf } from '../../verdict.ts';
import { type Difference, differenceOf, type Place, placesOf } from './places.ts';
import { percent, resultsTable, statusStatement } from './results.ts';
import { paperExperiment, shortGrammarExperiment } from './scales.ts';

const claim =
  'Below 0.01 nats from the true conditional, where pre-training is solved, probe accuracy still rises and Tr(H) falls as training goes on.';

const accuracies = ['accuracy/linear/A', 'accuracy/linear/B', 'accuracy/linear/C'] as const;
const measured = ['loss/excess', 'flatness/trace', ...accuracies] as const;
type Moment = Place<(typeof measured)[number]>;

const named = { preset: 'saturation', title: 'Saturation' };
const quick = { ...shortGrammarExperiment, ...named };

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
    standard: { ...quick, steps: 60_000, seeds: [0, 1, 2], downstream: { train: 10_000 } },
    paper: { ...paperExperiment, ...named },
  },
  report(spec, runs) {
    const finished = runs.filter(({ status }) => status === 'finished');
    const phases = finished.map(phaseOf);
    const complete = phases.flatMap((phase) => phase ?? []);
    const tested = complete.length === runs.length && complete.length > 0;
    const rise = differenceOf(
      complete.map(({ from, to }) => accuracyOf(to) - accuracyOf(from)),
      Math.max(0, ...complete.map(({ from, to }) => Math.hypot(accuracyError(from), accuracyError(to)))),
    );
    const fall = differenceOf(
      complete.map(({ from, to }) => from.at['flatness/trace'].value - to.at['flatness/trace'].value),
      Math.max(0, ...complete.map(({ from, to }) => Math.hypot(traceError(from), traceError(to)))),
    );
    return {
      title: spec.title,
      claim,
      verdict: verdictOf(tested, rise.clear && fall.clear),
      statements: [
        ...unfinishedStatements(runs, statusStatement),
        ...finished.map((run, i) => phaseStatement(run, phases[i] ?? null)),
        ...(complete.length > 0 ? [summary(rise, fall, complete.length)] : []),
        'Tr(H) changes under rescalings of weights that leave the function unchanged; here one run is compared with itself.',
      ],
      tables: [resultsTable(runs)],
      figures: finished.map(figure),
    };
  },
};

/** From the first measurement below the threshold to the last one. */
interface Phase {
  readonly from: Moment;
  readonly to: Moment;
  readonly highest: number;
}

/** Null where a run did not saturate, or was not measured again after it had. */
function phaseOf(run: RunResult): Phase | null {
  const moments = placesOf(run, measured);
  const after = moments.slice(moments.findIndex(({ at }) => at['loss/excess'].value < threshold));
  const [from, to] = [after[0], after.at(-1)];
  if (!from || !to || from === to || from.at['loss/excess'].value >= threshold) return null;
  return { from, to, highest: Math.max(...after.map(({ at }) => at['loss/excess'].value)) };
}

/** Mean over the three tasks, and its binomial error; tasks share their sentences, so that errors add up. */
function accuracyOf({ at }: Moment): number {
  return accuracies.reduce((sum, series) => sum + at[series].value / accuracies.length, 0);
}
function accuracyError({ at }: Moment): number {
  return accuracies.reduce((sum, series) => sum + (at[series].stderr ?? 0) / accuracies.length, 0);
}
function traceError({ at }: Moment): number {
  return at['flatness/trace'].stderr ?? 0;
}

function phaseStatement(run: RunResult, phase: Phase | null): string {
  if (!phase) {
    const last = placesOf(run, ['loss/excess']).at(-1)?.at['loss/excess'].value;
    const reached = last === undefined ? 'its excess was not measured' : `it ends at ${last.toFixed(4)} nats`;
    return `${run.name}: never measured twice below ${threshold} nats; ${reached}. Train longer, or take a smaller grammar.`;
  }
  const { from, to, highest } = phase;
  const moment = (one: Moment) =>
    `${one.at['loss/excess'].value.toFixed(4)} nats, probes ${percent(accuracyOf(one))} on average, Tr(H) ${one.at['flatness/trace'].value.toFixed(1)} ± ${traceError(one).toFixed(1)}`;
  return `${run.name}: saturated from step ${from.step} on (${moment(from)}); at step ${to.step} ${moment(to)}. In between the excess was at most ${highest.toFixed(4)} nats.`;
}

function summary(rise: Difference, fall: Difference, seeds: number): string {
  const over = seeds > 1 ? `over ${seeds} seeds` : 'for one seed, error of the measurement';
  return `After saturation, ${over}: probe accuracy ${signed(100 * rise.mean, 2)} ± ${(100 * rise.stderr).toFixed(2)} points, Tr(H) ${signed(-fall.mean, 1)} ± ${fall.stderr.toFixed(1)}.`;
}

function signed(value: number, digits: number): string {
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(digits)}`;
}

/** Three quantities of different units on one logarithmic axis: what falls, falls to the right. */
function figure(run: RunResult): ReportFigure {
  const moments = placesOf(run, measured);
  const greatest = Math.max(...moments.map(({ at }) => at['flatness/trace'].value));
  const line = (name: string, value: (moment: Moment) => number) => ({
    name,
    points: moments.map((moment) => ({ x: moment.step, y: value(moment) })),
  });
  return {
    title: `${run.name}: loss, probes and flatness`,
    x: { title: 'Step', scale: 'log' },
    y: { title: 'nats, share, or share of the greatest', scale: 'log' },
    series: [
      line('Excess over the floor (nats)', ({ at }) => at['loss/excess'].value),
      line('Probe error, mean of A, B, C', (moment) => 1 - accuracyOf(moment)),
      line('Tr(H), share of its greatest', ({ at }) => at['flatness/trace'].value / greatest),
    ],
    marks: [{ axis: 'y', at: threshold, label: 'saturation' }],
  };
}
