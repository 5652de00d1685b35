import { expect, test } from 'vitest';
import { digitDomains } from '#science/data/digitDomains.ts';
import { blurred, changed, noised, rotated } from '#science/data/imageChanges.ts';
import { likeMnist, opticalDigits } from '#science/data/opticalDigits.ts';

const shape = { height: 28, width: 28, channels: 1 };
const load = (params: object) => digitDomains.load(digitDomains.params.parse(params));

test('the 1,797 optical digits load, with the published number of each', async () => {
  const { count, pixels, labels } = await opticalDigits();
  expect([count, pixels.length]).toEqual([1797, 1797 * 784]);
  const counts = Array.from({ length: 10 }, (_, digit) => labels.filter((label) => label === digit).length);
  // UCI's own list for the test part begins 178, 182, 177, 183, 181.
  expect(counts).toEqual([178, 182, 177, 183, 181, 182, 181, 179, 174, 180]);
});

test('a digit of 8 × 8 is interpolated and put with its centre of mass at the centre', () => {
  // An even sheet stays even and fills the middle box.
  const sheet = likeMnist(new Uint8Array(64).fill(16));
  for (let at = 0; at < 784; at++) {
    const [y, x] = [Math.floor(at / 28), at % 28];
    const inside = y >= 4 && y < 24 && x >= 4 && x < 24;
    expect(sheet[at]).toBe(inside ? 255 : 0);
  }
  // A slope along x: between the centres of the outermost blocks, bilinear interpolation is exact.
  const slope = likeMnist(Uint8Array.from({ length: 64 }, (_, i) => 2 * (i % 8)));
  // Mass in block i grows as i: its centre is at Σ i (i + ½) / Σ i = 5.5 of 8, or about 13.7 of 20, so the
  // box begins at column 0.
  const row = [...slope.subarray(14 * 28, 14 * 28 + 20)];
  for (let x = 1; x < 19; x++) expect(row[x]).toBe(Math.round((255 * 2 * (0.4 * (x + 0.5) - 0.5)) / 16));
  for (const digit of [slope, sheet]) expect(Math.abs(centre(digit) - 14)).toBeLessThanOrEqual(0.5);
});

test('every optical digit has its mass at the centre, as far as its box stays inside', async () => {
  const { count, pixels } = await opticalDigits();
  let worst = 0;
  for (let i = 0; i < count; i++) {
    worst = Math.max(worst, Math.abs(centre(pixels.subarray(784 * i, 784 * (i + 1))) - 14));
  }
  // Half a pixel from rounding the place, and little from rounding to bytes.
  expect(worst).toBeLessThan(0.51);
});

test('source and target have their digits, labels and domains; optical ones repeat', async () => {
  const params = { sourceCount: 300, targetCount: 1000 };
  const { train, test: judged } = await load(params);
  expect([train.count, judged.count]).toEqual([1300, 10_898]);
  expect(digitDomains.outline(digitDomains.params.parse(params))).toMatchObject({
    trainCount: 1300,
    testCount: 10_898,
  });
  expect([train.domains?.[299], train.domains?.[300], train.domains?.[1299]]).toEqual([0, 1, 1]);
  const image = (i: number) => train.pixels.subarray(784 * i, 784 * (i + 1));
  expect(image(300 + 899)).toEqual(image(300));
  const all = await opticalDigits();
  expect(image(301)).toEqual(all.pixels.subarray(2 * 784, 3 * 784));
  expect(train.labels[301]).toBe(all.labels[2]);
  expect(judged.pixels.subarray(10_000 * 784, 10_001 * 784)).toEqual(all.pixels.subarray(784, 2 * 784));
});

test('labels of the first digits alone may be learnt from', async () => {
  const { train } = await load({ sourceCount: 300, sourceLabels: 20, targetCount: 100 });
  expect([train.count, train.labelled, train.domains?.[20]]).toEqual([400, 20, 0]);
  expect((await load({ sourceCount: 300, targetCount: 100 })).train.labelled).toBe(300);
  await expect(load({ sourceCount: 300, sourceLabels: 301 })).rejects.toMatchObject({
    code: 'bad-input',
    path: 'data.sourceLabels',
  });
});

test('a changed target is of other digits than the source, and the same at every load', async () => {
  const params = { target: 'inverted', sourceCount: 100, targetCount: 100 };
  const { train } = await load(params);
  const plain = await load({ target: 'noised', noise: 0.01, sourceCount: 200, targetCount: 100 });
  for (const at of [100 * 784, 150 * 784 + 400, 200 * 784 - 1]) {
    expect(train.pixels[at]).toBe(255 - (plain.train.pixels[at] ?? Number.NaN));
  }
  const again = await load({ target: 'noised', noise: 0.01, sourceCount: 200, targetCount: 100 });
  expect(again.train.pixels).toEqual(plain.train.pixels);
  await expect(load({ target: 'inverted', sourceCount: 50_000, targetCount: 10_001 })).rejects.toMatchObject({
    code: 'bad-input',
    path: 'data.targetCount',
  });
}, 60_000);

test('changes do what they say', () => {
  const dot = new Float32Array(784);
  dot[5 * 28 + 13] = 1;
  dot[5 * 28 + 14] = 1;
  // Up becomes right: a quarter turn clockwise.
  const turned = rotated(90, shape)(dot, 0);
  expect(turned[13 * 28 + 22]).toBeCloseTo(1, 5);
  expect(turned[14 * 28 + 22]).toBeCloseTo(1, 5);
  // Variance of a blurred point, per axis: σ² less what taps of radius 2 cut off.
  const point = new Float32Array(784);
  point[14 * 28 + 14] = 1;
  const soft = blurred(2, shape)(point, 0);
  let [mass, squares] = [0, 0];
  for (const [at, value] of soft.entries()) {
    mass += value;
    squares += value * (Math.floor(at / 28) - 14) ** 2;
  }
  expect(mass).toBeCloseTo(1, 5);
  expect(squares).toBeGreaterThan(0.85 * 4);
  expect(squares).toBeLessThan(4);
  // Half grey is cut off at neither end by noise of 0.1.
  const grey = noised(0.1, 'test')(new Float32Array(784).fill(0.5), 3);
  const deviation = Math.sqrt(grey.reduce((sum, value) => sum + (value - 0.5) ** 2, 0) / 784);
  // The standard error of a deviation from 784 numbers is 2.5 %.
  expect(Math.abs(deviation - 0.1)).toBeLessThan(0.01);
  expect(changed(Uint8Array.of(0, 51, 255), { height: 1, width: 1, channels: 1 }, (x) => x)).toEqual(
    Uint8Array.of(0, 51, 255),
  );
});

/** Of mass, whichever axis is farther from the middle. */
function centre(image: Uint8Array): number {
  let [mass, down, across] = [0, 0, 0];
  for (const [at, value] of image.entries()) {
    mass += value;
    down += value * (Math.floor(at / 28) + 0.5);
    across += value * ((at % 28) + 0.5);
  }
  return Math.abs(down / mass - 14) > Math.abs(across / mass - 14) ? down / mass : across / mass;
}
