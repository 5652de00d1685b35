/** Components of the MLM study: a new one adds a line here. */
import { causalLm } from '../../data/causalLm.ts';
import { hmm } from '../../data/hmm.ts';
import { lego } from '../../data/lego.ts';
import { pcfg } from '../../data/pcfg.ts';
import { pcfgFile } from '../../data/pcfgFile.ts';
import { tokenFile } from '../../data/tokenFile.ts';
import { twoFeatures } from '../../data/twoFeatures.ts';
import type {
  Definition,
  LanguageDataset,
  Masking,
  MlmEvaluation,
  MlmLoss,
  Probe,
  TokenEncoder,
} from '../../definition.ts';
import { chain } from '../../evaluations/chain.ts';
import { exactConditional } from '../../evaluations/exactConditional.ts';
import { heldOut } from '../../evaluations/heldOut.ts';
import { adversarialLoss } from '../../losses/adversarial.ts';
import { mlmLoss } from '../../losses/mlm.ts';
import { bert } from '../../masking/bert.ts';
import { nextWord } from '../../masking/nextWord.ts';
import { questions } from '../../masking/questions.ts';
import { positionNeurons } from '../../nn/positionNeurons.ts';
import { transformer } from '../../nn/transformer.ts';
import { clustersProbe } from '../../probes/clusters.ts';
import { embeddingProbe } from '../../probes/embedding.ts';
import { featureSpectrum } from '../../probes/featureSpectrum.ts';
import { fewLabelProbe } from '../../probes/fewLabel.ts';
import { fineTuneSentences } from '../../probes/fineTuneSentences.ts';
import { knnProbe } from '../../probes/knn.ts';
import { linearProbe } from '../../probes/linear.ts';
import { linearSgdProbe } from '../../probes/linearSgd.ts';
import { ridgeProbe } from '../../probes/ridge.ts';

export const datasets: readonly LanguageDataset[] = [
  pcfg,
  pcfgFile,
  hmm,
  tokenFile,
  causalLm,
  lego,
  twoFeatures,
];
export const maskings: readonly Masking[] = [bert, questions, nextWord];
export const encoders: readonly TokenEncoder[] = [transformer, positionNeurons];
export const losses: readonly MlmLoss[] = [mlmLoss, adversarialLoss];
export const evaluations: readonly MlmEvaluation[] = [exactConditional, heldOut, chain];
export const probes: readonly Probe[] = [
  linearProbe,
  linearSgdProbe,
  ridgeProbe,
  fewLabelProbe,
  knnProbe,
  fineTuneSentences,
  clustersProbe,
  embeddingProbe,
  featureSpectrum,
];

export const components: readonly Definition[] = [
  ...datasets,
  ...maskings,
  ...encoders,
  ...losses,
  ...evaluations,
  ...probes,
];
