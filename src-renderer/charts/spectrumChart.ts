/** The largest eigenvalues of a graph, with r, 2r and the gap after the r-th marked. */
import type { EChartsCoreOption } from 'echarts/core';
import { makeAxis, share } from './axis.ts';
import { axisOption, fontFamily, fontSize, graphicText } from './lineGraphics.ts';
import { formatNumber } from './numbers.ts';
import { type ChartTheme, chartThemes, runStyle, type ThemeName } from './palette.ts';

export interface SpectrumChartInput {
  /** Descending. */
  readonly eigenvalues: Float64Array;
  /** r. */
  readonly clusters: number;
  /** Of the eigenvector that colours the graph; null: none. */
  readonly chosen: number | null;
  readonly width: number;
  readonly height: number;
  readonly theme: ThemeName;
  /** Pixels left free above; default: none. */
  readonly heading?: number;
}

export interface Gap {
  /** How many eigenvalues stand above it. */
  readonly after: number;
  readonly size: number;
}

/** λ_k − λ_{k+1}; null where one of the two is not known. */
export function gapAfter(eigenvalues: Float64Array, k: number): Gap | null {
  const [above, below] = [eigenvalues[k - 1], eigenvalues[k]];
  return above === undefined || below === undefined ? null : { after: k, size: above - below };
}

export function widestGap(eigenvalues: Float64Array): Gap | null {
  let widest: Gap | null = null;
  for (let k = 1; k < eigenvalues.length; k += 1) {
    const gap = gapAfter(eigenvalues, k);
    if (gap && gap.size > (widest?.size ?? 0)) widest = gap;
  }
  return widest;
}

export function spectrumChart(input: SpectrumChartInput): EChartsCoreOption {
  const { eigenvalues, clusters, chosen, width, height, heading = 0 } = input;
  const theme = chartThemes[input.theme];
  const plot = {
    left: 44,
    top: 24 + heading,
    width: Math.max(20, width - 60),
    height: Math.max(20, height - 62),
  };
  const count = eigenvalues.length;
  const x = makeAxis({
    kind: 'linear',
    extent: [0.5, count + 0.5],
    count: Math.max(2, plot.width / 60),
    tight: true,
    integers: true,
  });
  const lowest = Math.min(0, ...eigenvalues);
  const y = makeAxis({
    kind: 'linear',
    extent: [lowest, 1],
    count: Math.max(3, Math.min(6, plot.height / 30)),
  });
  const at = (k: number) => plot.left + plot.width * share(x, k);
  const heightOf = (value: number) => plot.top + plot.height * (1 - share(y, value));
  const color = runStyle(0, input.theme).color;

  const upright = (k: number, text: string) =>
    k > count
      ? []
      : [
          {
            ...{ type: 'line', silent: true, z: 1 },
            shape: { x1: at(k), x2: at(k), y1: plot.top, y2: plot.top + plot.height },
            style: { stroke: theme.reference, lineWidth: 1, lineDash: [4, 4], opacity: 0.75 },
          },
          graphicText(text, at(k), plot.top - 4, theme.faint, 'center', 'bottom'),
        ];
  const gap = gapAfter(eigenvalues, clusters);
  return {
    animation: false,
    backgroundColor: 'transparent',
    textStyle: { fontFamily, fontSize },
    grid: { ...plot, outerBoundsMode: 'none' },
    xAxis: axisOption(x, theme, true),
    yAxis: axisOption(y, theme, true),
    series: [
      {
        type: 'scatter',
        data: Array.from(eigenvalues, (value, i) => ({
          value: [i + 1, value],
          itemStyle: {
            color: i < clusters ? color : theme.faint,
            ...(i === chosen ? { borderColor: theme.text, borderWidth: 2 } : {}),
          },
          symbolSize: i === chosen ? 11 : 7,
        })),
        emphasis: { scale: 1.6 },
        z: 4,
      },
    ],
    graphic: [
      ...upright(clusters, `r = ${clusters}`),
      ...upright(2 * clusters, `2r = ${2 * clusters}`),
      ...(gap ? bracket(gap, heightOf, at, eigenvalues, theme) : []),
      graphicText(
        'index',
        plot.left + plot.width / 2,
        plot.top + plot.height + 20,
        theme.faint,
        'center',
        'top',
      ),
    ],
  };
}

/** Between the two eigenvalues, with its size beside it. */
function bracket(
  { after, size }: Gap,
  heightOf: (value: number) => number,
  at: (k: number) => number,
  eigenvalues: Float64Array,
  { text: stroke, ground }: ChartTheme,
) {
  const [high, low] = [heightOf(eigenvalues[after - 1] ?? 0), heightOf(eigenvalues[after] ?? 0)];
  const middle = at(after + 0.5);
  const line = (x1: number, y1: number, x2: number, y2: number) => ({
    ...{ type: 'line', silent: true, z: 5 },
    shape: { x1, y1, x2, y2 },
    style: { stroke, lineWidth: 1 },
  });
  // Right of the bracket and above the eigenvalues that follow, all is empty but for the line at 2r.
  const text = graphicText(
    `gap ${formatNumber(size, 3)}`,
    middle + 5,
    Math.min((high + low) / 2, low - 12),
    stroke,
    'left',
    'middle',
  );
  return [
    line(middle, high, middle, low),
    line(middle - 3, high, middle + 3, high),
    line(middle - 3, low, middle + 3, low),
    { ...text, style: { ...text.style, backgroundColor: ground, padding: [1, 3] } },
  ];
}
