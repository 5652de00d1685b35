/** Smoothing that does not lie about the start, and thinning of what is smooth already. */

export interface Points {
  readonly step: Float64Array;
  readonly value: Float64Array;
}

/**
 * Exponential moving average over logged points, debiased: mₜ = β mₜ₋₁ + (1 − β) xₜ, shown as
 * mₜ / (1 − βᵗ) (Kingma and Ba 2015, section 3). A value that is not finite stays as it is and does
 * not enter the mean.
 */
export function smooth({ step, value }: Points, beta: number): Points {
  const smoothed = new Float64Array(value.length);
  let mean = 0;
  let weight = 0;
  for (let index = 0; index < value.length; index += 1) {
    const x = value[index] ?? Number.NaN;
    if (!Number.isFinite(x)) {
      smoothed[index] = x;
      continue;
    }
    mean = beta * mean + (1 - beta) * x;
    weight = beta * weight + (1 - beta);
    smoothed[index] = mean / weight;
  }
  return { step, value: smoothed };
}

/** The points within a range of steps, and one more at each side so that lines reach the edge. */
export function within({ step, value }: Points, from: number, to: number): Points {
  let start = 0;
  while (start < step.length && (step[start] ?? 0) < from) start += 1;
  let end = step.length;
  while (end > start && (step[end - 1] ?? 0) > to) end -= 1;
  start = Math.max(0, start - 1);
  end = Math.min(step.length, end + 1);
  return { step: step.subarray(start, end), value: value.subarray(start, end) };
}

/**
 * The last point of each of `columns` equal spans of steps, and every point that is not finite. Only
 * for a smooth curve: of a raw one it would hide the extremes.
 */
export function thin(points: Points, columns: number): Points {
  const { step, value } = points;
  const last = step.length - 1;
  if (step.length <= columns * 2 || last < 1) return points;
  const from = step[0] ?? 0;
  const width = ((step[last] ?? 0) - from) / columns;
  const kept: number[] = [];
  for (let index = 0; index <= last; index += 1) {
    const column = Math.floor(((step[index] ?? 0) - from) / width);
    const next = Math.floor(((step[index + 1] ?? 0) - from) / width);
    if (index === 0 || index === last || column !== next || !Number.isFinite(value[index])) kept.push(index);
  }
  return {
    step: Float64Array.from(kept, (index) => step[index] ?? 0),
    value: Float64Array.from(kept, (index) => value[index] ?? Number.NaN),
  };
}
