/** What a probe finds in the frozen features of one checkpoint, asked for outside of its run. */
import { z } from 'zod';
import { componentChoice } from './component.ts';
import { double } from './run.ts';

export const probeJob = z.strictObject({
  /** A checkpoint (safetensors). */
  file: z.string(),
  /** A probe of the checkpoint's study, and the settings of its that are not the defaults. */
  probe: componentChoice,
  /** One downstream task; left out, all of them. */
  task: z.string().optional(),
  /** Of labelled examples and of what the probe draws; left out, the run's own. */
  seed: z.int().min(0).optional(),
});
export type ProbeJob = z.infer<typeof probeJob>;

export const probeFound = z.strictObject({
  /** Steps that the weights were trained for. */
  step: z.int().min(0),
  /** By task; its id is empty in a study that has one task. */
  tasks: z.array(
    z.strictObject({
      task: z.string(),
      /** Under the names of the series that a run would have: `accuracy/linear/A`. */
      measured: z.array(
        z.strictObject({ name: z.string(), value: double, stderr: double.nullable(), detail: z.json() }),
      ),
    }),
  ),
  /** The probe with every setting. */
  probe: componentChoice,
  seed: z.int().min(0),
  /** Numbers in the model. */
  parameters: z.int(),
  /** Spent on features and probe, the model's building left out. */
  seconds: z.number().min(0),
});
export type ProbeFound = z.infer<typeof probeFound>;
