/** Presets of the MLM study: a new one adds a line here. */
import type { PresetDefinition } from '../../../definition.ts';
import { algorithms } from './algorithms.ts';
import { mlmOptimizers } from './mlmOptimizers.ts';
import { mlmPcfg } from './mlmPcfg.ts';
import { saturation } from './saturation.ts';

export const presets: readonly PresetDefinition[] = [mlmPcfg, mlmOptimizers, saturation, algorithms];
