/** The flatness of a run's pre-training loss, on the schedule that its spec asks for. */
import type { ScheduledChoice } from '#contract/component.ts';
import { BasinError } from '#contract/error.ts';
import type { RunSpec } from '#contract/spec.ts';
import { stream } from '#engine/random.ts';
import { chosen } from '../choice.ts';
import { flatnessMeasures } from '../components.ts';
import type { Landscape } from '../definition.ts';
import type { Measure } from './training.ts';

/** None where the spec asks for none. @throws BasinError `bad-input` where the data cannot give its batches */
export function flatnessMeasure(spec: RunSpec, landscape: Landscape): readonly Measure[] {
  if (spec.flatness === null) return [];
  const { definition, params } = chosen(flatnessMeasures, spec.flatness, 'flatness');
  const { size, count } = batchesOf(params);
  // Fails now where it would after many steps.
  landscape.batch(size, count - 1);
  const run = (step: number) => {
    const random = stream(spec.seed, 'flatness', step);
    const { beside = [], ...found } = definition.measure(params, landscape, random);
    return [found, ...beside];
  };
  return [{ activity: definition.title.toLowerCase(), every: spec.flatness.every, run }];
}

/** Products that one measurement takes, about, and the examples of each, for an estimate of its time. */
export function flatnessCost(choice: ScheduledChoice, size: number) {
  const { definition, params } = chosen(flatnessMeasures, choice, 'flatness');
  const { size: examples, count } = batchesOf(params);
  return {
    products: definition.products(params, size),
    examples: examples * count,
    enlarged: definition.enlarged?.(params) ?? null,
  };
}

function batchesOf(params: Readonly<Record<string, unknown>>): { size: number; count: number } {
  const { batchSize, batches = 1 } = params as { batchSize: number; batches?: number };
  return { size: batchSize, count: batches };
}

/** Why a loss has no empirical Fisher matrix. */
export function noExamples(loss: string): BasinError {
  return new BasinError(
    'unsupported',
    `Curvature: the loss ${loss} is no mean over examples, so that it has no empirical Fisher matrix. Take hessian or ggn.`,
    'operator',
  );
}
