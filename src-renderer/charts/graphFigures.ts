/** The Graph lab's charts as files: a figure by itself, with title and key, and the numbers that it shows. */
import type { EChartsCoreOption } from 'echarts/core';
import type { GraphAnswer, GraphDistance } from '#contract/graph.ts';
import { toCsv } from './csv.ts';
import { distanceChart } from './distanceChart.ts';
import { graphPicture } from './graphPicture.ts';
import { fontFamily, graphicText } from './lineGraphics.ts';
import { formatInteger, formatNumber } from './numbers.ts';
import { chartThemes } from './palette.ts';
import { spectrumChart } from './spectrumChart.ts';
import { type Colouring, type VertexColors, type VertexSymbol, vertexColors } from './vertexColors.ts';

export interface Figure {
  readonly title: string;
  /** Base of the files' names. */
  readonly name: string;
  readonly width: number;
  readonly height: number;
  readonly option: EChartsCoreOption;
  readonly csv: string;
}

/** Exports are light whatever the window is. */
const theme = 'light';
const colors = chartThemes[theme];
const heading = 26;
const keyWidth = 160;
const keyRow = 18;
const keyRows = 27;

/** `shown` says how much of the graph the picture has. */
export function pictureFigure(answer: GraphAnswer, colouring: Colouring, shown: string): Figure {
  const { drawing, eigenvectors } = answer;
  const look = vertexColors(drawing, eigenvectors, colouring, theme);
  const by = colouring.by === 'eigenvector' ? `, coloured by eigenvector ${colouring.index + 1}` : '';
  const [width, height] = [640 + keyWidth, 560];
  const picture = graphPicture({
    ...{ drawing, look, theme, roam: false },
    ...{ width: width - keyWidth, height: height - heading },
  });
  return {
    ...{ title: 'Graph', name: 'graph', width, height },
    option: {
      ...lowered(picture),
      graphic: [title(`Graph: ${shown}${by}`), ...keyOf(look, width - keyWidth + 8)],
    },
    csv: pictureCsv(answer, colouring),
  };
}

export function spectrumFigure(answer: GraphAnswer, chosen: number | null): Figure {
  const { eigenvalues, floors, drawing } = answer;
  const [width, height] = [640, 400];
  const { clusters } = drawing.whole;
  const chart = spectrumChart({
    ...{ eigenvalues, clusters, chosen, width, theme },
    ...{ height: height - heading, heading },
  });
  return {
    ...{ title: 'Spectrum', name: 'spectrum', width, height },
    option: withTitle(chart, 'Largest eigenvalues of the normalised adjacency'),
    csv: toCsv([
      ['index', 'eigenvalue', 'least_spectral_loss'],
      ...Array.from(eigenvalues, (value, i) => [i + 1, value, floors[i] ?? '']),
    ]),
  };
}

export function distanceFigure(distance: GraphDistance, time: number): Figure {
  const [width, height] = [640, 160];
  const what = distance.kind === 'hop' ? 'Hops' : `Diffusion distance after ${time} steps`;
  const chart = distanceChart({ distance, width, height: height - heading, theme, heading });
  return {
    ...{ title: what, name: `distances-${distance.kind}`, width, height },
    option: withTitle(chart, `${what}: tenths, quarters, median (line) and mean (dot) by label`),
    csv: toCsv([
      ['labels', 'pairs', 'apart', 'mean', 'q10', 'q25', 'median', 'q75', 'q90'],
      ...(['same', 'different'] as const).map((labels) => {
        const { pairs, apart, mean, quantiles } = distance[labels];
        return [labels, pairs, apart, ...[mean, ...quantiles].map((value) => finite(value))];
      }),
    ]),
  };
}

