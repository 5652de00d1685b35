/** Presets that compare runs where their losses are equal: made-up measurements, whose verdict is known. */
import { describe, expect, test } from 'vitest';
import type { MlmRunSpec } from '#contract/spec.ts';
import { nativeBackend } from '#engine/backend.ts';
import { capturedEngine } from '#engine/capture/engine.ts';
import type { PresetDefinition, RunResult } from '#science/definition.ts';
import { estimateRun, expandRuns, parameterCount, resolveExperiment, studies } from '#science/registry.ts';
import { build } from '#science/studies/mlm/build.ts';
import { flatnessVersusDownstream } from '#science/studies/mlm/presets/flatnessVersusDownstream.ts';
import { modelSize } from '#science/studies/mlm/presets/modelSize.ts';
import { openQuestions } from '#science/studies/mlm/presets/openQuestions.ts';
import { wayOf } from '#science/studies/mlm/presets/waysOfTraining.ts';

interface Row {
  readonly step: number;
  readonly excess: number;
  readonly accuracy: number;
  readonly trace: number;
  readonly tiled?: number | undefined;
}

function measured(rows: readonly Row[]): RunResult['measurements'] {
  return rows.flatMap(({ step, excess, accuracy, trace, tiled }) => [
    { step, name: 'loss/excess', value: excess, stderr: 0.005 },
    ...['A', 'B', 'C'].map((task, i) => ({
      ...{ step, name: `accuracy/linear/${task}`, value: accuracy + 0.01 * i, stderr: 0.005 },
    })),
    { step, name: 'flatness/trace', value: trace, stderr: 2 },
    { step, name: 'flatness/scaled_trace', value: 1000 / trace, stderr: 2 },
    ...(tiled === undefined ? [] : [{ step, name: 'flatness/tiled/trace', value: tiled, stderr: 2 }]),
  ]);
}

function report(
  preset: PresetDefinition,
  rowsOf: (spec: RunResult['spec'], place: number) => readonly Row[],
  status = (_place: number) => 'finished',
) {
  const spec = resolveExperiment(preset.scales?.standard);
  const runs = expandRuns(spec).map((run, place) => {
    const rows = rowsOf(run.spec, place);
    return {
      ...{ name: run.name, spec: run.spec, status: status(place), step: rows.at(-1)?.step ?? 0 },
      ...{ seconds: 1, metrics: {}, measurements: measured(rows) },
    };
  });
  return { found: preset.report(spec, runs), runs };
}

describe('model size', () => {
  const width = (spec: RunResult['spec']) => spec.encoder.width as number;
  const larger = (spec: RunResult['spec'], changes: Partial<Row> = {}): Row[] => [
    {
      ...{ step: 500, excess: 0.139, accuracy: 0.6 + 0.02 * Math.log2(width(spec)) + 0.1 * spec.seed },
      ...{ trace: 10 * width(spec), tiled: 1000 / width(spec) + spec.seed, ...changes },
    },
  ];

  test('holds where accuracy rises and the size-fair trace falls, whatever the plain one does', () => {
    const { found, runs } = report(modelSize, (spec) => larger(spec));
    expect(found.verdict).toBe('held');
    const [sizes, trends] = found.tables;
    expect(sizes?.rows.map(([parameters]) => parameters)).toEqual([
      ...new Set(runs.map((run) => parameterCount(run.spec))),
    ]);
    for (const table of found.tables)
      for (const row of table.rows) expect(row.length).toBe(table.columns.length);
    // Seeds differ by ten times what sizes do: their means are taken off.
    expect(trends?.rows.map(([name, rho]) => [name, rho])).toEqual([
      ...['A', 'B', 'C', 'Mean of A, B, C', 'Tr(H)'].map((name) => [name, expect.closeTo(1, 1)]),
      ['Tr(H), size-fair', expect.closeTo(-1, 1)],
    ]);
    // Width 16: accuracy A 0.6 + 0.02 · 4 and 0.1 a seed; of 0.68, 0.78, 0.88 the error is 0.1 / √3.
    expect(sizes?.rows[0]?.slice(3, 7)).toEqual([
      expect.closeTo(0.139, 12),
      expect.closeTo(0, 12),
      expect.closeTo(0.78, 12),
      expect.closeTo(0.1 / Math.sqrt(3), 12),
    ]);
  });

  test.each([
    [
      'accuracy that falls',
      (spec: RunResult['spec']) => larger(spec, { accuracy: 0.9 - 0.001 * width(spec) }),
    ],
    ['a trace that rises', (spec: RunResult['spec']) => larger(spec, { tiled: width(spec) })],
    ['accuracy that is the same for all', (spec: RunResult['spec']) => larger(spec, { accuracy: 0.7 })],
  ])('does not hold with %s', (_, rows) => {
    expect(report(modelSize, rows).found.verdict).toBe('not held');
  });

  test('is not tested where losses differ, a run is missing or was not measured', () => {
    const apart = report(modelSize, (spec) => larger(spec, width(spec) === 16 ? { excess: 0.151 } : {}));
    expect(apart.found.verdict).toBe('not tested');
    expect(apart.found.statements.join(' ')).toContain('between 0.1390 and 0.1510 nats');
    const stopped = (place: number) => (place === 3 ? 'stopped' : 'finished');
    expect(report(modelSize, (spec) => larger(spec), stopped).found.verdict).toBe('not tested');
    const bare = report(modelSize, (spec) => larger(spec, { tiled: undefined }));
    expect(bare.found.verdict).toBe('not tested');
    expect(bare.found.statements.join(' ')).toContain('were not all measured');
  });

  test('all sizes have one learning rate, and fit the largest', () => {
    for (const scale of Object.values(modelSize.scales ?? {})) {
      const runs = expandRuns(resolveExperiment(scale));
      for (const { spec } of runs) {
        const { width: own } = spec.encoder as unknown as { width: number };
        expect(spec.optimizer.learningRate).toBe(runs[0]?.spec.optimizer.learningRate);
        expect(Number(spec.flatness?.width) % own).toBe(0);
        expect(estimateRun(spec).seconds).toBeGreaterThan(0);
      }
    }
  });
});

