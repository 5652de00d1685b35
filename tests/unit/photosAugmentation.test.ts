import { expect, test } from 'vitest';
import { nativeBackend } from '#engine/backend.ts';
import { capturedEngine } from '#engine/capture/engine.ts';
import { stream } from '#engine/random.ts';
import type { Tensor4D } from '#engine/tf.ts';
import { photos } from '#science/augmentations/photos.ts';

const still = {
  ...{ minScale: 1, flipProbability: 0, jitterProbability: 0, greyProbability: 0, blurProbability: 0 },
};
const settings = (overrides: object) => photos.params.parse({ ...still, ...overrides });
const squares = (side: number, channels: number) => ({ height: side, width: side, channels });

function pictures(count: number, { height, width, channels }: ReturnType<typeof squares>): Float32Array {
  const random = stream(1, 'pictures');
  return Float32Array.from({ length: count * height * width * channels }, () => random.uniform());
}

function viewsOf(
  overrides: object,
  shape: ReturnType<typeof squares>,
  images: Float32Array,
  second?: number,
) {
  const count = images.length / (shape.height * shape.width * shape.channels);
  const draws = photos.draw(settings(overrides), count, shape, stream(2, 'views'), second);
  return photos.plainViews(images, draws, shape);
}

/** Views of one colour, given one to each. */
function coloured(overrides: object, colours: readonly (readonly number[])[]): number[][] {
  const shape = squares(8, 3);
  const images = Float32Array.from({ length: colours.length * 192 }, (_, at) => {
    return colours[Math.floor(at / 192)]?.[at % 3] ?? Number.NaN;
  });
  const views = viewsOf(overrides, shape, images);
  // In the middle, where no border is near.
  return colours.map((_, i) => [0, 1, 2].map((k) => views[i * 192 + (4 * 8 + 4) * 3 + k] ?? Number.NaN));
}

test.each([
  [40, 3],
  [32, 3],
  [36, 1],
])('a program makes the views that JavaScript makes (side %d, %d channels)', (side, channels) => {
  const shape = squares(side, channels);
  const count = 24;
  const images = pictures(count, shape);
  const params = photos.params.parse({ solariseProbability: 0.5 });
  const draws = photos.draw(params, count, shape, stream(3, 'views'), count / 2);
  const engine = capturedEngine(nativeBackend, { warn: (message) => expect.unreachable(message) });
  const program = engine.compile('views', ({ images: fed, ...drawn }) => ({
    views: photos.views(fed as Tensor4D, drawn),
  }));
  const { views } = program.run({ images: { shape: [count, side, side, channels], data: images }, ...draws });
  const plain = photos.plainViews(images, draws, shape);
  let apart = 0;
  for (const [at, value] of plain.entries()) {
    expect(value).toBeGreaterThanOrEqual(0);
    expect(value).toBeLessThanOrEqual(1);
    // Where a value stands at ½ to its last bit, rounding may decide whether it is turned over.
    if (Math.abs(value - 0.5) > 1e-4) apart = Math.max(apart, Math.abs(value - (views[at] ?? Number.NaN)));
  }
  expect(apart).toBeLessThan(1e-4);
  program.dispose();
});

test('without anything a view is its image', () => {
  const shape = squares(40, 3);
  const images = pictures(2, shape);
  for (const [at, value] of viewsOf({}, shape, images).entries()) {
    expect(value).toBeCloseTo(images[at] ?? Number.NaN, 5);
  }
});

test('a flip exchanges left and right', () => {
  const shape = squares(9, 3);
  const images = pictures(1, shape);
  const view = viewsOf({ flipProbability: 1 }, shape, images);
  for (const [at, value] of view.entries()) {
    const [row, column, k] = [Math.floor(at / 27), Math.floor(at / 3) % 9, at % 3];
    expect(value).toBeCloseTo(images[(row * 9 + 8 - column) * 3 + k] ?? Number.NaN, 5);
  }
});

test('half a turn of the hue is 2 · grey − colour, and grey views have equal channels', () => {
  const colours = [
    [0.9, 0.4, 0.3],
    [0.2, 0.6, 0.5],
  ];
  const grey = (colour: readonly number[]) =>
    0.213 * (colour[0] ?? 0) + 0.715 * (colour[1] ?? 0) + 0.072 * (colour[2] ?? 0);
  for (const [i, view] of coloured({ greyProbability: 1 }, colours).entries()) {
    for (const value of view) expect(value).toBeCloseTo(grey(colours[i] ?? []), 5);
  }
  const [brightness, contrast, saturation] = [0, 0, 0];
  const turned = { jitterProbability: 1, brightness, contrast, saturation, hue: 0.5 };
  // The angle is drawn: of many views those that stand within a hundredth of half a turn.
  const many = coloured(
    turned,
    Array.from({ length: 500 }, () => colours[0] ?? []),
  );
  const half = [0, 1, 2].map((k) => 2 * grey(colours[0] ?? []) - (colours[0]?.[k] ?? 0));
  const nearest = Math.min(
    ...many.map((view) => Math.max(...view.map((value, k) => Math.abs(value - Math.max(0, half[k] ?? 0))))),
  );
  expect(nearest).toBeLessThan(0.02);
  // Luminance stays, as far as nothing is cut off.
  for (const view of many.filter((one) => one.every((value) => value > 0 && value < 1))) {
    expect(grey(view)).toBeCloseTo(grey(colours[0] ?? []), 2);
  }
});

test('brightness and contrast stay within their reach', () => {
  const colours = Array.from({ length: 300 }, () => [0.5, 0.5, 0.5]);
  const jitter = { jitterProbability: 1, contrast: 0.4, saturation: 0, hue: 0 };
  const values = coloured({ ...jitter, brightness: 0.4 }, colours).map(([value]) => value ?? Number.NaN);
  expect(Math.min(...values)).toBeGreaterThanOrEqual(0.3 - 1e-6);
  expect(Math.min(...values)).toBeLessThan(0.32);
  expect(Math.max(...values)).toBeLessThanOrEqual(0.7 + 1e-6);
  expect(Math.max(...values)).toBeGreaterThan(0.68);
  // Contrast alone changes nothing where all is equal.
  for (const [value] of coloured({ ...jitter, brightness: 0 }, colours)) expect(value).toBeCloseTo(0.5, 2);
});

test('second views alone are solarised, and small images are never blurred', () => {
  const shape = squares(16, 3);
  const images = pictures(4, shape);
  const views = viewsOf({ solariseProbability: 1, blurProbability: 1 }, shape, images, 2);
  for (const [at, value] of views.entries()) {
    const before = images[at] ?? Number.NaN;
    expect(value).toBeCloseTo(at >= views.length / 2 && before >= 0.5 ? 1 - before : before, 5);
  }
  const large = squares(40, 3);
  const many = pictures(2, large);
  expect(viewsOf({ blurProbability: 1 }, large, many)).not.toEqual(viewsOf({}, large, many));
});
