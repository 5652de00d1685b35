import { describe, expect, test } from 'vitest';
import { tf } from '#engine/backend.ts';
import { eagerEngine } from '#engine/eager.ts';
import { tensorOfFeed } from '#engine/feeds.ts';
import { stream } from '#engine/random.ts';
import { components, studyOf } from '#science/registry.ts';
import { compareWithDifferences, expectAgreement } from './support/curvature.ts';
import { tinyRuns } from './support/tinyRuns.ts';

const kinds = ['encoder', 'projector', 'loss'] as const;
const runs = tinyRuns(kinds);
const steps = [3e-3, 1e-3, 3e-4, 1e-4, 3e-5];

describe('Hessian-vector products of the pre-training loss against central differences of its gradient', () => {
  test('every registered encoder, projector and loss has its turn', () => {
    const names = runs.map(({ name }) => name).join();
    for (const { kind, id } of kinds.flatMap((kind) => components(kind))) {
      expect(names).toContain(`${kind} ${id}`);
    }
  });

  // Blank corners of a picture leave units exactly at their kink, so that differences across it mean
  // nothing: compared is the smooth function that loss and gradient are around these weights.
  test.each(runs)(
    '$name',
    async ({ spec }) => {
      for (const seed of [1, 2, 3]) {
        const training = await studyOf(spec.study).build({ ...spec, seed }, eagerEngine());
        const { parameters, loss, batch } = training.landscape;
        const inputs = Object.fromEntries(
          Object.entries(batch(4)).map(([name, feed]) => [name, tensorOfFeed(feed)]),
        );
        const random = stream(seed, 'direction');
        const direction = Array.from({ length: parameters.count }, () => random.normal());
        expectAgreement(
          compareWithDifferences(parameters, () => loss(inputs), direction, steps, { within: true }),
        );
        tf.dispose(inputs);
        training.dispose();
      }
    },
    60_000,
  );
});
