/** Curvature of one checkpoint, asked for outside of its run: the host gives it to a worker of its own. */
import { z } from 'zod';
import { componentChoice } from './component.ts';
import type { MethodTable } from './rpc.ts';
import { double } from './run.ts';
import { nothing } from './worker.ts';

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

export const flatnessProgress = z.strictObject({
  /** Products taken, and about how many there will be. */
  products: z.int().min(0),
  expected: z.int().min(1),
  seconds: z.number().min(0),
});
export type FlatnessProgress = z.infer<typeof flatnessProgress>;

/** From host to worker, as the one thing that the worker does. It is answered with the result. */
export const flatnessWorkerMethods = {
  measure: { input: flatnessJob, output: flatnessMeasured },
} satisfies MethodTable;

/** From worker to host meanwhile. */
export const hostForFlatnessMethods = {
  measuring: { input: flatnessProgress, output: nothing },
  warning: { input: z.strictObject({ message: z.string() }), output: nothing },
} satisfies MethodTable;
