import { expect, test } from 'vitest';
import { nativeBackend, tf } from '#engine/backend.ts';
import { capturedEngine } from '#engine/capture/engine.ts';
import { eagerEngine } from '#engine/eager.ts';
import { type Stream, stream } from '#engine/random.ts';
import type { Tensor4D } from '#engine/tf.ts';
import { digits } from '#science/augmentations/digits.ts';

const shape = { height: 28, width: 28, channels: 1 };
const none = { minScale: 1, rotation: 0, eraseProbability: 0, blurProbability: 0 };
const settings = (overrides: object) => digits.params.parse({ ...none, ...overrides });

/** A view of each image of `pixels`, by JavaScript. */
function viewsOf(params: ReturnType<typeof settings>, pixels: Uint8Array, random: Stream): Float32Array {
  const images = Float32Array.from(pixels, (byte) => byte / 255);
  return digits.plainViews(images, digits.draw(params, pixels.length / 784, shape, random), shape);
}

/** `count` copies of a disc of light around (row, column). */
function discs(count: number, row: number, column: number, radius: number): Uint8Array {
  return Uint8Array.from({ length: count * 784 }, (_, at) => {
    const [i, j] = [Math.floor((at % 784) / 28), at % 28];
    return (i - row) ** 2 + (j - column) ** 2 <= radius ** 2 ? 255 : 0;
  });
}

/** Sum and centre of brightness of view `index`. */
function moments(views: Float32Array, index: number): { mass: number; row: number; column: number } {
  let [mass, row, column] = [0, 0, 0];
  for (let at = 0; at < 784; at++) {
    const value = views[index * 784 + at] ?? Number.NaN;
    mass += value;
    row += value * Math.floor(at / 28);
    column += value * (at % 28);
  }
  return { mass, row: row / mass, column: column / mass };
}

test('without crop, turn, erase and blur a view is its image, in [0, 1]', () => {
  const random = stream(1, 'pixels');
  const pixels = Uint8Array.from({ length: 3 * 784 }, () => random.integer(256));
  const views = viewsOf(settings({}), pixels, stream(1, 'views'));
  expect(views.length).toBe(pixels.length);
  for (const [at, value] of views.entries()) expect(value).toBeCloseTo((pixels[at] ?? Number.NaN) / 255, 6);
});

test('views depend on the stream alone', () => {
  const pixels = discs(4, 10, 12, 5);
  const params = digits.params.parse({});
  const once = viewsOf(params, pixels, stream(3, 'views', 7));
  expect(viewsOf(params, pixels, stream(3, 'views', 7))).toEqual(once);
  expect(viewsOf(params, pixels, stream(3, 'views', 8))).not.toEqual(once);
});

test('switching blur on leaves crop, turn and erased rectangle as they were', () => {
  const pixels = discs(6, 13.5, 13.5, 8);
  const crops = { minScale: 0.5, rotation: 20, eraseProbability: 0.5 };
  const sharp = viewsOf(settings(crops), pixels, stream(4, 'views'));
  const soft = viewsOf(settings({ ...crops, blurProbability: 1 }), pixels, stream(4, 'views'));
  for (let i = 0; i < 6; i++) {
    const [a, b] = [moments(sharp, i), moments(soft, i)];
    expect(Math.abs(a.row - b.row) + Math.abs(a.column - b.column)).toBeLessThan(0.6);
  }
});

test('a crop of a share s of the area magnifies by 1 / s on average', () => {
  // A small disc in the middle stays inside most crops of half the area or more, and grows with them.
  const count = 4000;
  const views = viewsOf(settings({ minScale: 0.6 }), discs(count, 13.5, 13.5, 3), stream(5, 'v'));
  const original = moments(viewsOf(settings({}), discs(1, 13.5, 13.5, 3), stream(5, 'v')), 0).mass;
  let sum = 0;
  for (let i = 0; i < count; i++) sum += moments(views, i).mass;
  // E[1/s] for s uniform in [0.6, 1]. 3 %: 4,000 draws, and discs that reach over the crop's edge.
  const expected = Math.log(1 / 0.6) / 0.4;
  expect(sum / count / original / expected).toBeGreaterThan(0.97);
  expect(sum / count / original / expected).toBeLessThan(1.03);
});

test('turns are uniform to both sides up to the limit', () => {
  // A disc right of the centre; its angle seen from there is minus the view's turn.
  const count = 4000;
  const views = viewsOf(settings({ rotation: 30 }), discs(count, 13.5, 20, 2.5), stream(6, 'v'));
  const angles = Array.from({ length: count }, (_, i) => {
    const { row, column } = moments(views, i);
    return (Math.atan2(row - 13.5, column - 13.5) * 180) / Math.PI;
  });
  const mean = angles.reduce((sum, angle) => sum + angle, 0) / count;
  const deviation = Math.sqrt(angles.reduce((sum, angle) => sum + angle ** 2, 0) / count);
  expect(Math.max(...angles.map(Math.abs))).toBeLessThan(30.5);
  // Uniform on [−30, 30]: deviation 60/√12 = 17.3, standard error of the mean 0.27 degrees.
  expect(Math.abs(mean)).toBeLessThan(1.1);
  expect(deviation).toBeGreaterThan(16.7);
  expect(deviation).toBeLessThan(17.9);
});

