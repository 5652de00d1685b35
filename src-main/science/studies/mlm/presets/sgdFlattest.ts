/** Does the noise of SGD lead a toy to the flattest of its equally good minima, and as fast as theory says? */
import { z } from 'zod';
import type { PresetDefinition } from '../../../definition.ts';
import { unfinishedStatements, verdictOf } from '../../verdict.ts';
import { descentTable, excessFigure, rateFigure, traceFigure } from './descentFigures.ts';
import {
  driftOf,
  groupsOf,
  limits,
  otherStatements,
  outcomeOf,
  unmeasuredStatements,
} from './descentGroups.ts';
import { tolerance } from './places.ts';
import { percent, statusStatement } from './results.ts';
import type { MlmExperiment } from './smallGrammarExperiment.ts';

const claim =
  'At constant loss the noise of SGD, be it of labels or of masks, takes a toy along its minima to the one of least Tr(H), as fast as theory says; full-batch descent stays where it came down.';

const named = { preset: 'sgd-flattest', title: 'Flattest minimum' };
const varied = 'optimizer,sentences,batchSize,labelNoise,steps';
const sgd = (learningRate: number) => ({ id: 'sgd', learningRate, momentum: 0, weightDecay: 0 });

/** Sizes of a scale. */
interface Ways {
  readonly steps: number;
  /** The last part of the way to two features is slow: one way goes further. */
  readonly longSteps: number;
  readonly set: number;
  readonly batch: number;
  readonly rates: { readonly whole: number; readonly fast: number; readonly slow: number };
}

/** Label noise on a whole set, the masks' own noise at two rates, AdamW, and the whole set without noise. */
function ways({ steps, longSteps, set, batch, rates: { whole, fast, slow } }: Ways) {
  return [
    [sgd(whole), set, set, 0.5, steps],
    [sgd(fast), null, batch, 0, longSteps],
    [sgd(slow), null, batch, 0, steps],
    [{ id: 'adamw', learningRate: 2e-3, weightDecay: 0 }, null, batch, 0, steps],
    [sgd(whole), set, set, 0, Math.round(steps / 3)],
  ];
}

const quickWays: Ways = {
  ...{ steps: 30_000, longSteps: 30_000, set: 1024, batch: 64 },
  rates: { whole: 1, fast: 0.6, slow: 0.4 },
};
const standardWays: Ways = {
  ...{ steps: 60_000, longSteps: 300_000, set: 1024, batch: 128 },
  rates: { whole: 0.8, fast: 0.6, slow: 0.3 },
};
const paperWays: Ways = {
  ...{ steps: 1_000_000, longSteps: 2_000_000, set: 2048, batch: 256 },
  rates: { whole: 0.4, fast: 0.4, slow: 0.2 },
};

const quick = {
  format: 'basin/1',
  ...named,
  study: 'mlm',
  steps: quickWays.steps,
  batchSize: quickWays.batch,
  data: { id: 'two-features' },
  masking: { id: 'bert' },
  encoder: { id: 'position-neurons', neurons: 16 },
  loss: { id: 'mlm' },
  optimizer: sgd(0.6),
  schedule: { id: 'constant', warmup: 0 },
  evaluations: [{ id: 'exact', every: '12/decade from 100', sentences: 1000 }],
  flatness: { id: 'flattening', every: '12/decade from 100', batchSize: 16_384 },
  logEvery: 100,
  checkpointEvery: '1/decade from 100',
  seeds: [0],
  vary: { [varied]: ways(quickWays) },
} satisfies MlmExperiment;

export const sgdFlattest: PresetDefinition = {
  kind: 'preset',
  id: 'sgd-flattest',
  study: 'mlm',
  title: 'SGD and the flattest minimum',
  claim,
  help: 'A toy of two features and sixteen neurons with a manifold of equally good minima: SGD with label noise, SGD with the masks’ own noise at two rates, AdamW, and full-batch descent. Exact Tr(H) along the way, beside what theory predicts.',
  reference:
    'Liu, Xie, Li and Ma 2022, arXiv 2210.14199, sections 4 and 5; Li, Wang and Arora 2022, arXiv 2110.06914; the toy is Basin’s own',
  studies: ['mlm'],
  params: z.strictObject({}),
  experiment: quick,
  scales: {
    standard: {
      ...quick,
      ...{ steps: standardWays.steps, batchSize: standardWays.batch, seeds: [0, 1, 2] },
      vary: { [varied]: ways(standardWays) },
    },
    paper: {
      ...quick,
      ...{ steps: paperWays.steps, batchSize: paperWays.batch, seeds: [0, 1, 2, 3, 4] },
      encoder: { id: 'position-neurons', neurons: 24 },
      vary: { [varied]: ways(paperWays) },
    },
  },
  report(spec, runs) {
    const groups = groupsOf(runs.filter(({ status }) => status === 'finished'));
    const noisy = groups.filter(({ kind }) => kind === 'noisy').map(outcomeOf);
    const quiet = groups.filter(({ kind }) => kind === 'quiet');
    const drifts = quiet.flatMap(({ descents }) => descents.map(driftOf));
    const judged = groups.reduce((sum, { descents }) => sum + descents.length, 0);
    const tested =
      judged === runs.length &&
      noisy.length > 0 &&
      drifts.length > 0 &&
      noisy.every(({ held }) => held !== null);
    const held = noisy.every((one) => one.held) && drifts.every((drift) => Math.abs(drift) <= limits.still);
    return {
      title: spec.title,
      claim,
      verdict: verdictOf(tested, held),
      statements: [
        ...unfinishedStatements(runs, statusStatement),
        ...groups.flatMap(unmeasuredStatements),
        ...noisy.map(({ statement }) => statement),
        ...groups.filter(({ kind }) => kind !== 'noisy').flatMap(otherStatements),
        `A loss is constant from where its excess stays within ${tolerance} nats of the median over the run’s second half. The rate is judged on the first nine tenths of the way from there to the flattest minimum known: near it the noise itself keeps Tr(H) above it. Limits, Basin’s own: ${percent(limits.near)} above the flattest, ${percent(limits.rate)} off the predicted fall, ${percent(limits.still)} of the way for standing still.`,
        'Where label noise is part of a way, its minima are those of the disturbed language, whose words are less certain: its excess over the plain language’s floor stays above zero, and its flattest minimum is a lower one.',
      ],
      tables: [descentTable(groups)],
      figures: [traceFigure(groups), rateFigure(groups), excessFigure(groups)],
    };
  },
};
