import { describe, expect, test } from 'vitest';
import type { RunSpec } from '#contract/spec.ts';
import { nativeBackend, tf } from '#engine/backend.ts';
import { capturedEngine } from '#engine/capture/engine.ts';
import { eagerEngine } from '#engine/eager.ts';
import type { Engine } from '#engine/engine.ts';
import { tensorOfFeed } from '#engine/feeds.ts';
import { valueAndGradients } from '#engine/gradients/valueAndGradients.ts';
import type { Tensor } from '#engine/tf.ts';
import { learningRate } from '#science/learningRate.ts';
import { components, studyOf } from '#science/registry.ts';
import type { Training } from '#science/studies/training.ts';
import { tinyRuns } from './support/tinyRuns.ts';

const kinds = ['encoder', 'projector', 'loss', 'optimizer'] as const;
const schedules = components('schedule').map(({ id }) => ({ id }));
/** Schedules take turns with the runs: they change one number that both engines are fed. */
const runs = tinyRuns(kinds).map(({ name, spec }, i) => {
  const schedule = schedules[i % schedules.length] as (typeof schedules)[number];
  return { name: `${name}, schedule ${schedule.id}`, spec: { ...spec, schedule } };
});

/** A program that cannot be captured fails the test. */
const captured = () => capturedEngine(nativeBackend, { warn: (message) => expect.unreachable(message) });

/**
 * Steps that are compared. Each rectified unit of a residual network stands at its kink for many of a picture's
 * blank places at once: after some fifty steps rounding has switched some of them in one engine alone.
 */
const stepsOf = ({ encoder }: RunSpec): number => (encoder.id === 'resnet' ? 30 : 100);

interface Trained {
  readonly losses: readonly number[];
  readonly weights: readonly number[];
  /** The gradient of the loss on a batch of its own, at the end. */
  readonly gradient: readonly number[];
}

async function trained(spec: RunSpec, engine: Engine): Promise<Trained> {
  const training = await studyOf(spec.study).build(spec, engine);
  const rate = learningRate(spec);
  const losses = Array.from(
    { length: stepsOf(spec) },
    (_, step) => training.step(step, rate(step)).loss as number,
  );
  const weights = [...training.parameters.all.values()].flatMap((weight) => [...weight.dataSync()]);
  const gradient = gradientOf(training);
  training.dispose();
  return { losses, weights, gradient };
}

function gradientOf({ landscape: { parameters, loss, batch } }: Training): number[] {
  return tf.tidy(() => {
    const feeds = Object.entries(batch(8));
    const inputs = Object.fromEntries(feeds.map(([name, feed]) => [name, tensorOfFeed(feed)]));
    const { gradients } = valueAndGradients(() => loss(inputs), parameters);
    return [...parameters.all.keys()].flatMap((name) => [...(gradients[name]?.dataSync() ?? [])]);
  });
}

/** ‖a − b‖ / ‖a‖ over the numbers that `of` takes. */
function distance(a: readonly number[], b: readonly number[], of: (i: number) => boolean): number {
  let [apart, size] = [0, 0];
  for (const [i, value] of a.entries()) {
    if (!of(i)) continue;
    apart += (value - (b[i] as number)) ** 2;
    size += value ** 2;
  }
  return Math.sqrt(apart / size);
}

describe('captured steps against eager ones', () => {
  test('every registered encoder, projector, loss, optimizer and schedule has its turn', () => {
    const names = runs.map(({ name }) => name).join();
    for (const { kind, id } of [...kinds, 'schedule' as const].flatMap((kind) => components(kind))) {
      expect(names).toContain(`${kind} ${id}`);
    }
  });

  test.each(runs)(
    '$name',
    async ({ spec }) => {
      const eager = await trained(spec, eagerEngine());
      const replayed = await trained(spec, captured());
      for (const [step, loss] of eager.losses.entries()) {
        const error = Math.abs(1 - (replayed.losses[step] as number) / loss);
        expect(error, `loss of step ${step}`).toBeLessThan(1e-5);
      }
      // What the loss does not feel has rounding for its gradient, which AdamW divides by its own size: a
      // key's bias, for one, which moves all scores of a row alike. Such numbers wander, but not far.
      const largest = eager.gradient.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      const felt = (i: number): boolean => Math.abs(eager.gradient[i] as number) > 1e-6 * largest;
      expect(distance(eager.weights, replayed.weights, felt)).toBeLessThan(1e-5);
      expect(distance(eager.weights, replayed.weights, () => true)).toBeLessThan(1e-3);
    },
    60_000,
  );
});

test('steps that cannot be captured are eager ones to the last bit, the first included, and warn once', () => {
  /** Gradient descent on ‖x‖² whose rate depends on a number that JavaScript looks at. */
  const descended = (engine: Engine): number[] => {
    const x = tf.variable(tf.tensor1d([3, -2]));
    const program = engine.compile('halving', ({ rate }) => {
      const loss = x.square().sum();
      x.assign(x.sub(x.mul(rate as Tensor)));
      return { loss: (loss.dataSync()[0] as number) > 1 ? loss : loss.neg() };
    });
    const losses = [0.1, 0.5, 0.7].map((rate) => program.run({ rate }).loss[0] as number);
    const end = [...x.dataSync()];
    program.dispose();
    x.dispose();
    return [...losses, ...end];
  };
  const warnings: string[] = [];
  const warn = (message: string) => void warnings.push(message);
  expect(descended(capturedEngine(nativeBackend, { warn }))).toEqual(descended(eagerEngine()));
  expect(warnings).toEqual([
    expect.stringMatching(/^Program halving .*the value of Sum is read in JavaScript/),
  ]);
});
