import { describe, expect, test } from 'vitest';
import { eagerEngine } from '#engine/eager.ts';
import { stream } from '#engine/random.ts';
import type { FeatureSet } from '#science/definition.ts';
import { clustersProbe } from '#science/probes/clusters.ts';
import { kMeans } from '#science/probes/kMeans.ts';
import { adjustedRandIndex, normalisedMutualInformation } from '#science/probes/partitions.ts';

const labels = (...values: number[]): Int32Array => Int32Array.from(values);
function drawn(count: number, parts: number, seed: number): Int32Array {
  const random = stream(seed, 'labels');
  return Int32Array.from({ length: count }, () => random.integer(parts));
}

/** Pairs of examples that both put together, only one of them, or neither. */
function pairCounts(a: Int32Array, b: Int32Array) {
  const counts = { both: 0, first: 0, second: 0, neither: 0 };
  for (let i = 0; i < a.length; i++) {
    for (let j = 0; j < i; j++) {
      const [inA, inB] = [a[i] === a[j], b[i] === b[j]];
      counts[inA ? (inB ? 'both' : 'first') : inB ? 'second' : 'neither']++;
    }
  }
  return counts;
}

function permutations(values: readonly number[]): number[][] {
  if (values.length < 2) return [[...values]];
  return values.flatMap((first, i) =>
    permutations(values.filter((_, j) => j !== i)).map((rest) => [first, ...rest]),
  );
}

describe('agreement of partitions', () => {
  test('by hand', () => {
    expect(adjustedRandIndex(labels(0, 0, 1, 1), labels(0, 0, 1, 2))).toBeCloseTo(4 / 7, 12);
    expect(normalisedMutualInformation(labels(0, 0, 1, 1), labels(0, 0, 1, 2))).toBeCloseTo(0.8, 12);
    expect(adjustedRandIndex(labels(0, 0, 1, 1), labels(0, 1, 0, 1))).toBeCloseTo(-0.5, 12);
    expect(normalisedMutualInformation(labels(0, 0, 1, 1), labels(0, 1, 0, 1))).toBe(0);
  });

  test('equal partitions agree wholly, whatever their parts are called; also trivial ones', () => {
    for (const a of [drawn(30, 4, 1), labels(0, 0, 0), labels(0, 1, 2)]) {
      const renamed = a.map((label) => 7 - 2 * label);
      expect(adjustedRandIndex(a, renamed)).toBeCloseTo(1, 12);
      expect(normalisedMutualInformation(a, renamed)).toBeCloseTo(1, 12);
    }
    expect(normalisedMutualInformation(labels(0, 0, 0, 0), labels(0, 1, 0, 1))).toBe(0);
    expect(adjustedRandIndex(labels(0, 0, 0, 0), labels(0, 1, 0, 1))).toBe(0);
  });

  test.each([1, 2, 3])(
    'agree with counts of all pairs, and with the sum of p log p/(qr) (seed %i)',
    (seed) => {
      const [a, b] = [drawn(40, 4, seed), drawn(40, 3, seed + 10)];
      const { both, first, second, neither } = pairCounts(a, b);
      const below = (both + first) * (first + neither) + (both + second) * (second + neither);
      expect(adjustedRandIndex(a, b)).toBeCloseTo((2 * (both * neither - first * second)) / below, 12);
      expect(adjustedRandIndex(b, a)).toBeCloseTo(adjustedRandIndex(a, b), 12);

      const share = (holds: (i: number) => boolean): number => [...a.keys()].filter(holds).length / 40;
      const log = (p: number): number => (p > 0 ? p * Math.log(p) : 0);
      let [information, entropies] = [0, 0];
      for (let x = 0; x < 4; x++) {
        const p = share((i) => a[i] === x);
        entropies -= log(p);
        for (let y = 0; y < 3; y++) {
          const [q, joint] = [share((i) => b[i] === y), share((i) => a[i] === x && b[i] === y)];
          if (joint > 0) information += joint * Math.log(joint / (p * q));
          if (x === 0) entropies -= log(q);
        }
      }
      expect(normalisedMutualInformation(a, b)).toBeCloseTo((2 * information) / entropies, 12);
    },
  );

  test('over all permutations of one partition the adjusted Rand index is 0 on average', () => {
    const a = labels(0, 0, 0, 1, 1, 2);
    const all = permutations([0, 1, 1, 1, 0, 2]).map((b) => adjustedRandIndex(a, Int32Array.from(b)));
    expect(all.reduce((sum, one) => sum + one, 0) / all.length).toBeCloseTo(0, 12);
  });
});

