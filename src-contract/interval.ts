/** When something recurs in a run: every so many steps, or so many times in each decade of steps. */
import { z } from 'zod';

const logarithmic = /^([1-9]\d{0,2})\/decade(?: from ([1-9]\d{0,8}))?$/;

const error = 'it must be a number of steps, or a log grid: 5/decade, 5/decade from 100';
/** A number of steps, or `5/decade`: steps 1, 2, 3, 4, 6, 10, 16 …; `5/decade from 100`: steps 100, 158, 251 …. */
export const interval = z.union([z.int().min(1), z.string().regex(logarithmic, { error })], { error });
export type Interval = z.infer<typeof interval>;

/** The steps of a run at which something recurs; the last step is always one of them. */
export interface Timetable {
  isDue(step: number): boolean;
  /** The first of them after `step`. */
  next(step: number): number;
  /** How many there are. */
  readonly count: number;
}

export function timetable(every: Interval, steps: number): Timetable {
  if (typeof every === 'number') {
    return {
      isDue: (step) => step % every === 0 || step === steps,
      next: (step) => Math.min(steps, (Math.floor(step / every) + 1) * every),
      count: Math.ceil(steps / every),
    };
  }
  const [, perDecade, from] = logarithmic.exec(every) ?? [];
  const due = logGrid(Number(perDecade), Number(from ?? 1), steps);
  return {
    isDue: (step) => due.has(step),
    next: (step) => [...due].find((one) => one > step) ?? steps,
    count: due.size,
  };
}

/** from · 10^(k / perDecade), rounded, for k = 0, 1, … below `steps`, and `steps` itself; ascending. */
function logGrid(perDecade: number, from: number, steps: number): ReadonlySet<number> {
  const grid = new Set<number>();
  for (let k = 0; ; k++) {
    const step = Math.round(from * 10 ** (k / perDecade));
    if (step >= steps) return grid.add(steps);
    grid.add(step);
  }
}
