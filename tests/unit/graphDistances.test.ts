import { expect, test } from 'vitest';
import { sprites } from '#science/data/sprites.ts';
import type { Measured } from '#science/definition.ts';
import { graphDistances } from '#science/evaluations/graphDistances.ts';
import { graphOfPopulation } from '#science/graph/graph.ts';
import { allPairs, factorDistances } from '#science/graph/pairDistances.ts';
import type { GraphPopulation } from '#science/graph/population.ts';
import { diffusionMap, graphSpectrum } from '#science/graph/spectrum.ts';

const small = () =>
  sprites.load(sprites.params.parse({ shapes: 2, sizes: 1, positions: 4, shapeChange: 0.05 }));
const params = graphDistances.params.parse({ vertices: 32, resamples: 20, time: 2 });

function measured(population: GraphPopulation, projections: Float32Array) {
  const width = projections.length / population.vertices;
  const found = graphDistances.prepare(params, population, { id: 'spectral' }, width).measure(projections);
  return (name: string): Measured =>
    found.find((one) => one.name === `distance/${name}`) ?? expect.unreachable(name);
}

test('factors by names differ alike, others by their steps; all together in units of their deviation', async () => {
  const population = await small();
  const vertices = Int32Array.from([0, 1, 5, 31]);
  const pairs = allPairs(vertices);
  expect([...pairs.first]).toEqual([0, 0, 0, 1, 1, 5]);
  expect([...pairs.second]).toEqual([1, 5, 31, 5, 31, 31]);
  const of = new Map(factorDistances(population, pairs));
  // Vertices are shape · 16 + y · 4 + x: 0 at (0, 0), 1 at (0, 1), 5 at (1, 1), 31 the other shape at (3, 3).
  expect([...(of.get('shape') ?? [])]).toEqual([0, 0, 1, 0, 1, 1]);
  expect([...(of.get('y') ?? [])]).toEqual([0, 1, 3, 1, 3, 2]);
  expect([...(of.get('x') ?? [])]).toEqual([1, 1, 3, 0, 2, 2]);
  // Mean squares: 3/6 of the shape, 24/6 of y, 19/6 of x; the size is constant.
  const expected = [2 / 19 + 8 / 19, 1 / 4 + 6 / 19, 2 + 9 / 4 + 54 / 19];
  expect(of.get('all')?.[1]).toBeCloseTo(Math.sqrt(expected[1] ?? 0), 12);
  expect(of.get('all')?.[2]).toBeCloseTo(Math.sqrt(expected[2] ?? 0), 12);
  const names = { factors: { name: Float64Array.from([0, 2, 1, 2]) }, nominal: ['name'] };
  expect([...(factorDistances(names, allPairs(Int32Array.from([0, 1, 2, 3])))[0]?.[1] ?? [])]).toEqual([
    1, 1, 1, 1, 0, 1,
  ]);
});

test('projections that are the diffusion map, or the factors, agree with these wholly', async () => {
  const population = await small();
  const graph = graphOfPopulation(population);
  const map = diffusionMap(graph, graphSpectrum(graph, 32), 2);
  const asMap = measured(population, Float32Array.from(map));
  expect(asMap('learnt_diffusion').value).toBeGreaterThan(0.999);
  expect(asMap('learnt_factors').value).toBeCloseTo(asMap('diffusion_factors').value, 2);
  const { shape = [], x = [], y = [] } = population.factors;
  const deviations = [shape, y, x].map((factor) => {
    const mean = [...factor].reduce((sum, value) => sum + value, 0) / 32;
    return Math.sqrt([...factor].reduce((sum, value) => sum + (value - mean) ** 2, 0) / 32);
  });
  const rows = Array.from({ length: 32 }, (_, v) =>
    [shape[v], y[v], x[v]].map((value, f) => (value ?? 0) / (deviations[f] ?? Number.NaN)),
  ).flat();
  const asFactors = measured(population, Float32Array.from(rows));
  // Equal distances of factors differ in the last bits of these rows, which parts their ranks.
  expect(asFactors('learnt_factors').value).toBeGreaterThan(0.99);
  const { lower, means } = asFactors('learnt_factors').detail as { lower: number; means: number[] };
  expect(lower).toBeGreaterThan(0.98);
  expect([...means].sort((a, b) => a - b)).toEqual(means);
});

test('edges are counted without their weights, labels compared pair by pair', async () => {
  const population = await small();
  const found = measured(
    population,
    new Float32Array(32).map((_, v) => (v < 16 ? 0 : 1)),
  );
  // Two places are one edge apart where no side differs by more than two, else two: the shape may change on the way.
  const hops = (a: number, b: number) => {
    const [dx, dy] = [
      Math.abs((a % 4) - (b % 4)),
      Math.abs((Math.floor(a / 4) % 4) - (Math.floor(b / 4) % 4)),
    ];
    return Math.max(dx, dy) <= 2 ? 1 : 2;
  };
  const [same, different]: [number[], number[]] = [[], []];
  for (let a = 0; a < 32; a++) {
    for (let b = a + 1; b < 32; b++) (a < 16 === b < 16 ? same : different).push(hops(a, b));
  }
  let nearer = 0;
  for (const a of same) for (const b of different) nearer += a < b ? 1 : a === b ? 0.5 : 0;
  expect(found('hop_label').value).toBeCloseTo(nearer / same.length / different.length, 12);
  // One number that tells the shapes apart: all pairs of one shape are at 0, all others at 1.
  expect(found('learnt_label').value).toBe(1);
});
