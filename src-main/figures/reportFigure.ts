/** A report's figure as an option for ECharts: data and look, without a screen. The page uses it as well. */
import type { FigureAxis, ReportFigure } from '#contract/report.ts';
import { errorBar } from './errorBar.ts';
import { superscript } from './superscript.ts';

export interface FigureInk {
  readonly text: string;
  readonly faint: string;
  readonly grid: string;
  readonly axis: string;
  /** Okabe and Ito's colours in their fixed order. */
  readonly series: readonly string[];
  readonly font: string;
  /** Pixels. */
  readonly fontSize: number;
}

type Series = ReportFigure['series'][number];
/** What a custom series is drawn with. */
interface Item {
  value(i: number): number;
  coord(at: readonly number[]): number[];
  /** Where ECharts puts that many bars beside each other. */
  barLayout(bars: object): readonly { readonly offsetCenter: number }[];
}

/** Of bars side by side; a bar's error stands where ECharts puts the bar. */
const bars = { barMaxWidth: 28, barGap: '10%' };

/** Room at the left for ticks and title, at the bottom for the same, in lines of text. */
const room = { left: 5.5, bottom: 4, top: 2.6, legendRow: 1.6 };

export function reportFigureOption(
  { x, y, series, marks = [] }: ReportFigure,
  ink: FigureInk,
): Record<string, unknown> {
  const { fontSize } = ink;
  const names = series.map(({ name }) => name);
  // Long names take a row of the legend each, short ones share it three by three.
  const rows =
    series.length < 2 ? 0 : Math.ceil(series.length / (Math.max(...names.map((n) => n.length)) > 24 ? 1 : 3));
  return {
    animation: false,
    textStyle: { fontFamily: ink.font, fontSize, color: ink.text },
    grid: {
      left: room.left * fontSize,
      right: rightRoom(x, marks) * fontSize,
      top: (room.top + rows * room.legendRow) * fontSize,
      bottom: room.bottom * fontSize,
    },
    legend: {
      show: rows > 0,
      data: names,
      ...{
        left: room.left * fontSize,
        // Names are wider than ECharts takes them for without a screen.
        width: '76%',
        top: 0,
        itemGap: 2.4 * fontSize,
        itemWidth: 1.6 * fontSize,
        itemHeight: 0.5 * fontSize,
      },
      textStyle: { color: ink.faint, fontFamily: ink.font, fontSize },
    },
    xAxis: axisOption(x, ink, 2.2),
    yAxis: axisOption(y, ink, 4),
    series: series
      .flatMap((one, place) => seriesOption(one, place, series, { x, y }, ink))
      .concat(markSeries(x, marks, ink)),
  };
}

function axisOption({ title, unit, scale, categories }: FigureAxis, ink: FigureInk, gap: number): object {
  const label = { color: ink.faint, fontFamily: ink.font, fontSize: ink.fontSize };
  return {
    ...(categories
      ? { type: 'category', data: categories }
      : { type: scale === 'log' ? 'log' : 'value', scale: true }),
    name: unit === undefined ? title : `${title} (${unit})`,
    nameLocation: 'middle',
    nameGap: gap * ink.fontSize,
    nameTextStyle: label,
    axisLabel: categories
      ? { ...label, interval: 0, width: 9 * ink.fontSize, overflow: 'truncate' }
      : { ...label, formatter: (value: number) => tick(value) },
    axisLine: { lineStyle: { color: ink.axis } },
    splitLine: { show: !categories, lineStyle: { color: ink.grid } },
  };
}

/** A true minus, and powers of ten where digits would be many. */
function tick(value: number): string {
  const size = Math.abs(value);
  if (size === 0 || (size >= 1e-3 && size < 1e6)) {
    return String(Number(value.toPrecision(6))).replace('-', '−');
  }
  const [digits = '', exponent = ''] = Number(value.toPrecision(6)).toExponential().split('e');
  const power = `10${superscript(Number(exponent))}`;
  return digits === '1' ? power : `${digits.replace('-', '−')} × ${power}`;
}

