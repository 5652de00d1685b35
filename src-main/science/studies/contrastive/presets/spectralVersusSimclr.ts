/** Are SimCLR and the spectral loss implementations of one principle? */
import { z } from 'zod';
import type { PresetDefinition, RunResult } from '../../../definition.ts';
import { unfinishedStatements } from '../../verdict.ts';
import { digitsExperiment } from './digitsExperiment.ts';
import { formatShare, hasOneClass, otherDataStatements, resultsTable, statusStatement } from './results.ts';

const claim =
  'SimCLR and the spectral loss learn features of the same use: with one encoder and one budget their linear probes lie within two points of each other.';
const tolerance = 0.02;

export const spectralVersusSimclr: PresetDefinition = {
  kind: 'preset',
  id: 'spectral-versus-simclr',
  study: 'contrastive',
  title: 'Spectral loss against SimCLR',
  claim,
  help: 'Two runs on MNIST that differ in the loss alone and share every other draw.',
  reference: 'HaoChen et al. 2021, arXiv 2106.04156; Chen et al. 2020, arXiv 2002.05709',
  studies: ['contrastive'],
  params: z.strictObject({}),
  experiment: {
    ...digitsExperiment,
    preset: 'spectral-versus-simclr',
    title: 'Spectral against SimCLR',
    vary: { loss: [{ id: 'spectral' }, { id: 'simclr' }] },
  },
  report(spec, runs) {
    const means = ['spectral', 'simclr'].map((loss) => meanAccuracy(runs, loss));
    const [spectral, simclr] = means;
    const unfinished = unfinishedStatements(runs, statusStatement);
    const oneClass = runs.some(hasOneClass);
    const base = { title: spec.title, claim, tables: [resultsTable(runs)] };
    if (unfinished.length > 0 || oneClass || spectral === undefined || simclr === undefined) {
      const statements = [
        ...unfinished,
        'The claim needs finished runs of both losses, with a linear probe on two classes or more.',
      ];
      return { ...base, verdict: 'not tested', statements };
    }
    const difference = spectral - simclr;
    const seeds = spec.seeds.length;
    return {
      ...base,
      verdict: Math.abs(difference) <= tolerance ? 'held' : 'not held',
      statements: [
        `Linear probe, mean of ${seeds} ${seeds === 1 ? 'seed' : 'seeds'}: spectral ${formatShare(spectral)}, SimCLR ${formatShare(simclr)}.`,
        ...otherDataStatements(runs),
        `Difference: ${(100 * difference).toFixed(2)} points; the claim allows ${100 * tolerance}.`,
        ...(seeds < 3 ? ['Fewer than three seeds: how far seeds differ by themselves is not known.'] : []),
      ],
    };
  },
};

function meanAccuracy(runs: readonly RunResult[], loss: string): number | undefined {
  const values = runs.flatMap(({ spec, metrics }) => {
    const accuracy = metrics['accuracy/linear'];
    return spec.loss.id === loss && accuracy !== undefined ? [accuracy] : [];
  });
  if (values.length === 0) return undefined;
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
