import { describe, expect, test } from 'vitest';
import type { GraphAnswer, GraphDistance, GraphDrawing } from '#contract/graph.ts';
import { colorScale } from '../../src-renderer/charts/colorScale.ts';
import { distanceChart } from '../../src-renderer/charts/distanceChart.ts';
import { chartSvg } from '../../src-renderer/charts/draw.ts';
import { distanceFigure, pictureFigure, spectrumFigure } from '../../src-renderer/charts/graphFigures.ts';
import { graphPicture } from '../../src-renderer/charts/graphPicture.ts';
import { gapAfter, spectrumChart, widestGap } from '../../src-renderer/charts/spectrumChart.ts';
import { vertexColors } from '../../src-renderer/charts/vertexColors.ts';

/** Eight vertices of eight clusters in two classes, on a rectangle three times as wide as it is high. */
const drawing: GraphDrawing = {
  vertices: Int32Array.from({ length: 8 }, (_, i) => 10 * i),
  x: Float64Array.of(0, 3, 3, 0, 1, 2, 1, 2),
  y: Float64Array.of(0, 0, 1, 1, 0.5, 0.5, 0.2, 0.2),
  marginals: new Float64Array(8).fill(1 / 80),
  labels: Int32Array.of(0, 1, 0, 1, 0, 1, 0, 1),
  clusters: Int32Array.of(0, 1, 2, 3, 4, 5, 6, 7),
  edges: { from: Int32Array.of(0, 1), to: Int32Array.of(1, 2), weight: Float64Array.of(0.02, 0.01) },
  among: 2,
  classes: ['even', 'odd'],
  whole: { vertices: 80, edges: 100, clusters: 8 },
};

describe('colours of numbers', () => {
  test('of one sign run through viridis, end to end', () => {
    const { colorOf, low, high } = colorScale([2, 5, 3], 'light');
    expect([low, high]).toEqual([2, 5]);
    expect(colorOf(2)).toBe('#440154');
    expect(colorOf(5)).toBe('#fde725');
  });

  test('of both signs meet at zero, and are alike on both sides', () => {
    const { colorOf, stops, low, high } = colorScale([-1, 4], 'dark');
    expect([low, high]).toEqual([-4, 4]);
    expect(colorOf(0)).toBe(stops[2]);
    expect(colorOf(-4)).toBe(stops[0]);
    expect(colorOf(4)).toBe(stops[4]);
  });
});

describe('colours of vertices', () => {
  test('clusters differ in hue or symbol, and each is counted', () => {
    const { colors, symbols, key } = vertexColors(drawing, [], { by: 'cluster' }, 'light');
    expect(new Set(colors.map((color, i) => color + symbols[i])).size).toBe(8);
    expect(new Set(colors).size).toBe(6);
    expect(key.kind === 'categories' && key.categories.every(({ count }) => count === 1)).toBe(true);
  });

  test('labels are called by their class', () => {
    const { colors, key } = vertexColors(drawing, [], { by: 'label' }, 'light');
    expect(key).toMatchObject({
      categories: [
        { name: 'even', count: 4 },
        { name: 'odd', count: 4 },
      ],
    });
    expect(colors[0]).toBe(colors[2]);
    expect(colors[0]).not.toBe(colors[1]);
  });

  test('an eigenvector colours by its entries, one that is not there by cluster', () => {
    const entries = Float64Array.of(-1, -1, 0, 0, 0.5, 0.5, 1, 1);
    const { colors, key } = vertexColors(drawing, [entries], { by: 'eigenvector', index: 0 }, 'light');
    expect(key).toMatchObject({ kind: 'scale', low: -1, high: 1 });
    expect(colors[0]).toBe(colors[1]);
    expect(colors[0]).not.toBe(colors[7]);
    const without = vertexColors(drawing, [entries], { by: 'eigenvector', index: 1 }, 'light');
    expect(without.key.kind).toBe('categories');
  });
});

test('the picture is not distorted, fills its frame and stays inside of it', () => {
  const [width, height] = [460, 460];
  const look = vertexColors(drawing, [], { by: 'cluster' }, 'light');
  const option = graphPicture({ drawing, look, width, height, theme: 'light', roam: false });
  const [series] = option.series as [
    { data: { x: number; y: number }[]; left: number; top: number; width: number; height: number },
  ];
  const xs = series.data.map(({ x }) => x);
  const ys = series.data.map(({ y }) => y);
  const [spanX, spanY] = [Math.max(...xs) - Math.min(...xs), Math.max(...ys) - Math.min(...ys)];
  expect(spanX / spanY).toBeCloseTo(3, 9);
  expect(spanX).toBeCloseTo(width - 28, 9);
  // The chart library fits vertices into this box: where they already are.
  expect([series.left, series.width]).toEqual([Math.min(...xs), spanX]);
  expect(series.top).toBeCloseTo(Math.min(...ys), 9);
  expect(series.height).toBeCloseTo(spanY, 9);
  // y points up.
  expect(ys[0]).toBeGreaterThan(ys[3] ?? Number.NaN);
});

