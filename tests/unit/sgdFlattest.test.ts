/** How the report on the flattest minimum judges: made-up courses of Tr(H), whose verdict is known. */
import { describe, expect, test } from 'vitest';
import { timetable } from '#contract/interval.ts';
import type { MlmRunSpec } from '#contract/spec.ts';
import type { RunResult } from '#science/definition.ts';
import { flattestTrace } from '#science/flatness/flattestTwoFeatures.ts';
import { expandRuns, resolveExperiment } from '#science/registry.ts';
import { descentOf } from '#science/studies/mlm/presets/descents.ts';
import { sgdFlattest as preset } from '#science/studies/mlm/presets/sgdFlattest.ts';

const experiment = resolveExperiment(preset.scales?.standard);

/** What a run measured at a step. */
interface Point {
  readonly excess: number;
  readonly trace: number;
  readonly descent: number;
  readonly labelNoiseDescent: number;
}
type Course = (spec: MlmRunSpec, step: number) => Point;

/** Distance to the flattest minimum, which falls to 1/e in so many steps. */
const start = 8;
const slowness = 5000;
const least = (spec: MlmRunSpec): number => flattestTrace(0.1, spec.labelNoise);

/** As theory has it, but for `speed`: noise lowers the distance exponentially. */
function course(speed = 1, end = 1): Course {
  return (spec, step) => {
    const noisy = spec.labelNoise > 0 || spec.sentences === null;
    const excess = step < 200 ? 0.2 : 0.004;
    if (!noisy) return { excess, trace: start, descent: 2, labelNoiseDescent: 2 };
    const rate = Number(spec.optimizer.learningRate) ** 2 / spec.batchSize;
    const fall = (start / slowness) * Math.exp(-step / slowness);
    return {
      excess,
      trace: end * least(spec) + start * Math.exp(-step / slowness),
      descent: fall / speed / (rate / 4),
      labelNoiseDescent: fall / speed / ((rate * 0.1875) / 2),
    };
  };
}

function runsOf(of: Course, changes: object = {}): RunResult[] {
  return expandRuns(resolveExperiment({ ...experiment, ...changes })).map(({ name, spec }) => {
    const mlm = spec as MlmRunSpec;
    const measurements: RunResult['measurements'][number][] = [];
    const grid = timetable('12/decade from 100', spec.steps);
    for (let step = grid.next(0); measurements.at(-1)?.step !== spec.steps; step = grid.next(step)) {
      const { excess, trace, ...detail } = of(mlm, step);
      measurements.push(
        { step, name: 'loss/excess', value: excess, stderr: 1e-4 },
        {
          step,
          name: 'flatness/exact_trace',
          value: trace,
          stderr: null,
          detail: { ...detail, features: 2 },
        },
      );
    }
    return { name, spec, status: 'finished', step: spec.steps, seconds: 1, metrics: {}, measurements };
  });
}
const reportOf = (runs: readonly RunResult[]) => preset.report(experiment, runs);

