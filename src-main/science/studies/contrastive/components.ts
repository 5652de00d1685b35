/** Components of the contrastive study: a new one adds a line here. */
import { digits } from '../../augmentations/digits.ts';
import { noAugmentation } from '../../augmentations/none.ts';
import { photos } from '../../augmentations/photos.ts';
import { blockModel } from '../../data/blockModel.ts';
import { digitDomains } from '../../data/digitDomains.ts';
import { empiricalGraph } from '../../data/empiricalGraph.ts';
import { graphDomains } from '../../data/graphDomains.ts';
import { graphFile } from '../../data/graphFileDataset.ts';
import { hierarchicalClusters } from '../../data/hierarchicalClusters.ts';
import { imageFolder } from '../../data/imageFolder.ts';
import { mnist } from '../../data/mnist.ts';
import { sprites } from '../../data/sprites.ts';
import type {
  Augmentation,
  ContrastiveDataset,
  ContrastiveLoss,
  Definition,
  GraphEvaluation,
  ImageEncoder,
  ImageEvaluation,
  Probe,
  Projector,
} from '../../definition.ts';
import { clusterBound } from '../../evaluations/clusterBound.ts';
import { connectivity } from '../../evaluations/connectivity.ts';
import { graphDistances } from '../../evaluations/graphDistances.ts';
import { graphEvaluation } from '../../evaluations/graphSpectrum.ts';
import { byol } from '../../losses/byol.ts';
import { moco } from '../../losses/moco.ts';
import { simclr } from '../../losses/simclr.ts';
import { simsiam } from '../../losses/simsiam.ts';
import { spectral } from '../../losses/spectral.ts';
import { supcon } from '../../losses/supcon.ts';
import { supervised } from '../../losses/supervised.ts';
import { swav } from '../../losses/swav.ts';
import { convEncoder } from '../../nn/convEncoder.ts';
import { mlpEncoder } from '../../nn/mlpEncoder.ts';
import { mlpProjector, noProjector } from '../../nn/projectors.ts';
import { resnetEncoder } from '../../nn/resnetEncoder.ts';
import { tableEncoder } from '../../nn/tableEncoder.ts';
import { vitEncoder } from '../../nn/vitEncoder.ts';
import { alignmentUniformity } from '../../probes/alignmentUniformity.ts';
import { clustersProbe } from '../../probes/clusters.ts';
import { domainTransferProbe } from '../../probes/domainTransfer.ts';
import { embeddingProbe } from '../../probes/embedding.ts';
import { featureSpectrum } from '../../probes/featureSpectrum.ts';
import { fewLabelProbe } from '../../probes/fewLabel.ts';
import { fineTuneProbe } from '../../probes/fineTune.ts';
import { graphAlignment } from '../../probes/graphAlignment.ts';
import { knnProbe } from '../../probes/knn.ts';
import { labellings } from '../../probes/labellings.ts';
import { linearProbe } from '../../probes/linear.ts';
import { linearSgdProbe } from '../../probes/linearSgd.ts';
import { ridgeProbe } from '../../probes/ridge.ts';

export const datasets: readonly ContrastiveDataset[] = [
  mnist,
  digitDomains,
  imageFolder,
  hierarchicalClusters,
  blockModel,
  sprites,
  graphDomains,
  graphFile,
  empiricalGraph,
];
export const augmentations: readonly Augmentation[] = [digits, photos, noAugmentation];
export const encoders: readonly ImageEncoder[] = [
  convEncoder,
  resnetEncoder,
  vitEncoder,
  mlpEncoder,
  tableEncoder,
];
export const projectors: readonly Projector[] = [mlpProjector, noProjector];
export const losses: readonly ContrastiveLoss[] = [
  spectral,
  simclr,
  moco,
  byol,
  simsiam,
  swav,
  supervised,
  supcon,
];
export const probes: readonly Probe[] = [
  linearProbe,
  linearSgdProbe,
  ridgeProbe,
  fewLabelProbe,
  knnProbe,
  clustersProbe,
  embeddingProbe,
  fineTuneProbe,
  featureSpectrum,
  alignmentUniformity,
  graphAlignment,
  labellings,
  domainTransferProbe,
];
export const evaluations: readonly (GraphEvaluation | ImageEvaluation)[] = [
  connectivity,
  clusterBound,
  graphEvaluation,
  graphDistances,
];

export const components: readonly Definition[] = [
  ...datasets,
  ...augmentations,
  ...encoders,
  ...projectors,
  ...losses,
  ...probes,
  ...evaluations,
];
