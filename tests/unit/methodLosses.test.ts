/** The methods' losses and their gradients against sums in double precision, written from the papers' formulas. */
import { describe, expect, test } from 'vitest';
import { tf } from '#engine/backend.ts';
import { stream } from '#engine/random.ts';
import type { Scalar, Tensor, Tensor1D, Tensor2D } from '#engine/tf.ts';
import type { ContrastiveLoss } from '#science/definition.ts';
import { byol } from '#science/losses/byol.ts';
import { moco } from '#science/losses/moco.ts';
import { simclr } from '#science/losses/simclr.ts';
import { simsiam } from '#science/losses/simsiam.ts';
import { supcon } from '#science/losses/supcon.ts';
import { supervised } from '#science/losses/supervised.ts';
import { swav } from '#science/losses/swav.ts';

type Rows = number[][];
type Arrays = Record<string, Rows>;

function rows(count: number, width: number, seed: number): Rows {
  const random = stream(seed, 'rows');
  return Array.from({ length: count }, () => Array.from({ length: width }, () => random.normal()));
}

const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);
const average = (values: readonly number[]): number => total(values) / values.length;
const dot = (a: readonly number[] = [], b: readonly number[] = []): number =>
  total(a.map((entry, i) => entry * (b[i] ?? Number.NaN)));
const cosine = (a: readonly number[] = [], b: readonly number[] = []): number =>
  dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
const logSumExp = (values: readonly number[]): number => Math.log(total(values.map(Math.exp)));
const named = (arrays: Arrays, name: string): Rows => arrays[name] ?? [];

function keyLoss(q: Rows, k: Rows, queue: Rows, tau: number): number {
  return average(
    q.map((query, i) => {
      const positive = cosine(query, k[i]) / tau;
      return logSumExp([positive, ...queue.map((key) => cosine(query, key) / tau)]) - positive;
    }),
  );
}

const meanCosine = (p: Rows, t: Rows): number => average(p.map((row, i) => cosine(row, t[i])));

/** Sinkhorn as the paper's appendix has it: prototypes to equal sums, then samples, ending with samples. */
function codesOf(scores: Rows, epsilon: number, iterations: number): Rows {
  let q = scores.map((row) => row.map((score) => Math.exp(score / epsilon)));
  const prototypes = scores[0]?.length ?? 0;
  for (let round = 0; round < iterations; round++) {
    const use = Array.from({ length: prototypes }, (_, k) => total(q.map((row) => row[k] ?? 0)));
    q = q.map((row) => row.map((entry, k) => entry / (use[k] ?? Number.NaN) / prototypes));
    q = q.map((row) => row.map((entry) => entry / total(row) / q.length));
  }
  return q.map((row) => row.map((entry) => entry * q.length));
}

const scoresOf = (z: Rows, prototypes: Rows): Rows =>
  z.map((row) => prototypes.map((prototype) => cosine(row, prototype)));

function supconSum(arrays: Arrays, labels: readonly number[], tau: number): number {
  const views = [...named(arrays, 'z1'), ...named(arrays, 'z2')];
  const original = (i: number): number => i % labels.length;
  const alike = (i: number, j: number): boolean => {
    const [a, b] = [labels[original(i)], labels[original(j)]];
    return original(i) === original(j) || (a === b && a !== -1);
  };
  return average(
    views.map((anchor, i) => {
      const others = views.flatMap((_, j) => (j === i ? [] : [j]));
      const normaliser = logSumExp(others.map((j) => cosine(anchor, views[j]) / tau));
      return average(
        others.filter((j) => alike(i, j)).map((j) => normaliser - cosine(anchor, views[j]) / tau),
      );
    }),
  );
}

interface Case {
  readonly name: string;
  readonly loss: ContrastiveLoss;
  readonly params: object;
  readonly arrays: Arrays;
  readonly targets?: readonly number[];
  /** `held` are the arrays at which targets and codes are taken, through which no gradient flows. */
  readonly expected: (arrays: Arrays, held: Arrays) => number;
  readonly trained: readonly string[];
}

