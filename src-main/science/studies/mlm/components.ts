/** Components of the MLM study: a new one adds a line here. */
import { hmm } from '../../data/hmm.ts';
import { pcfg } from '../../data/pcfg.ts';
import { pcfgFile } from '../../data/pcfgFile.ts';
import type {
  Definition,
  LanguageDataset,
  Masking,
  MlmEvaluation,
  MlmLoss,
  Probe,
  TokenEncoder,
} from '../../definition.ts';
import { exactConditional } from '../../evaluations/exactConditional.ts';
import { mlmLoss } from '../../losses/mlm.ts';
import { bert } from '../../masking/bert.ts';
import { transformer } from '../../nn/transformer.ts';
import { featureSpectrum } from '../../probes/featureSpectrum.ts';
import { knnProbe } from '../../probes/knn.ts';
import { linearProbe } from '../../probes/linear.ts';

export const datasets: readonly LanguageDataset[] = [pcfg, pcfgFile, hmm];
export const maskings: readonly Masking[] = [bert];
export const encoders: readonly TokenEncoder[] = [transformer];
export const losses: readonly MlmLoss[] = [mlmLoss];
export const evaluations: readonly MlmEvaluation[] = [exactConditional];
export const probes: readonly Probe[] = [linearProbe, knnProbe, featureSpectrum];

export const components: readonly Definition[] = [
  ...datasets,
  ...maskings,
  ...encoders,
  ...losses,
  ...evaluations,
  ...probes,
];
