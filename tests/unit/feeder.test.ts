import { expect, test } from 'vitest';
import type { RunSpec } from '#contract/spec.ts';
import type { Feeds } from '#engine/engine.ts';
import { expandRuns, studies, studyOf } from '#science/registry.ts';
import { startFeeder } from '../../src-main/worker/feeder.ts';

const specOf = (preset: string): RunSpec => {
  const found = studies().find(({ id }) => id === preset);
  const run = found && expandRuns(found.spec)[0];
  if (!run) throw new Error(preset);
  return { ...run.spec, batchSize: 8 };
};
const plain = (feeds: Feeds) =>
  Object.entries(feeds).map(([name, feed]) =>
    typeof feed === 'number' ? [name, feed] : [name, feed.shape, [...feed.data]],
  );

test.each(['mlm-pcfg', 'contrastive-digits'])('%s: a thread prepares the very batches', async (preset) => {
  const spec = specOf(preset);
  const feeder = startFeeder(spec);
  try {
    const batches = await studyOf(spec.study).batches(spec);
    // As after a resume: steps need not begin at 0.
    for (const step of [5, 6, 7, 8]) {
      expect(plain(await feeder.next(step))).toEqual(plain(batches(step)));
    }
  } finally {
    feeder.close();
  }
});

test('a thread that cannot load its data says why', async () => {
  const spec = { ...specOf('contrastive-digits'), batchSize: 1 };
  const feeder = startFeeder(spec);
  await expect(feeder.next(0)).rejects.toThrow('Setting batchSize: one example has no other');
  feeder.close();
});