describe('the flattest minimum', () => {
  test('is reached where Tr(H) falls to it as predicted, and full-batch descent stands still', () => {
    const report = reportOf(runsOf(course()));
    expect(report.verdict).toBe('held');
    expect(report.statements[0]).toMatch(
      /^SGD 0\.8, full batch 1024, label noise 0\.5: .* fell by 7\.\d\d ± 0\.00/,
    );
    expect(report.statements[0]).toContain('measured over predicted fall 1.0');
    const [table] = report.tables;
    expect(table?.rows.map(([name, seeds]) => [name, seeds])).toEqual([
      ['SGD 0.8, full batch 1024, label noise 0.5', 3],
      ['SGD 0.6, batch 128', 3],
      ['SGD 0.3, batch 128', 3],
      ['AdamW 0.002, batch 128', 3],
      ['SGD 0.8, full batch 1024', 3],
    ]);
    for (const row of table?.rows ?? []) expect(row.length).toBe(table?.columns.length);
    const [traces, rates] = report.figures ?? [];
    expect(traces?.series[1]?.points.at(-1)).toMatchObject({ x: 300_000, y: expect.closeTo(1, 2) });
    for (const { x, y } of rates?.series[0]?.points ?? []) expect(Math.abs(x - y)).toBeLessThan(0.05 * start);
  });

  test.each([
    ['a fall much faster than predicted', course(1.6)],
    ['a fall much slower than predicted', course(0.6)],
    ['an end far above it', course(1, 1.3)],
    [
      'full-batch descent that moves',
      (spec, step) => {
        const usual = course()(spec, step);
        const quiet = spec.sentences !== null && spec.labelNoise === 0;
        return quiet ? { ...usual, trace: start - step / 1e5 } : usual;
      },
    ],
    [
      'a trace that stands still under noise',
      (spec, step) => ({ ...course()(spec, step), trace: 1.05 * least(spec) }),
    ],
  ] as [string, Course][])('is not with %s', (_, of) => {
    expect(reportOf(runsOf(of)).verdict).toBe('not held');
  });

  test('is not tested while Tr(H) still falls, without constant loss, or before all runs have ended', () => {
    const slow: Course = (spec, step) => course()(spec, step / 4);
    expect(reportOf(runsOf(slow)).verdict).toBe('not tested');
    expect(reportOf(runsOf(slow)).statements[0]).toContain('still falling');
    const rough: Course = (spec, step) => ({ ...course()(spec, step), excess: step / 1e5 });
    expect(reportOf(runsOf(rough)).verdict).toBe('not tested');
    const [first, ...rest] = runsOf(course());
    expect(first && reportOf([{ ...first, status: 'stopped' }, ...rest]).verdict).toBe('not tested');
  });

  test('is not judged by AdamW, which theory does not cover', () => {
    const still: Course = (spec, step) =>
      spec.optimizer.id === 'adamw' ? { ...course()(spec, step), trace: start } : course()(spec, step);
    const report = reportOf(runsOf(still));
    expect(report.verdict).toBe('held');
    expect(report.statements.join(' ')).toContain('AdamW 0.002, batch 128: Tr(H) fell by 0.000');
  });
});

test('a loss is constant from where its excess stays near its usual one', () => {
  const [run] = runsOf(course());
  const descent = run && descentOf(run, run.spec as MlmRunSpec);
  // 100 · 10^(4/12) is the first step on the grid after 200.
  expect(descent?.first.step).toBe(215);
  expect(descent?.last.step).toBe(60_000);
  expect(descent?.least).toBe(flattestTrace(0.1, 0.5));
});

test('theory predicts (η² / 4B) times the squared slope, and nothing of momentum, decay, other rates or parts of a set', () => {
  const constant: Course = () => ({ excess: 0, trace: 4, descent: 3, labelNoiseDescent: 5 });
  const rateOf = (changes: object): number | null | undefined => {
    const [run] = runsOf(constant, { vary: {}, seeds: [0], ...changes });
    return run && descentOf(run, run.spec as MlmRunSpec)?.first.rate;
  };
  const sgd = { id: 'sgd', learningRate: 0.4, momentum: 0, weightDecay: 0 };
  expect(rateOf({ optimizer: sgd, batchSize: 32 })).toBeCloseTo((0.16 / 128) * 3, 12);
  expect(rateOf({ optimizer: sgd, batchSize: 32, labelNoise: 0.2 })).toBeCloseTo((0.16 / 128) * 3, 12);
  const set = { optimizer: sgd, batchSize: 32, sentences: 32 };
  // A label differs from its word with probability 0.1.
  expect(rateOf({ ...set, labelNoise: 0.2 })).toBeCloseTo(((0.16 * 0.09) / 64) * 5, 12);
  expect(rateOf(set)).toBe(0);
  expect(rateOf({ optimizer: { ...sgd, momentum: 0.9 } })).toBeNull();
  expect(rateOf({ optimizer: { id: 'adamw' } })).toBeNull();
  expect(rateOf({ optimizer: sgd, batchSize: 32, sentences: 64 })).toBeNull();
  expect(rateOf({ optimizer: sgd, schedule: { id: 'cosine' } })).toBeNull();
});
