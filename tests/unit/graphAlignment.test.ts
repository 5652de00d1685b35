import { expect, test } from 'vitest';
import { nativeBackend } from '#engine/backend.ts';
import { capturedEngine } from '#engine/capture/engine.ts';
import { eagerEngine } from '#engine/eager.ts';
import { SeededParameters } from '#engine/parameters.ts';
import { stream } from '#engine/random.ts';
import { memory } from '#engine/tf.ts';
import { viewGraph } from '#science/data/viewGraph.ts';
import { type Graph, graphOfEdges } from '#science/graph/graph.ts';
import { leadingEigenvectors, spannedShares } from '#science/graph/spannedEigenvectors.ts';
import { graphAlignment } from '#science/probes/graphAlignment.ts';
import { expandRuns, resolveExperiment } from '#science/registry.ts';
import { encoding } from '#science/studies/contrastive/measures.ts';
import { buildModel } from '#science/studies/contrastive/model.ts';
import { contrastiveDigits } from '#science/studies/contrastive/presets/contrastiveDigits.ts';
import { loadSource } from '#science/studies/contrastive/source.ts';

/** A path of `n` vertices, both ends joined to themselves: eigenvectors cos(π j (x + ½) / n), eigenvalues cos(π j / n). */
function path(n: number): Graph {
  const edges = Array.from({ length: n - 1 }, (_, x) => [x, x + 1] as const);
  const all = [...edges, [0, 0] as const, [n - 1, n - 1] as const];
  return graphOfEdges(
    n,
    { from: all.map(([x]) => x), to: all.map(([, y]) => y), weight: all.map(() => 1) },
    'path',
  );
}

const wave = (n: number, j: number) =>
  Array.from({ length: n }, (_, x) => Math.cos((Math.PI * j * (x + 0.5)) / n));

function sharesOf(graph: Graph, count: number, columns: readonly (readonly number[])[]) {
  const rows = Float32Array.from(
    { length: graph.vertices * columns.length },
    (_, i) => columns[i % columns.length]?.[Math.floor(i / columns.length)] ?? Number.NaN,
  );
  return spannedShares(leadingEigenvectors(graph, count), rows, columns.length);
}

test('the eigenvectors of a path are cosines, without the constant', () => {
  const { eigenvalues, vectors } = leadingEigenvectors(path(40), 3);
  for (const j of [1, 2, 3]) {
    expect(eigenvalues[j - 1]).toBeCloseTo(Math.cos((Math.PI * j) / 40), 10);
    const known = wave(40, j).map((value) => value / Math.sqrt(20));
    const cosine = known.reduce((sum, value, x) => sum + value * (vectors[j - 1]?.[x] ?? Number.NaN), 0);
    expect(Math.abs(cosine)).toBeCloseTo(1, 9);
  }
});

test('any basis, scale and offset of the eigenvectors spans all of them, and the constant none', () => {
  const [first, second] = [wave(40, 1), wave(40, 2)];
  const mixed = [
    first.map((value, x) => 3 * value + 20 * (second[x] as number) - 7),
    first.map((value, x) => 0.01 * value - 0.02 * (second[x] as number) + 5),
    first.map(() => 4),
  ];
  const all = sharesOf(path(40), 2, mixed);
  expect(all.mean).toBeCloseTo(1, 5);
  expect(all.rank).toBe(2);
  expect(all.chance).toBeCloseTo(2 / 39, 12);
  const none = sharesOf(path(40), 2, [first.map(() => 4)]);
  expect(none).toMatchObject({ mean: 0, rank: 0, chance: 0 });
});

test('a direction between two eigenvectors spans cos² of its angle to each', () => {
  const [inside, outside] = [wave(40, 2), wave(40, 9)];
  const angle = 0.7;
  const between = inside.map(
    (value, x) => Math.cos(angle) * value + Math.sin(angle) * (outside[x] as number),
  );
  const { shares, mean } = sharesOf(path(40), 4, [between]);
  expect(shares[1]).toBeCloseTo(Math.cos(angle) ** 2, 5);
  for (const other of [0, 2, 3]) expect(shares[other]).toBeCloseTo(0, 5);
  expect(mean).toBeCloseTo(Math.cos(angle) ** 2 / 4, 5);
});

