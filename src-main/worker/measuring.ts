/** What is measured between two steps, and whether the run ends there. */
import { timetable } from '#contract/interval.ts';
import type { RunSpec } from '#contract/spec.ts';
import { stopRule } from '#contract/stopRule.ts';
import type { Measured } from '#science/definition.ts';
import type { Measure, Training } from '#science/studies/training.ts';
import type { MetricLog } from './log.ts';
import type { HostForWorker } from './loop.ts';
import type { Pace } from './pace.ts';

/**
 * Measures what is due after `step` steps and answers whether the run has ended: by its number of steps, or
 * since a series has come down to where the spec says `stopAt`. An ended run is measured by everything.
 */
export function measuring(
  { measures }: Training,
  { steps, stopAt }: RunSpec,
  host: HostForWorker,
  log: MetricLog,
  pace: Pace,
): (step: number) => Promise<boolean> {
  const when = measures.map(({ every }) => timetable(every, steps));
  const rule = stopRule(stopAt);
  let watched = false;

  /** Answers whether the series to stop at has come down far enough. */
  const record = async (
    step: number,
    activity: string,
    work: () => readonly Measured[],
  ): Promise<boolean> => {
    await host.progress(pace.progress(step, activity));
    const measured = pace.aside(work);
    log.add(step, Object.fromEntries(measured.map(({ name, value }) => [name, value])));
    await host.measurements({ rows: measured.map((row) => rowOf(row, step)) });
    const value = measured.find(({ name }) => name === rule?.series)?.value;
    watched ||= value !== undefined;
    return rule !== null && value !== undefined && value <= rule.atMost;
  };
  const all = async (step: number, some: readonly Measure[]): Promise<boolean> => {
    let reached = false;
    for (const { activity, run } of some)
      reached = (await record(step, activity, () => run(step))) || reached;
    return reached;
  };

  return async (step) => {
    const isDue = (_: Measure, place: number): boolean => when[place]?.isDue(step) === true;
    const reached = await all(step, measures.filter(isDue));
    if (!reached && step < steps) return false;
    await all(
      step,
      measures.filter((measure, place) => !isDue(measure, place)),
    );
    for (const { activity, atEnd } of measures) {
      if (atEnd) await record(step, activity, () => atEnd(step));
    }
    if (rule && !watched) {
      const why = 'the run measures no such series, so that it took all its steps';
      await host.warning({ message: `Stop at ${rule.series}: ${why}.` });
    }
    return true;
  };
}

function rowOf({ name, value, stderr, detail }: Measured, step: number) {
  return { step, name, value, stderr, detail: detail ?? null };
}
