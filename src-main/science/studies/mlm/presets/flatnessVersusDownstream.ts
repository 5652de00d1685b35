/** At one loss, do the ways of training that end where it is flatter learn features that solve tasks better? */
import { z } from 'zod';
import type { ReportTable } from '#contract/report.ts';
import type { PresetDefinition } from '../../../definition.ts';
import type { StrataCorrelation } from '../../../strataCorrelation.ts';
import { unfinishedStatements, verdictOf } from '../../verdict.ts';
import {
  adamw,
  matchedExperiment,
  paperMatchedExperiment,
  sam,
  sgd,
  standardSteps,
} from './matchedExperiments.ts';
import { coefficient, interval } from './matchedRuns.ts';
import { tolerance } from './places.ts';
import { accuracies, resultsTable, statusStatement } from './results.ts';
import {
  type Asked,
  flatnessAgainstAccuracy,
  fullestBin,
  lossFigure,
  type Moment,
  matchedFigures,
  momentsOf,
  rescalingCaution,
  waysTable,
} from './waysOfTraining.ts';

const claim =
  'Where pre-training losses are equal, models at which Tr(H) is smaller solve tasks A, B and C better.';
/** Fewer ways of training than this at one loss, and an interval over them says nothing. */
const waysWanted = 6;

/** Optimizer, batch, label noise. */
const ways = 'optimizer,batchSize,labelNoise';
const grid = [
  [adamw(1e-3), 64, 0],
  [adamw(2e-3), 64, 0],
  [adamw(4e-3), 64, 0],
  [adamw(2e-3), 256, 0],
  [adamw(2e-3), 64, 0.1],
  [sgd(0.05), 64, 0],
  [sgd(0.1), 64, 0],
  [sgd(0.1), 64, 0.1],
  [sam('sgd', 0.1, 0.05), 64, 0],
];
const named = { preset: 'flatness-versus-downstream', title: 'Flatness and downstream' };
const quick = { ...matchedExperiment, ...named, vary: { [ways]: grid } };

export const flatnessVersusDownstream: PresetDefinition = {
  kind: 'preset',
  id: 'flatness-versus-downstream',
  study: 'mlm',
  title: 'Flatter, and better downstream?',
  claim,
  help: 'One model trained in many ways (optimizer, learning rate, batch, label noise), each stopped at the same excess over the entropy floor: rank correlation of Tr(H) with probe accuracy among runs of equal loss.',
  reference: 'Liu, Xie, Li and Ma 2022, arXiv 2210.14199',
  studies: ['mlm'],
  params: z.strictObject({}),
  experiment: quick,
  scales: {
    standard: { ...quick, ...standardSteps },
    paper: {
      ...paperMatchedExperiment,
      ...named,
      vary: {
        optimizer: [adamw(2e-4), adamw(5e-4), adamw(1e-3), sgd(0.1), sgd(0.3), sam('adamw', 5e-4, 0.05)],
      },
    },
  },
  report(spec, runs) {
    const finished = runs.filter(({ status }) => status === 'finished');
    const moments = finished.flatMap(momentsOf);
    const matched = fullestBin(moments);
    const found = correlations.map((one) => ({ ...one, found: flatnessAgainstAccuracy(moments, one) }));
    const judged = found.filter(({ judges }) => judges).map((one) => one.found);
    const tested =
      finished.length === runs.length && new Set(matched.map(({ way }) => way)).size >= waysWanted;
    return {
      title: spec.title,
      claim,
      verdict: verdictOf(
        tested,
        judged.every((one) => (one?.upper ?? 1) < 0),
      ),
      statements: [
        ...unfinishedStatements(runs, statusStatement),
        ...(tested
          ? []
          : [`The claim needs ${waysWanted} ways of training at one loss, and all runs finished.`]),
        ...found.flatMap(({ title, found: one }) => (one ? [sentence(title, one)] : [])),
        `Only runs of one seed within one bin of ${tolerance} nats of excess are compared with each other, one measurement of a run in each bin; ρ is the mean over bins. The claim holds where the intervals of the first two lie below zero.`,
        rescalingCaution,
      ],
      tables: [
        ...(matched.length > 0 ? [waysTable(matched)] : []),
        correlationsTable(found),
        resultsTable(runs),
      ],
      figures: [...matchedFigures(matched), lossFigure(moments)],
    };
  },
};

/** Ways are drawn again with all their seeds: seeds of one way say less that is new than another way does. */
const correlations: readonly (Asked & { readonly title: string; readonly judges?: true })[] = [
  { title: 'Mean of A, B, C with Tr(H)', judges: true },
  {
    title: 'Mean of A, B, C with Tr(H), what is left of the loss held fixed',
    judges: true,
    statistic: 'partial',
  },
  { title: 'Mean of A, B, C with Tr(H), runs drawn', unit: 'run' },
  ...accuracies.map((series) => ({
    title: `${series.slice(-1)} with Tr(H)`,
    accuracy: ({ at }: Moment['place']) => at[series].value,
  })),
  { title: 'Mean of A, B, C with Tr(DHD)', flatness: 'flatness/scaled_trace' },
  {
    title: 'Mean of A, B, C with Tr(DHD), what is left of the loss held fixed',
    flatness: 'flatness/scaled_trace',
    statistic: 'partial',
  },
];

function sentence(title: string, found: StrataCorrelation): string {
  return `${title}: rank correlation ${coefficient(found.rho)}, ${interval(found)} (${found.clusters} drawn; groups of equal loss and seed: ${found.strata}).`;
}

function correlationsTable(
  found: readonly { readonly title: string; readonly found: StrataCorrelation | null }[],
): ReportTable {
  return {
    title: 'Spearman correlations at equal loss and seed, 95 % intervals',
    columns: [
      { title: 'Correlation' },
      { title: 'ρ' },
      { title: 'from' },
      { title: 'to' },
      { title: 'Drawn' },
      { title: 'Groups' },
    ],
    rows: found.map(({ title, found: one }) => [
      title,
      one?.rho ?? null,
      one?.lower ?? null,
      one?.upper ?? null,
      one?.clusters ?? null,
      one?.strata ?? null,
    ]),
  };
}
