import { beforeAll, describe, expect, test } from 'vitest';
import { BasinError } from '#contract/error.ts';
import { tf } from '#engine/backend.ts';
import { eagerEngine } from '#engine/eager.ts';
import type { GivenArray } from '#science/losses/givenArrays.ts';
import { components } from '#science/registry.ts';
import { lossOfArrays } from '#science/studies/lossOfArrays.ts';
import { bruteForceGradient, maxDifference } from './support/differences.ts';
import { type Arrays, type Rows, rows } from './support/lossCheck.ts';
import { crossEntropy, type PlainLoss, plainLosses } from './support/plainLosses.ts';

beforeAll(() => expect(tf.getBackend()).toBe('tensorflow'));

const targets = [2, 0, 1, 2, 0, 1];
const arrays: Arrays = {
  ...{ z1: rows(6, 5, 1), z2: rows(6, 5, 2), p1: rows(6, 5, 3), p2: rows(6, 5, 4) },
  ...{ k1: rows(6, 5, 5), k2: rows(6, 5, 6), queue: rows(7, 5, 7), prototypes: rows(4, 5, 8) },
  ...{
    queue1: rows(3, 5, 9),
    queue2: rows(3, 5, 10),
    small: rows(12, 5, 12),
    logits: rows(6, 3, 11),
    weights: [[1], [2], [0], [1], [1], [3]],
  },
};
const mlm: PlainLoss = (_settings, { logits = [], weights = [] }, _held, labels = []) =>
  crossEntropy(logits, labels, weights.flat());
/** What the adversarial objective adds is no function of these arrays. */
const plain: Readonly<Record<string, PlainLoss>> = { ...plainLosses, mlm, adversarial: mlm };

/** Every array at once, as doubles: a loss takes what it reads. */
function given(changes: Readonly<Record<string, GivenArray | null>> = {}): Map<string, GivenArray> {
  const all = Object.entries(arrays).map(([name, matrix]): [string, GivenArray] => {
    const shape = name === 'weights' ? [matrix.length] : [matrix.length, matrix[0]?.length ?? 0];
    return [name, { shape, data: Float64Array.from(matrix.flat()) }];
  });
  const labels: [string, GivenArray] = ['targets', { shape: [6], data: Int32Array.from(targets) }];
  const given = new Map([...all, labels]);
  for (const [name, array] of Object.entries(changes)) {
    if (array) given.set(name, array);
    else given.delete(name);
  }
  return given;
}

const evaluate = (id: string, from = given(), settings: Record<string, unknown> = {}) =>
  lossOfArrays({ id, ...settings }, from, true, eagerEngine());

const registered = components('loss').map(({ id, schema }) => {
  const properties = (schema.properties ?? {}) as Record<string, { default?: number | boolean }>;
  const usual = Object.entries(properties).map(([name, property]) => [name, property.default] as const);
  return { id, settings: Object.fromEntries(usual) as Record<string, number | boolean> };
});

describe.each(registered)('$id', ({ id, settings }) => {
  test('agrees with its loops in double precision, value, parts and gradients', () => {
    const loops = plain[id] ?? expect.unreachable(`no loops for ${id}`);
    const tensorsBefore = tf.memory().numTensors;
    const found = evaluate(id);
    expect(tf.memory().numTensors).toBe(tensorsBefore);
    const expected = loops(settings, arrays, arrays, targets);
    expect(Math.abs(found.value - expected)).toBeLessThan(1e-5);
    const parts = Object.values(found.parts);
    if (parts.length > 0) {
      expect(Math.abs(parts.reduce((a, b) => a + b, 0) - expected)).toBeLessThan(1e-5);
    }
    const { gradients } = found;
    expect(Object.keys(gradients ?? {}).sort()).toEqual(Object.keys(arrays).sort());
    for (const [name, at] of Object.entries(arrays)) {
      const difference = bruteForceGradient(
        (moved) => loops(settings, { ...arrays, [name]: moved }, arrays, targets),
        at,
      );
      const { shape = [], data = [] } = gradients?.[name] ?? {};
      const columns = shape[1] ?? 1;
      const gradient: Rows = at.map((_, i) => [...data.slice(i * columns, (i + 1) * columns)]);
      expect(maxDifference(gradient, difference), name).toBeLessThan(2e-5);
    }
  });
});

