/** The host's API: everything the window and the command line can ask for. */
import { z } from 'zod';
import { componentInfo, componentKind, study } from './component.ts';
import { flatnessJob, flatnessMeasured } from './flatness.ts';
import { graphAnswer, graphDrawing, graphQuestion, graphStage } from './graph.ts';
import { lossJob, lossValue } from './lossValue.ts';
import { probeFound, probeJob } from './probe.ts';
import { questionProgress } from './question.ts';
import { report } from './report.ts';
import type { MethodTable } from './rpc.ts';
import { checkpointRow, double, measurementRow, runRow, runStatus } from './run.ts';
import { estimate, experimentSpec } from './spec.ts';
import { nothing, provenance, workerProgress } from './worker.ts';

const id = z.string().min(1);
const runId = z.strictObject({ run: id });

export const libraryInfo = z.strictObject({
  folder: z.string(),
  name: z.string(),
  runs: z.int(),
  bytes: z.int(),
});
export type LibraryInfo = z.infer<typeof libraryInfo>;

/** Up to ten minutes on two cores, up to two hours there, and what the paper did, for a GPU. */
export const presetScale = z.enum(['quick', 'standard', 'paper']);
export type PresetScale = z.infer<typeof presetScale>;

/** A preset as the gallery shows it and `basin studies` lists it. */
export const studyInfo = z.strictObject({
  id: z.string(),
  study,
  title: z.string(),
  claim: z.string(),
  help: z.string(),
  reference: z.string().optional(),
  runs: z.int(),
  estimate,
  /** The experiment it starts from, ready to edit. */
  spec: experimentSpec,
  /** The sizes in which it comes, the one above first; empty where it comes in one. */
  scales: z
    .array(z.strictObject({ scale: presetScale, runs: z.int(), estimate, spec: experimentSpec }))
    .default([]),
});
export type StudyInfo = z.infer<typeof studyInfo>;

export const plannedRun = z.strictObject({ name: z.string(), seed: z.int(), spec: z.looseObject({}) });

/** A spec with every default filled in, the runs it expands to, and what they will cost. */
export const plan = z.strictObject({
  spec: experimentSpec,
  runs: z.array(plannedRun),
  estimate,
  parameters: z.int().nullable(),
});
export type Plan = z.infer<typeof plan>;

/** What the model will see: a few examples drawn as the run would draw them. */
export const preview = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('images'),
    height: z.int(),
    width: z.int(),
    channels: z.int(),
    /** Original and two augmented views, each [height × width × channels], 0…255. */
    examples: z.array(
      z.strictObject({
        label: z.string(),
        original: z.instanceof(Uint8Array),
        views: z.array(z.instanceof(Uint8Array)),
      }),
    ),
  }),
  z.strictObject({
    kind: z.literal('graph'),
    drawing: graphDrawing,
    height: z.int(),
    width: z.int(),
    channels: z.int(),
    /** Positive pairs, each view [height × width × channels], 0…255; none where vertices are no images. */
    pairs: z.array(z.strictObject({ label: z.string(), views: z.array(z.instanceof(Uint8Array)).length(2) })),
  }),
  z.strictObject({
    kind: z.literal('sentences'),
    sentences: z.array(
      z.strictObject({
        words: z.array(z.string()),
        /** Positions that masking hides. */
        masked: z.array(z.int()),
        /** Task id → label. */
        labels: z.record(z.string(), z.string()),
      }),
    ),
  }),
]);
export type Preview = z.infer<typeof preview>;

export const experimentRow = z.strictObject({
  id,
  title: z.string(),
  preset: z.string().nullable(),
  study,
  spec: experimentSpec,
  createdAt: z.iso.datetime(),
});
export type ExperimentRow = z.infer<typeof experimentRow>;

/** Final (or latest) value of every series. */
const lastValues = z.record(z.string(), double);

export const runSummary = runRow.extend({
  metrics: lastValues,
  /** Its last checkpoint's id. */
  checkpoint: z.string().nullable(),
  /** Place in the queue from 0, for a queued run. */
  position: z.int().nullable(),
});
export type RunSummary = z.infer<typeof runSummary>;

