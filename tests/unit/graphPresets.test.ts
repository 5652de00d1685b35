import { describe, expect, test } from 'vitest';
import type { RunResult } from '#science/definition.ts';
import { expandRuns, resolveExperiment } from '#science/registry.ts';
import { graphDistance } from '#science/studies/contrastive/presets/graphDistance.ts';
import { intraConnectivity } from '#science/studies/contrastive/presets/intraConnectivity.ts';
import { kVersusR } from '#science/studies/contrastive/presets/kVersusR.ts';

const experiment = (preset: { readonly experiment: object }) => resolveExperiment(preset.experiment);

/** The runs of a preset with metrics made up from their specs. */
function runsOf(
  preset: { readonly experiment: object },
  metricsOf: (data: Readonly<Record<string, unknown>>, width: number) => Record<string, number>,
): RunResult[] {
  return expandRuns(experiment(preset)).map(({ name, spec }) => ({
    ...{ name, spec, status: 'finished', step: spec.steps, seconds: 1, measurements: [] },
    metrics: metricsOf(spec.data, Number(spec.encoder.width)),
  }));
}

describe('k versus r', () => {
  const solvedFrom = (from: (clusters: number) => number) =>
    runsOf(kVersusR, ({ clusters }, width) => {
      const error = width >= from(Number(clusters)) ? 0 : 0.25;
      const gap = { 'loss/gap': 1e-6 * width };
      return { 'error/worst': error, 'error/mean': error / 2, 'error/bound': 0.5, ...gap };
    });
  const report = (runs: readonly RunResult[]) => kVersusR.report(experiment(kVersusR), runs);

  test('holds where 2r features solve everything and fewer than r do not', () => {
    const held = report(solvedFrom((r) => r + 1));
    expect(held.verdict).toBe('held');
    expect(held.statements.join(' ')).toMatch(/3 clusters: .*from k = 4 on .*25\.00 % wrong/);
    expect(held.statements.join(' ')).toContain('ends within 2.4e-5 of −Σλ²');
    expect(held.figures?.map(({ marks }) => marks?.map(({ at }) => at))).toEqual([
      [3, 6],
      [5, 10],
      [8, 16],
    ]);
    for (const row of held.tables[0]?.rows ?? []) expect(row.length).toBe(held.tables[0]?.columns.length);
    expect(held.tables[0]?.rows[0]).toEqual([3, 1, 0.25, 0, 0.125, 0, 0.5, 3]);
  });

  test('does not hold where an error is left at 2r, or where every width solves everything', () => {
    expect(report(solvedFrom((r) => 2 * r + 1)).verdict).toBe('not held');
    expect(report(solvedFrom(() => 0)).verdict).toBe('not held');
  });

  test('one seed that fails at 2r is enough', () => {
    const runs = solvedFrom((r) => r);
    const failing = runs.find(({ spec }) => spec.seed === 2 && Number(spec.encoder.width) === 16);
    const all = runs.map((run) =>
      run === failing ? { ...run, metrics: { ...run.metrics, 'error/worst': 0.01 } } : run,
    );
    expect(report(all).verdict).toBe('not held');
  });

  test('is not tested while a run is unfinished, or without widths on both sides', () => {
    const runs = solvedFrom((r) => r);
    expect(report(runs.map((run, i) => (i === 0 ? { ...run, status: 'stopped' } : run))).verdict).toBe(
      'not tested',
    );
    expect(report(runs.filter(({ spec }) => Number(spec.encoder.width) > 8)).verdict).toBe('not tested');
    expect(report([]).verdict).toBe('not tested');
  });
});

describe('intra-connectivity', () => {
  const inside = (data: Readonly<Record<string, unknown>>) => Number(data.betweenSubClusters) / 2;
  const outcome = (errorOf: (ratio: number) => number) =>
    intraConnectivity.report(
      experiment(intraConnectivity),
      runsOf(intraConnectivity, (data) => {
        const [alpha, rho] = [Number(data.betweenClusters), inside(data)];
        const error = errorOf(alpha / rho ** 2);
        return { 'graph/between': alpha, 'graph/inside': rho, 'error/worst': error, 'error/mean': error / 2 };
      }),
    );

  test('holds where the error grows with α / ρ² from nothing', () => {
    const { verdict, statements, figures } = outcome((ratio) =>
      ratio < 100 ? 0 : Math.log10(ratio / 99) / 10,
    );
    expect(verdict).toBe('held');
    // Between the ratios 0.005 / 0.015² = 22 and 0.02 / 0.015² = 89, and 0.005 / 0.005² = 200.
    expect(statements.join(' ')).toContain(
      'Error first shows at α / ρ² = 200; the last graph without is at 88.9.',
    );
    expect(figures?.[0]?.series.map(({ name, points }) => [name, points.length])).toEqual([
      ['α = 0.005', 18],
      ['α = 0.02', 18],
      ['α = 0.08', 18],
    ]);
  });

  test('does not hold where the error falls with it or is the same for all', () => {
    expect(outcome((ratio) => (ratio > 100 ? 0 : 0.1)).verdict).toBe('not held');
    expect(outcome(() => 0.1).verdict).toBe('not tested');
  });
});

describe('graph distance', () => {
  const series = [
    'hop_factors',
    'diffusion_factors',
    'learnt_factors',
    'learnt_diffusion',
    'diffusion_label',
  ];
  const runs = (lower: (name: string) => number): RunResult[] =>
    runsOf(graphDistance, () =>
      Object.fromEntries(series.map((name) => [`distance/${name}`, lower(name) + 0.1])),
    ).map((run) => ({
      ...run,
      measurements: series.map((name) => ({
        ...{ name: `distance/${name}`, value: lower(name) + 0.1, stderr: 0.05, step: run.step },
        detail: { lower: lower(name), factors: { shape: 0.25, x: null }, means: [1, 2, 3] },
      })),
    }));
  const report = (all: readonly RunResult[]) => graphDistance.report(experiment(graphDistance), all);

  test('holds where every interval is above what is asked, and names the one that is not', () => {
    const held = report(runs(() => 0.6));
    expect(held.verdict).toBe('held');
    expect(held.statements[0]).toMatch(
      /^table, diffusion time 1, mean of 3 seeds: edges with factors 0\.700/,
    );
    expect(held.statements.join(' ')).toContain('hop: shape 0.250, x constant');
    expect(held.figures?.map(({ series: lines }) => lines.map(({ points }) => points.length))).toEqual([
      [3, 3, 3, 3, 3],
      [3, 3, 3, 3],
    ]);
    for (const row of held.tables[0]?.rows ?? []) expect(row.length).toBe(held.tables[0]?.columns.length);
    // Enough for a correlation, not for a label.
    const short = report(runs((name) => (name === 'diffusion_label' ? 0.45 : 0.6)));
    expect(short.verdict).toBe('not held');
    expect(short.statements.join(' ')).toContain(
      'same shape nearer by diffusion: the interval reaches down to 0.450',
    );
    expect(report(runs((name) => (name === 'diffusion_label' ? 0.6 : 0.45))).verdict).toBe('held');
  });

  test('is not tested without finished runs or intervals', () => {
    const all = runs(() => 0.6);
    expect(report(all.map((run) => ({ ...run, measurements: [] }))).verdict).toBe('not tested');
    expect(report(all.map((run, i) => (i === 0 ? { ...run, status: 'failed' } : run))).verdict).toBe(
      'not tested',
    );
    expect(report([]).verdict).toBe('not tested');
  });
});
