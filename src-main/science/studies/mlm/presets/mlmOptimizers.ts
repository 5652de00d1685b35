/** Do AdamW and SGD come to places of different flatness at equal pre-training loss? */
import { z } from 'zod';
import type { Verdict } from '#contract/report.ts';
import type { PresetDefinition, RunResult } from '../../../definition.ts';
import { finalValue } from '../../finalValues.ts';
import { lowestEqualPlaces, type Place, placesOf, tolerance } from './places.ts';
import { excessStatement, probeStatement, resultsTable, statusStatement, withError } from './results.ts';
import { smallGrammarExperiment } from './smallGrammarExperiment.ts';

const claim = 'At equal pre-training loss, AdamW and SGD stand where the loss is differently flat.';
export const mlmOptimizers: PresetDefinition = {
  kind: 'preset',
  id: 'mlm-optimizers',
  study: 'mlm',
  title: 'AdamW against SGD',
  claim,
  help:
    'One model and one language under two optimizers: how near each comes to the true conditional, how flat ' +
    'the loss is there, and what its embeddings know. Flatness is compared at the lowest loss that both reach.',
  reference: 'Liu, Xie, Li and Ma 2022, arXiv 2210.14199',
  studies: ['mlm'],
  params: z.strictObject({}),
  experiment: {
    ...smallGrammarExperiment,
    preset: 'mlm-optimizers',
    title: 'Optimizers on a PCFG',
    steps: 3000,
    flatness: { id: 'trace', every: 200, probes: 8 },
    probes: [{ id: 'linear', every: 1000 }],
    vary: {
      optimizer: [
        { id: 'adamw', learningRate: 2e-3 },
        { id: 'sgd', learningRate: 0.3, weightDecay: 0 },
      ],
    },
  },
  report(spec, runs) {
    const comparison = compare(runs);
    const statements = runs.flatMap((run) =>
      run.status === 'finished'
        ? [excessStatement(run), traceStatement(run), probeStatement(run)].filter((line) => line !== null)
        : [statusStatement(run)],
    );
    return {
      title: spec.title,
      claim,
      verdict: comparison.verdict,
      statements: [...statements, ...comparison.statements],
      tables: [resultsTable(runs)],
    };
  },
};

function traceStatement(run: RunResult): string | null {
  const trace = finalValue(run, 'flatness/trace');
  return trace && `${run.name}: Tr(H) of the pre-training loss is ${withError(trace, 1)}.`;
}

const both = ['loss/excess', 'flatness/trace'] as const;
type Moment = Place<(typeof both)[number]>;

/** Where the two stand at equal loss; null where they never came so near. */
function atEqualLoss(adamw: RunResult, sgd: RunResult): { adamw: Moment; sgd: Moment } | null {
  const pair = lowestEqualPlaces<'flatness/trace'>(placesOf(adamw, both), placesOf(sgd, both));
  return pair && { adamw: pair[0], sgd: pair[1] };
}

function excessOf({ at }: Moment): number {
  return at['loss/excess'].value;
}

/** Runs of the same seed are compared; the claim holds where it holds for every seed. */
function compare(runs: readonly RunResult[]): { verdict: Verdict; statements: readonly string[] } {
  const finished = runs.filter(({ status }) => status === 'finished');
  const seeds = [...new Set(finished.map(({ spec }) => spec.seed))];
  const judged = seeds.flatMap((seed) => {
    const of = (optimizer: string) =>
      finished.find(({ spec }) => spec.optimizer.id === optimizer && spec.seed === seed);
    const [adamw, sgd] = [of('adamw'), of('sgd')];
    return adamw && sgd ? [judge(seed, atEqualLoss(adamw, sgd))] : [];
  });
  if (judged.length === 0) {
    return {
      verdict: 'not tested',
      statements: ['No seed has a finished run of both optimizers to compare.'],
    };
  }
  const verdict = judged.some(({ differ }) => differ === null)
    ? 'not tested'
    : judged.every(({ differ }) => differ)
      ? 'held'
      : 'not held';
  const caution =
    'The errors cover the random directions, not the choice of batch and seed; the learning rates at the two ' +
    'steps differ; and the trace is not invariant to rescalings of weights.';
  return { verdict, statements: [...judged.map(({ statement }) => statement), caution] };
}

function judge(
  seed: number,
  pair: { adamw: Moment; sgd: Moment } | null,
): { differ: boolean | null; statement: string } {
  if (!pair) {
    const statement =
      `Seed ${seed}: the two never stand within ${tolerance} nats of each other where flatness was ` +
      'measured. Measure it more often, or train the slower one longer.';
    return { differ: null, statement };
  }
  const { adamw, sgd } = pair;
  const [first, second] = [adamw.at['flatness/trace'], sgd.at['flatness/trace']];
  const error = Math.hypot(first.stderr ?? 0, second.stderr ?? 0);
  const differ = Math.abs(first.value - second.value) > 2 * error;
  const place = (moment: Moment) =>
    `Tr(H) ${withError(moment.at['flatness/trace'], 1)} at ${excessOf(moment).toFixed(4)} nats (step ${moment.step})`;
  const statement =
    `Seed ${seed}, at equal loss: AdamW ${place(adamw)}, SGD ${place(sgd)}; ` +
    `they ${differ ? 'differ' : 'do not differ'} by more than two standard errors.`;
  return { differ, statement };
}
