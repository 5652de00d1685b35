/** The list of studies, and of the components that they share. A new component adds a line here or in its study. */
import type {
  Definition,
  FlatnessDefinition,
  OptimizerDefinition,
  ScheduleDefinition,
} from './definition.ts';
import { density } from './flatness/density.ts';
import { exact } from './flatness/exact.ts';
import { flattening } from './flatness/flattening.ts';
import { tiledTrace } from './flatness/tiledTrace.ts';
import { top } from './flatness/top.ts';
import { trace } from './flatness/trace.ts';
import { adamw } from './optimizers/adamw.ts';
import { lars } from './optimizers/lars.ts';
import { sam } from './optimizers/sam.ts';
import { constant, cosine, linear, step } from './optimizers/schedules.ts';
import { sgd } from './optimizers/sgd.ts';

export const optimizers: readonly OptimizerDefinition[] = [adamw, sgd, lars, sam];
export const schedules: readonly ScheduleDefinition[] = [cosine, linear, constant, step];
export const flatnessMeasures: readonly FlatnessDefinition[] = [
  trace,
  top,
  density,
  exact,
  flattening,
  tiledTrace,
];

export const sharedComponents: readonly Definition[] = [...optimizers, ...schedules, ...flatnessMeasures];
