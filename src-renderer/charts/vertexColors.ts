/** What a graph's vertices look like: by a label or cluster they have, or by an eigenvector's entries. */
import type { GraphDrawing } from '#contract/graph.ts';
import { colorScale } from './colorScale.ts';
import { runStyle, type ThemeName } from './palette.ts';

export type Colouring =
  | { readonly by: 'label' | 'cluster' }
  /** `index` from 0. */
  | { readonly by: 'eigenvector'; readonly index: number };

export type VertexSymbol = 'circle' | 'triangle' | 'rect' | 'diamond';
const symbols: readonly VertexSymbol[] = ['circle', 'triangle', 'rect', 'diamond'];
const hues = 6;

export interface Category {
  readonly name: string;
  readonly color: string;
  readonly symbol: VertexSymbol;
  /** Vertices drawn. */
  readonly count: number;
}

export interface VertexColors {
  /** Of each drawn vertex. */
  readonly colors: readonly string[];
  readonly symbols: readonly VertexSymbol[];
  readonly key:
    | { readonly kind: 'categories'; readonly categories: readonly Category[] }
    | {
        readonly kind: 'scale';
        readonly stops: readonly string[];
        readonly low: number;
        readonly high: number;
      };
}

/** An eigenvector that is not there colours by cluster. */
export function vertexColors(
  drawing: GraphDrawing,
  eigenvectors: readonly Float64Array[],
  colouring: Colouring,
  theme: ThemeName,
): VertexColors {
  const entries = colouring.by === 'eigenvector' ? eigenvectors[colouring.index] : undefined;
  if (!entries) return byCategory(drawing, colouring.by === 'label' ? 'label' : 'cluster', theme);
  const { stops, low, high, colorOf } = colorScale(entries, theme);
  return {
    colors: Array.from(entries, colorOf),
    symbols: Array.from(entries, () => 'circle'),
    key: { kind: 'scale', stops, low, high },
  };
}

/** Six hues, then the same again with another symbol. */
function byCategory({ labels, clusters, classes }: GraphDrawing, by: 'label' | 'cluster', theme: ThemeName) {
  const of = by === 'label' ? labels : clusters;
  const category = (place: number, count: number): Category => ({
    name: by === 'label' ? (classes[place] ?? String(place)) : `cluster ${place}`,
    color: runStyle(place % hues, theme).color,
    symbol: symbols[Math.floor(place / hues) % symbols.length] ?? 'circle',
    count,
  });
  // Of a large graph with many, most have no vertex that is drawn.
  const counts = new Map<number, number>();
  for (const place of of) counts.set(place, (counts.get(place) ?? 0) + 1);
  const drawn = [...counts].sort(([a], [b]) => a - b);
  const categories = new Map(drawn.map(([place, count]) => [place, category(place, count)]));
  return {
    colors: Array.from(of, (place) => categories.get(place)?.color ?? ''),
    symbols: Array.from(of, (place) => categories.get(place)?.symbol ?? 'circle'),
    key: { kind: 'categories' as const, categories: [...categories.values()] },
  };
}
