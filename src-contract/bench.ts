/** What `basin bench` says to the processes that it times, and the rows that it answers with. */
import { z } from 'zod';

/** One line of JSON on a process's standard input; it answers with one line before it takes the next. */
export const benchRequest = z.discriminatedUnion('op', [
  /** Builds `work` and its data. Basin's side writes to `folder` what the peer's side then reads from it. */
  z.strictObject({ op: z.literal('build'), work: z.string(), folder: z.string() }),
  /** Numbers that both sides must agree upon, such as the first losses. Asked for once, before any `run`. */
  z.strictObject({ op: z.literal('check') }),
  /** Does the work `count` times: steps, products, probes. */
  z.strictObject({ op: z.literal('run'), count: z.int().min(1) }),
  z.strictObject({ op: z.literal('describe') }),
]);
export type BenchRequest = z.infer<typeof benchRequest>;

export const benchAnswers = {
  /** Floating-point operations of one unit of the work; 0 where they are not counted. */
  build: z.strictObject({ operations: z.number() }),
  check: z.strictObject({ values: z.array(z.number()) }),
  /** `seconds` of the work alone; `values` what it found, such as an estimate and its standard error. */
  run: z.strictObject({ seconds: z.number(), values: z.array(z.number()) }),
  /** Bytes held now and at most so far. */
  describe: z.strictObject({
    versions: z.record(z.string(), z.string()),
    resident: z.number(),
    peak: z.number(),
  }),
} as const satisfies Record<BenchRequest['op'], z.ZodType>;

export const benchMachine = z.strictObject({
  processor: z.string(),
  cores: z.int(),
  /** Bytes. */
  memory: z.number(),
  /** Processes that wanted a core in the minute before: more than one or two spoil the numbers. */
  load: z.number(),
  versions: z.record(z.string(), z.string()),
});
export type BenchMachine = z.infer<typeof benchMachine>;

export const benchCheck = z.strictObject({
  name: z.string(),
  /** How far the two sides are apart, in the tolerance's measure. */
  difference: z.number(),
  tolerance: z.number(),
  ok: z.boolean(),
});
export type BenchCheck = z.infer<typeof benchCheck>;

export const benchTarget = z.strictObject({
  of: z.enum(['ratio', 'ours']),
  at: z.enum(['least', 'most']),
  value: z.number(),
});
export type BenchTarget = z.infer<typeof benchTarget>;

export const benchRow = z.strictObject({
  id: z.string(),
  work: z.string(),
  /** Settings of TensorFlow under which ours ran, as provenance names them. */
  compute: z.string(),
  unit: z.string(),
  /** Medians over the blocks. */
  ours: z.number(),
  peer: z.number().nullable(),
  /** What the peer is. */
  against: z.string().nullable(),
  /** Median over the blocks of how many times faster ours is; where the row says so, ours over the peer's. */
  ratio: z.number().nullable(),
  /** Lower and upper quartile of the blocks' ratios. */
  spread: z.tuple([z.number(), z.number()]).nullable(),
  blocks: z.int(),
  target: benchTarget.nullable(),
  met: z.boolean().nullable(),
  checks: z.array(benchCheck),
  machine: benchMachine,
});
export type BenchRow = z.infer<typeof benchRow>;
