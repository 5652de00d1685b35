/** Curvature of one checkpoint, asked for outside of its run. */
import { z } from 'zod';
import { componentChoice } from './component.ts';
import { double } from './run.ts';

export const flatnessJob = z.strictObject({
  /** A checkpoint (safetensors). */
  file: z.string(),
  /** A flatness measure, and the settings of its that are not the defaults. */
  measure: componentChoice,
  /** Of batches and directions; left out, the run's own: the numbers are then those of the run at this step. */
  seed: z.int().min(0).optional(),
});
export type FlatnessJob = z.infer<typeof flatnessJob>;

export const flatnessMeasured = z.strictObject({
  /** Steps that the weights were trained for. */
  step: z.int().min(0),
  /** Series in which a run would have it: `flatness/trace`. */
  name: z.string(),
  value: double,
  stderr: double.nullable(),
  /** All that was found, by the measure's own names. */
  detail: z.record(z.string(), z.json()),
  /** The measure with every setting. */
  measure: componentChoice,
  seed: z.int().min(0),
  /** Numbers in the model. */
  parameters: z.int(),
  /** Spent on the products and what is made of them, the model's building left out. */
  seconds: z.number().min(0),
});
export type FlatnessMeasured = z.infer<typeof flatnessMeasured>;
