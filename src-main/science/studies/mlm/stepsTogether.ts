/** Which runs take several steps in one call. */
import type { MlmRunSpec } from '#contract/spec.ts';
import { adversarySettings } from './adversary.ts';
import type { Tokens } from './tokens.ts';

/** Weights times tokens below which a step takes about a millisecond, of which a call's own costs are half. */
const smallWork = 5e5;

/** @param weights numbers in the model */
export function takesStepsTogether(spec: MlmRunSpec, weights: number, { length }: Tokens): boolean {
  return !adversarySettings(spec) && weights * spec.batchSize * length < smallWork;
}