test('erasing blanks a rectangle of the stated share, as often as asked', () => {
  const count = 4000;
  const white = new Uint8Array(count * 784).fill(255);
  const views = viewsOf(settings({ eraseProbability: 0.25 }), white, stream(7, 'v'));
  let erased = 0;
  let area = 0;
  for (let i = 0; i < count; i++) {
    const share = 1 - moments(views, i).mass / 784;
    if (share < 1e-3) continue;
    erased++;
    area += share;
    // Sides are rounded to whole pixels.
    expect(share).toBeGreaterThan(0.01);
    expect(share).toBeLessThan(0.19);
  }
  // Standard error 0.7 %.
  expect(Math.abs(erased / count - 0.25)).toBeLessThan(0.025);
  expect(Math.abs(area / erased - 0.085)).toBeLessThan(0.006);
});

test('blur keeps brightness and centre, and spreads by its variance', () => {
  const point = new Uint8Array(2000 * 784);
  for (let i = 0; i < 2000; i++) point[i * 784 + 14 * 28 + 14] = 255;
  const blurred = viewsOf(settings({ blurProbability: 1, blurSigma: 0.6 }), point, stream(8, 'v'));
  const plain = viewsOf(settings({}), point, stream(8, 'v'));
  let [spread, expected] = [0, 0];
  for (let i = 0; i < 2000; i++) {
    const [a, b] = [moments(plain, i), moments(blurred, i)];
    expect(b.mass).toBeCloseTo(a.mass, 5);
    expect(b.row).toBeCloseTo(a.row, 4);
    spread += rowVariance(blurred, i) - rowVariance(plain, i);
  }
  // The discrete kernel's own variance, by summing it up over sigma uniform in [0.1, 0.6].
  for (let k = 0; k < 5000; k++) {
    const sigma = 0.1 + (0.5 * (k + 0.5)) / 5000;
    const [near, far] = [Math.exp(-1 / (2 * sigma ** 2)), Math.exp(-4 / (2 * sigma ** 2))];
    expected += (2 * near + 8 * far) / (1 + 2 * near + 2 * far) / 5000;
  }
  // 2,000 draws of sigma: standard error 2 %.
  expect(spread / 2000 / expected).toBeGreaterThan(0.93);
  expect(spread / 2000 / expected).toBeLessThan(1.07);
});

function rowVariance(views: Float32Array, index: number): number {
  const { mass, row } = moments(views, index);
  let sum = 0;
  for (let at = 0; at < 784; at++) {
    sum += (views[index * 784 + at] ?? Number.NaN) * (Math.floor(at / 28) - row) ** 2;
  }
  return sum / mass;
}

const extremes = {
  defaults: {},
  least: { minScale: 0.05, rotation: 0, eraseProbability: 0, blurProbability: 0, blurSigma: 0.1 },
  most: { minScale: 0.05, rotation: 180, eraseProbability: 1, blurProbability: 1, blurSigma: 1 },
};
const shapes = [shape, { height: 9, width: 14, channels: 3 }];
const engines = [
  eagerEngine(),
  capturedEngine(nativeBackend, { warn: (message) => expect.unreachable(message) }),
];

test.each(Object.entries(extremes))(
  'a program makes the views that JavaScript makes (%s)',
  (_, overrides) => {
    const params = digits.params.parse(overrides);
    const before = tf.memory().numTensors;
    for (const engine of engines) {
      const program = engine.compile('views', ({ images, ...draws }) => ({
        views: digits.views(images as Tensor4D, draws),
      }));
      for (const size of shapes) {
        for (let seed = 0; seed < 10; seed++) {
          const random = stream(seed, 'images');
          const { height, width, channels } = size;
          const images = Float32Array.from({ length: 16 * height * width * channels }, () =>
            random.uniform(),
          );
          const draws = digits.draw(params, 16, size, random);
          const { views } = program.run({
            images: { shape: [16, height, width, channels], data: images },
            ...draws,
          });
          const plain = digits.plainViews(images, draws, size);
          const apart = plain.map((value, i) => Math.abs(value - (views[i] ?? Number.NaN)));
          // Places are float32 in the one and double in the other.
          expect(apart.reduce((most, value) => Math.max(most, value), 0)).toBeLessThan(1e-5);
        }
      }
      program.dispose();
    }
    expect(tf.memory().numTensors).toBe(before);
  },
);
