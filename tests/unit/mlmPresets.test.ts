/** How the reports on saturation and on algorithms judge: made-up measurements, whose verdict is known. */
import { describe, expect, test } from 'vitest';
import type { RunResult } from '#science/definition.ts';
import { expandRuns, resolveExperiment, studies } from '#science/registry.ts';
import { algorithms } from '#science/studies/mlm/presets/algorithms.ts';
import { differenceOf } from '#science/studies/mlm/presets/places.ts';
import { saturation } from '#science/studies/mlm/presets/saturation.ts';

/** What one step of a run measured: excess, accuracy on all three tasks, trace. */
type Row = readonly [step: number, excess: number, accuracy: number, trace: number];

function measured(rows: readonly Row[]): RunResult['measurements'] {
  return rows.flatMap(([step, excess, accuracy, trace]) => [
    { step, name: 'loss/excess', value: excess, stderr: 0.0005 },
    ...['A', 'B', 'C'].map((task) => ({
      ...{ step, name: `accuracy/linear/${task}`, value: accuracy, stderr: 0.005 },
    })),
    { step, name: 'flatness/trace', value: trace, stderr: 2 },
    // Of the other sign, so that a report that confuses the two is found out.
    { step, name: 'flatness/scaled_trace', value: 200 - trace, stderr: 1 },
  ]);
}

function runsOf(
  preset: typeof saturation,
  changes: object,
  rowsOf: (run: RunResult['spec']) => readonly Row[],
  metrics: Record<string, number> = {},
): { readonly spec: ReturnType<typeof resolveExperiment>; readonly runs: RunResult[] } {
  const spec = resolveExperiment({ ...preset.experiment, ...changes });
  const runs = expandRuns(spec).map((run) => ({
    ...{ name: run.name, spec: run.spec, status: 'finished', step: run.spec.steps, seconds: 1, metrics },
    measurements: measured(rowsOf(run.spec)),
  }));
  return { spec, runs };
}

describe('saturation', () => {
  const report = (rows: readonly Row[]) => {
    const { spec, runs } = runsOf(saturation, { seeds: [0] }, () => rows);
    return saturation.report(spec, runs);
  };

  test('holds where probes rise and the trace falls after the loss has come down', () => {
    const found = report([
      [100, 0.2, 0.5, 200],
      [1000, 0.008, 0.7, 100],
      [8000, 0.002, 0.8, 40],
    ]);
    expect(found.verdict).toBe('held');
    expect(found.statements.join(' ')).toMatch(/saturated from step 1000 on/);
    // Of the tasks together 0.005, at both ends; of the traces 2 at both ends.
    expect(found.statements.join(' ')).toContain(
      'probe accuracy +10.00 ± 0.71 points, Tr(H) −60.0 ± 2.8, Tr(DHD) +60.0 ± 1.4',
    );
    const [figure] = found.figures ?? [];
    expect(figure?.series.map(({ points }) => points.map(({ x }) => x))).toEqual(
      Array.from({ length: 4 }, () => [100, 1000, 8000]),
    );
    expect(figure?.series[1]?.points[2]?.y).toBeCloseTo(0.2, 12);
    expect(figure?.series[2]?.points[1]?.y).toBeCloseTo(0.5, 12);
  });

  test.each([
    ['probes that stand still', [0.7, 0.705], [100, 40]],
    ['a trace that rises', [0.7, 0.8], [40, 100]],
  ] as const)('does not hold with %s', (_, [before, after], [high, low]) => {
    const verdict = report([
      [1000, 0.008, before, high],
      [8000, 0.002, after, low],
    ]).verdict;
    expect(verdict).toBe('not held');
  });

  test('is not tested where the run never saturates', () => {
    const found = report([
      [1000, 0.08, 0.7, 100],
      [8000, 0.02, 0.8, 40],
    ]);
    expect(found.verdict).toBe('not tested');
    expect(found.statements[0]).toContain('it ends at 0.0200 nats');
  });
});

describe('algorithms', () => {
  const lookUps = Object.fromEntries(['A', 'B', 'C'].map((task) => [`accuracy/linear_lookup/${task}`, 0.6]));
  /** By a tenth of a hundredth more with each seed, so that differences have an error of their own. */
  const report = (adversarial: Row, changes: object = {}) => {
    const { spec, runs } = runsOf(
      algorithms,
      { seeds: [0, 1, 2], ...changes },
      (run) =>
        run.loss.id === 'mlm'
          ? [
              [1500, 0.055, 0.75 + 0.001 * run.seed, 80],
              [3000, 0.02, 0.8, 60],
            ]
          : [adversarial],
      lookUps,
    );
    return algorithms.report(spec, runs);
  };

  test('compares the adversarial end with AdamW where it stood at that loss', () => {
    const found = report([3000, 0.06, 0.65, 120]);
    expect(found.verdict).toBe('held');
    expect(found.statements[0]).toMatch(
      /3 seeds.*A 10\.1 ± 0\.1 points higher.*Tr\(H\) 40\.0 ± 0\.0 lower, Tr\(DHD\) 40\.0 ± 0\.0 higher/,
    );
    expect(found.statements[1]).toBe(
      'adversarial above its look-up table: A 5.0 ± 0.0, B 5.0 ± 0.0, C 5.0 ± 0.0 points.',
    );
    const [table] = found.tables;
    expect(table?.rows.map(([name, seeds, excess]) => [name, seeds, excess])).toEqual([
      ['AdamW, at the loss of adversarial', 3, expect.closeTo(0.055, 12)],
      ['adversarial', 3, expect.closeTo(0.06, 12)],
      ['look-up table', 3, 0],
    ]);
    for (const row of table?.rows ?? []) expect(row.length).toBe(table?.columns.length);
    expect(found.tables[1]?.rows[1]).toEqual(['Adversarial', 3.206, 83.1, 42.3, 50.2, 19.34]);
    expect(found.figures?.[0]?.marks?.[0]?.at).toBeCloseTo(0.6, 12);
  });

  test.each([
    ['features no worse than AdamW’s', [3000, 0.06, 0.76, 120]],
    ['features below the look-up table', [3000, 0.06, 0.55, 120]],
    ['a flatter place', [3000, 0.06, 0.65, 60]],
  ] as const)('does not hold with %s', (_, row) => {
    expect(report(row).verdict).toBe('not held');
  });

  test('is not tested where the losses are not equal', () => {
    const found = report([3000, 0.09, 0.65, 120]);
    expect(found.verdict).toBe('not tested');
    expect(found.statements[0]).toContain('AdamW was never measured within 0.01 nats of its 0.0900 nats');
  });
});

test('a difference is clear beyond two standard errors over seeds, or of the one measurement', () => {
  expect(differenceOf([1, 2, 3], 9)).toEqual({ mean: 2, stderr: Math.sqrt(1 / 3), clear: true });
  expect(differenceOf([1], 0.4)).toMatchObject({ mean: 1, stderr: 0.4, clear: true });
  expect(differenceOf([1], 0.6).clear).toBe(false);
  expect(differenceOf([], 0).clear).toBe(false);
});

test('presets that come in scales have a quick one of at most ten minutes and a standard one of two hours', () => {
  for (const id of ['saturation', 'algorithms', 'sgd-flattest']) {
    const { scales, estimate } = studies().find((one) => one.id === id) ?? expect.unreachable();
    expect(scales.map(({ scale }) => scale)).toEqual(['quick', 'standard', 'paper']);
    expect(scales[0]?.estimate).toEqual(estimate);
    expect(estimate.seconds).toBeLessThan(600);
    expect(scales[1]?.estimate.seconds).toBeLessThan(7200);
  }
});
