import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { GraphStage } from '#contract/graph.ts';
import { stream } from '#engine/random.ts';
import { denseNormalisedAdjacency, type Graph, graphOfEdges } from '#science/graph/graph.ts';
import { graphSpectrum } from '#science/graph/spectrum.ts';
import { answerGraph } from '#science/graphLab/lab.ts';
import { eigenvalues } from '#science/linalg/eigh.ts';
import { temporaryFolder } from '../fixtures/hosts.ts';

/** Vertex x is joined to x ± each jump, around a circle: eigenvalue i is the mean of cos(2π i jump / n). */
function circulant(
  vertices: number,
  jumps: readonly number[],
): { graph: Graph; all: number[]; lines: string[] } {
  const from = jumps.flatMap(() => Array.from({ length: vertices }, (_, x) => x));
  const to = jumps.flatMap((jump) => Array.from({ length: vertices }, (_, x) => (x + jump) % vertices));
  const graph = graphOfEdges(vertices, { from, to, weight: from.map(() => 1) }, 'circulant');
  const all = Array.from(
    { length: vertices },
    (_, i) =>
      jumps.reduce((sum, jump) => sum + Math.cos((2 * Math.PI * i * jump) / vertices), 0) / jumps.length,
  ).sort((a, b) => b - a);
  return { graph, all, lines: from.map((x, i) => `${x},${to[i]},1`) };
}

function drawnJumps(vertices: number, count: number): number[] {
  const random = stream(3, 'jumps');
  const jumps = new Set([1]);
  while (jumps.size < count) jumps.add(2 + Math.floor(random.uniform() * (vertices / 2 - 3)));
  return [...jumps];
}

describe('a large sparse graph', () => {
  test('has the eigenvalues of its closed form, pairs of equal ones at the edge of the bulk', () => {
    const { graph, all } = circulant(6000, drawnJumps(6000, 12));
    const looks: number[] = [];
    const { eigenvalues: found, converged } = graphSpectrum(graph, 9, (_products, count) =>
      looks.push(count),
    );
    expect(converged).toBe(true);
    for (const [i, value] of found.entries())
      expect(Math.abs(value - (all[i] as number))).toBeLessThan(1e-10);
    expect(looks.length).toBeGreaterThan(3);
    expect(looks.at(-1)).toBe(9);
  });

  test('has those of the dense solver where weights are any', () => {
    const random = stream(4, 'edges');
    const size = 700;
    const edges = new Map<string, [number, number, number]>();
    for (let x = 0; x < size; x++) {
      for (let degree = 0; degree < 6; degree++) {
        const near = x - (x % 100) + Math.floor(100 * random.uniform());
        const y = random.uniform() < 0.9 ? near : Math.floor(size * random.uniform());
        edges.set(`${Math.min(x, y)} ${Math.max(x, y)}`, [x, y, 0.1 + random.uniform()]);
      }
    }
    const [from, to, weight] = [0, 1, 2].map((i) => [...edges.values()].map((edge) => edge[i] as number));
    const graph = graphOfEdges(size, { from: from ?? [], to: to ?? [], weight: weight ?? [] }, 'drawn');
    const dense = eigenvalues(denseNormalisedAdjacency(graph), size).reverse();
    const found = graphSpectrum(graph, 12).eigenvalues;
    for (const [i, value] of found.entries())
      expect(Math.abs(value - (dense[i] as number))).toBeLessThan(1e-10);
  });

  test('is shown in the Graph lab', { timeout: 60_000 }, async () => {
    const vertices = 10_000;
    const { lines, all } = circulant(vertices, drawnJumps(vertices, 4));
    const file = join(temporaryFolder(), 'graph.csv');
    writeFileSync(file, ['row,col,weight', ...lines].join('\n'));
    const stages: GraphStage[] = [];
    const question = { data: { id: 'graph-file', file }, vertices: 300, edges: 1000, time: 4 };
    const answer = await answerGraph(question, (stage) => stages.push(stage));
    expect(stages).toEqual(['graph', 'spectrum', 'layout', 'distances']);
    expect(answer.drawing.whole).toEqual({ vertices, edges: 4 * vertices, clusters: 1 });
    expect(answer.drawing.vertices.length).toBeLessThanOrEqual(300);
    for (const [i, value] of answer.eigenvalues.entries()) {
      expect(Math.abs(value - (all[i] as number))).toBeLessThan(1e-9);
    }
  });

  test('of thousands of components costs no more', { timeout: 60_000 }, async () => {
    const components = 20_000;
    const lines = Array.from({ length: components }, (_, i) => `${2 * i},${2 * i + 1},1`);
    const file = join(temporaryFolder(), 'graph.csv');
    writeFileSync(file, ['row,col,weight', ...lines].join('\n'));
    const question = { data: { id: 'graph-file', file }, vertices: 300, edges: 1000, time: 4 };
    const before = performance.now();
    const answer = await answerGraph(question, () => {});
    // A way through the graph for each component takes a minute.
    expect(performance.now() - before).toBeLessThan(30_000);
    expect(answer.components).toBe(components);
    expect(new Set(answer.conductance.clusters)).toEqual(new Set([0]));
    expect([...answer.eigenvalues]).toEqual(new Array(answer.eigenvalues.length).fill(1));
  });
});
