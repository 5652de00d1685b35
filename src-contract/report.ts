/** A preset's report: the claim, what was measured, and whether it held. */
import { z } from 'zod';

export const verdict = z.enum(['held', 'not held', 'not tested']);
export type Verdict = z.infer<typeof verdict>;

export const reportTable = z.strictObject({
  title: z.string(),
  columns: z.array(z.strictObject({ title: z.string(), unit: z.string().optional() })),
  rows: z.array(z.array(z.union([z.string(), z.number(), z.null()]))),
});
export type ReportTable = z.infer<typeof reportTable>;

export const report = z.strictObject({
  title: z.string(),
  claim: z.string(),
  verdict,
  /** Sentences with their numbers, in the order in which they should be read. */
  statements: z.array(z.string()),
  tables: z.array(reportTable),
});
export type Report = z.infer<typeof report>;
