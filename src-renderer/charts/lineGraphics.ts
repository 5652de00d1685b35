/** What stands around the curves: axes, titles, labels at line ends, marks. All in pixels of the chart. */
import type { EChartsCoreOption } from 'echarts/core';
import { type Axis, share, transform } from './axis.ts';
import type { LineChartInput, Plot } from './lineChart.ts';
import type { ChartTheme } from './palette.ts';

// Single quotes: the renderer writes it into attributes that have double ones.
export const fontFamily = "'Inter Variable', Inter, Helvetica, Arial, sans-serif";
export const fontSize = 11;

export function axisOption(axis: Axis, theme: ChartTheme, labelled: boolean): EChartsCoreOption {
  const at = axis.ticks.map((tick) => tick.at);
  const names = new Map(axis.ticks.map((tick) => [tick.at, tick.label]));
  return {
    type: 'value',
    min: axis.low,
    max: axis.high,
    axisLine: { show: false },
    axisTick: { show: false, customValues: at },
    splitLine: {
      show: true,
      showMinLine: true,
      showMaxLine: true,
      lineStyle: { color: theme.grid, width: 1 },
    },
    axisLabel: {
      show: labelled,
      customValues: at,
      formatter: (value: number) => names.get(value) ?? nearest(axis, value),
      color: theme.faint,
      fontSize,
      fontFamily,
      margin: 6,
      hideOverlap: true,
    },
  };
}

function nearest(axis: Axis, value: number): string {
  const tolerance = (axis.high - axis.low) * 1e-6;
  return axis.ticks.find((tick) => Math.abs(tick.at - value) < tolerance)?.label ?? '';
}

export function graphicText(
  text: string,
  x: number,
  y: number,
  fill: string,
  align: 'left' | 'right' | 'center',
  verticalAlign: 'top' | 'middle' | 'bottom',
  font = `${fontSize}px ${fontFamily}`,
) {
  return { type: 'text', silent: true, z: 10, style: { text, x, y, fill, align, verticalAlign, font } };
}

export function texts(
  { title, yTitle, xTitle, showX, width }: LineChartInput,
  plot: Plot,
  theme: ChartTheme,
) {
  const all = [graphicText(yTitle, 8, plot.top - 18, theme.faint, 'left', 'top')];
  if (showX) {
    all.push(
      graphicText(
        xTitle,
        plot.left + plot.width / 2,
        plot.top + plot.height + 22,
        theme.faint,
        'center',
        'top',
      ),
    );
  }
  if (title !== undefined) {
    all.push(
      graphicText(shorten(title, width - 16), 8, 4, theme.text, 'left', 'top', `600 12px ${fontFamily}`),
    );
  }
  return all;
}

/** A thin line from a curve's end to a label that had to move away from it. */
export function leader(label: { y: number; color: string; anchor: { x: number; y: number } }, plot: Plot) {
  const right = plot.left + plot.width;
  return {
    type: 'polyline',
    silent: true,
    z: 9,
    shape: {
      points: [
        [Math.min(label.anchor.x + 3, right), label.anchor.y],
        [right, label.anchor.y],
        [right + 6, label.y],
      ],
    },
    style: { stroke: label.color, lineWidth: 1, opacity: 0.5, fill: 'none', lineDash: [1, 3] },
  };
}

export function mark(x: Axis, plot: Plot, step: number, color: string) {
  const along = share(x, transform(x.kind, step));
  if (!(along >= 0 && along <= 1)) return [];
  const at = plot.left + plot.width * along;
  const bottom = plot.top + plot.height;
  return [
    {
      type: 'line',
      silent: true,
      z: 8,
      shape: { x1: at, x2: at, y1: bottom - 5, y2: bottom },
      style: { stroke: color, lineWidth: 1.5 },
    },
  ];
}

/** Cuts a text to a width, by the mean width of the face's letters; the whole stands in the readout. */
export function shorten(text: string, width: number): string {
  const letters = Math.max(3, Math.floor(width / (fontSize * 0.56)));
  if (text.length <= letters) return text;
  const head = Math.ceil((letters - 1) * 0.4);
  return `${text.slice(0, head)}…${text.slice(text.length - (letters - 1 - head))}`;
}
