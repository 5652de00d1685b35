/** Do AdamW and SGD end in minima of different flatness at equal pre-training loss? */
import { z } from 'zod';
import type { Verdict } from '#contract/report.ts';
import type { PresetDefinition, RunResult } from '../../../definition.ts';
import {
  excessStatement,
  type FinalValue,
  finalValue,
  probeStatement,
  resultsTable,
  statusStatement,
  withError,
} from './results.ts';
import { smallGrammarExperiment } from './smallGrammarExperiment.ts';

const claim = 'At equal pre-training loss, AdamW and SGD end in minima of different flatness.';
/** Nats of excess within which two losses count as equal. */
const tolerance = 0.01;

export const mlmOptimizers: PresetDefinition = {
  kind: 'preset',
  id: 'mlm-optimizers',
  study: 'mlm',
  title: 'AdamW against SGD',
  claim,
  help:
    'One model and one language under two optimizers: how near each comes to the true conditional, how flat ' +
    'it ends, and what its embeddings know. Flatness is compared only where the losses are equal.',
  reference: 'Liu, Xie, Li and Ma 2022, arXiv 2210.14199',
  studies: ['mlm'],
  params: z.strictObject({}),
  experiment: {
    ...smallGrammarExperiment,
    preset: 'mlm-optimizers',
    title: 'Optimizers on a PCFG',
    steps: 3000,
    flatness: { id: 'trace', every: 500, probes: 16 },
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
      statements: [...statements, comparison.statement],
      tables: [resultsTable(runs)],
    };
  },
};

function traceStatement(run: RunResult): string | null {
  const trace = finalValue(run, 'flatness/trace');
  return trace && `${run.name}: Tr(H) of the pre-training loss is ${withError(trace, 1)}.`;
}

interface Measured {
  readonly excess: FinalValue;
  readonly trace: FinalValue;
}

/** Runs of the same seed are compared; the claim holds where it holds for every seed. */
function compare(runs: readonly RunResult[]): { verdict: Verdict; statement: string } {
  const finished = runs.filter(({ status }) => status === 'finished');
  const measured = (optimizer: string, seed: number): Measured | null => {
    const run = finished.find(({ spec }) => spec.optimizer.id === optimizer && spec.seed === seed);
    const excess = run && finalValue(run, 'loss/excess');
    const trace = run && finalValue(run, 'flatness/trace');
    return excess && trace ? { excess, trace } : null;
  };
  const pairs = [...new Set(finished.map(({ spec }) => spec.seed))].flatMap((seed) => {
    const adamw = measured('adamw', seed);
    const sgd = measured('sgd', seed);
    return adamw && sgd ? [{ adamw, sgd }] : [];
  });
  if (pairs.length === 0) {
    return { verdict: 'not tested', statement: 'No seed has a finished run of both optimizers to compare.' };
  }
  const gaps = pairs.map(({ adamw, sgd }) => Math.abs(adamw.excess.value - sgd.excess.value));
  const widest = Math.max(...gaps);
  if (widest > tolerance) {
    return {
      verdict: 'not tested',
      statement:
        `The two end ${widest.toFixed(4)} nats apart, more than the ${tolerance} within which losses count as ` +
        'equal: their flatness cannot be compared. Train the slower one longer or tune its rate.',
    };
  }
  const differ = pairs.map(({ adamw, sgd }) => {
    const error = Math.hypot(adamw.trace.stderr ?? 0, sgd.trace.stderr ?? 0);
    return Math.abs(adamw.trace.value - sgd.trace.value) > 2 * error;
  });
  const held = differ.every(Boolean);
  return {
    verdict: held ? 'held' : 'not held',
    statement: held
      ? 'At equal loss the traces differ by more than two standard errors. The error covers the random ' +
        'directions, not the choice of batch and seed.'
      : 'At equal loss the traces do not differ by more than two standard errors.',
  };
}
