/** The flatness of a run's pre-training loss, on the schedule that its spec asks for. */
import type { RunSpec } from '#contract/spec.ts';
import { stream } from '#engine/random.ts';
import { chosen } from '../choice.ts';
import { flatnessMeasures } from '../components.ts';
import type { Landscape } from '../definition.ts';
import type { Measure } from './training.ts';

/** None where the spec asks for none. */
export function flatnessMeasure(spec: RunSpec, landscape: Landscape): readonly Measure[] {
  if (spec.flatness === null) return [];
  const { definition, params } = chosen(flatnessMeasures, spec.flatness, 'flatness');
  const run = (step: number) => {
    const random = stream(spec.seed, 'flatness', step);
    const { estimate, stderr, samples } = definition.measure(params, landscape, random);
    return [
      { name: `flatness/${definition.id}`, value: estimate, stderr, detail: { samples: [...samples] } },
    ];
  };
  return [{ activity: definition.title.toLowerCase(), every: spec.flatness.every, run }];
}
