import { describe, expect, test } from 'vitest';
import { comparisonRows, matchedColumns } from '../../src-renderer/charts/comparisonRows.ts';
import { seriesCsv } from '../../src-renderer/charts/csv.ts';
import {
  assignPlaces,
  chartThemes,
  contrast,
  readable,
  runStyle,
  styleCount,
} from '../../src-renderer/charts/palette.ts';
import { groupSeries, keyMetric } from '../../src-renderer/charts/panels.ts';
import {
  type ChartRun,
  distinctNames,
  nearestIndex,
  panelLines,
  stepRange,
} from '../../src-renderer/charts/runLines.ts';
import { smooth, thin, within } from '../../src-renderer/charts/smoothing.ts';
import { sparkPath } from '../../src-renderer/charts/spark.ts';

const points = (step: number[], value: number[]) => ({
  step: Float64Array.from(step),
  value: Float64Array.from(value),
});

describe('smoothing', () => {
  test('is the debiased moving average of its definition, summed directly', () => {
    const values = [3, -1, 4, 1, -5, 9];
    const beta = 0.8;
    const { value } = smooth(points([1, 2, 3, 4, 5, 6], values), beta);
    values.forEach((_, t) => {
      const weights = values.slice(0, t + 1).map((_x, i) => beta ** (t - i));
      const total = weights.reduce((sum, weight) => sum + weight, 0);
      const mean = weights.reduce((sum, weight, i) => sum + weight * (values[i] ?? 0), 0) / total;
      expect(value[t]).toBeCloseTo(mean, 12);
    });
  });

  test('starts at the first value, keeps a constant, and lets NaN stand without spreading it', () => {
    expect(smooth(points([1], [7]), 0.99).value[0]).toBeCloseTo(7, 12);
    const { value } = smooth(points([1, 2, 3], [2, Number.NaN, 2]), 0.9);
    expect(value[1]).toBeNaN();
    expect(value[2]).toBeCloseTo(2, 12);
  });

  test('a range has one more point at each side', () => {
    const cut = within(points([0, 10, 20, 30, 40], [0, 1, 2, 3, 4]), 15, 25);
    expect([...cut.step]).toEqual([10, 20, 30]);
    expect([...within(points([0, 10], [0, 1]), -5, 50).step]).toEqual([0, 10]);
  });

  test('thinning keeps ends and every value that is not finite', () => {
    const steps = Array.from({ length: 1000 }, (_, index) => index);
    const values = steps.map((step) => (step === 500 ? Number.NaN : step));
    const kept = thin(points(steps, values), 10);
    expect(kept.step.length).toBeLessThan(20);
    expect([kept.step[0], kept.step.at(-1)]).toEqual([0, 999]);
    expect([...kept.value].filter(Number.isNaN)).toHaveLength(1);
  });
});

describe('panels', () => {
  const names = [
    'loss',
    'loss/excess',
    'loss/floor',
    'loss/unigram_excess',
    'loss/excess_share',
    'accuracy/linear/A',
    'baseline/A',
    'flatness/trace',
    'flatness/scaled_trace',
    'learning_rate',
    'features/spread',
    'features/spread_healthy',
    'time/waiting',
    'own/thing',
  ];

  test('stand in the order of the story, with references apart', () => {
    const panels = groupSeries(names);
    expect(panels.map(({ id }) => id)).toEqual([
      'excess',
      'loss',
      'accuracy',
      'flatness',
      'scaled_flatness',
      'features',
      'learning_rate',
      'own',
    ]);
    expect(panels[0]).toMatchObject({
      series: ['loss/excess'],
      references: ['loss/unigram_excess'],
      yKind: 'log',
    });
    expect(panels[1]).toMatchObject({ series: ['loss'], references: ['loss/floor'] });
  });

  test('a constant is a reference whatever its name', () => {
    expect(groupSeries(['loss', 'loss/of_theory'], new Set(['loss/of_theory']))[0]?.references).toEqual([
      'loss/of_theory',
    ]);
  });

  test('the key metric is a linear probe, else the excess, else any accuracy', () => {
    expect(keyMetric({ loss: 1, 'accuracy/knn': 0.5, 'accuracy/linear': 0.9 })?.name).toBe('accuracy/linear');
    expect(keyMetric({ loss: 1, 'loss/excess': 0.1, 'accuracy/linear/A': 0.9 })?.name).toBe('loss/excess');
    expect(keyMetric({ loss: 1 })).toBeNull();
  });
});

