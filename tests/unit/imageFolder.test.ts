import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { encode } from 'fast-png';
import jpeg from 'jpeg-js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { stream } from '#engine/random.ts';
import { decodePicture, squarePicture } from '#science/data/imageFile.ts';
import { imageFolder } from '#science/data/imageFolder.ts';
import { expandRuns, preview, resolveExperiment } from '#science/registry.ts';
import { contrastiveDigits } from '#science/studies/contrastive/presets/contrastiveDigits.ts';

let root = '';
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'basin-images-'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** A PNG of one colour. */
function flat(width: number, height: number, colour: readonly number[]): Uint8Array {
  const data = Uint8Array.from({ length: width * height * colour.length }, (_, at) => {
    return colour[at % colour.length] ?? 0;
  });
  return encode({ width, height, data, channels: colour.length });
}

/** Files by path below a new folder. */
function folderOf(name: string, files: Readonly<Record<string, Uint8Array>>): string {
  const folder = join(root, name);
  mkdirSync(folder, { recursive: true });
  for (const [path, bytes] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), bytes);
  }
  return folder;
}

const chosen = (settings: object) => imageFolder.params.parse({ side: 8, ...settings });
const noise = (count: number) => {
  const random = stream(1, 'noise');
  return Uint8Array.from({ length: count }, () => random.integer(256));
};

test('each pixel of a square picture is the mean of the area that it covers', () => {
  const [width, height, side] = [17, 13, 8];
  const picture = { width, height, rgb: noise(3 * width * height) };
  const found = squarePicture(picture, side, 3);
  // Of many points of each pixel, the mean; the square of 13 begins at column 2.
  const points = 104;
  for (let row = 0; row < side; row++) {
    for (let column = 0; column < side; column++) {
      const sums = [0, 0, 0];
      for (let i = 0; i < points; i++) {
        for (let j = 0; j < points; j++) {
          const y = Math.floor(((row + (i + 0.5) / points) * 13) / side);
          const x = 2 + Math.floor(((column + (j + 0.5) / points) * 13) / side);
          for (let k = 0; k < 3; k++) sums[k] = (sums[k] ?? 0) + (picture.rgb[3 * (y * width + x) + k] ?? 0);
        }
      }
      for (let k = 0; k < 3; k++) {
        const mean = (sums[k] ?? 0) / points ** 2;
        expect(Math.abs((found[3 * (row * side + column) + k] ?? 0) - mean)).toBeLessThan(0.6);
      }
    }
  }
});

test('grey is the luma of colour, and a smaller picture fills a larger square', () => {
  const picture = decodePicture(flat(5, 9, [200, 100, 50]));
  const grey = squarePicture(picture, 8, 1);
  expect(grey.length).toBe(64);
  for (const value of grey) expect(value).toBe(Math.round(0.299 * 200 + 0.587 * 100 + 0.114 * 50));
});

test.each([
  ['grey', [90], [90, 90, 90]],
  ['grey with alpha', [90, 128], [45, 45, 45]],
  ['colour', [10, 20, 30], [10, 20, 30]],
  ['colour with alpha', [100, 200, 50, 51], [20, 40, 10]],
])('a PNG in %s is read, transparent places on black', (_name, colour, rgb) => {
  const { width, height, rgb: found } = decodePicture(flat(3, 2, colour));
  expect([width, height]).toEqual([3, 2]);
  expect([...found.subarray(3, 6)]).toEqual(rgb);
});

test('PNGs of sixteen bits are read, and JPEGs to within their losses', () => {
  const deep = encode({
    width: 2,
    height: 1,
    data: Uint16Array.of(65_535, 0, 25_700, 0, 0, 65_535),
    depth: 16,
    channels: 3,
  });
  expect([...decodePicture(deep).rgb]).toEqual([255, 0, 100, 0, 0, 255]);
  const data = Uint8Array.from({ length: 4 * 256 }, (_, at) => [180, 90, 40, 255][at % 4] ?? 0);
  const { rgb } = decodePicture(jpeg.encode({ width: 16, height: 16, data }, 95).data);
  expect(rgb.length).toBe(3 * 256);
  for (const [at, value] of rgb.entries()) {
    expect(Math.abs(value - ([180, 90, 40][at % 3] ?? 0))).toBeLessThan(6);
  }
});

/** Two classes of ten, dark and light. */
function darkAndLight(name: string, more: Readonly<Record<string, Uint8Array>> = {}): string {
  const files = Array.from({ length: 10 }, (_, i) => [
    [`dark/${i}.png`, flat(12, 10, [i, 0, 0])] as const,
    [`light/deep/${i}.PNG`, flat(10, 12, [200 + i, 255, 255])] as const,
  ]);
  return folderOf(name, { ...Object.fromEntries(files.flat()), ...more });
}

