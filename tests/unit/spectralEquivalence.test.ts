import { describe, expect, test } from 'vitest';
import type { RunResult } from '#science/definition.ts';
import { expandRuns, resolveExperiment } from '#science/registry.ts';
import { spectralEquivalence as preset } from '#science/studies/contrastive/presets/spectralEquivalence.ts';

const experiment = resolveExperiment(preset.experiment);

interface Found {
  readonly gap: number;
  readonly angle: number;
  readonly eigengap: number;
}

/** The preset's runs with what is made up for each: a table's and a perceptron's. */
function runsWith(table: Partial<Found>, network: Partial<Found> = {}): RunResult[] {
  return expandRuns(experiment).map(({ name, spec }) => {
    const isTable = spec.study === 'contrastive' && spec.pairs === 'population';
    const usual = isTable ? { gap: 1e-9, angle: 1e-5 } : { gap: 0.01, angle: 0.1 };
    const { gap, angle, eigengap } = { ...usual, eigengap: 0.1, ...(isTable ? table : network) };
    const metrics = {
      'loss/gap': gap,
      'angle/largest': angle,
      'graph/eigengap': eigengap,
      'loss/floor': -0.01,
    };
    const measurements = [100, 200].map((step) => ({ step, name: 'loss/gap', value: -gap, stderr: null }));
    return { name, spec, status: 'finished', step: spec.steps, seconds: 1, metrics, measurements };
  });
}
const verdictOf = (runs: readonly RunResult[]) => preset.report(experiment, runs).verdict;

describe('spectral equivalence', () => {
  test('has tables over all pairs and perceptrons on sampled ones, on graphs of 200 to 2,000 vertices', () => {
    const kinds = expandRuns(experiment).map(({ spec }) => `${spec.encoder.id}`);
    expect(new Set(kinds)).toEqual(new Set(['table', 'mlp']));
    const projectors = expandRuns(experiment).flatMap(({ spec }) =>
      spec.study === 'contrastive' && spec.encoder.id === 'mlp' ? [spec.projector.batchNorm] : [],
    );
    expect(new Set(projectors)).toEqual(new Set([false]));
  });

  test('holds within all three limits, and not beyond any of them', () => {
    expect(verdictOf(runsWith({}))).toBe('held');
    expect(verdictOf(runsWith({ gap: 2e-6 }))).toBe('not held');
    expect(verdictOf(runsWith({ gap: -2e-6 }))).toBe('not held');
    expect(verdictOf(runsWith({ angle: 2e-3 }))).toBe('not held');
    expect(verdictOf(runsWith({}, { gap: 0.03 }))).toBe('not held');
  });

  test('asks for no angle where the eigengap is small, and needs some where it is not', () => {
    const [first, ...rest] = runsWith({});
    if (!first) throw new Error('The preset has no run.');
    const unclear = { ...first, metrics: { ...first.metrics, 'graph/eigengap': 0.01, 'angle/largest': 0.5 } };
    expect(verdictOf([unclear, ...rest])).toBe('held');
    expect(verdictOf(runsWith({ eigengap: 0.01 }))).toBe('not tested');
  });

  test('is not tested while a run is unfinished or without one of both kinds', () => {
    const runs = runsWith({});
    expect(verdictOf(runs.map((run, i) => (i === 0 ? { ...run, status: 'stopped' } : run)))).toBe(
      'not tested',
    );
    expect(verdictOf(runs.filter(({ spec }) => spec.encoder.id === 'table'))).toBe('not tested');
    expect(verdictOf([])).toBe('not tested');
  });

  test('features stand beside the eigenvectors: the perceptron’s of the widest eigengap, and that table’s', () => {
    const withPlaces = runsWith({}).map((run): RunResult => {
      const [isTable, width] = [run.spec.encoder.id === 'table', Number(run.spec.encoder.width)];
      const widest = !isTable && run.spec.study === 'contrastive' && run.spec.projector.width === 24;
      const place: [number, number] = isTable ? [width, run.spec.seed] : [-1, run.spec.seed];
      const detail = {
        clusters: [0, 1, 0],
        minimiser: [
          [1, 2],
          [3, 4],
          [5, 6],
        ],
        learnt: [place, place, place],
      };
      return {
        ...run,
        metrics: { ...run.metrics, 'graph/eigengap': widest ? 0.5 : 0.1 },
        measurements: [{ step: 9, name: 'misfit/procrustes', value: 0, stderr: null, detail }],
      };
    });
    const figures = preset.report(experiment, withPlaces).figures?.slice(7) ?? [];
    expect(figures.map(({ title }) => title.split(/[:,]/)[0])).toEqual([
      'Eigenvectors',
      'Table',
      'Perceptron',
    ]);
    for (const { title } of figures) expect(title).toContain('8 clusters of 3 × 25, k = 24');
    const points = figures.map(({ series }) => series.map((one) => one.points.map(({ x, y }) => [x, y])));
    expect(points).toEqual([
      [
        [
          [1, 2],
          [5, 6],
        ],
        [[3, 4]],
      ],
      [
        [
          [24, 0],
          [24, 0],
        ],
        [[24, 0]],
      ],
      [
        [
          [-1, 0],
          [-1, 0],
        ],
        [[-1, 0]],
      ],
    ]);
  });

  test('a minimiser that is capped is told', () => {
    const [first, ...rest] = runsWith({});
    if (!first) throw new Error('The preset has no run.');
    const capped = { ...first, metrics: { ...first.metrics, 'graph/least_mu': 101 } };
    expect(preset.report(experiment, [capped, ...rest]).statements.join(' ')).toContain(
      'μ caps the minimiser',
    );
    expect(preset.report(experiment, runsWith({})).statements.join(' ')).not.toContain('μ caps');
  });

  test('tables are complete, and figures have one line for each graph with what was measured on the way', () => {
    const { tables, figures } = preset.report(experiment, runsWith({}));
    for (const row of tables[0]?.rows ?? []) expect(row.length).toBe(tables[0]?.columns.length);
    expect(tables[0]?.rows).toHaveLength(20);
    expect(figures?.[0]?.series.map(({ name }) => name.split(',')[0])).toEqual([
      '5 blocks of 40',
      '5 clusters of 2 × 20',
      '8 clusters of 3 × 25',
      '10 blocks of 200',
    ]);
    expect(figures?.[0]?.series[0]?.points).toEqual([100, 200].map((x) => ({ x, y: 1e-9 })));
    expect(figures?.[1]?.series.map(({ name }) => name.split(',')[0]).toSorted()).toEqual(
      figures?.[0]?.series.map(({ name }) => name.split(',')[0]).toSorted(),
    );
    for (const place of [5, 6]) expect(figures?.[place]?.series).toHaveLength(8);
    expect(figures).toHaveLength(7);
  });
});
