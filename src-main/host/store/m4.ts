/**
 * M4 reduction: of each pixel column keep the first, last, smallest and largest point, which draws
 * the same pixels as all points would. Jugel, Jerzak, Hackenbroich, Markl 2014, "M4: A
 * Visualization-Oriented Time Series Data Aggregation", PVLDB 7(10).
 */
import type { SeriesPoints } from '#contract/run.ts';

/**
 * At most `4 * columns` of the points, in step order. A column that holds a NaN keeps one, so that a
 * gap in training is never drawn over. The columns divide `range`, in steps: by default from the
 * first point to the last.
 */
export function reduceM4(
  points: SeriesPoints,
  columns: number,
  range?: readonly [number, number],
): SeriesPoints {
  const n = points.step.length;
  if (n <= 4 * columns) return points;
  const [from, to] = range ?? [at(points.step, 0), at(points.step, n - 1)];
  const width = (to - from) / columns || 1;
  const kept: number[] = [];
  let start = 0;
  while (start < n) {
    const column = columnOf(at(points.step, start), from, width, columns);
    let end = start + 1;
    while (end < n && columnOf(at(points.step, end), from, width, columns) === column) end += 1;
    kept.push(...extremes(points.value, start, end));
    start = end;
  }
  return pick(points, kept);
}

function columnOf(step: number, from: number, width: number, columns: number): number {
  return Math.max(0, Math.min(columns - 1, Math.floor((step - from) / width)));
}

/** Indices of first, minimum, maximum and last in [start, end), ascending and without repeats. */
export function extremes(value: Float64Array, start: number, end: number): number[] {
  let low = -1;
  let high = -1;
  let hole = -1;
  for (let i = start; i < end; i++) {
    const v = at(value, i);
    if (Number.isNaN(v)) hole = i;
    else {
      if (low < 0 || v < at(value, low)) low = i;
      if (high < 0 || v > at(value, high)) high = i;
    }
  }
  // A hole takes the place of the minimum: four points a column is a promise to the chart.
  const indices = new Set([start, hole >= 0 ? hole : low, high < 0 ? start : high, end - 1]);
  return [...indices].sort((a, b) => a - b);
}

export function pick(points: SeriesPoints, indices: ArrayLike<number>): SeriesPoints {
  const step = new Float64Array(indices.length);
  const value = new Float64Array(indices.length);
  for (let i = 0; i < indices.length; i++) {
    const index = indices[i] ?? 0;
    step[i] = at(points.step, index);
    value[i] = at(points.value, index);
  }
  return { step, value };
}

/** Read inside the array's bounds; every caller loops below its length. */
function at(array: Float64Array, index: number): number {
  return array[index] as number;
}
