import { expect, test } from 'vitest';
import '#engine/backend.ts';
import { eagerEngine } from '#engine/eager.ts';
import { type Stream, stream } from '#engine/random.ts';
import { memory } from '#engine/tf.ts';
import type { FeatureSet } from '#science/definition.ts';
import { eigh } from '#science/linalg/eigh.ts';
import { domainTransferProbe } from '#science/probes/domainTransfer.ts';
import { averagedHead, secondMoment } from '#science/probes/featureAveraging.ts';

function measure(train: FeatureSet, test: FeatureSet, classes: number, params: object = {}) {
  const chosen = domainTransferProbe.params.parse(params);
  const task = { id: '', classes, train, test };
  const measured = domainTransferProbe.measure(chosen, task, eagerEngine(), stream(1, 'probe'));
  return Object.fromEntries(measured.map(({ name, value }) => [name, value]));
}

test.each([0, 1, 2])('preconditioned means solve (Σ + r I)ᵗ w = b (t = %d)', (exponent) => {
  const random = stream(3, 'features');
  const [width, count, classes, ridge] = [5, 40, 3, 0.01];
  const set: FeatureSet = {
    width,
    features: Float32Array.from({ length: width * count }, () => random.normal() + 0.5),
    labels: Int32Array.from({ length: count }, (_, i) => i % classes),
  };
  const before = memory().numTensors;
  const directions = secondMoment(set, ridge, eagerEngine());
  expect(memory().numTensors).toBe(before);
  const { weights } = averagedHead(set, classes, directions, exponent);
  const f = (i: number, j: number): number => set.features[i * width + j] ?? Number.NaN;
  const rows = Array.from({ length: count }, (_, i) => i);
  const sides = Array.from({ length: width }, (_, j) => j);
  const moment = sides.map((a) => sides.map((b) => rows.reduce((s, i) => s + f(i, a) * f(i, b), 0) / count));
  const added = (ridge * sides.reduce((s, j) => s + (moment[j]?.[j] ?? 0), 0)) / width;
  for (let c = 0; c < classes; c++) {
    const own = rows.filter((i) => i % classes === c);
    let product = sides.map((j) => weights[j * classes + c] ?? Number.NaN);
    for (let power = 0; power < exponent; power++) {
      product = sides.map(
        (a) =>
          sides.reduce((s, b) => s + (moment[a]?.[b] ?? 0) * (product[b] ?? 0), 0) +
          added * (product[a] ?? 0),
      );
    }
    // Σ is summed in single precision.
    for (const j of sides) {
      expect(product[j]).toBeCloseTo(own.reduce((s, i) => s + f(i, j), 0) / own.length, 4);
    }
  }
});

test('heads see labels of the source alone', () => {
  const random = stream(4, 'features');
  const [train, judged] = [twoDomains(200, random), twoDomains(200, random)];
  const plain = measure(train, judged, 2);
  // The second domain's clouds lie as the first one's do.
  for (const value of Object.values(plain)) expect(value).toBeGreaterThan(0.95);
  const swapped = (set: FeatureSet): FeatureSet => ({
    ...set,
    labels: set.labels.map((label, i) => (set.domains?.[i] ? 1 - label : label)),
  });
  expect(measure(swapped(train), judged, 2)).toEqual(plain);
  // Of few labels, too: the source's others are not looked at.
  const mostWrong = { ...train, labels: train.labels.map((label, i) => (i < 50 ? label : 1 - label)) };
  expect(measure({ ...mostWrong, labelled: 50 }, judged, 2)).toEqual(
    measure({ ...train, labelled: 50 }, judged, 2),
  );
  expect(measure(mostWrong, judged, 2)['accuracy/source_linear']).toBeLessThan(0.5);
  const wrong = measure(train, swapped(judged), 2);
  expect(wrong['accuracy/source_linear']).toBe(plain['accuracy/source_linear']);
  for (const name of ['accuracy/target_linear', 'accuracy/target_averaged', 'accuracy/target_mean']) {
    expect(wrong[name]).toBeCloseTo(1 - (plain[name] ?? Number.NaN), 12);
  }
});

/**
 * (class, domain) for two of each, with connectivity ρ to itself, α across domains, β across classes and γ
 * across both: eigenvalues ρ + α + β + γ of the constant, ρ + α − β − γ of the class, ρ + β − α − γ of the
 * domain and ρ + γ − α − β of their product, on which a head fitted to the source is wrong in the target.
 */
test.each([
  { alpha: 0.2, beta: 0.15, gamma: 0.05, accuracy: 1 },
  { alpha: 0.05, beta: 0.15, gamma: 0.2, accuracy: 0 },
])(
  'on exact features of a (class × domain) graph, α against γ decides: %j',
  ({ alpha, beta, gamma, accuracy }) => {
    const nodes = [0, 1, 2, 3].map((node) => ({ label: node >> 1, domain: node & 1 }));
    const rho = 1 - alpha - beta - gamma;
    const matrix = Float64Array.from(
      nodes.flatMap((a) =>
        nodes.map((b) =>
          a.label === b.label ? (a.domain === b.domain ? rho : alpha) : a.domain === b.domain ? beta : gamma,
        ),
      ),
    );
    const { values, vectors } = eigh(matrix, 4);
    expect([...values].sort()).toEqual(
      expect.arrayContaining([
        expect.closeTo(1, 12),
        expect.closeTo(rho + alpha - beta - gamma, 12),
        expect.closeTo(rho + gamma - alpha - beta, 12),
      ]),
    );
    for (const width of [3, 4]) {
      const kept = [3, 2, 1, 0].slice(0, width);
      // A minimiser of the spectral loss: √λ times the eigenvectors.
      const row = (node: number) =>
        kept.map((e) => Math.sqrt(values[e] ?? Number.NaN) * (vectors[e]?.[node] ?? Number.NaN));
      const set: FeatureSet = {
        width,
        features: Float32Array.from(nodes.flatMap((_, node) => row(node))),
        labels: Int32Array.from(nodes, ({ label }) => label),
        domains: nodes.map(({ domain }) => domain),
      };
      const result = measure(set, set, 2, { exponent: 0 });
      expect(result['accuracy/source_linear']).toBe(1);
      expect(result['accuracy/target_mean']).toBe(accuracy);
      // With every eigenvector a standardised head no longer tells class from product; the least are left out.
      if (width === 3) expect(result['accuracy/target_linear']).toBe(accuracy);
    }
  },
);

/** Clouds of two classes and, at other places along an axis of its own, of two domains. */
function twoDomains(count: number, random: Stream): FeatureSet {
  const labels = Int32Array.from({ length: count }, (_, i) => i % 2);
  const domains = Array.from({ length: count }, (_, i) => (i >> 1) % 2);
  const features = [...labels].flatMap((label, i) => [
    (label ? 2 : -2) + 0.4 * random.normal(),
    (domains[i] ? 1 : -1) + 0.4 * random.normal(),
  ]);
  return { width: 2, features: Float32Array.from(features), labels, domains };
}
