import { afterEach, expect, test } from 'vitest';
import { tf } from '#engine/backend.ts';
import { SeededParameters } from '#engine/parameters.ts';
import { stream } from '#engine/random.ts';
import type { Tensor4D } from '#engine/tf.ts';
import { convEncoder } from '#science/nn/convEncoder.ts';
import { groupNorm } from '#science/nn/groupNorm.ts';
import { resnetEncoder } from '#science/nn/resnetEncoder.ts';
import { vitEncoder } from '#science/nn/vitEncoder.ts';
import { encoders } from '#science/studies/contrastive/components.ts';

const parameters: SeededParameters[] = [];
const weights = () => {
  const made = new SeededParameters(parameters.length);
  parameters.push(made);
  return made;
};
afterEach(() => {
  for (const made of parameters.splice(0)) made.dispose();
});

function images(count: number, side: number, channels: number): Tensor4D {
  const random = stream(count, 'images');
  const size = count * side * side * channels;
  return tf.tensor4d(
    Float32Array.from({ length: size }, () => random.uniform()),
    [count, side, side, channels],
  );
}

test('group normalisation is that of sums in double precision', () => {
  const [count, side, channels, groups] = [2, 3, 6, 2];
  const made = weights();
  const normalise = groupNorm('norm', channels, channels / groups, made);
  made.all.get('norm/gain')?.assign(tf.tensor1d([1, 2, 3, 4, 5, 6]));
  made.all.get('norm/offset')?.assign(tf.tensor1d([6, 5, 4, 3, 2, 1]));
  const maps = images(count, side, channels);
  const values = maps.dataSync();
  const found = normalise(maps).dataSync();
  const width = channels / groups;
  for (let image = 0; image < count; image++) {
    for (let group = 0; group < groups; group++) {
      const places = [...values.keys()].filter(
        (at) =>
          Math.floor(at / (side * side * channels)) === image &&
          Math.floor((at % channels) / width) === group,
      );
      expect(places.length).toBe(side * side * width);
      const mean = places.reduce((sum, at) => sum + (values[at] as number), 0) / places.length;
      const variance =
        places.reduce((sum, at) => sum + ((values[at] as number) - mean) ** 2, 0) / places.length;
      for (const at of places) {
        const unit = ((values[at] as number) - mean) / Math.sqrt(variance + 1e-5);
        expect(found[at]).toBeCloseTo((1 + (at % channels)) * unit + 6 - (at % channels), 4);
      }
    }
  }
});

test.each([
  ['conv', 28, 1],
  ['resnet', 17, 3],
  ['vit', 17, 3],
] as const)('%s: features of an image are its own, whatever else is in the batch', (id, side, channels) => {
  const definition = encoders.find((one) => one.id === id) ?? expect.unreachable();
  const encoder = definition.build(definition.params.parse({}), shape(side, channels), weights());
  const all = images(4, side, channels);
  const together = encoder.apply(all);
  expect(together.shape).toEqual([4, encoder.width]);
  const alone = encoder.apply(tf.slice(all, 2, 1));
  const apart = (row: number) => tf.max(tf.abs(tf.sub(tf.slice(together, row, 1), alone))).dataSync()[0];
  expect(apart(2)).toBeLessThan(1e-5);
  expect(apart(1)).toBeGreaterThan(1e-3);
});

function shape(side: number, channels: number) {
  return { height: side, width: side, channels };
}

test('a residual block whose branch is silent passes on what it was given', () => {
  const made = weights();
  const chosen = resnetEncoder.params.parse({ channels: 8, groupSize: 2, stages: 1, blocks: 2 });
  const encoder = resnetEncoder.build(chosen, shape(9, 1), made);
  for (const block of [1, 2]) {
    made.all.get(`encoder/stage1/block${block}/second/norm/gain`)?.assign(tf.zeros([8]));
  }
  const batch = images(2, 9, 1);
  const kernel = made.all.get('encoder/stem/kernel') as unknown as Tensor4D;
  const stem = groupNorm('other', 8, 2, weights())(tf.conv2d(batch, kernel, 1, 'same'));
  const expected = tf.mean(tf.relu(stem), [1, 2]);
  expect(tf.max(tf.abs(tf.sub(encoder.apply(batch), expected))).dataSync()[0]).toBeLessThan(1e-5);
});

test('a vision transformer sees patches at their positions, and nothing of their order beside', () => {
  const made = weights();
  const chosen = vitEncoder.params.parse({ patch: 4, width: 16, layers: 2 });
  const encoder = vitEncoder.build(chosen, shape(8, 2), made);
  const positions = made.all.get('encoder/positions');
  positions?.assign(tf.mul(positions, 10));
  const batch = images(1, 8, 2);
  const [upper, lower] = tf.split(batch, 2, 1) as [Tensor4D, Tensor4D];
  const turned = tf.concat([lower, upper], 1) as Tensor4D;
  const before = encoder.apply(batch);
  const apart = () => tf.max(tf.abs(tf.sub(encoder.apply(turned), before))).dataSync()[0];
  expect(apart()).toBeGreaterThan(1e-3);
  const [above, below] = tf.split(positions as unknown as Tensor4D, 2, 0);
  positions?.assign(tf.concat([below as Tensor4D, above as Tensor4D], 0));
  expect(apart()).toBeLessThan(1e-5);
});

test('what a view costs is counted as by hand', () => {
  const conv = convEncoder.build(convEncoder.params.parse({ stages: 2 }), shape(28, 1), weights());
  expect(conv.cost).toEqual({
    products: 14 * 14 * 9 * 16 + 7 * 7 * 9 * 16 * 32,
    activations: 14 * 14 * 16 + 7 * 7 * 32,
  });
  const resnet = resnetEncoder.build(resnetEncoder.params.parse({ stages: 2 }), shape(32, 3), weights());
  expect(resnet.cost).toEqual({
    products: 32 * 32 * 9 * (3 * 16 + 2 * 16 * 16) + 16 * 16 * (9 * 16 * 32 + 9 * 32 * 32 + 16 * 32),
    activations: 2 * (32 * 32 * 16 * 3 + 16 * 16 * 32 * 3),
  });
  const vit = vitEncoder.build(vitEncoder.params.parse({ patch: 16, layers: 1 }), shape(32, 3), weights());
  // Four tokens: patches, query, key, value and output, feed-forward network, scores and what they read.
  expect(vit.cost?.products).toBe(4 * (16 * 16 * 3 * 64 + 4 * 64 * 64 + 2 * 64 * 128 + 2 * 4 * 64));
});