export const runEvent = z.strictObject({
  at: z.iso.datetime(),
  kind: z.string(),
  message: z.string(),
});
export type RunEvent = z.infer<typeof runEvent>;

export const runDetail = runSummary.extend({
  series: z.array(z.strictObject({ name: z.string(), points: z.int(), lastStep: z.int() })),
  checkpoints: z.array(checkpointRow),
  measurements: z.array(measurementRow),
  events: z.array(runEvent),
  provenance: provenance.nullable(),
  parameters: z.int().nullable(),
});
export type RunDetail = z.infer<typeof runDetail>;

const float64s = z.instanceof(Float64Array);
export const seriesAnswer = z.strictObject({
  run: id,
  name: z.string(),
  step: float64s,
  value: float64s,
  reduced: z.boolean(),
});
export type SeriesAnswer = z.infer<typeof seriesAnswer>;

const sortKey = z.enum(['createdAt', 'name', 'status', 'step', 'seconds', 'loss', 'study']);

export const comparison = z.strictObject({
  checkpoints: z.array(
    z.strictObject({
      id,
      run: id,
      name: z.string(),
      step: z.int(),
      status: runStatus,
      spec: z.looseObject({}),
      /** Values of every series at the checkpoint's step (the last point at or before it). */
      metrics: lastValues,
      measurements: z.array(measurementRow),
    }),
  ),
  /** Dotted paths into the spec at which the checkpoints differ. */
  differing: z.array(z.string()),
  /** Whether all losses lie within `tolerance` (nats) of each other. */
  matched: z.strictObject({ loss: z.boolean(), tolerance: z.number() }),
});
export type Comparison = z.infer<typeof comparison>;

export const queueState = z.strictObject({
  workers: z.int().min(0),
  running: z.array(
    z.strictObject({ run: id, name: z.string(), steps: z.int(), progress: workerProgress.nullable() }),
  ),
  queued: z.array(z.strictObject({ run: id, name: z.string(), priority: z.int() })),
});
export type QueueState = z.infer<typeof queueState>;

export const verification = z.strictObject({
  ok: z.boolean(),
  runs: z.int(),
  checkpoints: z.int(),
  bytes: z.int(),
  problems: z.array(z.string()),
});
export type Verification = z.infer<typeof verification>;

export const machineState = z.strictObject({
  /** Shares in [0, 1] of all cores, over the last second or so. */
  cpu: z.number(),
  memoryUsed: z.number(),
  memoryTotal: z.number(),
  diskFree: z.number(),
  device: z.string(),
});
export type MachineState = z.infer<typeof machineState>;