const style = { color: '#000000', dash: [] };
function run(id: string, name: string, series: ChartRun['series'], more: Partial<ChartRun> = {}): ChartRun {
  return { id, name, style, series, full: new Map(), measurements: [], ...more };
}
const options = { smoothing: 0, range: [0, 10] as const, columns: 100 };

describe('lines of a panel', () => {
  const [panel] = groupSeries(['accuracy/linear']);
  if (!panel) throw new Error('No panel.');
  const measured = {
    id: 'm',
    run: 'a',
    checkpoint: null,
    step: 5,
    name: 'accuracy/linear',
    value: 0.9,
    stderr: 0.01,
    detail: { baseline: 0.1 },
  };

  test('errors belong to their step; the baseline is a line over the whole range, once', () => {
    const series = new Map([['accuracy/linear', points([5, 10], [0.9, 0.95])]]);
    const lines = panelLines(
      panel,
      [
        run('a', 'A', series, { measurements: [measured] }),
        run('b', 'B', series, { measurements: [measured] }),
      ],
      options,
    );
    const curve = lines.find(({ role }) => role === 'curve');
    expect([...(curve?.stderr ?? [])]).toEqual([0.01, Number.NaN]);
    const references = lines.filter(({ role }) => role === 'reference');
    expect(references.map(({ label }) => label)).toEqual(['baseline 0.1000']);
    expect([...(references[0]?.points.step ?? [])]).toEqual([0, 10]);
  });

  test('a smoothed curve has its raw one behind, and a measurement is not smoothed', () => {
    const [loss] = groupSeries(['loss']);
    if (!loss) throw new Error('No panel.');
    const raw = points([1, 2], [4, 2]);
    const series = new Map([['loss', raw]]);
    const lines = panelLines(loss, [run('a', 'A', series, { full: series })], { ...options, smoothing: 0.5 });
    expect(lines.map(({ role }) => role)).toEqual(['raw', 'curve']);
    expect(lines[1]?.points.value[1]).toBeCloseTo((0.5 * 4 + 2) / 1.5, 12);
    const same = new Map([['accuracy/linear', raw]]);
    const own = panelLines(panel, [run('a', 'A', same, { full: same, measurements: [measured] })], {
      ...options,
      smoothing: 0.5,
    });
    expect(own.filter(({ role }) => role === 'raw')).toHaveLength(0);
  });

  test('a curve that ends in NaN says so', () => {
    const [loss] = groupSeries(['loss']);
    if (!loss) throw new Error('No panel.');
    const lines = panelLines(
      loss,
      [run('a', 'A', new Map([['loss', points([1, 2], [1, Number.NaN])]]))],
      options,
    );
    expect(lines[0]?.label).toBe('A, then NaN');
  });

  test('names without what they share', () => {
    expect(distinctNames(['digits · lr 0.1 · seed 0', 'digits · lr 0.1 · seed 1'])).toEqual([
      'seed 0',
      'seed 1',
    ]);
    expect(distinctNames(['digits', 'digits'])).toEqual(['digits', 'digits']);
    expect(distinctNames(['alone · seed 0'])).toEqual(['alone · seed 0']);
  });

  test('ranges start at one where zero has no place', () => {
    const runs = [
      run(
        'a',
        'A',
        new Map([
          ['loss', points([1, 9], [1, 1])],
          ['loss/floor', points([0], [1])],
        ]),
      ),
    ];
    expect(stepRange(runs, false)).toEqual([0, 9]);
    expect(stepRange(runs, true)).toEqual([1, 9]);
    expect(stepRange([], false)).toBeNull();
  });

  test('nearest point, against a scan', () => {
    const steps = Float64Array.of(1, 4, 9, 16, 25);
    for (let at = -2; at < 30; at += 0.7) {
      const distances = [...steps].map((step) => Math.abs(step - at));
      expect(distances[nearestIndex(steps, at)]).toBe(Math.min(...distances));
    }
    expect(nearestIndex(new Float64Array(), 3)).toBe(-1);
  });
});