describe('flatness against downstream', () => {
  /** Ways differ in flatness by place; a run passes 0.25 nats on its way to 0.14. */
  const ended = (trace: number, accuracy: number, excess = 0.139): Row[] => [
    { step: 100, excess: 0.25, accuracy: 0.5, trace: 100 },
    { step: 500, excess, accuracy, trace },
  ];

  test('holds where flatter ways are better by each seed, and tells the ways apart', () => {
    const { found } = report(flatnessVersusDownstream, (spec, place) =>
      ended(10 + place, 0.8 - 0.002 * place + 0.1 * spec.seed, 0.135 + 0.0004 * (place % 7)),
    );
    expect(found.verdict).toBe('held');
    expect(found.statements[0]).toMatch(/^Mean of A, B, C with Tr\(H\): rank correlation −1\.00/);
    const [ways] = found.tables;
    expect(ways?.title).toContain('0.13 to 0.14 nats');
    expect(ways?.rows.length).toBe(9);
    expect(ways?.rows[0]?.slice(0, 3)).toEqual(['AdamW 0.001, batch 64', 3, 500]);
    for (const table of found.tables)
      for (const row of table.rows) expect(row.length).toBe(table.columns.length);
    expect(found.figures?.[0]?.series.map(({ name, points }) => [name, points.length])).toEqual([
      ['AdamW', 15],
      ['SGD', 9],
      ['SAM', 3],
    ]);
    expect(found.figures?.[2]?.series[0]?.points.length).toBe(30);
    // The scaled trace of these rows falls where the plain one rises.
    expect(found.tables[1]?.rows.at(-2)?.slice(0, 2)).toEqual([
      'Mean of A, B, C with Tr(DHD)',
      expect.closeTo(1, 12),
    ]);
  });

  test('does not hold where accuracy follows the loss alone', () => {
    const { found } = report(flatnessVersusDownstream, (_, place) => {
      const excess = 0.131 + 0.0002 * place;
      return ended(10 + place, 0.9 - excess, excess);
    });
    expect(found.verdict).toBe('not held');
  });

  test('does not hold where the steeper ways are better, nor by chance', () => {
    const turned = report(flatnessVersusDownstream, (_, place) => ended(10 + place, 0.6 + 0.002 * place));
    expect(turned.found.verdict).toBe('not held');
    const mixed = report(flatnessVersusDownstream, (_, place) =>
      ended(10 + place, 0.6 + 0.02 * ((7 * place) % 12)),
    );
    expect(mixed.found.verdict).toBe('not held');
  });

  test('is not tested where too few ways meet at one loss', () => {
    const { found } = report(flatnessVersusDownstream, (_, place) => [
      { step: 500, excess: 0.1 + 0.011 * Math.floor(place / 9), accuracy: 0.7, trace: 10 + place },
    ]);
    expect(found.verdict).toBe('not tested');
    const nothing = report(flatnessVersusDownstream, () => []).found;
    expect(nothing.verdict).toBe('not tested');
    expect(JSON.stringify(nothing)).not.toContain('NaN');
  });

  test('a way of training is named by what it does', () => {
    const names = expandRuns(resolveExperiment(flatnessVersusDownstream.scales?.standard)).map(({ spec }) =>
      wayOf(spec),
    );
    expect(new Set(names).size).toBe(9);
    expect(names).toContain('AdamW 0.002, batch 64, label noise 0.1');
    expect(names).toContain('SAM on SGD 0.1, ρ 0.05, batch 64');
  });
});

