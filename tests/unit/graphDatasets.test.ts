import { describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { stream } from '#engine/random.ts';
import { blockModel } from '#science/data/blockModel.ts';
import { graphDomains } from '#science/data/graphDomains.ts';
import { hierarchicalClusters } from '#science/data/hierarchicalClusters.ts';
import { spritePixels } from '#science/data/spriteImages.ts';
import { sprites } from '#science/data/sprites.ts';
import type { GraphDataset } from '#science/definition.ts';
import type { GraphPopulation } from '#science/graph/population.ts';
import { eigenvalues } from '#science/linalg/eigh.ts';

const load = <P extends z.ZodObject>(dataset: GraphDataset<P>, params: z.input<P>) =>
  dataset.load(dataset.params.parse(params));

/** w(x, x⁺), [n, n]. */
function dense({ vertices: n, pairs }: GraphPopulation): Float64Array {
  const joint = new Float64Array(n * n);
  for (const [i, weight] of pairs.weight.entries()) {
    const at = (pairs.from[i] ?? 0) * n + (pairs.to[i] ?? 0);
    if (joint[at] !== 0) throw new Error('A pair stands twice.');
    joint[at] = weight;
  }
  return joint;
}

/** Eigenvalues of D^(−1/2) W D^(−1/2), the largest first. */
function spectrum(population: GraphPopulation): number[] {
  const { vertices: n, marginals } = population;
  const joint = dense(population);
  const root = (x: number) => Math.sqrt(marginals[x] ?? Number.NaN);
  const normalised = joint.map((weight, at) => weight / root(Math.floor(at / n)) / root(at % n));
  return [...eigenvalues(normalised, n)].reverse();
}

function expectSpectrum(population: GraphPopulation, expected: readonly number[]): void {
  const sorted = [...expected].sort((a, b) => b - a);
  const found = spectrum(population);
  expect(found.length).toBe(sorted.length);
  for (const [i, value] of found.entries()) expect(Math.abs(value - (sorted[i] ?? 0))).toBeLessThan(1e-12);
}

const times = (count: number, value: number): number[] => Array.from({ length: count }, () => value);

/** Mass of the pairs that `joined` picks. */
function mass({ pairs }: GraphPopulation, joined: (x: number, y: number) => boolean): number {
  let sum = 0;
  for (const [i, weight] of pairs.weight.entries()) {
    if (joined(pairs.from[i] ?? -1, pairs.to[i] ?? -1)) sum += weight;
  }
  return sum;
}

const all: readonly (readonly [string, () => Promise<GraphPopulation>, GraphDataset, object])[] = [
  [hierarchicalClusters, { irregularity: 0.7, classes: 3 }],
  [blockModel, { edges: 'sampled', vertices: 30 }],
  [sprites, { positions: 4, label: 'size' }],
  [graphDomains, { edges: 'sampled', vertices: 10 }],
].map(([dataset, params]) => {
  const of = dataset as GraphDataset;
  return [of.id, () => load(of, params as Record<string, unknown>), of, params as object] as const;
});

describe.each(all)('%s', (_id, loaded, dataset, params) => {
  test('weights are symmetric, add up to 1, and have the marginals for row sums', async () => {
    const population = await loaded();
    const { vertices: n, marginals } = population;
    const joint = dense(population);
    expect(joint.every((weight, at) => weight === joint[(at % n) * n + Math.floor(at / n)])).toBe(true);
    let total = 0;
    for (let x = 0; x < n; x++) {
      const row = joint.subarray(x * n, (x + 1) * n).reduce((sum, weight) => sum + weight, 0);
      expect(row).toBeGreaterThan(0);
      expect(Math.abs(row - (marginals[x] ?? 0))).toBeLessThan(1e-14);
      total += row;
    }
    expect(Math.abs(total - 1)).toBeLessThan(1e-12);
  });

  test('every vertex has a label, a cluster and an input, as the outline says', async () => {
    const { vertices, labels, classes, clusters, shape, inputs, factors } = await loaded();
    expect(dataset.outline(dataset.params.parse(params))).toEqual({
      ...shape,
      vertices,
      classes: classes.length,
    });
    expect(new Set(labels)).toEqual(new Set(classes.keys()));
    expect(clusters.length).toBe(vertices);
    expect(inputs.length).toBe(vertices * shape.height * shape.width * shape.channels);
    for (const factor of Object.values(factors)) expect(factor.length).toBe(vertices);
    const rows = Array.from({ length: vertices }, (_, x) =>
      inputs.subarray((x * inputs.length) / vertices, ((x + 1) * inputs.length) / vertices).join(),
    );
    expect(new Set(rows).size).toBe(vertices);
  });

  test('is drawn alike again', async () => expect(await loaded()).toEqual(await loaded()));
});

describe('hierarchical clusters', () => {
  const small = { clusters: 3, subClusters: 4, vertices: 5, classes: 2 };
  const masses = { betweenClusters: 0.05, betweenSubClusters: 0.1, withinSubClusters: 0.6 };

  test('without irregularity the spectrum is the closed form', async () => {
    const [alpha, sigma, tau] = [0.05, 0.1, 0.6];
    expectSpectrum(await load(hierarchicalClusters, { ...small, ...masses }), [
      1,
      ...times(2, 1 - (alpha * 3) / 2),
      ...times(9, 1 - alpha - (sigma * 4) / 3),
      ...times(48, 1 - alpha - sigma - (tau * 5) / 4),
    ]);
  });

  test.each([0, 1])('each level has its mass at irregularity %d', async (irregularity) => {
    const population = await load(hierarchicalClusters, { ...small, ...masses, irregularity });
    const { clusters, factors } = population;
    const sub = factors.subCluster ?? expect.unreachable();
    const across = (x: number, y: number) => clusters[x] !== clusters[y];
    expect(mass(population, across)).toBeCloseTo(0.05, 12);
    expect(mass(population, (x, y) => !across(x, y) && sub[x] !== sub[y])).toBeCloseTo(0.1, 12);
    expect(mass(population, (x, y) => x !== y && sub[x] === sub[y])).toBeCloseTo(0.6, 12);
    // The conductance of a cluster is the knob where all are alike, and differs where they are not.
    const conductance = [0, 1, 2].map((c) => {
      const cut = mass(population, (x, y) => clusters[x] === c && clusters[y] !== c);
      return cut / mass(population, (x) => clusters[x] === c);
    });
    const unlike = conductance.reduce((most, phi) => Math.max(most, Math.abs(phi - 0.05)), 0);
    if (irregularity === 0) expect(unlike).toBeLessThan(1e-12);
    else expect(unlike).toBeGreaterThan(1e-3);
  });

  test.each([
    [{ withinSubClusters: 0.95 }, 'withinSubClusters'],
    [{ classes: 5 }, 'classes'],
    [{ clusters: 50, subClusters: 50 }, 'vertices'],
    [{ subClusters: 1 }, 'betweenSubClusters'],
  ])('what cannot be is refused by its name (%j)', (params, path) => {
    const issues = hierarchicalClusters.params.safeParse(params).error?.issues;
    expect(issues?.map((issue) => issue.path.join('.'))).toEqual([path]);
  });
});

describe('block model', () => {
  test('in expectation the spectrum is the closed form', async () => {
    const [b, m, p, q] = [3, 10, 0.7, 0.05];
    const degree = 1 + (m - 1) * p + (b - 1) * m * q;
    expectSpectrum(await load(blockModel, { blocks: b, vertices: m, inside: p, between: q }), [
      1,
      ...times(b - 1, (1 + (m - 1) * p - m * q) / degree),
      ...times(b * (m - 1), (1 - p) / degree),
    ]);
  });

  test('drawn edges are as many as expected, and another seed draws others', async () => {
    const drawn = await load(blockModel, { vertices: 100, inside: 0.3, between: 0.1, edges: 'sampled' });
    const other = await load(blockModel, {
      vertices: 100,
      inside: 0.3,
      between: 0.1,
      edges: 'sampled',
      seed: 1,
    });
    expect(other.pairs.from).not.toEqual(drawn.pairs.from);
    const { from, to } = drawn.pairs;
    const { clusters } = drawn;
    const count = (same: boolean) =>
      from.filter((x, i) => x < (to[i] ?? -1) && (clusters[x] === clusters[to[i] ?? -1]) === same).length;
    // Binomials: 4 · 4,950 trials inside and 6 · 10,000 between; five deviations.
    expect(Math.abs(count(true) - 0.3 * 19_800)).toBeLessThan(5 * Math.sqrt(19_800 * 0.21));
    expect(Math.abs(count(false) - 0.1 * 60_000)).toBeLessThan(5 * Math.sqrt(60_000 * 0.09));
  });
});

describe('classes in two domains', () => {
  test('blocks are joined by ρ, α, β and γ; the spectrum is the closed form', async () => {
    const [classes, m] = [3, 8];
    const [rho, alpha, beta, gamma] = [0.6, 0.2, 0.1, 0.05];
    const graph = await load(graphDomains, { classes, vertices: m, rho, alpha, beta, gamma });
    // Of 2 · 3 blocks of m vertices, each vertex a pair with itself of weight 1.
    const rest = 1 - rho;
    const degree = rest + m * (rho + alpha + (classes - 1) * (beta + gamma));
    const value = (sum: number) => (rest + m * sum) / degree;
    expectSpectrum(graph, [
      1,
      value(rho - alpha + (classes - 1) * (beta - gamma)),
      ...times(classes - 1, value(rho + alpha - beta - gamma)),
      ...times(classes - 1, value(rho - alpha - beta + gamma)),
      ...times(2 * classes * (m - 1), rest / degree),
    ]);
    const { labels, factors } = graph;
    const domain = factors.domain ?? expect.unreachable();
    const joined = (sameClass: boolean, sameDomain: boolean) =>
      mass(
        graph,
        (x, y) =>
          x !== y && (labels[x] === labels[y]) === sameClass && (domain[x] === domain[y]) === sameDomain,
      );
    // Ordered pairs of blocks: 6 equal, 6 of one class, 12 of one domain, 12 of neither.
    const unit = 1 / (6 * m * degree);
    expect(joined(true, true)).toBeCloseTo(6 * m * (m - 1) * rho * unit, 12);
    expect(joined(true, false)).toBeCloseTo(6 * m * m * alpha * unit, 12);
    expect(joined(false, true)).toBeCloseTo(12 * m * m * beta * unit, 12);
    expect(joined(false, false)).toBeCloseTo(12 * m * m * gamma * unit, 12);
  });
});

describe('sprites', () => {
  const small = { shapes: 2, sizes: 2, positions: 3, shapeChange: 0.1, side: 12 };

  test('weights are those of pairs of views drawn from originals', async () => {
    const graph = await load(sprites, { ...small, sizeJitter: 0 });
    const { vertices: n, factors } = graph;
    const random = stream(3, 'sprites');
    const near = (from: number, steps: number): number => {
      const choices = Array.from({ length: steps }, (_, to) => to).filter((to) => Math.abs(to - from) <= 1);
      return choices[random.integer(choices.length)] ?? Number.NaN;
    };
    const viewOf = (original: number): number => {
      const step = (name: string) => factors[name]?.[original] ?? Number.NaN;
      const shape = random.uniform() < 0.1 ? 1 - step('shape') : step('shape');
      return ((shape * 2 + step('size')) * 3 + near(step('y'), 3)) * 3 + near(step('x'), 3);
    };
    const draws = 400_000;
    const counts = new Float64Array(n * n);
    for (let i = 0; i < draws; i++) {
      const original = random.integer(n);
      const at = viewOf(original) * n + viewOf(original);
      counts[at] = (counts[at] ?? 0) + 1;
    }
    const joint = dense(graph);
    let chiSquare = 0;
    let [cells, strays] = [0, 0];
    for (const [at, count] of counts.entries()) {
      const expected = draws * (joint[at] ?? 0);
      if (expected === 0) strays += count;
      else {
        chiSquare += (count - expected) ** 2 / expected;
        cells++;
      }
    }
    expect(strays).toBe(0);
    // χ² with cells − 1 degrees of freedom: five deviations.
    expect(Math.abs(chiSquare - cells)).toBeLessThan(5 * Math.sqrt(2 * cells));
  });

  test('eigenvalues are products of those of the factors', async () => {
    // Of two steps with change ε, views disagree with probability 2ε(1 − ε): 1 − 4ε(1 − ε). Of two sizes within
    // each other's reach nothing remains. Of three positions, each end reaches two and the middle three.
    const ofShape = [1, 1 - 4 * 0.1 * 0.9];
    const ofSize = [1, 0];
    const rows = [
      [1 / 2, 1 / 2, 0],
      [1 / 3, 1 / 3, 1 / 3],
      [0, 1 / 2, 1 / 2],
    ];
    const joint = Float64Array.from({ length: 9 }, (_, at) =>
      rows.reduce((sum, row) => sum + ((row[Math.floor(at / 3)] ?? 0) * (row[at % 3] ?? 0)) / 3, 0),
    );
    const row = (x: number) => [0, 1, 2].reduce((sum, y) => sum + (joint[3 * x + y] ?? 0), 0);
    const ofPosition = [
      ...eigenvalues(
        joint.map((weight, at) => weight / Math.sqrt(row(Math.floor(at / 3)) * row(at % 3))),
        3,
      ),
    ];
    const products = ofShape.flatMap((a) =>
      ofSize.flatMap((b) => ofPosition.flatMap((c) => ofPosition.map((d) => a * b * c * d))),
    );
    expectSpectrum(await load(sprites, { ...small, sizeJitter: 1 }), products);
  });

  test('shapes have their areas and places', () => {
    const centre = { x: 0.5, y: 0.5, radius: 0.4 };
    const area = (shape: 'square' | 'disc' | 'triangle' | 'cross') =>
      spritePixels({ ...centre, shape }, 64).reduce((sum, covered) => sum + covered, 0) / 64 ** 2;
    // Of a square of 0.8: all, π/4, half, 5/9. A border of at most 260 samples may fall on either side.
    expect(Math.abs(area('square') - 0.64)).toBeLessThan(0.005);
    expect(Math.abs(area('disc') - 0.16 * Math.PI)).toBeLessThan(0.005);
    expect(Math.abs(area('triangle') - 0.32)).toBeLessThan(0.005);
    expect(Math.abs(area('cross') - (0.64 * 5) / 9)).toBeLessThan(0.005);
    const pixels = spritePixels({ shape: 'disc', x: 0.25, y: 0.75, radius: 0.1 }, 16);
    let [x, y, sum] = [0, 0, 0];
    for (const [at, covered] of pixels.entries()) {
      x += covered * ((at % 16) + 0.5);
      y += covered * (Math.floor(at / 16) + 0.5);
      sum += covered;
    }
    expect(x / sum / 16).toBeCloseTo(0.25, 2);
    expect(y / sum / 16).toBeCloseTo(0.75, 2);
  });
});

test('inputs of a group share a direction as strong as the signal, and none without', async () => {
  const alike = async (inputSignal: number): Promise<number> => {
    const { inputs, clusters, shape } = await load(blockModel, { blocks: 2, inputSignal });
    const { width } = shape;
    let [sum, count] = [0, 0];
    for (let x = 0; x < clusters.length; x++) {
      for (let y = 0; y < x; y++) {
        if (clusters[x] !== clusters[y]) continue;
        for (let j = 0; j < width; j++) sum += (inputs[x * width + j] ?? 0) * (inputs[y * width + j] ?? 0);
        count += width;
      }
    }
    return sum / count;
  };
  // 120 vertices in two groups: the mean over pairs of ε_x ε_y is of order 1 / 60; of the centres' squares,
  // 64 numbers, of order √(2 / 64).
  expect(Math.abs(await alike(0))).toBeLessThan(0.05);
  expect(Math.abs((await alike(2)) - 4)).toBeLessThan(2);
});
