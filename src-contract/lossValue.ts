/** The value of a loss on arrays that a person gives, for checking against an implementation of one's own. */
import { z } from 'zod';
import { componentChoice } from './component.ts';
import { double } from './run.ts';

export const lossJob = z.strictObject({
  /** Arrays by name (safetensors). */
  file: z.string(),
  /** A loss of either study, and the settings of its that are not the defaults. */
  loss: componentChoice,
  gradients: z.boolean(),
});

export const lossValue = z.strictObject({
  value: double,
  /** Terms that add up to it, by name; none where the loss has no parts. */
  parts: z.record(z.string(), double),
  /** By array, of the array's shape; null where they were not asked for. Targets have none. */
  gradients: z
    .record(z.string(), z.strictObject({ shape: z.array(z.int()), data: z.instanceof(Float32Array) }))
    .nullable(),
  /** Arrays of the file that this loss does not read. */
  unread: z.array(z.string()),
  /** The loss with every setting. */
  loss: componentChoice,
});
export type LossValue = z.infer<typeof lossValue>;
