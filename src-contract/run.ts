/** Rows of the run store as they travel between processes. */
import { z } from 'zod';
import { study } from './component.ts';
import { runSpec } from './spec.ts';

/** Any double: a run that diverged has NaN and infinities, which `z.number()` refuses; they must travel. */
export const double = z.custom<number>((value) => typeof value === 'number', 'must be a number');

export const runStatus = z.enum([
  'queued',
  'running',
  'paused',
  'interrupted',
  'failed',
  'stopped',
  'finished',
]);
export type RunStatus = z.infer<typeof runStatus>;

export const runRow = z.strictObject({
  id: z.string(),
  experiment: z.string(),
  name: z.string(),
  study,
  status: runStatus,
  /** Last completed step, and the step at which the run ends. */
  step: z.int().min(0),
  steps: z.int().min(1),
  seconds: z.number().min(0),
  seed: z.int().min(0),
  priority: z.int(),
  tags: z.array(z.string()),
  error: z.string().nullable(),
  createdAt: z.iso.datetime(),
  spec: runSpec,
});
export type RunRow = z.infer<typeof runRow>;

export const checkpointRow = z.strictObject({
  id: z.string(),
  run: z.string(),
  step: z.int().min(0),
  /** SHA-256 of the file, which also is its name. */
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  bytes: z.int().min(0),
  createdAt: z.iso.datetime(),
});
export type CheckpointRow = z.infer<typeof checkpointRow>;

export const measurementRow = z.strictObject({
  id: z.string(),
  run: z.string(),
  checkpoint: z.string().nullable(),
  step: z.int().min(0),
  /** e.g. `flatness/trace`, `accuracy/linear`. */
  name: z.string(),
  value: double,
  stderr: double.nullable(),
  detail: z.json(),
});
export type MeasurementRow = z.infer<typeof measurementRow>;

/** Points of one series in step order; NaN is a value like any other and survives. */
export interface SeriesPoints {
  readonly step: Float64Array;
  readonly value: Float64Array;
}

export interface ReducedSeries {
  readonly step: Float64Array;
  readonly value: Float64Array;
  /** True when points were left out (M4: at most four a pixel column). */
  readonly reduced: boolean;
}