describe('spectrum', () => {
  const eigenvalues = Float64Array.of(1, 0.95, 0.9, 0.4, 0.35, -0.1);

  test('gaps are differences of neighbours', () => {
    expect(gapAfter(eigenvalues, 2)?.size).toBeCloseTo(0.05, 12);
    expect(gapAfter(eigenvalues, 6)).toBeNull();
    expect(widestGap(eigenvalues)).toMatchObject({ after: 3 });
    expect(widestGap(Float64Array.of(1))).toBeNull();
  });

  test('r, 2r and the gap after r are marked where they are shown', () => {
    const texts = (clusters: number) =>
      (
        spectrumChart({ eigenvalues, clusters, chosen: null, width: 400, height: 240, theme: 'dark' })
          .graphic as { style?: { text?: string } }[]
      ).flatMap(({ style }) => style?.text ?? []);
    expect(texts(3)).toEqual(['r = 3', '2r = 6', 'gap 0.500', 'index']);
    expect(texts(4)).toEqual(['r = 4', 'gap 0.0500', 'index']);
    expect(texts(6)).toEqual(['r = 6', 'index']);
  });
});

test('boxes of distances stand at their quantiles, and pairs without a path say so', () => {
  const spread = { pairs: 10, apart: 0, mean: 1.5, quantiles: [0, 1, 2, 3, 4] };
  const none = { pairs: 10, apart: 10, mean: Number.NaN, quantiles: new Array<number>(5).fill(Number.NaN) };
  const distance: GraphDistance = {
    kind: 'diffusion',
    same: spread,
    different: none,
    nearer: 1,
    factors: [],
  };
  const graphic = distanceChart({ distance, width: 512, height: 80, theme: 'light' }).graphic as {
    type: string;
    shape?: Record<string, number>;
    style: { text?: string };
  }[];
  // 400 px from 0 to 4 % beyond the largest quantile.
  const at = (value: number) => 96 + (400 * value) / 4.16;
  const [line, rect, median, mean] = graphic.slice(1, 5).map(({ shape }) => shape ?? {});
  expect(line?.x1).toBeCloseTo(at(0), 9);
  expect(line?.x2).toBeCloseTo(at(4), 9);
  expect(rect?.x).toBeCloseTo(at(1) - 1, 9);
  expect(rect?.width).toBeCloseTo(at(3) - at(1) + 2, 9);
  expect(median?.x1).toBeCloseTo(at(2), 9);
  expect(mean?.cx).toBeCloseTo(at(1.5), 9);
  expect(graphic.at(-1)?.style.text).toBe('no path joins any pair');
});

describe('files of the lab’s charts', () => {
  const spread = { pairs: 10, apart: 0, mean: 1.5, quantiles: [0, 1, 2, 3, 4] };
  const none = { pairs: 10, apart: 10, mean: Number.NaN, quantiles: new Array<number>(5).fill(Number.NaN) };
  const hop: GraphDistance = { kind: 'hop', same: spread, different: none, nearer: 1, factors: [] };
  const answer: GraphAnswer = {
    ...{ data: { id: 'block-model' }, drawing, components: 1, compared: 8, time: 4, basis: 2, seconds: 0.1 },
    eigenvectors: [new Float64Array(8).fill(1), Float64Array.of(-1, -1, 0, 0, 0.5, 0.5, 1, 1)],
    eigenvalues: Float64Array.of(1, 0.25),
    floors: Float64Array.of(-1, -1.0625),
    conductance: { clusters: [], sweep: null },
    distances: [hop],
  };
  const rows = (csv: string) =>
    csv
      .trimEnd()
      .split('\r\n')
      .map((row) => row.split(','));

  test('the picture: vertices, then edges between them, with the eigenvector that colours', () => {
    const { csv } = pictureFigure(answer, { by: 'eigenvector', index: 1 }, '8 vertices');
    const [header, ...all] = rows(csv);
    expect(header).toEqual([
      ...['kind', 'vertex', 'other', 'weight', 'x', 'y', 'label', 'cluster', 'eigenvector_2'],
    ]);
    expect(all).toHaveLength(10);
    expect(all[7]).toEqual(['vertex', '70', '', '0.0125', '2', '0.2', 'odd', '7', '1']);
    expect(all[9]).toEqual(['edge', '10', '20', '0.01', '', '', '', '', '']);
    expect(rows(pictureFigure(answer, { by: 'cluster' }, '8 vertices').csv)[0]).toHaveLength(8);
  });

  test('spectrum and distances: what is drawn, and nothing where no path is', () => {
    expect(rows(spectrumFigure(answer, null).csv)).toEqual([
      ['index', 'eigenvalue', 'least_spectral_loss'],
      ['1', '1', '-1'],
      ['2', '0.25', '-1.0625'],
    ]);
    expect(rows(distanceFigure(hop, 4).csv).slice(1)).toEqual([
      ['same', '10', '0', '1.5', '0', '1', '2', '3', '4'],
      ['different', '10', '10', '', '', '', '', '', ''],
    ]);
  });

  test('each is one light drawing with a title, and the picture has a key', () => {
    const figures = [
      pictureFigure(answer, { by: 'cluster' }, '8 vertices'),
      pictureFigure(answer, { by: 'eigenvector', index: 1 }, '8 vertices'),
      spectrumFigure(answer, 1),
      distanceFigure(hop, 4),
    ];
    const drawn = figures.map(({ option, width, height }) => chartSvg(option, width, height));
    for (const [i, svg] of drawn.entries()) {
      expect(svg).toContain(`width="${figures[i]?.width}" height="${figures[i]?.height}"`);
      expect(svg).not.toContain('NaN');
    }
    expect(drawn[0]).toContain('Graph: 8 vertices');
    expect(drawn[0]).toContain('cluster 7');
    expect(drawn[1]).not.toContain('cluster 7');
    expect(drawn[2]).toContain('normalised adjacency');
    expect(drawn[3]).toContain('no path joins any pair');
  });
});