test('open questions are judged by nobody', () => {
  const { found } = report(openQuestions, (spec, place) => [
    { step: 500, excess: 0.139, accuracy: 0.8 - 0.01 * place + 0.1 * spec.seed, trace: 10 + place },
  ]);
  expect(found.verdict).toBe('not tested');
  expect(found.claim).toMatch(/\?$/);
  expect(found.tables[0]?.rows.length).toBe(6);
  expect(report(openQuestions, () => []).found.tables.length).toBe(1);
});

describe('the trace at one size', () => {
  const specOf = (flatness: object, encoder: object = {}) =>
    expandRuns(
      resolveExperiment({
        ...{ format: 'basin/1', title: 'test', study: 'mlm', steps: 20, batchSize: 16, seeds: [4] },
        data: {
          ...{ id: 'pcfg', roots: 2, layers: 1, symbols: 2, rulesMin: 2, rulesMax: 2, words: 4 },
          ...{ symbolWordsMin: 2, symbolWordsMax: 2, earlyStop: 0 },
        },
        ...{ masking: { id: 'bert' }, loss: { id: 'mlm' }, schedule: { id: 'constant' } },
        encoder: { id: 'transformer', layers: 1, width: 4, heads: 1, feedForward: 4, ...encoder },
        optimizer: { id: 'adamw', learningRate: 0.02 },
        ...{ logEvery: 1, checkpointEvery: 20, flatness: { id: 'tiled-trace', every: 20, ...flatness } },
      }),
    )[0]?.spec as MlmRunSpec;

  test('a run measures the plain trace beside it where it is asked for', async () => {
    const engine = capturedEngine(nativeBackend, { warn: (message) => expect.unreachable(message) });
    const training = await build(specOf({ width: 8, layers: 1, plain: true }), engine);
    const [measure] = training.measures;
    expect(measure?.run(1).map(({ name }) => name)).toEqual(['flatness/tiled/trace', 'flatness/trace']);
    training.dispose();
    const alone = await build(specOf({ width: 8, layers: 1 }), engine);
    expect(alone.measures[0]?.run(1).map(({ name }) => name)).toEqual(['flatness/tiled/trace']);
    alone.dispose();
  }, 60_000);

  test('its time is that of the larger model', () => {
    const seconds = (flatness: object, encoder?: object) =>
      estimateRun(specOf({ probes: 100, batchSize: 10_000, ...flatness }, encoder)).seconds;
    const own = seconds({ width: 4, layers: 1 });
    expect(seconds({ width: 128, layers: 1 })).toBeGreaterThan(3 * own);
    expect(seconds({ width: 128, layers: 2 })).toBeGreaterThan(1.5 * seconds({ width: 128, layers: 1 }));
    const trace = seconds({ id: 'trace' });
    expect(Math.abs(trace / own - 1)).toBeLessThan(0.01);
    expect(seconds({ width: 4, layers: 1, plain: true })).toBeGreaterThan(1.5 * own);
  });

  test('a size that does not fit is found when the run is planned', () => {
    expect(() => estimateRun(specOf({ width: 6, layers: 1 }))).toThrow(
      "Setting flatness.width: it must be a multiple of the model's own, 4.",
    );
  });
});

test('quick scales take at most ten minutes and standard ones two hours', () => {
  for (const id of ['model-size', 'flatness-versus-downstream', 'open-questions']) {
    const { scales } = studies().find((one) => one.id === id) ?? expect.unreachable();
    expect(scales.map(({ scale }) => scale)).toEqual(['quick', 'standard', 'paper']);
    expect(scales[0]?.estimate.seconds).toBeLessThan(600);
    expect(scales[1]?.estimate.seconds).toBeLessThan(7200);
  }
});