function seriesOption(
  { name, look = 'line', points }: Series,
  place: number,
  all: readonly Series[],
  { x, y }: Pick<ReportFigure, 'x' | 'y'>,
  ink: FigureInk,
): object[] {
  const shown = points.filter((point) => isShown(point.x, x) && isShown(point.y, y));
  const color = ink.series[place % ink.series.length] as string;
  const data = shown.map((point) => [point.x, point.y]);
  const drawn = {
    line: { type: 'line', symbol: 'circle', symbolSize: 5, lineStyle: { color, width: 1.6 } },
    dashed: { type: 'line', showSymbol: false, lineStyle: { color, width: 1.2, type: 'dashed' } },
    points: { type: 'scatter', symbolSize: 7 },
    bars: { type: 'bar', ...bars },
  }[look];
  const errors = shown.flatMap((point) =>
    point.error ? [[point.x, point.y - point.error, point.y + point.error]] : [],
  );
  return [
    { ...drawn, name, data, itemStyle: { color } },
    ...(errors.length > 0
      ? [errorBars(errors, ink, look === 'bars' ? ink.text : color, barPlace(place, all))]
      : []),
  ];
}

function isShown(value: number, axis: FigureAxis): boolean {
  return Number.isFinite(value) && (axis.scale !== 'log' || value > 0);
}

/** Which of how many bars beside each other a series is; null for one of another look. */
function barPlace(place: number, all: readonly Series[]): { at: number; count: number } | null {
  const drawn = all.flatMap(({ look }, i) => (look === 'bars' ? [i] : []));
  const at = drawn.indexOf(place);
  return at < 0 ? null : { at, count: drawn.length };
}

function errorBars(
  data: readonly number[][],
  ink: FigureInk,
  color: string,
  bar: { readonly at: number; readonly count: number } | null,
): object {
  return {
    ...{ type: 'custom', data, encode: { x: 0, y: [1, 2] }, silent: true, z: 5 },
    renderItem: (_params: unknown, item: Item) => {
      const [middle = 0, low = 0] = item.coord([item.value(0), item.value(1)]);
      const [, high = 0] = item.coord([item.value(0), item.value(2)]);
      const beside = bar && item.barLayout({ ...bars, count: bar.count })[bar.at];
      const at = middle + (beside?.offsetCenter ?? 0);
      return errorBar(at, low, high, 0.25 * ink.fontSize, { stroke: color, lineWidth: 1 });
    },
  };
}

type Mark = NonNullable<ReportFigure['marks']>[number];

/** Beside bars, which would hide it, a level's label stands outside. */
function isOutside({ categories }: FigureAxis, { axis }: Mark): boolean {
  return categories !== undefined && axis === 'y';
}

/** In lines of text; a letter is about half as wide as high. */
function rightRoom(x: FigureAxis, marks: readonly Mark[]): number {
  const outside = marks.filter((mark) => isOutside(x, mark)).map(({ label }) => label.length);
  return Math.max(1.5, ...outside.map((letters) => 1 + 0.55 * letters));
}

function markSeries(x: FigureAxis, marks: readonly Mark[], ink: FigureInk): object[] {
  if (marks.length === 0) return [];
  const data = marks.map((mark) => ({
    ...(mark.axis === 'x' ? { xAxis: mark.at } : { yAxis: mark.at }),
    label: { formatter: mark.label, ...(isOutside(x, mark) && { position: 'end' }) },
  }));
  return [
    {
      ...{ type: 'line', data: [], silent: true },
      markLine: {
        ...{ symbol: 'none', silent: true, animation: false, data },
        lineStyle: { color: ink.faint, width: 1, type: 'dotted' },
        label: { color: ink.faint, fontFamily: ink.font, fontSize: ink.fontSize, position: 'insideEndTop' },
      },
    },
  ];
}
