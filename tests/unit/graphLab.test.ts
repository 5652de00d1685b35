import { describe, expect, test } from 'vitest';
import { graphQuestion } from '#contract/graph.ts';
import { graphOfPopulation } from '#science/graph/graph.ts';
import type { GraphPopulation } from '#science/graph/population.ts';
import { diffusionMap, graphSpectrum } from '#science/graph/spectrum.ts';
import { distancesAgainstLabels } from '#science/graphLab/distances.ts';
import { answerGraph } from '#science/graphLab/lab.ts';
import { openFakeHost, temporaryFolder } from '../fixtures/hosts.ts';
import { cliques } from './support/populations.ts';

/** A path with a loop at each vertex; labels are its two halves. */
function path(vertices: number): GraphPopulation {
  const pairs: [number, number][] = Array.from({ length: vertices }, (_, x) => [x, x]);
  for (let x = 0; x + 1 < vertices; x++) pairs.push([x, x + 1], [x + 1, x]);
  const from = Int32Array.from(pairs, ([x]) => x);
  const halves = Int32Array.from({ length: vertices }, (_, x) => (2 * x < vertices ? 0 : 1));
  return {
    ...cliques(2, vertices / 2, 0),
    pairs: {
      from,
      to: Int32Array.from(pairs, ([, y]) => y),
      weight: new Float64Array(pairs.length).fill(1 / pairs.length),
    },
    marginals: Float64Array.from({ length: vertices }, (_, x) => {
      return from.filter((one) => one === x).length / pairs.length;
    }),
    labels: halves,
    clusters: halves,
    factors: {
      place: Float64Array.from({ length: vertices }, (_, x) => x),
      none: new Float64Array(vertices),
    },
  };
}

/** √(Σ_z (p_t(x, z) − p_t(y, z))² / π(z)), from powers of the transition matrix itself. */
function diffusionDistance(population: GraphPopulation, time: number, x: number, y: number): number {
  const { vertices, pairs, marginals } = population;
  const walk = (start: number) => {
    let at = new Float64Array(vertices);
    at[start] = 1;
    for (let step = 0; step < time; step++) {
      const next = new Float64Array(vertices);
      for (const [i, w] of pairs.weight.entries()) {
        const [a, b] = [pairs.from[i] as number, pairs.to[i] as number];
        next[b] = (next[b] as number) + ((at[a] as number) * w) / (marginals[a] as number);
      }
      at = next;
    }
    return at;
  };
  const [p, q] = [walk(x), walk(y)];
  const square = p.reduce(
    (sum, share, z) => sum + (share - (q[z] as number)) ** 2 / (marginals[z] as number),
    0,
  );
  return Math.sqrt(square);
}

describe('distances against labels', () => {
  test('on a path: hops and diffusion against sums over all pairs', () => {
    const [vertices, time] = [8, 3];
    const population = path(vertices);
    const graph = graphOfPopulation(population);
    const map = diffusionMap(graph, graphSpectrum(graph, vertices), time);
    const all = Int32Array.from({ length: vertices }, (_, x) => x);
    const [hop, diffusion] = distancesAgainstLabels(population, graph, map, all);
    const sums = { same: { hop: 0, diffusion: 0 }, different: { hop: 0, diffusion: 0 } };
    for (let x = 0; x < vertices; x++) {
      for (let y = x + 1; y < vertices; y++) {
        const sum = population.labels[x] === population.labels[y] ? sums.same : sums.different;
        sum.hop += y - x;
        sum.diffusion += diffusionDistance(population, time, x, y);
      }
    }
    expect(hop?.same).toMatchObject({ pairs: 12, apart: 0, mean: sums.same.hop / 12 });
    expect(hop?.different).toMatchObject({ pairs: 16, apart: 0, mean: sums.different.hop / 16 });
    expect(diffusion?.same.mean).toBeCloseTo(sums.same.diffusion / 12, 9);
    expect(diffusion?.different.mean).toBeCloseTo(sums.different.diffusion / 16, 9);
    // Hops inside a half: 1 six times, 2 four times, 3 twice.
    for (const [i, expected] of [1, 1, 1.5, 2, 2.9].entries()) {
      expect(hop?.same.quantiles[i]).toBeCloseTo(expected, 12);
    }
    // Hops are the distance of places; a factor that is constant has no rank.
    expect(hop?.factors).toEqual([
      { factor: 'place', correlation: 1 },
      { factor: 'none', correlation: null },
      { factor: 'all', correlation: 1 },
    ]);
  });

  test('pairs that no path joins are counted apart, and are the most distant ones', () => {
    const population = cliques(3, 4, 0);
    const graph = graphOfPopulation(population);
    const map = diffusionMap(graph, graphSpectrum(graph, 12), 1);
    const all = Int32Array.from({ length: 12 }, (_, x) => x);
    const [hop] = distancesAgainstLabels(population, graph, map, all);
    expect(hop?.same).toEqual({ pairs: 18, apart: 0, mean: 1, quantiles: [1, 1, 1, 1, 1] });
    expect(hop?.different).toMatchObject({ pairs: 48, apart: 48, mean: Number.NaN });
    expect(hop?.nearer).toBe(1);
  });
});

