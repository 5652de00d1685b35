/** Colours of numbers. */
import type { ThemeName } from './palette.ts';

/** Viridis (Smith and van der Walt 2015) at nine equal distances; between them colours are mixed. */
const viridisStops = [
  ...['#440154', '#472d7b', '#3b528b', '#2c728e', '#21918c'],
  ...['#28ae80', '#5ec962', '#addc30', '#fde725'],
];
/** From negative over zero to positive: Okabe and Ito's blue and vermilion, and a middle near the ground. */
const signedStops: Readonly<Record<ThemeName, readonly string[]>> = {
  light: ['#004f7d', '#0072b2', '#cdd2d8', '#d55e00', '#8c3d00'],
  dark: ['#8fc7f4', '#4f9fe0', '#3b424b', '#e8703a', '#f5b48d'],
};

export interface ColorScale {
  /** From `low` to `high`, for a key. */
  readonly stops: readonly string[];
  readonly low: number;
  readonly high: number;
  colorOf(value: number): string;
}

/** Viridis for values of one sign; for others two hues that meet at 0, alike on both sides. */
export function colorScale(values: ArrayLike<number>, theme: ThemeName): ColorScale {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of Array.from(values)) [low, high] = [Math.min(low, value), Math.max(high, value)];
  const signed = low < 0 && high > 0;
  if (signed) [low, high] = [-Math.max(-low, high), Math.max(-low, high)];
  const stops = signed ? signedStops[theme] : viridisStops;
  const span = high - low;
  return { stops, low, high, colorOf: (value) => mixed(stops, span > 0 ? (value - low) / span : 0.5) };
}

/** `share` in [0, 1] of the way along the stops. */
function mixed(stops: readonly string[], share: number): string {
  const at = Math.max(0, Math.min(1, share)) * (stops.length - 1);
  const [from = '#000000', to = from] = [stops[Math.floor(at)], stops[Math.ceil(at)]];
  const between = [1, 3, 5].map((place) => {
    const [a, b] = [from, to].map((color) => Number.parseInt(color.slice(place, place + 2), 16));
    return Math.round((a ?? 0) + ((b ?? 0) - (a ?? 0)) * (at % 1));
  });
  return `#${between.map((channel) => channel.toString(16).padStart(2, '0')).join('')}`;
}
