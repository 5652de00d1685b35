import { expect, test } from 'vitest';
import type { RunResult } from '#science/definition.ts';
import { expandRuns, resolveExperiment } from '#science/registry.ts';
import { methods } from '#science/studies/contrastive/presets/methods.ts';

const experiment = resolveExperiment(methods.experiment);

/** Every run of the preset, finished, with the numbers given. */
function runs(linear: (loss: string, seed: number) => number, spread = 0.07): RunResult[] {
  return expandRuns(experiment).map(({ name, spec }) => ({
    name,
    spec,
    status: 'finished',
    step: spec.steps,
    seconds: 60,
    metrics: {
      'accuracy/linear': linear(spec.loss.id, spec.seed),
      'accuracy/linear_untrained': 0.94,
      'features/spread': spread,
      'features/spread_healthy': 0.1,
      'graph/alignment': 0.6 + 0.01 * spec.seed,
    },
    measurements: [
      {
        ...{ name: 'graph/alignment', value: 0.6, stderr: null, step: spec.steps },
        detail: {
          shares: [0.8 + 0.01 * spec.seed, 0.4],
          chance: 0.05,
          vertices: 100,
          rank: 5,
          eigenvalues: [0.9, 0.8],
        },
      },
      {
        ...{ name: 'features/effective_rank', value: 2, stderr: null, step: spec.steps },
        detail: { eigenvalues: [3, 1] },
      },
    ],
  }));
}

test('all six methods differ in the loss alone, and share three seeds', () => {
  const plain = expandRuns(experiment).map(({ spec }) => ({ ...spec, loss: null, seed: 0 }));
  expect(plain.length).toBe(18);
  for (const spec of plain) expect(spec).toEqual(plain[0]);
});

test('the claim holds where every run reaches 97 % and none has collapsed', () => {
  const report = methods.report(
    experiment,
    runs((_, seed) => 0.97 + 0.002 * seed),
  );
  expect(report.verdict).toBe('held');
  // The mean of 0.970, 0.972, 0.974 and 0.002 / √3.
  expect(report.statements[0]).toMatch(/^spectral: .* 97\.20 % ± 0\.12 % right \(least 97\.00 %\)/);
  const [means] = report.tables;
  expect(means?.rows.map(([method]) => method)).toEqual([
    ...['spectral', 'simclr', 'moco', 'byol', 'simsiam', 'swav'],
  ]);
  for (const { columns, rows } of report.tables) {
    for (const row of rows) expect(row.length).toBe(columns.length);
  }
  expect(report.statements).toContain(
    'swav: projections span 61.00 % ± 0.58 % of the 2 leading eigenvectors of a graph of 100 views; as many random directions 5.00 %.',
  );
  const [accuracy, spectrum, graph] = report.figures ?? [];
  expect(graph?.series.length).toBe(6);
  expect(graph?.series[0]?.points).toEqual([
    { x: 1, y: expect.closeTo(0.81, 10) },
    { x: 2, y: expect.closeTo(0.4, 10) },
  ]);
  expect(accuracy?.series[0]?.points[0]).toMatchObject({ x: 0, y: expect.closeTo(0.972, 10) });
  expect(spectrum?.series[0]?.points).toEqual([
    { x: 1, y: 0.75 },
    { x: 2, y: 0.25 },
  ]);
});

test('one run below it, or a collapse, is enough for it not to hold', () => {
  const worst = (loss: string, seed: number) => (loss === 'byol' && seed === 2 ? 0.969 : 0.98);
  expect(methods.report(experiment, runs(worst)).verdict).toBe('not held');
  expect(
    methods.report(
      experiment,
      runs(() => 0.98, 0.005),
    ).verdict,
  ).toBe('not held');
});

test('without all runs, or without a probe, nothing is judged', () => {
  const all = runs(() => 0.98);
  const stopped = all.map((run, i) => (i === 4 ? { ...run, status: 'stopped' } : run));
  expect(methods.report(experiment, stopped).verdict).toBe('not tested');
  expect(methods.report(experiment, []).verdict).toBe('not tested');
  const bare = all.map((run) => ({ ...run, metrics: {} }));
  expect(methods.report(experiment, bare).verdict).toBe('not tested');
});
