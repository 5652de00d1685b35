import { expect, test } from 'vitest';
import { nativeBackend, tf } from '#engine/backend.ts';
import { stream } from '#engine/random.ts';
import { hierarchicalClusters } from '#science/data/hierarchicalClusters.ts';
import { alignedEmbedding, graphEvaluation } from '#science/evaluations/graphSpectrum.ts';
import { graphOfPopulation } from '#science/graph/graph.ts';
import { graphSpectrum } from '#science/graph/spectrum.ts';
import { spectral } from '#science/losses/spectral.ts';

const population = await hierarchicalClusters.load(
  hierarchicalClusters.params.parse({ clusters: 3, subClusters: 2, vertices: 5, irregularity: 0.7 }),
);
const n = population.vertices;
const prepared = (width: number, loss: { id: string; [key: string]: unknown }) => {
  const { references, measure } = graphEvaluation.prepare({}, population, loss, width);
  return {
    references,
    measured: (rows: Float32Array) =>
      Object.fromEntries(measure(rows).map(({ name, value }) => [name, value])),
  };
};

/** √λ_i v_i(x) / √w(x): the minimiser's features. */
function minimiser(width: number): Float32Array {
  const { eigenvalues, vectors } = graphSpectrum(graphOfPopulation(population), width);
  return Float32Array.from({ length: n * width }, (_, at) => {
    const [x, i] = [Math.floor(at / width), at % width];
    const scale = Math.sqrt((eigenvalues[i] as number) / (population.marginals[x] as number));
    return scale * (vectors[i]?.[x] as number);
  });
}

test('the eigenvectors are at no angle and reach the floor, which μ divides', () => {
  for (const mu of [50, 200]) {
    const { references, measured } = prepared(4, { id: 'spectral', mu });
    const { eigenvalues } = graphSpectrum(graphOfPopulation(population), 5);
    const squares = eigenvalues.slice(0, 4).reduce((sum, value) => sum + value ** 2, 0);
    expect(references['loss/floor']).toBeCloseTo(-squares / mu, 12);
    expect(references['graph/eigengap']).toBeCloseTo(
      (eigenvalues[3] as number) - (eigenvalues[4] as number),
      10,
    );
    const found = measured(minimiser(4));
    expect(Math.abs(found['loss/gap'] as number)).toBeLessThan(1e-12);
    expect(found['angle/largest']).toBeLessThan(1e-6);
    expect(found['misfit/procrustes']).toBeLessThan(1e-6);
  }
});

test('turned and mirrored, the minimiser’s places are found again, beside its own', () => {
  const width = 4;
  const rows = minimiser(width);
  // A reflection, which is orthogonal: I − 2 u uᵀ.
  const u = [0.5, -0.5, 0.7, 0.1];
  const squared = u.reduce((sum, entry) => sum + entry ** 2, 0);
  const turned = rows.map((entry, at) => {
    const row = rows.subarray(at - (at % width), at - (at % width) + width);
    const along = row.reduce((sum, other, i) => sum + other * (u[i] as number), 0);
    return entry - (2 * along * (u[at % width] as number)) / squared;
  });
  const loss = { id: 'spectral', mu: 100 };
  const found = graphEvaluation.prepare({}, population, loss, width).measure(turned);
  const {
    clusters,
    minimiser: own,
    learnt,
  } = alignedEmbedding.parse(found.find(({ name }) => name === 'misfit/procrustes')?.detail);
  expect(clusters).toEqual([...population.clusters]);
  for (let x = 0; x < n; x++) {
    for (const i of [0, 1]) {
      const expected = rows[x * width + 1 + i] as number;
      expect(own[x]?.[i]).toBeCloseTo(expected, 4);
      expect(learnt[x]?.[i]).toBeCloseTo(expected, 4);
    }
  }
  const narrow = graphEvaluation.prepare({}, population, loss, 2).measure(minimiser(2));
  expect(narrow.find(({ name }) => name === 'misfit/procrustes')?.detail).toBeUndefined();
});

test('the loss over all pairs is TensorFlow’s, capped features or not', () => {
  expect(nativeBackend).toBeDefined();
  const random = stream(2, 'features');
  const rows = Float32Array.from({ length: n * 3 }, () => 2 * random.normal());
  for (const mu of [0.5, 4, 1000]) {
    const joint = new Float32Array(n * n);
    const { from, to, weight } = population.pairs;
    for (const [i, w] of weight.entries()) joint[(from[i] as number) * n + (to[i] as number)] = w;
    const value = tf.tidy(() => {
      const pairs = {
        joint: tf.tensor2d(joint, [n, n]),
        marginal: tf.tensor1d(Float32Array.from(population.marginals)),
      };
      return (
        spectral.population?.({ mu }, { z: tf.tensor2d(rows, [n, 3]) }, pairs).dataSync()[0] ?? Number.NaN
      );
    });
    const found = prepared(3, { id: 'spectral', mu }).measured(rows)['loss/population'] as number;
    expect(Math.abs(found - value)).toBeLessThan(1e-5 * Math.max(1, Math.abs(value)));
  }
});

test('the least μ is that under which the minimiser is capped nowhere', () => {
  const least = prepared(4, { id: 'spectral', mu: 1 }).references['graph/least_mu'] as number;
  const above = prepared(4, { id: 'spectral', mu: least * 1.001 }).measured(minimiser(4));
  const below = prepared(4, { id: 'spectral', mu: least * 0.9 }).measured(minimiser(4));
  expect(Math.abs(above['loss/gap'] as number)).toBeLessThan(1e-12);
  expect(below['loss/gap']).toBeGreaterThan(1e-6);
});

test('another loss has angles, and no floor', () => {
  const { references, measured } = prepared(4, { id: 'simclr', temperature: 0.5 });
  expect(Object.keys(references)).toEqual(['graph/eigengap']);
  expect(Object.keys(measured(minimiser(4)))).toEqual(['angle/largest', 'angle/root_mean_square']);
});
