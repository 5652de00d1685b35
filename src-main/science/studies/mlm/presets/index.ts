/** Presets of the MLM study: a new one adds a line here. */
import type { PresetDefinition } from '../../../definition.ts';
import { algorithms } from './algorithms.ts';
import { architecture } from './architecture.ts';
import { flatnessVersusDownstream } from './flatnessVersusDownstream.ts';
import { mlmOptimizers } from './mlmOptimizers.ts';
import { mlmPcfg } from './mlmPcfg.ts';
import { modelSize } from './modelSize.ts';
import { openQuestions } from './openQuestions.ts';
import { saturation } from './saturation.ts';
import { sgdFlattest } from './sgdFlattest.ts';

export const presets: readonly PresetDefinition[] = [
  mlmPcfg,
  mlmOptimizers,
  saturation,
  algorithms,
  modelSize,
  flatnessVersusDownstream,
  openQuestions,
  sgdFlattest,
  architecture,
];
