import { expect, test } from 'vitest';
import '#engine/backend.ts';
import { eagerEngine } from '#engine/eager.ts';
import { stream } from '#engine/random.ts';
import { memory, type Tensor4D } from '#engine/tf.ts';
import type { AugmentedImages } from '#science/definition.ts';
import { connectivity } from '#science/evaluations/connectivity.ts';

const side = 8;
const params = connectivity.params.parse({
  pairs: 2,
  steps: 100,
  batchSize: 32,
  channels: 4,
  learningRate: 5e-3,
});

/** A class is the row of a bright line; a domain is, where it shows, a bright right edge. A view is noise added. */
function images(count: number, domainShows: boolean, classShows = true): AugmentedImages {
  const labels = Int32Array.from({ length: count }, (_, i) => i % 4);
  const domains = Int32Array.from({ length: count }, (_, i) => (i >> 2) % 2);
  return {
    labels,
    domains,
    batch(places, random) {
      const data = new Float32Array(places.length * side * side);
      for (const [row, place] of places.entries()) {
        for (let at = 0; at < side * side; at++) {
          const line = classShows && Math.floor(at / side) === 2 * (labels[place] ?? 0);
          const edge = domainShows && domains[place] === 1 && at % side === side - 1;
          data[row * side * side + at] = +(line || edge) + 0.2 * random.normal();
        }
      }
      return { images: { shape: [places.length, side, side, 1], data } };
    },
    views: (inputs) => inputs.images as Tensor4D,
  };
}

function measured(domainShows: boolean, classShows: boolean) {
  const sets = {
    train: images(160, domainShows, classShows),
    test: images(80, domainShows, classShows),
    shape: { height: side, width: side, channels: 1 },
    classes: 4,
  };
  return connectivity.measure(params, sets, eagerEngine(), stream(1, 'connectivity'));
}

test('domains that look alike are connected, classes that do not are not', () => {
  const before = memory().numTensors;
  const [alpha, beta, gamma] = measured(false, true);
  expect(memory().numTensors).toBe(before);
  // An error of ½ has, over 1,000 views and two pairs, a standard error of 1.1 %.
  expect(alpha?.value).toBeGreaterThan(0.45);
  expect(alpha?.value).toBeLessThan(0.55);
  expect(beta?.value).toBeLessThan(0.02);
  expect(gamma?.value).toBeLessThan(0.02);
  expect([alpha?.name, beta?.name, gamma?.name]).toEqual(
    ['alpha', 'beta', 'gamma'].map((name) => `connectivity/${name}`),
  );
}, 60_000);

test('classes that look alike in domains that do not: β is large, α and γ are not', () => {
  const [alpha, beta, gamma] = measured(true, false);
  expect(alpha?.value).toBeLessThan(0.02);
  expect(beta?.value).toBeGreaterThan(0.45);
  expect(gamma?.value).toBeLessThan(0.02);
}, 60_000);

test('the error over pairs, and data that do not allow it', () => {
  const found = measured(true, true);
  const detail = found[0]?.detail as { pairs: { alpha: number }[] } | undefined;
  const [one = Number.NaN, other = Number.NaN] = detail?.pairs.map(({ alpha }) => alpha) ?? [];
  expect(found[0]?.value).toBeCloseTo((one + other) / 2, 12);
  expect(found[0]?.stderr).toBeCloseTo(Math.abs(one - other) / 2, 12);
  const { domains: _domains, ...plain } = images(8, false);
  const shape = { height: side, width: side, channels: 1 };
  expect(() => connectivity.check({ train: plain, test: plain, shape, classes: 4 }, params)).toThrow(
    /one domain/,
  );
  const whole = images(8, false);
  expect(() => connectivity.check({ train: whole, test: whole, shape, classes: 3 }, params)).toThrow(
    /at most 1/,
  );
}, 60_000);
