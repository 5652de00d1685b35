import { describe, expect, test } from 'vitest';
import { lineChartSvg } from '../../src-renderer/charts/draw.ts';
import { placeLabels } from '../../src-renderer/charts/endLabels.ts';
import {
  type ChartLine,
  type LineChartInput,
  lineChart,
  pixelOf,
  stepAt,
} from '../../src-renderer/charts/lineChart.ts';
import { shorten } from '../../src-renderer/charts/lineGraphics.ts';

function line(values: readonly number[], more: Partial<ChartLine> = {}): ChartLine {
  return {
    run: 'r',
    runName: 'run',
    series: 'loss',
    label: 'run',
    role: 'curve',
    style: { color: '#0072b2', dash: [] },
    symbol: 'circle',
    points: { step: Float64Array.from(values, (_, index) => index + 1), value: Float64Array.from(values) },
    ...more,
  };
}

function input(lines: readonly ChartLine[], more: Partial<LineChartInput> = {}): LineChartInput {
  return {
    yTitle: 'loss',
    xTitle: 'step',
    lines,
    xKind: 'linear',
    yKind: 'linear',
    range: [1, 3],
    width: 600,
    height: 200,
    theme: 'light',
    showX: true,
    labelWidth: 120,
    ...more,
  };
}

interface Option {
  series: { type: string; data: number[][]; showSymbol?: boolean; lineStyle?: { opacity: number } }[];
  graphic: { type: string; style: { text?: string } }[];
}

function build(given: LineChartInput) {
  const chart = lineChart(given);
  if (!chart) throw new Error('The chart is empty.');
  return { chart, option: chart.option as unknown as Option };
}
const texts = ({ graphic }: Option) => graphic.map(({ style }) => style.text);

describe('line chart', () => {
  test('no finite value: nothing to draw', () => {
    expect(lineChart(input([line([Number.NaN, Number.NaN])]))).toBeNull();
    expect(lineChart(input([line([0, -1])], { yKind: 'log' }))).toBeNull();
  });

  test('a log axis draws exponents and counts what it cannot show', () => {
    const { chart, option } = build(input([line([100, 0, 10])], { yKind: 'log' }));
    expect(option.series[0]?.data.map(([, y]) => y)).toEqual([2, Number.NaN, 1]);
    expect(chart.leftOut).toBe(1);
  });

  test('one lone point is drawn as a symbol', () => {
    const { option } = build(input([line([3])]));
    expect(option.series[0]?.showSymbol).toBe(true);
  });

  test('error bars reach one standard error to both sides, and end at the value where a log axis ends', () => {
    const stderr = Float64Array.of(0.5, Number.NaN, 20);
    const { option } = build(input([line([10, 10, 10], { stderr })], { yKind: 'log' }));
    const [bars] = option.series;
    expect(bars?.type).toBe('custom');
    expect(bars?.data[0]).toEqual([1, Math.log10(9.5), Math.log10(10.5)]);
    expect(bars?.data[1]).toEqual([3, 1, Math.log10(30)]);
    expect(bars?.data).toHaveLength(2);
  });

  test('a far reference does not squash the curve: its label points to it', () => {
    const far = line([0.1, 0.1, 0.1], { role: 'reference', label: 'baseline 0.1' });
    const { chart, option } = build(input([line([0.9, 0.92, 0.95]), far]));
    expect(chart.y.low).toBeGreaterThan(0.5);
    expect(texts(option)).toContain('↓ baseline 0.1');
  });

  test('a near reference is in view', () => {
    const near = line([0.88, 0.88, 0.88], { role: 'reference', label: 'baseline 0.88' });
    const { chart, option } = build(input([line([0.9, 0.92, 0.95]), near]));
    expect(chart.y.low).toBeLessThan(0.88);
    expect(texts(option)).toContain('baseline 0.88');
  });

  test('raw curves are fainter than smoothed ones and have no label', () => {
    const { option } = build(input([line([1, 2, 3], { role: 'raw', label: 'raw' }), line([1, 2, 2.5])]));
    const [raw, smooth] = option.series;
    expect(raw?.lineStyle?.opacity).toBeLessThan(smooth?.lineStyle?.opacity ?? 0);
    expect(texts(option)).not.toContain('raw');
  });

  test('pixels and steps are inverses, on both kinds of axis', () => {
    for (const xKind of ['linear', 'log'] as const) {
      const { chart } = build(input([line([1, 2, 3])], { xKind, range: [1, 1000] }));
      for (const step of [1, 10, 333, 1000]) expect(stepAt(chart, pixelOf(chart, step))).toBeCloseTo(step, 8);
    }
  });

  test('long labels keep both ends', () => {
    const short = shorten('a very long name of a run · seed 12', 120);
    expect(short).toMatch(/^a ve.*…/);
    expect(short.endsWith('seed 12')).toBe(true);
  });
});

describe('labels at line ends', () => {
  const box = { top: 0, bottom: 100, left: 0, spacing: 10 };
  const labels = (ys: readonly number[]) => ys.map((y) => ({ text: String(y), color: '', x: 0, y }));

  test('labels that do not collide stay where they are', () => {
    expect(placeLabels(labels([80, 20, 50]), box).placed.map(({ y }) => y)).toEqual([20, 50, 80]);
  });

  test('labels that collide share their distance, in order, inside the box', () => {
    const { placed } = placeLabels(labels([50, 50, 52, 99, 100]), box);
    for (let index = 1; index < placed.length; index += 1) {
      expect((placed[index]?.y ?? 0) - (placed[index - 1]?.y ?? 0)).toBeGreaterThanOrEqual(10 - 1e-9);
    }
    expect(placed.at(-1)?.y).toBeLessThanOrEqual(100);
    // The block of three stands around the mean of what its members wish: (50 + 40 + 32) / 3.
    expect(placed[0]?.y).toBeCloseTo(122 / 3, 10);
  });

  test('where not all shorten, the first given have the room', () => {
    const { placed, left } = placeLabels(labels(Array.from({ length: 25 }, () => 50)), box);
    expect(placed).toHaveLength(10);
    expect(left).toBe(15);
  });
});

describe('a chart as a file', () => {
  const svg = () =>
    lineChartSvg(
      input([line([1, 2, 3], { stderr: Float64Array.of(0.1, 0.1, 0.1), label: 'a < b & "c"' })], {
        title: 'Loss',
        theme: 'dark',
      }),
    );

  test('every tag is well-formed', () => {
    const [head, ...tags] = svg().match(/<[^>]*>/g) ?? [];
    expect(head).toBe('<?xml version="1.0" encoding="UTF-8"?>');
    expect(tags.length).toBeGreaterThan(20);
    const wellFormed = /^<(?:\/[\w:]+|[\w:]+(?:\s+[\w:-]+="[^"<]*")*\s*\/?)>$/;
    expect(tags.filter((tag) => !wellFormed.test(tag) && !tag.startsWith('<![CDATA['))).toEqual([]);
  });

  test('is drawn on white in the colours for it, whatever the window shows', () => {
    expect(svg()).toContain('fill="#ffffff"');
    expect(svg()).not.toContain('#16191d');
    expect(svg()).toContain('width="600" height="200"');
  });
});
