/** Does masked-word pre-training find the language's true conditional? */
import { z } from 'zod';
import type { PresetDefinition, RunResult } from '../../../definition.ts';
import { saturation } from '../../../evaluations/exactConditional.ts';
import { finalValue } from '../../finalValues.ts';
import { excessStatement, probeStatement, resultsTable, statusStatement, withError } from './results.ts';
import { smallGrammarExperiment } from './smallGrammarExperiment.ts';

/** Share of the unigram model's divergence that is to be undercut. */
const wanted = 0.5;

const claim =
  'Predicting masked words brings a small transformer near the language’s true conditional: less than half ' +
  'as far from it as the best model that sees no context.';

export const mlmPcfg: PresetDefinition = {
  kind: 'preset',
  id: 'mlm-pcfg',
  study: 'mlm',
  title: 'Masked words of a random grammar',
  claim,
  help:
    'A small transformer on sentences of a small PCFG whose every conditional is known exactly: loss above ' +
    'the entropy floor, probes of the parse, and flatness live.',
  reference: 'Liu, Xie, Li and Ma 2022, arXiv 2210.14199',
  studies: ['mlm'],
  params: z.strictObject({}),
  experiment: { ...smallGrammarExperiment, preset: 'mlm-pcfg', title: 'Masked words of a PCFG' },
  report(spec, runs) {
    const judged = runs.filter(({ status }) => status === 'finished');
    const shares = judged.flatMap((run) => finalValue(run, 'loss/excess_share') ?? []);
    const verdict =
      shares.length === 0 || shares.length < runs.length
        ? 'not tested'
        : // Two standard errors below: about 98 % sure.
          shares.every(({ value, stderr }) => value + 2 * (stderr ?? 0) < wanted)
          ? 'held'
          : 'not held';
    return {
      title: spec.title,
      claim,
      verdict,
      statements: runs.flatMap(statementsOf),
      tables: [resultsTable(runs)],
    };
  },
};

function statementsOf(run: RunResult): string[] {
  if (run.status !== 'finished') return [statusStatement(run)];
  const excess = excessStatement(run);
  const probe = probeStatement(run);
  const trace = finalValue(run, 'flatness/trace');
  const distance = run.metrics['loss/excess'];
  return [
    excess ?? `${run.name}: its distance from the true conditional was not measured.`,
    ...(distance === undefined || distance < saturation
      ? []
      : [`${run.name}: not yet in the saturation regime, which begins below ${saturation} nats.`]),
    ...(probe ? [probe] : []),
    ...(trace ? [`${run.name}: Tr(H) of the pre-training loss is ${withError(trace, 1)}.`] : []),
  ];
}