describe('k-means', () => {
  const options = { restarts: 20, iterations: 100 };

  test('finds the best of all partitions of a few points', () => {
    const random = stream(1, 'points');
    const points = Float32Array.from({ length: 18 }, () => random.normal());
    const inertiaOf = (assignment: readonly number[]): number => {
      let sum = 0;
      for (const cluster of [0, 1]) {
        const own = [...assignment.keys()].filter((i) => assignment[i] === cluster);
        for (const j of [0, 1]) {
          const values = own.map((i) => points[2 * i + j] ?? Number.NaN);
          const mean = values.reduce((a, b) => a + b, 0) / Math.max(1, own.length);
          sum += values.reduce((total, value) => total + (value - mean) ** 2, 0);
        }
      }
      return sum;
    };
    const codes = Array.from({ length: 2 ** 8 }, (_, code) => code);
    const all = codes.map((code) => inertiaOf(Array.from({ length: 9 }, (_, i) => (code >> i) & 1)));
    const found = kMeans(points, 2, 2, options, stream(2, 'probe'));
    expect(found.inertia).toBeCloseTo(Math.min(...all), 10);
    expect(inertiaOf([...found.assignment])).toBeCloseTo(found.inertia, 10);
  });

  test('as many clusters as points, or more than different points, leave no distance', () => {
    const points = Float32Array.of(0, 0, 5, 5, 9, 9);
    expect(kMeans(points, 1, 6, options, stream(3, 'probe')).inertia).toBe(0);
    expect(kMeans(points, 1, 3, options, stream(3, 'probe')).inertia).toBe(0);
    expect(kMeans(points, 1, 1, options, stream(3, 'probe')).inertia).toBeCloseTo(
      2 * (14 ** 2 / 9 + 1 / 9 + 13 ** 2 / 9),
      10,
    );
  });
});

describe('probe clusters', () => {
  /** Four directions; classes are pairs of them, clusters each of its own. Lengths vary a hundredfold. */
  const random = stream(4, 'features');
  const clusters = Int32Array.from({ length: 200 }, (_, i) => i % 4);
  const features = new Float32Array(200 * 4);
  for (const [i, cluster] of clusters.entries()) {
    const length = 10 ** (2 * random.uniform());
    for (let j = 0; j < 4; j++)
      features[4 * i + j] = length * ((j === cluster ? 1 : 0) + 0.05 * random.normal());
  }
  const set: FeatureSet = { width: 4, features, labels: clusters.map((cluster) => cluster >> 1), clusters };
  const measure = (settings: object) => {
    const task = { id: '', classes: 2, train: set, test: set };
    const found = clustersProbe.measure(
      clustersProbe.params.parse(settings),
      task,
      eagerEngine(),
      stream(5, 'probe'),
    );
    return Object.fromEntries(found.map(({ name, value }) => [name, value]));
  };

  test('finds the clusters of a graph by direction, though not by length', () => {
    const found = measure({});
    expect(found['clusters/nmi_graph']).toBeCloseTo(1, 12);
    expect(found['clusters/ari_graph']).toBeCloseTo(1, 12);
    expect(measure({ unit: false })['clusters/ari_graph']).toBeLessThan(0.9);
  });

  test('four clusters hold two classes: all information, and half of their entropy too much', () => {
    const found = measure({ k: 4 });
    expect(found['clusters/nmi']).toBeCloseTo((2 * Math.log(2)) / (Math.log(2) + Math.log(4)), 12);
    expect(found['clusters/ari']).toBeCloseTo(adjustedRandIndex(clusters, set.labels), 12);
  });

  test('a set without clusters of a graph is compared with its labels alone', () => {
    const { clusters: _clusters, ...plain } = set;
    const task = { id: '', classes: 2, train: plain, test: plain };
    const settings = clustersProbe.params.parse({ examples: 50 });
    const found = clustersProbe.measure(settings, task, eagerEngine(), stream(5, 'probe'));
    expect(found.map(({ name }) => name)).toEqual(['clusters/nmi', 'clusters/ari']);
    expect(found[0]?.detail).toMatchObject({ k: 2, examples: 50 });
  });
});