describe('the Graph lab', () => {
  const question = (data: object) => graphQuestion.parse({ data });

  test('finds the spectrum and the cuts of hierarchical clusters that are known in closed form', async () => {
    const stages: string[] = [];
    const [clusters, subClusters, vertices] = [3, 2, 5];
    const [betweenClusters, betweenSubClusters, withinSubClusters] = [0.06, 0.2, 0.6];
    const data = { id: 'hierarchical-clusters', clusters, subClusters, vertices, classes: 3 };
    const answer = await answerGraph(
      question({ ...data, betweenClusters, betweenSubClusters, withinSubClusters }),
      (stage) => stages.push(stage),
    );
    expect(stages).toEqual(['graph', 'spectrum', 'layout', 'distances']);
    const upper = 1 - (betweenClusters * clusters) / (clusters - 1);
    const middle = 1 - betweenClusters - (betweenSubClusters * subClusters) / (subClusters - 1);
    const lower = 1 - betweenClusters - betweenSubClusters - (withinSubClusters * vertices) / (vertices - 1);
    const expected = [1, upper, upper, middle, middle, middle, ...new Array<number>(18).fill(lower)];
    expect(answer.eigenvalues.length).toBe(24);
    for (const [i, value] of answer.eigenvalues.entries()) expect(value).toBeCloseTo(expected[i] ?? 0, 10);
    expect(answer.floors[2]).toBeCloseTo(-1 - 2 * upper ** 2, 10);
    for (const value of answer.conductance.clusters) expect(value).toBeCloseTo(betweenClusters, 12);
    const { value, lower: least, upper: most } = answer.conductance.sweep ?? expect.unreachable();
    expect(value).toBeGreaterThanOrEqual(least - 1e-12);
    expect(value).toBeLessThanOrEqual(Math.min(betweenClusters, most) + 1e-12);
    expect(answer).toMatchObject({ components: 1, compared: 30, basis: 30 });
    expect(answer.drawing.whole).toEqual({ vertices: 30, edges: (30 * 29) / 2, clusters: 3 });
    // The first eigenvector is √w, and what is drawn is divided by that.
    for (const entry of answer.eigenvectors[0] ?? []) expect(entry).toBeCloseTo(1, 9);
  });

  test('of several components it says so, and every cut between them is free', async () => {
    const parts = { blocks: 3, vertices: 4, inside: 1, between: 0 };
    const answer = await answerGraph(question({ id: 'block-model', ...parts }), () => undefined);
    expect([...answer.eigenvalues.subarray(0, 4)].map((value) => Number(value.toFixed(9)))).toEqual([
      1, 1, 1, 0,
    ]);
    expect(answer.components).toBe(3);
    expect(answer.conductance).toEqual({ clusters: [0, 0, 0], sweep: { value: 0, lower: 0, upper: 0 } });
    expect(answer.distances[0]?.different).toMatchObject({ pairs: 48, apart: 48 });
  });

  test('answers off the host, tells its stages, and drops a question for a newer one', async () => {
    const host = await openFakeHost(temporaryFolder());
    const block = (vertices: number) => ({ data: { id: 'block-model', vertices } });
    const large = host.api.graph(block(500));
    const dropped = expect(large).rejects.toMatchObject({ code: 'conflict' });
    const answer = await host.api.graph(block(10));
    await dropped;
    expect(answer.drawing.whole.vertices).toBe(40);
    // The thread that is left answers on.
    expect((await host.api.graph(block(20))).drawing.whole.vertices).toBe(80);
    const stages = host.events.flatMap((event) => (event.type === 'graph' ? [event.stage] : []));
    expect(stages.slice(-4)).toEqual(['graph', 'spectrum', 'layout', 'distances']);
  });

  test('a wrong setting is named by its path, and images are no graph', async () => {
    const host = await openFakeHost(temporaryFolder());
    await expect(host.api.graph({ data: { id: 'block-model', vertices: 1 } })).rejects.toMatchObject({
      code: 'bad-input',
      path: 'data.vertices',
    });
    await expect(host.api.graph({ data: { id: 'mnist' } })).rejects.toMatchObject({ path: 'data.id' });
  });
});
