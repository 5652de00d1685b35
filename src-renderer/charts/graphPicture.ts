/** A drawn graph as an option for the chart library, each vertex at its pixel. */
import type { EChartsCoreOption } from 'echarts/core';
import type { GraphDrawing } from '#contract/graph.ts';
import { chartThemes, type ThemeName } from './palette.ts';
import type { VertexColors } from './vertexColors.ts';

export interface GraphPictureInput {
  readonly drawing: GraphDrawing;
  readonly look: Pick<VertexColors, 'colors' | 'symbols'>;
  readonly width: number;
  readonly height: number;
  readonly theme: ThemeName;
  /** Zoom by wheel, move by drag. */
  readonly roam: boolean;
}

const margin = 14;
/** Many edges are each fainter: what is seen is their density. */
const ink = 400;

export function graphPicture({
  drawing,
  look,
  width,
  height,
  theme,
  roam,
}: GraphPictureInput): EChartsCoreOption {
  const colors = chartThemes[theme];
  const { x, y, left, top } = placed(drawing, width, height);
  const size = Math.max(4, Math.min(11, (0.35 * Math.sqrt(width * height)) / Math.sqrt(x.length)));
  const { from, to, weight } = drawing.edges;
  const most = weight[0] ?? 1;
  const opacity = Math.max(0.08, Math.min(0.5, ink / Math.max(1, from.length)));
  return {
    animation: false,
    backgroundColor: 'transparent',
    series: [
      {
        type: 'graph',
        layout: 'none',
        roam,
        ...{ left, top, width: width - 2 * left, height: height - 2 * top },
        scaleLimit: { min: 0.8, max: 12 },
        data: Array.from(x, (px, place) => ({
          id: String(place),
          x: px,
          y: y[place],
          symbol: look.symbols[place],
          symbolSize: size,
          itemStyle: { color: look.colors[place] },
        })),
        links: Array.from(from, (source, e) => ({
          source,
          target: to[e],
          lineStyle: { opacity: opacity * (0.3 + (0.7 * (weight[e] ?? 0)) / most) },
        })),
        itemStyle: { borderColor: colors.ground, borderWidth: 0.8 },
        lineStyle: { color: colors.reference, width: 1 },
        emphasis: {
          scale: 1.7,
          lineStyle: { width: 1 },
          itemStyle: { borderColor: colors.text, borderWidth: 1.5 },
        },
      },
    ],
  };
}

/** Fitted into the picture without distortion, y downwards; `left` and `top` are the room beside it. */
function placed({ x, y }: GraphDrawing, width: number, height: number) {
  const [lowX, highX] = [Math.min(...x), Math.max(...x)];
  const [lowY, highY] = [Math.min(...y), Math.max(...y)];
  const [spanX, spanY] = [highX - lowX || 1, highY - lowY || 1];
  const scale = Math.min((width - 2 * margin) / spanX, (height - 2 * margin) / spanY);
  const [left, top] = [(width - scale * spanX) / 2, (height - scale * spanY) / 2];
  return {
    x: x.map((at) => left + (at - lowX) * scale),
    y: y.map((at) => top + (highY - at) * scale),
    left,
    top,
  };
}