test('random features span their rank’s share of the vertices', () => {
  const random = stream(1, 'features');
  const graph = path(200);
  const means = Array.from({ length: 30 }, () => {
    const columns = Array.from({ length: 20 }, () => Array.from({ length: 200 }, () => random.normal()));
    return sharesOf(graph, 10, columns).mean;
  });
  // Of 10 eigenvectors and 30 draws the deviation of the mean is below 0.002.
  expect(means.reduce((sum, one) => sum + one, 0) / 30).toBeCloseTo(20 / 199, 2);
});

test('vertices count by their weights: eigenfunctions are spanned, where degrees differ', () => {
  const random = stream(2, 'graph');
  const edges = Array.from({ length: 60 }, (_, x) => [x, (x + 1) % 60, 0.2 + random.uniform()] as const);
  const graph = graphOfEdges(
    60,
    { from: edges.map(([x]) => x), to: edges.map(([, y]) => y), weight: edges.map(([, , w]) => w) },
    'cycle',
  );
  const { vectors, roots } = leadingEigenvectors(graph, 3);
  const functions = vectors.map((vector) => Array.from(vector, (entry, x) => entry / (roots[x] as number)));
  expect(sharesOf(graph, 3, functions).mean).toBeCloseTo(1, 5);
  expect(
    sharesOf(
      graph,
      3,
      vectors.map((vector) => [...vector]),
    ).mean,
  ).toBeLessThan(0.999);
});

test('of a graph in parts the parts are eigenvectors, less the constant', () => {
  const views = Float32Array.from({ length: 12 }, (_, x) => Math.floor(x / 4) + 0.01 * x);
  const apart = viewGraph({ images: 3, each: 4, views }, { neighbours: 1, neighbourMass: 0 });
  const { eigenvalues, vectors } = leadingEigenvectors(apart, 2);
  expect([...eigenvalues]).toEqual([expect.closeTo(1, 12), expect.closeTo(1, 12)]);
  expect(vectors.length).toBe(2);
  const indicator = (image: number) => Array.from({ length: 12 }, (_, x) => +(Math.floor(x / 4) === image));
  expect(sharesOf(apart, 2, [indicator(0), indicator(1)]).mean).toBeCloseTo(1, 6);
  expect(sharesOf(apart, 2, [indicator(0)]).mean).toBeCloseTo(0.5, 6);
});

test('a run’s projections are those of the views that the graph is made of, alike in both engines', async () => {
  const [run] = expandRuns(
    resolveExperiment({
      ...contrastiveDigits.experiment,
      batchSize: 16,
      data: { id: 'mnist', trainCount: 500 },
      encoder: { id: 'conv', channels: 4, stages: 3 },
      projector: { id: 'mlp', hidden: 16, width: 8 },
    }),
  );
  if (run?.spec.study !== 'contrastive') throw new Error('A contrastive run is expected.');
  const source = await loadSource(run.spec);
  const model = buildModel(run.spec, source.shape, () => new SeededParameters(1));
  const settings = graphAlignment.params.parse({ images: 40, views: 3, eigenvectors: 5 });
  const tensors = memory().numTensors;
  const engines = [
    eagerEngine(),
    capturedEngine(nativeBackend, { warn: (message) => expect.unreachable(message) }),
  ];
  const found = engines.map((engine) => {
    const encoded = encoding(source, model, engine);
    const task = encoded.task();
    const views = task.sampledViews?.({ images: 40, each: 3, seed: 0 });
    expect(views?.views.length).toBe(40 * 3 * 28 * 28);
    expect(views?.projections.length).toBe(40 * 3 * 8);
    const measured = graphAlignment.measure(settings, task, engine, stream(0, 'probe'));
    encoded.dispose();
    return measured[0]?.value ?? Number.NaN;
  });
  expect(memory().numTensors).toBe(tensors);
  expect(found[0]).toBeGreaterThan(8 / 119);
  expect(found[0]).toBeLessThanOrEqual(1);
  expect(found[1]).toBeCloseTo(found[0] as number, 3);
  model.dispose();
});
