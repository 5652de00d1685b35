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

const figureAxis = z.strictObject({
  title: z.string(),
  unit: z.string().optional(),
  scale: z.enum(['linear', 'log']).optional(),
  /** Names at 0, 1, 2, … in place of numbers; linear where no scale is named. */
  categories: z.array(z.string()).optional(),
});
export type FigureAxis = z.infer<typeof figureAxis>;

/** A picture of measured numbers that belongs to the claim. Points that an axis cannot show are left out. */
export const reportFigure = z.strictObject({
  title: z.string(),
  x: figureAxis,
  y: figureAxis,
  series: z.array(
    z.strictObject({
      name: z.string(),
      look: z.enum(['line', 'points', 'dashed', 'bars']).optional(),
      /** `error` is one standard error of y. */
      points: z.array(
        z.strictObject({ x: z.number(), y: z.number(), error: z.number().nullable().optional() }),
      ),
    }),
  ),
  /** Thin lines across the picture, each with its label: r and 2r, a chance level. */
  marks: z.array(z.strictObject({ axis: z.enum(['x', 'y']), at: z.number(), label: z.string() })).optional(),
});
export type ReportFigure = z.infer<typeof reportFigure>;

export const report = z.strictObject({
  title: z.string(),
  claim: z.string(),
  verdict,
  /** Sentences with their numbers, in the order in which they should be read. */
  statements: z.array(z.string()),
  tables: z.array(reportTable),
  figures: z.array(reportFigure).optional(),
});
export type Report = z.infer<typeof report>;
