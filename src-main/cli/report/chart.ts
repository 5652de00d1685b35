/** Curves as a self-contained SVG, drawn by ECharts without a browser. */
import * as echarts from 'echarts';
import type { Curve, CurveChart } from './curves.ts';
import { colours, font, ink } from './look.ts';

/** Pixels. */
const size = { width: 760, height: 340 };

/** Beyond this many names a legend hides more than it tells; the data stand in report.json. */
const legendLimit = 12;

export function chartSvg({ title, unit, scale, curves }: CurveChart): string {
  const chart = echarts.init(null, null, { renderer: 'svg', ssr: true, ...size });
  const runs = [...new Set(curves.map(({ run }) => run))];
  const lastStep = Math.max(...curves.map(({ step }) => step.at(-1) ?? 0));
  const names = curves.map((curve) => nameOf(curve, runs.length, curves));
  const label = { color: ink.faint, fontFamily: font, fontSize: 12 };
  const axis = {
    axisLabel: { ...label, formatter: (value: number) => String(Number(value.toPrecision(6))) },
    axisLine: { lineStyle: { color: ink.axis } },
    splitLine: { lineStyle: { color: ink.grid } },
    nameTextStyle: label,
    nameLocation: 'middle' as const,
  };
  chart.setOption({
    animation: false,
    textStyle: { fontFamily: font },
    aria: { enabled: true, label: { description: title } },
    grid: { left: 76, right: 20, top: names.length > legendLimit ? 16 : 44, bottom: 48 },
    legend: {
      show: names.length <= legendLimit,
      ...{ type: 'plain', left: 70, top: 8, itemWidth: 18, itemGap: 30, itemHeight: 2, icon: 'rect' },
      data: names,
      textStyle: label,
    },
    xAxis: { type: 'value', name: 'step', nameGap: 28, max: 'dataMax', ...axis },
    yAxis: { type: scale === 'log' ? 'log' : 'value', name: unit, nameGap: 58, scale: true, ...axis },
    series: curves.flatMap((curve, i) => {
      const place = runs.length > 1 ? runs.indexOf(curve.run) : i;
      const color = curve.reference ? ink.faint : (colours[place % colours.length] ?? ink.text);
      return drawn(curve.reference ? stretched(curve, lastStep) : curve, names[i] ?? '', color, scale);
    }),
  });
  const svg = chart.renderToSVGString();
  chart.dispose();
  return svg;
}

/** Runs only where there are several, series only where there are several. */
function nameOf({ run, series }: Curve, runs: number, curves: readonly Curve[]): string {
  const several = new Set(curves.map((curve) => curve.series)).size > 1;
  if (runs > 1) return several ? `${run}: ${series}` : run;
  return series;
}

/** What is known beforehand is logged once: as a line it spans the chart. */
function stretched(curve: Curve, lastStep: number): Curve {
  const value = curve.value.at(-1) ?? Number.NaN;
  return { ...curve, step: [0, lastStep], value: [value, value] };
}

/** A reference is dashed; ± one standard error stands as bars. */
function drawn(curve: Curve, name: string, color: string, scale: CurveChart['scale']): object[] {
  // A logarithmic axis has no place for what is not positive, and no chart one for NaN.
  const points = curve.step.flatMap((step, i) => {
    const value = curve.value[i] ?? Number.NaN;
    return Number.isFinite(value) && (scale === 'linear' || value > 0) ? [[step, value]] : [];
  });
  const line = {
    ...{ type: 'line', name, data: points },
    showSymbol: points.length <= 60 && !curve.reference,
    symbol: 'circle',
    symbolSize: 4,
    itemStyle: { color },
    lineStyle: { color, width: curve.reference ? 1.2 : 1.6, type: curve.reference ? 'dashed' : 'solid' },
  };
  return curve.stderr ? [line, errorBars(curve, curve.stderr, color)] : [line];
}

function errorBars({ step, value }: Curve, stderr: readonly (number | null)[], color: string): object {
  const data = step.flatMap((at, i) => {
    const [middle, error] = [value[i], stderr[i]];
    return middle !== undefined && error != null && Number.isFinite(middle + error)
      ? [[at, middle - error, middle + error]]
      : [];
  });
  return {
    ...{ type: 'custom', data, encode: { x: 0, y: [1, 2] }, silent: true },
    renderItem: (_params: unknown, item: { value(i: number): number; coord(at: number[]): number[] }) => {
      const [x = 0, low = 0] = item.coord([item.value(0), item.value(1)]);
      const [, high = 0] = item.coord([item.value(0), item.value(2)]);
      return {
        type: 'line',
        shape: { x1: x, y1: low, x2: x, y2: high },
        style: { stroke: color, lineWidth: 1 },
      };
    },
  };
}
