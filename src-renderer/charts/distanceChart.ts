/** Distances of pairs with one label above those of pairs with two: tenths and quarters, median and mean. */
import type { EChartsCoreOption } from 'echarts/core';
import type { DistanceSpread, GraphDistance } from '#contract/graph.ts';
import { type Axis, makeAxis, share } from './axis.ts';
import { axisOption, fontFamily, fontSize, graphicText } from './lineGraphics.ts';
import { chartThemes, runStyle, type ThemeName } from './palette.ts';

export interface DistanceChartInput {
  readonly distance: GraphDistance;
  readonly width: number;
  readonly height: number;
  readonly theme: ThemeName;
  /** Pixels left free above; default: none. */
  readonly heading?: number;
}

export function distanceChart({
  distance,
  width,
  height,
  theme: name,
  heading = 0,
}: DistanceChartInput): EChartsCoreOption {
  const theme = chartThemes[name];
  const plot = {
    left: 96,
    top: 4 + heading,
    width: Math.max(20, width - 112),
    height: Math.max(20, height - 28),
  };
  const rows = [
    { title: 'same label', spread: distance.same, color: runStyle(0, name).color },
    { title: 'different', spread: distance.different, color: runStyle(1, name).color },
  ];
  const ends = rows.flatMap(({ spread }) => spread.quantiles).filter(Number.isFinite);
  const x = makeAxis({
    kind: 'linear',
    extent: [0, Math.max(1e-9, ...ends) * 1.04],
    count: Math.max(2, plot.width / 60),
    tight: true,
    integers: distance.kind === 'hop',
  });
  const y = makeAxis({ kind: 'linear', extent: [0, 1], count: 1, tight: true });
  return {
    animation: false,
    backgroundColor: 'transparent',
    textStyle: { fontFamily, fontSize },
    grid: { ...plot, outerBoundsMode: 'none' },
    xAxis: axisOption(x, theme, true),
    yAxis: { ...axisOption(y, theme, false), splitLine: { show: false } },
    series: [],
    graphic: rows.flatMap(({ title, spread, color }, row) => {
      const middle = plot.top + (plot.height * (row + 0.5)) / rows.length;
      return [
        graphicText(title, plot.left - 8, middle, theme.faint, 'right', 'middle'),
        ...(Number.isFinite(spread.mean)
          ? box(spread, (value) => plot.left + plot.width * along(x, value), middle, color, theme.ground)
          : [graphicText('no path joins any pair', plot.left + 8, middle, theme.faint, 'left', 'middle')]),
      ];
    }),
  };
}

function along(axis: Axis, value: number): number {
  return Math.max(0, Math.min(1, share(axis, value)));
}

function box(
  { quantiles, mean }: DistanceSpread,
  at: (value: number) => number,
  middle: number,
  color: string,
  ground: string,
) {
  const [low = 0, lower = 0, median = 0, upper = 0, high = 0] = quantiles.map(at);
  const shape = (type: string, of: object, style: object) => ({ type, silent: true, z: 5, shape: of, style });
  return [
    shape('line', { x1: low, y1: middle, x2: high, y2: middle }, { stroke: color, lineWidth: 1.5 }),
    shape(
      'rect',
      { x: lower - 1, y: middle - 6, width: upper - lower + 2, height: 12 },
      { fill: color, opacity: 0.45 },
    ),
    shape(
      'line',
      { x1: median, y1: middle - 8, x2: median, y2: middle + 8 },
      { stroke: color, lineWidth: 2.5 },
    ),
    shape('circle', { cx: at(mean), cy: middle, r: 3.5 }, { fill: color, stroke: ground, lineWidth: 1 }),
  ];
}
