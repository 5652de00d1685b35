import { expect, test } from 'vitest';
import { parseIdx } from '#science/data/idx.ts';
import { mnist } from '#science/data/mnist.ts';

test('all 70,000 digits load, with the published number of each', async () => {
  const data = await mnist.load(mnist.params.parse({}));
  expect([data.height, data.width, data.channels]).toEqual([28, 28, 1]);
  expect([data.train.count, data.test.count]).toEqual([60_000, 10_000]);
  expect([data.train.pixels.length, data.test.pixels.length]).toEqual([60_000 * 784, 10_000 * 784]);
  // The counts by digit that everyone who uses MNIST finds.
  expect(histogram(data.train.labels)).toEqual([5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]);
  expect(histogram(data.test.labels)).toEqual([980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]);
  // Mean and deviation of a training pixel, known as 0.1307 and 0.3081 of the full scale.
  let [sum, squares] = [0, 0];
  for (const pixel of data.train.pixels) {
    sum += pixel / 255;
    squares += (pixel / 255) ** 2;
  }
  const mean = sum / data.train.pixels.length;
  expect(mean).toBeCloseTo(0.1307, 4);
  expect(Math.sqrt(squares / data.train.pixels.length - mean ** 2)).toBeCloseTo(0.3081, 4);
});

test('a smaller training set is the beginning of the whole; the outline says so without loading', async () => {
  const params = mnist.params.parse({ trainCount: 100 });
  const data = await mnist.load(params);
  expect([...data.train.labels.subarray(0, 10)]).toEqual([5, 0, 4, 1, 9, 2, 1, 3, 1, 4]);
  expect([data.train.count, data.train.labels.length, data.train.pixels.length]).toEqual([100, 100, 78_400]);
  const { height, width, channels, trainCount, testCount } = mnist.outline(params);
  expect([height, width, channels, trainCount, testCount]).toEqual([28, 28, 1, 100, data.test.count]);
});

test('a file that is cut off or of another kind is refused by name', () => {
  const labels = Uint8Array.from([0, 0, 8, 1, 0, 0, 0, 2, 7, 3]);
  expect([...parseIdx(labels, 1, 'labels')]).toEqual([7, 3]);
  expect(() => parseIdx(labels.subarray(0, 9), 1, 'labels')).toThrow(/labels/);
  expect(() => parseIdx(labels, 3, 'labels')).toThrow(/rank 3/);
  expect(() => parseIdx(new Uint8Array(2), 1, 'labels')).toThrow(/labels/);
});

function histogram(labels: Uint8Array): number[] {
  const counts = Array.from({ length: 10 }, () => 0);
  for (const label of labels) counts[label] = (counts[label] ?? 0) + 1;
  return counts;
}