test('sub-folders are classes, and a share of each is held out by the seed', async () => {
  const folder = darkAndLight('classes');
  const params = chosen({ folder, heldOut: 0.3 });
  const data = await imageFolder.load(params);
  expect(imageFolder.outline(params)).toEqual({
    ...{ height: 8, width: 8, channels: 3, classes: 2, trainCount: 14, testCount: 6 },
  });
  expect(data.classes).toEqual(['dark', 'light']);
  expect(data.remarks).toEqual([]);
  for (const { count, pixels, labels } of [data.train, data.test]) {
    expect(pixels.length).toBe(count * 192);
    for (const [i, label] of labels.entries()) expect(pixels[i * 192 + 1]).toBe(label === 0 ? 0 : 255);
  }
  expect([...data.test.labels]).toEqual([0, 0, 0, 1, 1, 1]);
  // Every image is in one of the two sets.
  const first = (pixels: Uint8Array) =>
    Array.from({ length: pixels.length / 192 }, (_, i) => pixels[i * 192]);
  const all = [...first(data.train.pixels), ...first(data.test.pixels)].sort((a = 0, b = 0) => a - b);
  expect(all).toEqual([...Array(10).keys(), ...Array.from({ length: 10 }, (_, i) => 200 + i)]);
  const other = await imageFolder.load({ ...params, splitSeed: 1 });
  expect(other.test.pixels).not.toEqual(data.test.pixels);
  expect((await imageFolder.load(params)).test.pixels).toEqual(data.test.pixels);
});

test('what cannot be read is named and left out', async () => {
  const png = flat(12, 10, [1, 2, 3]);
  const photograph = jpeg.encode({ width: 32, height: 32, data: noise(4096) }, 90).data;
  const folder = darkAndLight('broken', {
    'dark/empty.png': new Uint8Array(0),
    'dark/text.jpg': new TextEncoder().encode('no picture'),
    'light/cut.png': png.subarray(0, png.length - 20),
    'light/cut.jpg': photograph.subarray(0, photograph.length / 2),
    'light/notes.txt': new Uint8Array(3),
    'beside.png': png,
    '.hidden/one.png': png,
  });
  const { train, test: held, remarks } = await imageFolder.load(chosen({ folder }));
  expect(train.count + held.count).toBe(20);
  expect(remarks?.length).toBe(2);
  expect(remarks?.[0]).toMatch(
    /^Image folder: 4 of 24 images were left out: dark\/empty\.png \(the file is empty\);/,
  );
  expect(remarks?.[0]).toMatch(/dark\/text\.jpg \(it is neither PNG nor JPEG\); .*cut\.jpg .*cut\.png/);
  expect(remarks?.[1]).toBe(
    'Image folder: images beside the class folders have no class and were left out: 1.',
  );
});

test('without sub-folders all images are of one class; of too many some are taken', async () => {
  const files = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`${100 + i}.png`, flat(8, 8, [i])]));
  const params = chosen({ folder: folderOf('plain', files), limit: 10, colour: false });
  const { classes, train, test: held, channels } = await imageFolder.load(params);
  expect([classes, channels, train.count + held.count]).toEqual([['plain'], 1, 10]);
  const values = [train, held].flatMap(({ pixels }) => [...pixels].filter((_, at) => at % 64 === 0));
  expect(values.sort((a, b) => a - b)).toEqual([0, 3, 6, 9, 12, 15, 18, 21, 24, 27]);
});

test('a changed file is read again', async () => {
  const folder = folderOf('changed', { 'a.png': flat(8, 8, [1]), 'b.png': flat(8, 8, [1]) });
  const params = chosen({ folder });
  expect((await imageFolder.load(params)).train.pixels[0]).toBe(1);
  writeFileSync(join(folder, 'a.png'), flat(9, 9, [7]));
  writeFileSync(join(folder, 'b.png'), flat(9, 9, [7]));
  expect((await imageFolder.load(params)).train.pixels[0]).toBe(7);
});

test.each([
  ['it is missing', () => '', 'bad-input'],
  ['there is no folder', () => join(root, 'nowhere'), 'not-found'],
  ['is a file', () => join(folderOf('file', { 'a.png': flat(8, 8, [1]) }), 'a.png'), 'bad-input'],
  ['has no PNG or JPEG image', () => folderOf('none', { 'a.txt': new Uint8Array(1) }), 'bad-input'],
  ['has but one', () => folderOf('one', { 'a.png': flat(8, 8, [1]) }), 'bad-input'],
  [
    'of 2 images in .* none can be read: a.png \\(the file is empty\\); b.png',
    () => folderOf('empty', { 'a.png': new Uint8Array(0), 'b.png': new Uint8Array(0) }),
    'bad-input',
  ],
])('a folder that gives no data is one clear error: %s', async (message, make, code) => {
  const load = async () => await imageFolder.load(chosen({ folder: make() }));
  await expect(load()).rejects.toMatchObject({
    ...{
      code,
      path: 'data.folder',
      message: expect.stringMatching(new RegExp(`^Setting data.folder: .*${message}`)),
    },
  });
});

test('images that would fill the memory are refused before they are read', () => {
  const folder = darkAndLight('large');
  const load = () => imageFolder.outline({ ...chosen({ folder }), side: 8000 });
  expect(load).toThrow(
    /Setting data.limit: 20 images of side 8000 take 3\.6 GiB of memory, and 2 are allowed/,
  );
});

test('a preset takes them in place of its own images', async () => {
  const folder = darkAndLight('preset');
  const experiment = {
    ...{ ...contrastiveDigits.experiment, batchSize: 8, data: { id: 'image-folder', folder } },
    augmentation: { id: 'photos' },
  };
  const [run] = expandRuns(resolveExperiment(experiment));
  const shown = await preview(run?.spec ?? expect.unreachable());
  if (shown.kind !== 'images') throw new Error('Images are shown as images.');
  expect([shown.height, shown.channels, shown.examples.length]).toEqual([32, 3, 6]);
  for (const { label, original } of shown.examples) {
    expect(label).toBe((original[1] ?? 0) > 128 ? 'light' : 'dark');
  }
});
