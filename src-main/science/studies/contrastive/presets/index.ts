/** Presets of the contrastive study: a new one adds a line here. */
import type { PresetDefinition } from '../../../definition.ts';
import { contrastiveDigits } from './contrastiveDigits.ts';
import { domainTransfer } from './domainTransfer.ts';
import { domainTransferGraph } from './domainTransferGraph.ts';
import { graphDistance } from './graphDistance.ts';
import { intraConnectivity } from './intraConnectivity.ts';
import { kVersusR } from './kVersusR.ts';
import { methods } from './methods.ts';
import { spectralEquivalence } from './spectralEquivalence.ts';
import { spectralVersusSimclr } from './spectralVersusSimclr.ts';

export const presets: readonly PresetDefinition[] = [
  contrastiveDigits,
  spectralVersusSimclr,
  methods,
  spectralEquivalence,
  kVersusR,
  intraConnectivity,
  graphDistance,
  domainTransfer,
  domainTransferGraph,
];