export const hostMethods = {
  library: { input: nothing, output: libraryInfo },
  studies: { input: nothing, output: z.array(studyInfo) },
  components: {
    input: z.strictObject({ kind: componentKind.optional() }),
    output: z.array(componentInfo),
  },
  /** Validates and fills in; writes nothing. Bad input: `bad-input` with the path of the setting. */
  plan: { input: z.strictObject({ spec: z.unknown() }), output: plan },
  preview: { input: z.strictObject({ spec: z.unknown() }), output: preview },
  /** Of the Graph lab, which looks at one graph at a time: the question before, if unanswered, fails with `conflict`. */
  graph: { input: graphQuestion, output: graphAnswer },
  createExperiment: {
    input: z.strictObject({ spec: z.unknown(), name: z.string().optional(), priority: z.int().default(0) }),
    output: z.strictObject({ experiment: id, runs: z.array(runSummary) }),
  },
  experiments: { input: nothing, output: z.array(experimentRow) },
  report: { input: z.strictObject({ experiment: id }), output: report.nullable() },

  /** `filter`: words that all must occur in name, tags, status, study or title; `key:value` for one field. */
  runs: {
    input: z.strictObject({
      filter: z.string().default(''),
      experiment: id.optional(),
      sort: sortKey.default('createdAt'),
      descending: z.boolean().default(true),
    }),
    output: z.array(runSummary),
  },
  /** An id, a unique beginning of one (four characters or more), or a unique name. */
  run: { input: runId, output: runDetail },
  /** At most four points for each of `points` columns (M4); all of them where `points` is absent. */
  series: {
    input: z.strictObject({
      run: id,
      names: z.array(z.string()).min(1),
      from: z.number().optional(),
      to: z.number().optional(),
      points: z.int().min(1).max(10_000).optional(),
    }),
    output: z.array(seriesAnswer),
  },
  pause: { input: runId, output: runSummary },
  resume: { input: runId, output: runSummary },
  stop: { input: runId, output: runSummary },
  checkpointNow: { input: runId, output: runSummary },
  /** Running runs are refused: stop them first. */
  remove: { input: runId, output: nothing },
  tag: { input: runId.extend({ tags: z.array(z.string().min(1)) }), output: runSummary },
  rename: { input: runId.extend({ name: z.string().min(1) }), output: runSummary },
  setPriority: { input: runId.extend({ priority: z.int() }), output: runSummary },

  compare: {
    input: z.strictObject({ checkpoints: z.array(id).min(1), tolerance: z.number().min(0).default(0.01) }),
    output: comparison,
  },
  /** Copies a checkpoint to `out`, byte for byte; refuses to overwrite. */
  exportCheckpoint: {
    input: z.strictObject({ checkpoint: id, out: z.string() }),
    output: z.strictObject({ out: z.string(), bytes: z.int() }),
  },
  /**
   * Measures the curvature of a checkpoint in a process of its own. `checkpoint` is named as elsewhere, or is
   * the path of a .safetensors file. What is measured of one in the library is kept with it, under
   * `flatness/measured/…`: what its run has measured at that step stays.
   */
  flatness: {
    input: flatnessJob.omit({ file: true }).extend({ checkpoint: id }),
    output: flatnessMeasured.extend({ checkpoint: id.nullable(), run: id.nullable() }),
  },
  /** Puts a probe to the frozen features of a checkpoint, which is named and keeps what is found as in `flatness`. */
  probe: {
    input: probeJob.omit({ file: true }).extend({ checkpoint: id }),
    output: probeFound.extend({ checkpoint: id.nullable(), run: id.nullable() }),
  },
  /** Value, parts and gradients of a loss on the arrays of a file. Touches no library. */
  evaluateLoss: { input: lossJob, output: lossValue },
  /** Ends everything that a process of its own is working out for this host; it fails with `conflict`. */
  stopQuestions: { input: nothing, output: nothing },
  queue: { input: nothing, output: queueState },
  setWorkers: { input: z.strictObject({ workers: z.int().min(0).max(16) }), output: queueState },
  machine: { input: nothing, output: machineState },
  verify: { input: nothing, output: verification },
} satisfies MethodTable;

/** Sent by the host to whoever listens; never awaited. */
export const hostEvent = z.discriminatedUnion('type', [
  /** A run's row changed (status, step at a flush, name, tags) or it was created. */
  z.strictObject({ type: z.literal('run'), run: runSummary }),
  z.strictObject({ type: z.literal('removed'), run: id }),
  z.strictObject({ type: z.literal('progress'), run: id, progress: workerProgress }),
  /** New points are durable: ask for the series again. */
  z.strictObject({ type: z.literal('metrics'), run: id, series: z.array(z.string()), step: z.int() }),
  z.strictObject({ type: z.literal('measurements'), run: id }),
  z.strictObject({ type: z.literal('checkpoint'), run: id, checkpoint: checkpointRow }),
  z.strictObject({ type: z.literal('queue'), queue: queueState }),
  /** Of the question to `graph` that is being answered. */
  z.strictObject({ type: z.literal('graph'), stage: graphStage }),
  /** Of a call that a process of its own answers, by the checkpoint or file that it named. */
  z.strictObject({ type: z.literal('answering'), subject: id, progress: questionProgress }),
  z.strictObject({ type: z.literal('warning'), subject: id, message: z.string() }),
]);
export type HostEvent = z.infer<typeof hostEvent>;
