/** Host and worker: one job a process. The worker calls the host for everything that is to be kept. */
import { z } from 'zod';
import type { MethodTable } from './rpc.ts';
import { double } from './run.ts';
import { runSpec } from './spec.ts';

export const nothing = z.strictObject({});

export const job = z.strictObject({
  run: z.string(),
  spec: runSpec,
  /** A checkpoint file to go on from, or null to start at step 0. */
  resumeFrom: z.string().nullable(),
  /** The file of the spec's `start`, or null to begin with drawn weights. */
  startFrom: z.string().nullable().default(null),
  /** An existing folder for files on their way to the host; the worker writes nowhere else. */
  spool: z.string(),
});
export type Job = z.infer<typeof job>;

/** Calls from host to worker. Each answers at once; what it asked for happens at the next step. */
export const workerMethods = {
  start: { input: job, output: nothing },
  /** Write a checkpoint, report it, call `ended` with `paused` or `stopped`, exit 0. */
  pause: { input: nothing, output: nothing },
  stop: { input: nothing, output: nothing },
  checkpoint: { input: nothing, output: nothing },
} satisfies MethodTable;

const float64s = z.instanceof(Float64Array);
export const metricBatch = z.strictObject({ series: z.string(), step: float64s, value: float64s });
export type MetricBatch = z.infer<typeof metricBatch>;

export const workerProgress = z.strictObject({
  step: z.int().min(0),
  /** Seconds spent in this run, those before a resume included. */
  seconds: z.number().min(0),
  stepsPerSecond: z.number().min(0),
  /** What it does now, when that is not training: "building data", "flatness". */
  activity: z.string().nullable(),
  /** Resident memory of the worker, bytes. */
  memory: z.number(),
});
export type WorkerProgress = z.infer<typeof workerProgress>;

export const newMeasurement = z.strictObject({
  step: z.int().min(0),
  name: z.string(),
  value: double,
  stderr: double.nullable(),
  detail: z.json(),
});
export type NewMeasurement = z.infer<typeof newMeasurement>;

export const provenance = z.strictObject({
  basin: z.string(),
  node: z.string(),
  tensorflow: z.string(),
  tfjs: z.string(),
  device: z.string(),
  engine: z.string(),
  git: z.string().nullable(),
});
export type Provenance = z.infer<typeof provenance>;

/** Calls from worker to host, answered when the data is durable. */
export const hostForWorkerMethods = {
  /** Data and model are built; training starts. */
  started: {
    input: z.strictObject({ provenance, parameters: z.int() }),
    output: nothing,
  },
  metrics: { input: z.strictObject({ batches: z.array(metricBatch) }), output: nothing },
  measurements: { input: z.strictObject({ rows: z.array(newMeasurement) }), output: nothing },
  progress: { input: workerProgress, output: nothing },
  /** `file` lies in the spool folder; the host takes it over (hash, fsync, rename). */
  checkpoint: {
    input: z.strictObject({ step: z.int().min(0), file: z.string(), seconds: z.number() }),
    output: z.strictObject({ id: z.string() }),
  },
  warning: { input: z.strictObject({ message: z.string() }), output: nothing },
  ended: {
    input: z.strictObject({
      status: z.enum(['finished', 'paused', 'stopped', 'failed']),
      step: z.int().min(0),
      seconds: z.number(),
      error: z.string().nullable(),
    }),
    output: nothing,
  },
} satisfies MethodTable;
