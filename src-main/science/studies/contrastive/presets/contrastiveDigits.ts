/** Do features that were learnt without labels separate the ten digits? */
import { z } from 'zod';
import type { PresetDefinition, RunResult } from '../../../definition.ts';
import { verdictOf } from '../../verdict.ts';
import { digitsExperiment } from './digitsExperiment.ts';
import { formatShare, hasOneClass, otherDataStatements, resultsTable, statusStatement } from './results.ts';

const claim =
  'Features learnt from pairs of views alone let a linear head tell the digits apart: at least 90 % of the test set, and more than features of the same encoder untrained.';
const wanted = 0.9;

export const contrastiveDigits: PresetDefinition = {
  kind: 'preset',
  id: 'contrastive-digits',
  study: 'contrastive',
  title: 'Contrastive learning of digits',
  claim,
  help: 'The spectral contrastive loss on MNIST with a small convolutional encoder: loss, collapse monitor, probes and flatness live.',
  reference: 'HaoChen, Wei, Gaidon and Ma 2021, arXiv 2106.04156',
  studies: ['contrastive'],
  params: z.strictObject({}),
  experiment: { ...digitsExperiment, preset: 'contrastive-digits', title: 'Contrastive digits' },
  report(spec, runs) {
    const outcomes = runs.map(outcomeOf);
    const tested = outcomes.length > 0 && outcomes.every(({ held }) => held !== undefined);
    const held = outcomes.every((outcome) => outcome.held);
    return {
      title: spec.title,
      claim,
      verdict: verdictOf(tested, held),
      statements: [...outcomes.flatMap(({ statements }) => statements), ...otherDataStatements(runs)],
      tables: [resultsTable(runs)],
    };
  },
};

/** `held` is undefined for a run that does not test the claim. */
function outcomeOf(run: RunResult): { readonly held?: boolean; readonly statements: readonly string[] } {
  const { name, metrics } = run;
  if (run.status !== 'finished') return { statements: [statusStatement(run)] };
  if (hasOneClass(run))
    return { statements: [`${name}: the data have one class, and there is nothing to tell.`] };
  const linear = finalOf(run, 'accuracy/linear');
  const untrained = finalOf(run, 'accuracy/linear_untrained');
  if (!linear || !untrained) return { statements: [`${name}: no linear probe was measured.`] };
  const gain = linear.value - untrained.value;
  const error = Math.hypot(linear.stderr ?? 0, untrained.stderr ?? 0);
  const spread = metrics['features/spread'];
  const healthy = metrics['features/spread_healthy'];
  return {
    // Both probes answer the same test set, which makes the error of the difference an upper bound.
    held: linear.value >= wanted && gain > 2 * error,
    statements: [
      `${name}: a linear head gets ${formatShare(linear.value)} of the test set right.`,
      `${name}: on the untrained encoder it gets ${formatShare(untrained.value)}; training adds ${(100 * gain).toFixed(2)} points (standard error at most ${(100 * error).toFixed(2)}).`,
      ...(spread === undefined || healthy === undefined
        ? []
        : [
            `${name}: projections spread ${spread.toFixed(3)} a coordinate, against ${healthy.toFixed(3)} where they fill the sphere and 0 where they have collapsed.`,
          ]),
    ],
  };
}

function finalOf({ measurements }: RunResult, series: string): RunResult['measurements'][number] | undefined {
  return measurements.findLast(({ name }) => name === series);
}
