/** The learning rate of each step of a run: the optimizer's base rate times the schedule's factor. */
import type { RunSpec } from '#contract/spec.ts';
import { chosen } from './choice.ts';
import { optimizers, schedules } from './components.ts';

/** Steps count from 0. */
export function learningRate(spec: RunSpec): (step: number) => number {
  const optimizer = chosen(optimizers, spec.optimizer, 'optimizer');
  const schedule = chosen(schedules, spec.schedule, 'schedule');
  const base = optimizer.definition.baseRate(optimizer.params);
  return (step) => base * schedule.definition.factor(schedule.params, step, spec.steps);
}
