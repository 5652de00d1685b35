/**
 * An axis in its own coordinates: a value is transformed (identity or log₁₀), and ticks are chosen on
 * the 1-2-5 ladder. The chart library draws transformed values on a plain linear axis, so that a log
 * axis has the same ticks on the screen, in a file and in a test.
 */
import { formatDecade, formatTick } from './numbers.ts';

export type AxisKind = 'linear' | 'log';

export interface Tick {
  /** Transformed position. */
  readonly at: number;
  readonly label: string;
}

export interface Axis {
  readonly kind: AxisKind;
  /** Transformed ends, low < high. */
  readonly low: number;
  readonly high: number;
  readonly ticks: readonly Tick[];
}

/** NaN where the value has no place on the axis: it is not finite, or not positive on a log axis. */
export function transform(kind: AxisKind, value: number): number {
  if (!Number.isFinite(value)) return Number.NaN;
  if (kind === 'linear') return value;
  return value > 0 ? Math.log10(value) : Number.NaN;
}

export function invert(kind: AxisKind, at: number): number {
  return kind === 'linear' ? at : 10 ** at;
}

/** Of 1, 2, 5 × 10ⁿ the one nearest to `spacing` in ratio. */
export function niceSpacing(spacing: number): number {
  const power = 10 ** Math.floor(Math.log10(spacing));
  const factor = spacing / power;
  if (factor >= Math.sqrt(50)) return 10 * power;
  if (factor >= Math.sqrt(10)) return 5 * power;
  return factor >= Math.sqrt(2) ? 2 * power : power;
}

export function linearTicks(low: number, high: number, count: number, integers = false): Tick[] {
  let spacing = niceSpacing((high - low) / Math.max(1, count));
  if (integers) spacing = Math.max(1, spacing);
  const ticks: Tick[] = [];
  const first = Math.ceil(low / spacing - 1e-9);
  const last = Math.floor(high / spacing + 1e-9);
  for (let index = first; index <= last; index += 1) {
    // A product by an integer of a power of ten, rather than a running sum, keeps 0.3 at 0.3.
    const at = Number((index * spacing).toPrecision(12));
    ticks.push({ at, label: formatTick(at, spacing) });
  }
  return ticks;
}

/** `low` and `high` are exponents. Few decades: 1, 2, 5 in each; many: every second, third… decade. */
export function logTicks(low: number, high: number, count: number): Tick[] {
  const decades = high - low;
  if (decades < 0.5) {
    const plain = linearTicks(10 ** low, 10 ** high, count).filter(({ at }) => at > 0);
    return plain.map(({ at, label }) => ({ at: Math.log10(at), label }));
  }
  const stride = Math.max(1, Math.ceil(decades / Math.max(1, count)));
  const multiples = decades * 3 <= count * 1.5 ? [1, 2, 5] : [1];
  const ticks: Tick[] = [];
  for (let exponent = Math.floor(low); exponent <= Math.ceil(high); exponent += 1) {
    if (exponent % stride !== 0) continue;
    for (const multiple of multiples) {
      const at = exponent + Math.log10(multiple);
      if (at < low - 1e-9 || at > high + 1e-9) continue;
      const value = multiple * 10 ** exponent;
      ticks.push({ at, label: multiple === 1 ? formatDecade(exponent) : formatTick(value, 10 ** exponent) });
    }
  }
  return ticks;
}

/** Smallest and largest place that the values take on an axis, or null where none has a place. */
export function extent(kind: AxisKind, columns: Iterable<ArrayLike<number>>): [number, number] | null {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const column of columns) {
    for (let index = 0; index < column.length; index += 1) {
      const at = transform(kind, column[index] ?? Number.NaN);
      if (at < low) low = at;
      if (at > high) high = at;
    }
  }
  return low <= high ? [low, high] : null;
}

export interface AxisOptions {
  readonly kind: AxisKind;
  /** Transformed extent of what is shown. */
  readonly extent: readonly [number, number];
  /** Ticks that fit. */
  readonly count: number;
  /** Ends exactly at the extent (steps), rather than with room around it (values). */
  readonly tight?: boolean;
  readonly integers?: boolean;
}

export function makeAxis({
  kind,
  extent: [from, to],
  count,
  tight = false,
  integers = false,
}: AxisOptions): Axis {
  let low = from;
  let high = to;
  if (!(high - low > Math.abs(high) * 1e-12)) {
    // One value alone: a span around it, so that it stands in the middle.
    const half = kind === 'log' ? 0.5 : Math.abs(high) * 0.1 || 0.5;
    if (tight && kind === 'linear') {
      low = Math.min(0, low);
      high = high > low ? high : low + 1;
    } else {
      low -= half;
      high += half;
    }
  } else if (!tight) {
    const room = (high - low) * 0.06;
    low -= room;
    high += room;
  }
  const ticks = kind === 'log' ? logTicks(low, high, count) : linearTicks(low, high, count, integers);
  return { kind, low, high, ticks };
}

/** Share of the way from an axis' low end to its high end. */
export function share(axis: Axis, at: number): number {
  return (at - axis.low) / (axis.high - axis.low);
}
