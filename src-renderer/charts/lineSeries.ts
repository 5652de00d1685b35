/** One line as the chart library takes it: a curve with its symbols, and its error bars. */

import type { EChartsCoreOption } from 'echarts/core';
import { errorBar } from '#figures/errorBar.ts';
import type { ChartLine } from './lineChart.ts';
import type { ChartTheme } from './palette.ts';

/** A line whose points stand in the axes' coordinates; NaN where an axis has no place. */
export interface PlacedLine {
  readonly line: ChartLine;
  readonly x: Float64Array;
  readonly y: Float64Array;
  /** Ends of error bars; empty where no error is known. */
  readonly low: Float64Array;
  readonly high: Float64Array;
  readonly leftOut: number;
}

export function curve({ line, x, y }: PlacedLine, theme: ChartTheme): EChartsCoreOption {
  const data: [number, number][] = [];
  let finite = 0;
  for (let index = 0; index < x.length; index += 1) {
    data.push([x[index] ?? Number.NaN, y[index] ?? Number.NaN]);
    if (Number.isFinite(y[index])) finite += 1;
  }
  const reference = line.role === 'reference';
  const color = reference ? theme.reference : line.style.color;
  const { dash } = line.style;
  return {
    type: 'line',
    name: `${line.runName} · ${line.series}`,
    data,
    color,
    silent: true,
    clip: true,
    symbol: line.symbol,
    symbolSize: 5,
    // A handful of measurements, or one lone point, would not be seen as a line.
    showSymbol:
      !reference &&
      line.role === 'curve' &&
      finite <= 60 &&
      (finite === 1 || line.stderr !== undefined || finite <= 12),
    z: line.role === 'curve' ? 4 : 3,
    lineStyle: {
      color,
      width: reference ? 1 : line.role === 'raw' ? 1 : 1.6,
      opacity: line.role === 'raw' ? 0.28 : reference ? 0.75 : 1,
      ...(reference ? { type: [4, 4] } : dash.length > 0 && line.role !== 'raw' ? { type: [...dash] } : {}),
    },
    itemStyle: { color },
  };
}

export function errorBars({ line, x, low, high }: PlacedLine): EChartsCoreOption {
  const data: [number, number, number][] = [];
  for (let index = 0; index < x.length; index += 1) {
    if (Number.isFinite(high[index])) data.push([x[index] ?? 0, low[index] ?? 0, high[index] ?? 0]);
  }
  return {
    type: 'custom',
    name: `${line.runName} · ${line.series} ± 1 s.e.`,
    data,
    silent: true,
    clip: true,
    z: 2,
    dimensions: ['step', 'low', 'high'],
    encode: { x: 0, y: [1, 2] },
    renderItem: (
      _: unknown,
      api: { value(index: number): number; coord(point: [number, number]): [number, number] },
    ) => {
      const [px, bottom] = api.coord([api.value(0), api.value(1)]);
      const [, top] = api.coord([api.value(0), api.value(2)]);
      return errorBar(px, bottom, top, 3, { stroke: line.style.color, lineWidth: 1, opacity: 0.7 });
    },
  };
}
