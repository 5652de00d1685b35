/** Questions that a worker answers instead of training: one a process, which ends with its answer. */
import { z } from 'zod';
import { flatnessJob, flatnessMeasured } from './flatness.ts';
import { lossJob, lossValue } from './lossValue.ts';
import { probeFound, probeJob } from './probe.ts';
import type { MethodTable } from './rpc.ts';
import { nothing } from './worker.ts';

/** From host to worker, as the one thing that the worker does. */
export const workerQuestions = {
  flatness: { input: flatnessJob, output: flatnessMeasured },
  probe: { input: probeJob, output: probeFound },
  loss: { input: lossJob, output: lossValue },
} satisfies MethodTable;

export const questionProgress = z.strictObject({
  /** What is counted, in the singular: product, iteration. */
  unit: z.string(),
  done: z.int().min(0),
  /** About how many there will be. */
  expected: z.int().min(1),
  seconds: z.number().min(0),
});
export type QuestionProgress = z.infer<typeof questionProgress>;

/** From worker to host until it has answered. */
export const hostForQuestions = {
  progress: { input: questionProgress, output: nothing },
  warning: { input: z.strictObject({ message: z.string() }), output: nothing },
} satisfies MethodTable;
