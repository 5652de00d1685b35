/**
 * Curves against steps: from data to a chart option, without a screen. Everything is placed in pixels
 * of the given size, so that the window, a file and a test see the same chart.
 */
import type { EChartsCoreOption } from 'echarts/core';
import { type Axis, type AxisKind, extent, invert, makeAxis, share, transform } from './axis.ts';
import { placeLabels } from './endLabels.ts';
import {
  axisOption,
  fontFamily,
  fontSize,
  graphicText,
  leader,
  mark,
  shorten,
  texts,
} from './lineGraphics.ts';
import { curve, errorBars, type PlacedLine } from './lineSeries.ts';
import { chartThemes, type LineStyle, readable, type ThemeName } from './palette.ts';
import type { Points } from './smoothing.ts';

/** A raw curve stands faint behind its smoothed one; a reference is a thin neutral line. */
export type LineRole = 'curve' | 'raw' | 'reference';

export type LineSymbol = 'circle' | 'triangle' | 'rect' | 'diamond' | 'emptyCircle' | 'emptyTriangle';
export const lineSymbols: readonly LineSymbol[] = [
  'circle',
  'triangle',
  'rect',
  'diamond',
  'emptyCircle',
  'emptyTriangle',
];

export interface ChartLine {
  readonly run: string;
  readonly runName: string;
  readonly series: string;
  /** Text at the line's end. */
  readonly label: string;
  readonly role: LineRole;
  readonly style: LineStyle;
  readonly symbol: LineSymbol;
  readonly points: Points;
  /** One standard error a point; NaN where it is not known. */
  readonly stderr?: Float64Array | undefined;
}

export interface LineChartInput {
  readonly title?: string | undefined;
  /** Quantity and unit, above the axis. */
  readonly yTitle: string;
  readonly xTitle: string;
  readonly lines: readonly ChartLine[];
  readonly xKind: AxisKind;
  readonly yKind: AxisKind;
  /** Steps shown; shared by all panels of a stack. */
  readonly range: readonly [number, number];
  readonly width: number;
  readonly height: number;
  readonly theme: ThemeName;
  /** The axis' quantity is written elsewhere. */
  readonly bare?: boolean;
  /** Tick labels and title of the x axis: of a stack, only the last panel has them. */
  readonly showX: boolean;
  /** Room for labels at the right, px. */
  readonly labelWidth: number;
  /** Steps marked by a short stroke at the bottom: checkpoints. */
  readonly marks?: readonly { readonly step: number; readonly color: string }[];
}

