/** Do features that were learnt without labels separate the ten digits? */
import { z } from 'zod';
import type { PresetDefinition } from '../../../definition.ts';
import { digitsExperiment } from './digitsExperiment.ts';
import { formatShare, resultsTable, statusStatement } from './results.ts';

const claim =
  'Features learnt from pairs of views alone let a linear head tell the digits apart: at least 90 % of the test set.';
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
    const accuracies = runs.flatMap(({ status, metrics }) => {
      const accuracy = metrics['accuracy/linear'];
      return status === 'finished' && accuracy !== undefined ? [accuracy] : [];
    });
    const statements = runs.flatMap((run) => {
      const { metrics, name } = run;
      if (run.status !== 'finished') return [statusStatement(run)];
      const linear = metrics['accuracy/linear'];
      const spread = metrics['features/spread'];
      const healthy = metrics['features/spread_healthy'];
      return [
        ...(linear === undefined
          ? [`${name}: no linear probe was measured.`]
          : [`${name}: a linear head gets ${formatShare(linear)} of the test set right.`]),
        ...(spread === undefined || healthy === undefined
          ? []
          : [
              `${name}: projections spread ${spread.toFixed(3)} a coordinate, against ${healthy.toFixed(3)} where they fill the sphere and 0 where they have collapsed.`,
            ]),
      ];
    });
    const verdict =
      accuracies.length < Math.max(1, runs.length)
        ? 'not tested'
        : accuracies.every((accuracy) => accuracy >= wanted)
          ? 'held'
          : 'not held';
    return { title: spec.title, claim, verdict, statements, tables: [resultsTable(runs)] };
  },
};