const labels = [0, 1, 0, -1, 2];
const four = { z1: rows(5, 3, 1), z2: rows(5, 3, 2), k1: rows(5, 3, 3), k2: rows(5, 3, 4) };
const queue = rows(7, 3, 5);
const prototypes = rows(4, 3, 6);

const cases: readonly Case[] = [
  {
    ...{ name: 'MoCo, symmetric', loss: moco, params: { temperature: 0.2, symmetric: true } },
    arrays: { ...four, queue },
    expected: (a, held) =>
      0.5 * keyLoss(named(a, 'z1'), named(held, 'k2'), named(held, 'queue'), 0.2) +
      0.5 * keyLoss(named(a, 'z2'), named(held, 'k1'), named(held, 'queue'), 0.2),
    trained: ['z1', 'z2'],
  },
  {
    ...{ name: 'MoCo, one-sided', loss: moco, params: { temperature: 0.1, symmetric: true } },
    arrays: { z1: four.z1, z2: four.z2, queue },
    expected: (a, held) => keyLoss(named(a, 'z1'), named(held, 'z2'), named(held, 'queue'), 0.1),
    trained: ['z1'],
  },
  {
    ...{ name: 'BYOL', loss: byol, params: {} },
    arrays: { p1: rows(5, 3, 7), p2: rows(5, 3, 8), k1: four.k1, k2: four.k2 },
    expected: (a, held) =>
      4 -
      2 * meanCosine(named(a, 'p1'), named(held, 'k2')) -
      2 * meanCosine(named(a, 'p2'), named(held, 'k1')),
    trained: ['p1', 'p2'],
  },
  {
    ...{ name: 'SimSiam', loss: simsiam, params: {} },
    arrays: { p1: rows(5, 3, 7), p2: rows(5, 3, 8), z1: four.z1, z2: four.z2 },
    expected: (a, held) =>
      -0.5 * meanCosine(named(a, 'p1'), named(held, 'z2')) -
      0.5 * meanCosine(named(a, 'p2'), named(held, 'z1')),
    trained: ['p1', 'p2', 'z1'],
  },
  {
    ...{ name: 'SwAV', loss: swav, params: { temperature: 0.1, epsilon: 0.05, iterations: 3 } },
    arrays: { z1: four.z1, z2: four.z2, prototypes },
    expected(a, held) {
      const direction = (from: string, to: string): number => {
        const q = codesOf(scoresOf(named(held, from), named(held, 'prototypes')), 0.05, 3);
        const s = scoresOf(named(a, to), named(a, 'prototypes'));
        return average(
          s.map((row, i) => {
            const normaliser = logSumExp(row.map((score) => score / 0.1));
            return total(row.map((score, k) => (q[i]?.[k] ?? Number.NaN) * (normaliser - score / 0.1)));
          }),
        );
      };
      return 0.5 * direction('z2', 'z1') + 0.5 * direction('z1', 'z2');
    },
    trained: ['z1', 'z2', 'prototypes'],
  },
  {
    ...{ name: 'supervised', loss: supervised, params: {}, targets: labels },
    arrays: { logits: rows(5, 3, 9) },
    expected: (a) =>
      average(
        named(a, 'logits').flatMap((row, i) => {
          const target = labels[i] ?? -1;
          return target < 0 ? [] : [logSumExp(row) - (row[target] ?? Number.NaN)];
        }),
      ),
    trained: ['logits'],
  },
  {
    ...{ name: 'supervised contrastive', loss: supcon, params: { temperature: 0.3 }, targets: labels },
    arrays: { z1: four.z1, z2: four.z2 },
    expected: (a) => supconSum(a, labels, 0.3),
    trained: ['z1', 'z2'],
  },
];

function tensorsOf({ arrays, targets }: Case): Record<string, Tensor> {
  const made: Record<string, Tensor> = {};
  for (const [name, value] of Object.entries(arrays)) made[name] = tf.tensor2d(value);
  if (targets) made.targets = tf.tensor1d([...targets], 'int32');
  return made;
}

