import { describe, expect, test } from 'vitest';
import { stream } from '#engine/random.ts';
import { type Edges, graphOfEdges, graphOfPopulation } from '#science/graph/graph.ts';
import { drawGraph } from '#science/graphLab/drawing.ts';
import { forceLayout } from '#science/graphLab/forceLayout.ts';
import { cliques } from './support/populations.ts';

describe('what is drawn of a graph', () => {
  const population = cliques(4, 30, 0.1);
  const graph = graphOfPopulation(population);

  test('all of it where it is small enough, edges once and without loops', () => {
    const { vertices, edges, among, whole, labels } = drawGraph(population, graph, {
      vertices: 120,
      edges: 10_000,
    });
    expect([...vertices]).toEqual(Array.from({ length: 120 }, (_, vertex) => vertex));
    expect(whole).toEqual({ vertices: 120, edges: (120 * 119) / 2, clusters: 4 });
    expect(edges.from.length).toBe(whole.edges);
    expect(among).toBe(whole.edges);
    expect([...labels]).toEqual([...population.labels]);
  });

  test('a sample of it where it is large: induced edges, strongest first, and the same at every call', () => {
    const size = { vertices: 40, edges: 150 };
    const drawing = drawGraph(population, graph, size);
    expect(drawGraph(population, graph, size)).toEqual(drawing);
    const { vertices, edges, clusters } = drawing;
    expect(new Set(vertices).size).toBe(40);
    expect(edges.from.length).toBe(150);
    expect(drawing.among).toBe((40 * 39) / 2);
    const inside = (e: number) => clusters[edges.from[e] as number] === clusters[edges.to[e] as number];
    for (const [e, weight] of edges.weight.entries()) {
      // Pairs of one clique weigh 27 times those of two: there are more than 150 of them here.
      expect(inside(e)).toBe(true);
      expect(weight).toBeCloseTo(0.9 / (30 * 120), 12);
    }
    // Chance among equals: no clique goes without.
    expect(new Set([...edges.from].map((place) => clusters[place])).size).toBe(4);
  });

  test('a sample of a sparse graph keeps edges: walks go along them', () => {
    const count = 1200;
    const ring = {
      from: Int32Array.from({ length: count }, (_, x) => x),
      to: Int32Array.from({ length: count }, (_, x) => (x + 1) % count),
      weight: new Float64Array(count).fill(1),
    };
    const long = cliques(2, count / 2, 0);
    const drawn = drawGraph(long, graphOfEdges(count, ring, 'ring'), { vertices: 200, edges: 1000 });
    expect(drawn.vertices.length).toBe(200);
    // Drawn independently, 200 of 1,200 would have about 33 of their edges among them.
    expect(drawn.edges.from.length).toBeGreaterThan(140);
    expect(drawn.whole.edges).toBe(count);
    for (const [e, from] of drawn.edges.from.entries()) {
      const [x, y] = [drawn.vertices[from] as number, drawn.vertices[drawn.edges.to[e] as number] as number];
      expect([1, count - 1]).toContain(y - x);
    }
    expect(new Set(drawn.edges.weight)).toEqual(new Set([1 / (2 * count)]));
  });

  test('vertices of one cluster lie nearer to each other than to others', () => {
    const { x, y, clusters } = drawGraph(population, graph, { vertices: 120, edges: 0 });
    const means = { same: { sum: 0, count: 0 }, other: { sum: 0, count: 0 } };
    for (let a = 0; a < 120; a++) {
      for (let b = 0; b < a; b++) {
        const mean = clusters[a] === clusters[b] ? means.same : means.other;
        const [dx, dy] = [(x[a] as number) - (x[b] as number), (y[a] as number) - (y[b] as number)];
        mean.sum += Math.hypot(dx, dy);
        mean.count += 1;
      }
    }
    expect(means.other.sum / means.other.count).toBeGreaterThan((2 * means.same.sum) / means.same.count);
  });
});

describe('force layout', () => {
  const pair: Edges = {
    from: Int32Array.of(0),
    to: Int32Array.of(1),
    weight: Float64Array.of(0.5),
  };

  test('two joined vertices rest where attraction and gravity balance repulsion', () => {
    const { x, y } = forceLayout(Float64Array.of(1, 1), pair, stream(1, 'test'));
    const apart = Math.hypot((x[0] as number) - (x[1] as number), (y[0] as number) - (y[1] as number));
    // d + 0.1 d / 2 = 0.5 / d
    expect(apart).toBeCloseTo(Math.sqrt(0.5 / 1.05), 3);
  });

  test('two vertices that nothing joins rest where gravity balances repulsion', () => {
    const none: Edges = { from: new Int32Array(0), to: new Int32Array(0), weight: new Float64Array(0) };
    const { x, y } = forceLayout(Float64Array.of(1, 1), none, stream(1, 'test'), 1000);
    const apart = Math.hypot((x[0] as number) - (x[1] as number), (y[0] as number) - (y[1] as number));
    expect(apart).toBeCloseTo(Math.sqrt(0.5 / 0.05), 2);
  });
});