export interface Plot {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export interface LineChart {
  readonly option: EChartsCoreOption;
  readonly plot: Plot;
  readonly x: Axis;
  readonly y: Axis;
  /** Finite values that a log axis cannot show. */
  readonly leftOut: number;
  /** Labels that had no room. */
  readonly unlabelled: number;
}

/** Null where no line has a point that the axes can show. */
export function lineChart(input: LineChartInput): LineChart | null {
  const { lines, xKind, yKind, range, width, height } = input;
  const theme = chartThemes[input.theme];
  const shown = lines.map((line) => ({ line, ...place(line, xKind, yKind, range) }));
  const yExtent = verticalExtent(shown);
  const xExtent = extent(xKind, [range]);
  if (!yExtent || !xExtent) return null;

  const top = (input.title === undefined ? 0 : 22) + (input.bare ? 8 : 20);
  const bottom = input.showX ? (input.bare ? 22 : 34) : 8;
  const plot: Plot = {
    left: 58,
    top,
    width: Math.max(20, width - 58 - input.labelWidth),
    height: Math.max(20, height - top - bottom),
  };
  const x = makeAxis({
    kind: xKind,
    extent: xExtent,
    count: Math.max(2, plot.width / 90),
    tight: true,
    integers: true,
  });
  const y = makeAxis({ kind: yKind, extent: yExtent, count: Math.max(3, Math.min(8, plot.height / 24)) });
  const labels = placeLabels(
    shown.flatMap(({ line, x: xs, y: ys }) => {
      if (line.role === 'raw') return [];
      const end = lastFinite(ys);
      if (end < 0) return [];
      return [
        {
          text: outside(line, ys[end] ?? 0, y),
          color: line.role === 'reference' ? theme.faint : readable(line.style.color, theme.ground),
          x: plot.left + plot.width * share(x, xs[end] ?? x.high),
          y: plot.top + plot.height * (1 - share(y, ys[end] ?? y.low)),
        },
      ];
    }),
    {
      top: plot.top,
      bottom: plot.top + plot.height,
      left: plot.left + plot.width + 8,
      spacing: fontSize + 3,
    },
  );

  const option: EChartsCoreOption = {
    animation: false,
    backgroundColor: 'transparent',
    textStyle: { fontFamily, fontSize },
    grid: {
      left: plot.left,
      top: plot.top,
      width: plot.width,
      height: plot.height,
      outerBoundsMode: 'none',
    },
    xAxis: axisOption(x, theme, input.showX),
    yAxis: axisOption(y, theme, true),
    series: [
      ...shown.filter(({ high }) => high.length > 0).map((line) => errorBars(line)),
      ...shown.map((line) => curve(line, theme)),
    ],
    graphic: [
      ...(input.bare ? [] : texts(input, plot, theme)),
      ...labels.placed.flatMap((label) => [
        ...(Math.abs(label.y - label.anchor.y) > 3 || label.anchor.x < plot.left + plot.width - 4
          ? [leader(label, plot)]
          : []),
        graphicText(
          shorten(label.text, input.labelWidth - 14),
          plot.left + plot.width + 8,
          label.y,
          label.color,
          'left',
          'middle',
        ),
      ]),
      ...(input.marks ?? []).flatMap(({ step, color }) => mark(x, plot, step, color)),
    ],
  };
  return {
    option,
    plot,
    x,
    y,
    leftOut: shown.reduce((sum, { leftOut }) => sum + leftOut, 0),
    unlabelled: labels.left,
  };
}

/**
 * The curves with their errors; a reference only where it does not squash them, else its label says
 * on which side it lies.
 */
function verticalExtent(shown: readonly PlacedLine[]): [number, number] | null {
  const curves = shown.filter(({ line }) => line.role !== 'reference');
  const own = extent(
    'linear',
    curves.flatMap(({ y, low, high }) => [y, low, high]),
  );
  const references = extent(
    'linear',
    shown.filter(({ line }) => line.role === 'reference').map(({ y }) => y),
  );
  if (!own || !references) return own ?? references;
  const room = Math.max(own[1] - own[0], Math.abs(own[1]) * 1e-3) * 1.5;
  const near = shown
    .filter(({ line }) => line.role === 'reference')
    .flatMap(({ y }) => [...y])
    .filter((at) => at >= own[0] - room && at <= own[1] + room);
  return [Math.min(own[0], ...near), Math.max(own[1], ...near)];
}

/** The step under a pixel column of the plot. */
export function stepAt(chart: Pick<LineChart, 'x' | 'plot'>, pixel: number): number {
  const { x, plot } = chart;
  return invert(x.kind, x.low + ((pixel - plot.left) / plot.width) * (x.high - x.low));
}

/** The pixel column of a step, from the chart's left edge. */
export function pixelOf(chart: Pick<LineChart, 'x' | 'plot'>, step: number): number {
  return chart.plot.left + chart.plot.width * share(chart.x, transform(chart.x.kind, step));
}

function place(
  { points, stderr }: ChartLine,
  xKind: AxisKind,
  yKind: AxisKind,
  [from, to]: readonly [number, number],
): Omit<PlacedLine, 'line'> {
  const count = points.step.length;
  const [x, y] = [new Float64Array(count), new Float64Array(count)];
  const hasErrors = stderr?.some((error) => error > 0) ?? false;
  const low = new Float64Array(hasErrors ? count : 0).fill(Number.NaN);
  const high = low.slice();
  let leftOut = 0;
  for (let index = 0; index < count; index += 1) {
    const step = points.step[index] ?? Number.NaN;
    const value = points.value[index] ?? Number.NaN;
    const inside = step >= from && step <= to;
    x[index] = transform(xKind, step);
    y[index] = transform(yKind, value);
    if (inside && Number.isFinite(value) && (Number.isNaN(x[index]) || Number.isNaN(y[index]))) leftOut += 1;
    const error = stderr?.[index] ?? 0;
    if (hasErrors && error > 0) {
      // A bar that reaches below zero ends at the value itself on a log axis.
      low[index] = transform(yKind, value - error);
      if (Number.isNaN(low[index])) low[index] = y[index] ?? Number.NaN;
      high[index] = transform(yKind, value + error);
    }
  }
  return { x, y, low, high, leftOut };
}

/** A reference beyond the axis' ends keeps its label, with the way to it. */
function outside({ role, label }: ChartLine, at: number, { low, high }: Axis): string {
  if (role !== 'reference') return label;
  return at > high ? `↑ ${label}` : at < low ? `↓ ${label}` : label;
}

function lastFinite(values: Float64Array): number {
  for (let index = values.length - 1; index >= 0; index -= 1)
    if (Number.isFinite(values[index])) return index;
  return -1;
}
