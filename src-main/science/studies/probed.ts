/** What a probe finds in features, as series. */
import type { z } from 'zod';
import type { Engine } from '#engine/engine.ts';
import type { Stream } from '#engine/random.ts';
import type { Measured, Probe, ProbeTask } from '../definition.ts';

/** `ending` of each name says which encoder or task it was, where there are several. */
export function probed<P extends z.ZodObject>(
  probe: Probe<P>,
  params: z.output<P>,
  task: ProbeTask,
  engine: Engine,
  random: Stream,
  ending: string,
): readonly Measured[] {
  if ('measure' in probe) {
    const found = probe.measure(params, task, engine, random);
    return found.map((one) => ({ ...one, name: `${one.name}${ending}` }));
  }
  const { accuracy, stderr, ...detail } = probe.run(params, task, engine, random);
  return [{ name: `accuracy/${probe.id}${ending}`, value: accuracy, stderr, detail }];
}
