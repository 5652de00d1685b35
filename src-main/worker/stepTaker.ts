/** The next step of a run or, of a model so small that it pays, the next several in one call. */
import { timetable } from '#contract/interval.ts';
import type { RunSpec } from '#contract/spec.ts';
import type { Metrics, Training } from '#science/studies/training.ts';
import type { Feeder } from './feeder.ts';
import type { Pace } from './pace.ts';

/** Takes steps from `step` on and answers with the numbers of each, at least one. */
export type StepTaker = (step: number) => Promise<readonly Metrics[]>;

export function stepTaker(
  training: Training,
  spec: RunSpec,
  rate: (step: number) => number,
  feeder: Feeder | null,
  pace: Pace,
): StepTaker {
  const events = [spec.logEvery, spec.checkpointEvery, ...training.measures.map(({ every }) => every)].map(
    (every) => timetable(every, spec.steps),
  );
  /**
   * Whether the next `count` steps pass nothing that happens between two. Calls begin at multiples of
   * their length, so that a resumed run is cut into the same calls as one that was left alone.
   */
  const fits = (count: number, step: number): boolean => {
    const next = Math.min(...events.map((event) => event.next(step)));
    // The first step is logged for itself.
    return step > 0 && step % count === 0 && step + count <= next;
  };
  return async (step) => {
    if (feeder === null) return [training.step(step, rate(step))];
    const { several } = training;
    const places = Array.from(
      { length: several && fits(several.count, step) ? several.count : 1 },
      (_, place) => step + place,
    );
    const batches = await pace.waiting(Promise.all(places.map((place) => feeder.next(place))));
    if (several && places.length > 1) return several.take(step, places.map(rate), batches);
    return [training.step(step, rate(step), batches[0])];
  };
}
