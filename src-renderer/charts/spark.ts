/** A curve as an SVG path inside a small box, without axes. */
import type { Points } from './smoothing.ts';

/** Lines break at values that are not finite; a lone point becomes a dot. */
export function sparkPath({ step, value }: Points, width: number, height: number): string {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const y of value) {
    if (!Number.isFinite(y)) continue;
    low = Math.min(low, y);
    high = Math.max(high, y);
  }
  if (low > high) return '';
  const from = step[0] ?? 0;
  const span = (step.at(-1) ?? 0) - from || 1;
  const rise = high - low;
  let path = '';
  let started = false;
  for (let index = 0; index < value.length; index += 1) {
    const y = value[index] ?? Number.NaN;
    if (!Number.isFinite(y)) {
      started = false;
      continue;
    }
    const px = 1 + (((step[index] ?? 0) - from) / span) * (width - 2);
    const py = rise === 0 ? height / 2 : 1.5 + (1 - (y - low) / rise) * (height - 3);
    path += `${started ? 'L' : 'M'}${px.toFixed(1)} ${py.toFixed(1)}`;
    if (!started && !Number.isFinite(value[index + 1])) path += 'h0.01';
    started = true;
  }
  return path;
}