describe('colours of runs', () => {
  test('are given once, oldest first, and kept', () => {
    const first = assignPlaces({}, [
      { id: 'b', createdAt: '2026-01-02' },
      { id: 'a', createdAt: '2026-01-01' },
    ]);
    expect(first).toEqual({ a: 0, b: 1 });
    const next = assignPlaces(first, [
      { id: 'c', createdAt: '2025-01-01' },
      { id: 'a', createdAt: '2026-01-01' },
    ]);
    expect(next).toEqual({ a: 0, b: 1, c: 2 });
    expect(assignPlaces(next, [{ id: 'a', createdAt: '' }])).toBe(next);
  });

  test('text in them has 4.5:1 on the ground of its theme', () => {
    for (const theme of ['light', 'dark'] as const) {
      const { ground, faint, text } = chartThemes[theme];
      for (const color of [faint, text]) expect(contrast(color, ground)).toBeGreaterThanOrEqual(4.5);
      for (let place = 0; place < styleCount; place += 1) {
        expect(contrast(readable(runStyle(place, theme).color, ground), ground)).toBeGreaterThanOrEqual(4.5);
      }
    }
    // Two ratios that the guidelines' own calculators give.
    expect(contrast('#000000', '#ffffff')).toBeCloseTo(21, 10);
    expect(contrast('#777777', '#ffffff')).toBeCloseTo(4.48, 2);
  });

  test('each of the first styles is another', () => {
    const styles = Array.from({ length: styleCount }, (_, place) => JSON.stringify(runStyle(place, 'light')));
    expect(new Set(styles).size).toBe(styleCount);
  });
});

describe('CSV', () => {
  test('has every digit, quotes what needs it, and leaves unknown errors empty', () => {
    const csv = seriesCsv([
      {
        run: 'a "quoted", one',
        series: 'loss',
        step: [1, 2],
        value: [0.1 + 0.2, Number.NaN],
        stderr: [0.5, Number.NaN],
      },
    ]);
    expect(csv).toBe(
      'run,series,step,value,stderr\r\n"a ""quoted"", one",loss,1,0.30000000000000004,0.5\r\n"a ""quoted"", one",loss,2,NaN,\r\n',
    );
  });
});

describe('comparison', () => {
  const measurement = (run: string, value: number, stderr: number) => ({
    ...{ id: `${run}m`, run, checkpoint: null, step: 10, name: 'flatness/trace', detail: null },
    value,
    stderr,
  });
  const column = (id: string, loss: number, trace: number, stderr: number) => ({
    ...{ id, run: id, name: id, step: 10, status: 'finished' as const, spec: {} },
    metrics: { loss, 'flatness/trace': trace },
    measurements: [measurement(id, trace, stderr)],
  });
  const checkpoints = [column('a', 1, 100, 3), column('b', 1.004, 90, 4)];

  test('differences are from the first column, their errors add in squares', () => {
    const flatness = comparisonRows({ checkpoints }).find(({ id }) => id === 'flatness');
    expect(flatness?.rows[0]?.cells.map(({ delta, deltaStderr }) => [delta, deltaStderr])).toEqual([
      [null, null],
      [-10, 5],
    ]);
  });

  test('matched loss is within the tolerance of the baseline', () => {
    expect(matchedColumns({ checkpoints }, 0.01)).toEqual([true, true]);
    expect(matchedColumns({ checkpoints }, 0.001)).toEqual([true, false]);
  });
});

test('a spark line breaks at NaN and shows a lone point', () => {
  expect(sparkPath(points([0, 1, 2, 3], [1, 2, Number.NaN, 3]), 50, 20).match(/M/g)).toHaveLength(2);
  expect(sparkPath(points([5], [1]), 50, 20)).toContain('h0.01');
  expect(sparkPath(points([1], [Number.NaN]), 50, 20)).toBe('');
});