describe.each(cases)('$name', (each) => {
  const { loss, arrays, expected, trained } = each;
  const params = loss.params.parse(each.params);

  test('equals the sum in double', () => {
    const value = tf.tidy(() => loss.value(params, tensorsOf(each)).dataSync()[0]) as number;
    const exact = expected(arrays, arrays);
    expect(Math.abs(value - exact)).toBeLessThan(1e-5 * Math.max(1, Math.abs(exact)));
  });

  test('its parts add up to it, and its pairs have it for their mean', () => {
    tf.tidy(() => {
      const inputs = tensorsOf(each);
      const value = loss.value(params, inputs).dataSync()[0] as number;
      const parts = loss.parts && Object.values(loss.parts(params, inputs));
      if (parts) expect(total(parts.map((part: Scalar) => part.dataSync()[0] ?? 0))).toBeCloseTo(value, 5);
      // A pair's rows are both views': a head's logits come stacked, here of one view.
      const pairs = loss === supervised ? undefined : loss.examples?.(params, inputs);
      if (pairs) expect(average([...pairs.dataSync()])).toBeCloseTo(value, 5);
    });
  });

  test.each(trained.map((name) => ({ name })))('its gradient for $name', ({ name }) => {
    const gradient = tf.tidy(() => {
      const inputs = tensorsOf(each);
      const value = (x: Tensor): Scalar => loss.value(params, { ...inputs, [name]: x });
      return tf
        .grad(value)(inputs[name] as Tensor)
        .arraySync();
    }) as Rows;
    const step = 1e-5;
    const moved = (row: number, column: number, by: number): number => {
      const changed = named(arrays, name).map((values) => [...values]);
      const values = changed[row] as number[];
      values[column] = (values[column] as number) + by;
      return expected({ ...arrays, [name]: changed }, arrays);
    };
    for (const [i, values] of gradient.entries()) {
      for (const [j, found] of values.entries()) {
        const exact = (moved(i, j, step) - moved(i, j, -step)) / (2 * step);
        expect(Math.abs(found - exact)).toBeLessThan(2e-5 * Math.max(1, Math.abs(exact)));
      }
    }
  });
});

describe('exact expectations over a finite population', () => {
  /** A symmetric joint distribution of three vertices. */
  const joint = [
    [0.2, 0.1, 0.05],
    [0.1, 0.15, 0.05],
    [0.05, 0.05, 0.25],
  ];
  const marginal = joint.map(total);
  const [z, p, k] = [rows(3, 4, 11), rows(3, 4, 12), rows(3, 4, 13)];
  const overPairs = (of: (x: number, y: number) => number): number =>
    total(joint.flatMap((row, x) => row.map((weight, y) => weight * of(x, y))));
  const spread = (a: Rows, b: Rows, tau: number): number =>
    total(
      a.map((row, x) => {
        const mean = total(b.map((other, y) => (marginal[y] ?? 0) * Math.exp(cosine(row, other) / tau)));
        return (marginal[x] ?? 0) * Math.log(mean);
      }),
    );

  test.each([
    [
      'SimCLR',
      simclr,
      { temperature: 0.5 },
      spread(z, z, 0.5) - overPairs((x, y) => cosine(z[x], z[y]) / 0.5),
    ],
    ['MoCo', moco, { temperature: 0.2 }, spread(z, k, 0.2) - overPairs((x, y) => cosine(z[x], k[y]) / 0.2)],
    ['BYOL', byol, {}, overPairs((x, y) => 4 - 4 * cosine(p[x], k[y]))],
    ['SimSiam', simsiam, {}, -overPairs((x, y) => cosine(p[x], z[y]))],
  ] as const)('%s equals the double sum over pairs', (_name, loss, params, exact) => {
    const value = tf.tidy(() => {
      const arrays = { z: tf.tensor2d(z), p: tf.tensor2d(p), k: tf.tensor2d(k) };
      const pairs = { joint: tf.tensor2d(joint) as Tensor2D, marginal: tf.tensor1d(marginal) as Tensor1D };
      const definition: ContrastiveLoss = loss;
      return definition.population?.(definition.params.parse(params), arrays, pairs).dataSync()[0];
    }) as number;
    expect(Math.abs(value - exact)).toBeLessThan(1e-5 * Math.max(1, Math.abs(exact)));
  });
});
