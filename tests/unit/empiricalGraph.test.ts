import { expect, test } from 'vitest';
import { stream } from '#engine/random.ts';
import { empiricalGraph } from '#science/data/empiricalGraph.ts';
import { nearestViews } from '#science/data/nearestViews.ts';
import { graphOfPopulation } from '#science/graph/graph.ts';
import { graphSpectrum } from '#science/graph/spectrum.ts';

const load = (settings: object) =>
  empiricalGraph.load(empiricalGraph.params.parse({ images: 30, views: 4, neighbours: 3, ...settings }));

test('the nearest views are those of sorting all distances, without views of the same original', () => {
  const random = stream(1, 'points');
  const views = Float32Array.from({ length: 40 * 2 }, () => random.normal());
  const originals = Int32Array.from({ length: 40 }, (_, x) => x >> 2);
  const found = nearestViews(views, originals, 2, 5);
  for (let x = 0; x < 40; x++) {
    const all = Array.from({ length: 40 }, (_, y) => ({
      view: y,
      distance: [0, 1].reduce(
        (sum, i) => sum + ((views[2 * x + i] as number) - (views[2 * y + i] as number)) ** 2,
        0,
      ),
    })).filter(({ view }) => originals[view] !== originals[x]);
    const expected = all.sort((a, b) => a.distance - b.distance).slice(0, 5);
    expect(found[x]?.map(({ view }) => view)).toEqual(expected.map(({ view }) => view));
    for (const [i, { distance }] of expected.entries())
      expect(found[x]?.[i]?.squaredDistance).toBeCloseTo(distance, 10);
  }
});

test('views of one image have their mass in equal weights, and neighbours the rest', async () => {
  const { pairs, vertices, factors, labels, inputs, shape } = await load({ neighbourMass: 0.25 });
  expect(vertices).toBe(120);
  expect(inputs).toHaveLength(120 * shape.height * shape.width);
  const original = factors.original as Float64Array;
  let between = 0;
  const linked = new Set<number>();
  for (const [i, weight] of pairs.weight.entries()) {
    const [x, y] = [pairs.from[i] as number, pairs.to[i] as number];
    if (original[x] === original[y]) {
      expect(weight).toBeCloseTo(0.75 / (30 * 16), 15);
      expect(labels[x]).toBe(labels[y]);
    } else {
      between += weight;
      linked.add(x);
    }
  }
  expect(between).toBeCloseTo(0.25, 12);
  expect(linked.size).toBe(120);
});

test('without neighbours it falls apart into its images', async () => {
  const apart = graphSpectrum(graphOfPopulation(await load({ neighbourMass: 0 })), 31);
  expect(apart.components.count).toBe(30);
  expect(apart.eigenvalues[29]).toBeCloseTo(1, 12);
  expect(apart.eigenvalues[30]).toBeLessThan(0.01);
  const joined = graphSpectrum(graphOfPopulation(await load({ neighbourMass: 0.2 })), 2);
  expect(joined.components.count).toBeLessThan(10);
});