/** A row a vertex, then a row an edge: `other` and the edge's weight stand with edges alone. */
function pictureCsv({ drawing, eigenvectors }: GraphAnswer, colouring: Colouring): string {
  const { vertices, x, y, labels, clusters, classes, marginals, edges } = drawing;
  const entries = colouring.by === 'eigenvector' ? eigenvectors[colouring.index] : undefined;
  const extra = entries && colouring.by === 'eigenvector' ? [`eigenvector_${colouring.index + 1}`] : [];
  const at = (values: ArrayLike<number>, place: number) => values[place] ?? '';
  return toCsv([
    ['kind', 'vertex', 'other', 'weight', 'x', 'y', 'label', 'cluster', ...extra],
    ...Array.from(vertices, (vertex, i) => [
      ...['vertex', vertex, '', at(marginals, i), at(x, i), at(y, i)],
      ...[classes[labels[i] ?? -1] ?? '', at(clusters, i), ...(entries ? [at(entries, i)] : [])],
    ]),
    ...Array.from(edges.from, (from, e) => [
      ...['edge', at(vertices, from), at(vertices, edges.to[e] ?? -1), at(edges.weight, e)],
      ...['', '', '', '', ...extra.map(() => '')],
    ]),
  ]);
}

/** Empty where no pair has a path. */
function finite(value: number): number | string {
  return Number.isFinite(value) ? value : '';
}

function title(text: string) {
  return graphicText(text, 8, 6, colors.text, 'left', 'top', `600 12px ${fontFamily}`);
}

function withTitle(option: EChartsCoreOption, text: string): EChartsCoreOption {
  const graphic = option.graphic as readonly object[];
  return { ...option, graphic: [title(text), ...graphic] };
}

/** The graph, which has no axes, below the title. */
function lowered(option: EChartsCoreOption): EChartsCoreOption {
  const [series] = option.series as readonly { readonly top: number }[];
  return { ...option, series: series ? [{ ...series, top: series.top + heading }] : [] };
}

function keyOf({ key }: VertexColors, left: number) {
  const row = (place: number) => heading + 8 + keyRow * place;
  if (key.kind === 'categories') {
    const text = (words: string, place: number) =>
      graphicText(words, left + 16, row(place), colors.text, 'left', 'middle');
    const rest = key.categories.length - keyRows;
    return [
      ...key.categories
        .slice(0, keyRows)
        .flatMap(({ name, color, symbol, count }, i) => [
          mark(symbol, color, left + 5, row(i)),
          text(`${name}  ${formatInteger(count)}`, i),
        ]),
      ...(rest > 0 ? [text(`and ${formatInteger(rest)} more`, keyRows)] : []),
    ];
  }
  const band = 108 / key.stops.length;
  return [
    ...key.stops.map((fill, i) => ({
      ...{ type: 'rect', silent: true, z: 10, style: { fill } },
      shape: { x: left + i * band, y: row(0) - 5, width: band, height: 10 },
    })),
    graphicText(formatNumber(key.low, 3), left, row(1), colors.text, 'left', 'middle'),
    graphicText(
      formatNumber(key.high, 3),
      left + key.stops.length * band,
      row(1),
      colors.text,
      'right',
      'middle',
    ),
  ];
}

/** As the charts draw it, 8 pixels across. */
function mark(symbol: VertexSymbol, fill: string, x: number, y: number) {
  const corners = {
    triangle: [
      [x, y - 4],
      [x + 4, y + 4],
      [x - 4, y + 4],
    ],
    rect: [
      [x - 3.5, y - 3.5],
      [x + 3.5, y - 3.5],
      [x + 3.5, y + 3.5],
      [x - 3.5, y + 3.5],
    ],
    diamond: [
      [x, y - 4.5],
      [x + 4.5, y],
      [x, y + 4.5],
      [x - 4.5, y],
    ],
  };
  const drawn = { silent: true, z: 10, style: { fill } };
  return symbol === 'circle'
    ? { ...drawn, type: 'circle', shape: { cx: x, cy: y, r: 4 } }
    : { ...drawn, type: 'polygon', shape: { points: corners[symbol] } };
}
