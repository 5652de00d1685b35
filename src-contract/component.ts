/** What a registered component looks like from outside: to forms, to `basin components`, to docs. */
import { z } from 'zod';
import { interval } from './interval.ts';

export const componentKind = z.enum([
  'dataset',
  'augmentation',
  'masking',
  'encoder',
  'projector',
  'loss',
  'optimizer',
  'schedule',
  'probe',
  'evaluation',
  'flatness',
  'preset',
]);
export type ComponentKind = z.infer<typeof componentKind>;

export const study = z.enum(['contrastive', 'mlm']);
export type Study = z.infer<typeof study>;

export const componentInfo = z.strictObject({
  kind: componentKind,
  id: z.string(),
  title: z.string(),
  help: z.string(),
  /** Paper and equation that the component follows. */
  reference: z.string().optional(),
  studies: z.array(study),
  /** Of a dataset: what it is made of, where that matters to what else can be chosen. */
  of: z.enum(['images', 'graph']).optional(),
  /** JSON Schema of the parameters: units, defaults, ranges and help stand in its annotations. */
  schema: z.record(z.string(), z.unknown()),
});
export type ComponentInfo = z.infer<typeof componentInfo>;

/** A chosen component inside a spec: its id, and its parameters beside it. */
export const componentChoice = z.looseObject({ id: z.string() });
export type ComponentChoice = z.infer<typeof componentChoice>;

/** A component that measures on a schedule of its own; it always measures at the end. */
export const scheduledChoice = z.looseObject({ id: z.string(), every: interval });
export type ScheduledChoice = z.infer<typeof scheduledChoice>;