test('settings have their names in the papers', () => {
  const settings = { temperature: 0.2, epsilon: 0.1, iterations: 5 };
  const expected = plainLosses.swav(settings, arrays, arrays);
  expect(Math.abs(evaluate('swav', given(), settings).value - expected)).toBeLessThan(1e-5);
  expect(evaluate('spectral', given(), { mu: 10 }).value).toBeCloseTo(
    plainLosses.spectral({ mu: 10 }, arrays),
    5,
  );
});

test('targets may be class numbers or one-hot, and −1 or a row of zeros for none', () => {
  const one = given({ weights: null, targets: { shape: [6], data: [2, 0, -1, 2, 0, 1] } });
  const hot = [0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 1, 0];
  const other = given({ weights: null, targets: { shape: [6, 3], data: hot } });
  const expected = crossEntropy(arrays.logits ?? [], [2, 0, -1, 2, 0, 1], [1, 1, 1, 1, 1, 1]);
  for (const id of ['mlm', 'supervised']) {
    expect(evaluate(id, one).value).toBeCloseTo(expected, 5);
    expect(evaluate(id, other).value).toBe(evaluate(id, one).value);
  }
});

test('BYOL looks for keys or, without them, for projections', () => {
  const { k1: _k1, k2: _k2, ...rest } = arrays;
  const without = given({ k1: null, k2: null });
  expect(evaluate('byol', without).value).toBeCloseTo(plainLosses.byol({}, rest, rest), 5);
});

const matrix = (...shape: number[]): GivenArray => ({
  shape,
  data: new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(1),
});

test.each([
  ['a missing array', 'spectral', { z2: null }, 'z2', /^Array z2: spectral needs it/],
  ['a missing alternative', 'byol', { k1: null, z2: null }, 'k1', /needs k1 and k2, or z1 and z2/],
  ['an unknown array', 'spectral', { y1: matrix(6, 5) }, 'y1', /no loss reads it\. Take z1, z2/],
  [
    'other rows',
    'simclr',
    { z2: matrix(5, 5) },
    'z2',
    /it is \[5, 5\] = \[batch, width\], and z1 has batch 6/,
  ],
  ['another width', 'moco', { queue: matrix(7, 4) }, 'queue', /and z1 has width 5/],
  [
    'further views of some originals alone',
    'swav',
    { small: matrix(9, 5) },
    'small',
    /its 9 rows are no multiple of the 6 of z1/,
  ],
  ['a vector for a matrix', 'simclr', { z1: matrix(6) }, 'z1', /it is \[6\], and must be \[batch, width\]/],
  ['no rows', 'simclr', { z1: matrix(0, 5) }, 'z1', /it is empty/],
  ['NaN', 'simclr', { z1: { shape: [2, 2], data: [1, 2, 3, Number.NaN] } }, 'z1', /it holds NaN at \[1, 1\]/],
  ['infinity', 'mlm', { logits: { shape: [1, 2], data: [1, -Infinity] } }, 'logits', /-Infinity at \[0, 1\]/],
  [
    'a class too many',
    'mlm',
    { targets: { shape: [6], data: [0, 1, 2, 3, 0, 0] } },
    'targets',
    /row 3 has 3/,
  ],
  [
    'half a class',
    'supcon',
    { targets: { shape: [6], data: [0, 1, 0.5, 0, 0, 0] } },
    'targets',
    /row 2 has 0\.5/,
  ],
  ['soft targets', 'mlm', { targets: matrix(6, 3) }, 'targets', /row 0 is not one-hot/],
  [
    'no weight at all',
    'mlm',
    { weights: { shape: [6], data: new Float32Array(6) } },
    undefined,
    /its value .* is NaN/,
  ],
])('%s gives one line that names the array', (_what, id, changes, path, line) => {
  try {
    evaluate(id, given(changes));
    expect.unreachable('nothing was thrown');
  } catch (error) {
    if (!(error instanceof BasinError)) throw error;
    expect(error).toMatchObject({ code: 'bad-input', path });
    expect(error.message).toMatch(line);
    expect(error.message).not.toContain('\n');
  }
});
