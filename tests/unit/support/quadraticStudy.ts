/** A study that only the training loop's tests have, and a host that keeps what it is told. */
import type { MlmRunSpec } from '#contract/spec.ts';
import type { Provenance } from '#contract/worker.ts';
import type { Feeds } from '#engine/engine.ts';
import { SeededParameters } from '#engine/parameters.ts';
import { stream } from '#engine/random.ts';
import { mean, type Scalar, square, sub } from '#engine/tf.ts';
import { chosen } from '#science/choice.ts';
import { optimizers } from '#science/components.ts';
import type { Landscape } from '#science/definition.ts';
import { type StudyDefinition, stepProgram, takeStep } from '#science/studies/training.ts';
import type { HostForWorker } from '../../../src-main/worker/loop.ts';

export const spec: MlmRunSpec = {
  format: 'basin/1',
  study: 'mlm',
  title: 'quadratic',
  steps: 40,
  batchSize: 4,
  seed: 7,
  data: { id: 'none' },
  encoder: { id: 'none' },
  masking: { id: 'none' },
  loss: { id: 'none' },
  optimizer: { id: 'adamw', learningRate: 0.05 },
  schedule: { id: 'cosine' },
  probes: [],
  evaluations: [],
  flatness: null,
  logEvery: 1,
  checkpointEvery: 15,
  start: null,
  stopAt: null,
  sentences: null,
  labelNoise: 0,
  downstream: { train: 20, validation: 20, test: 20, pooling: 'concatenated', lookUpTable: false },
};

export const target = (seed: number, step: number): Feeds => {
  const random = stream(seed, 'data', step);
  return { target: { shape: [2, 3], data: Float32Array.from({ length: 6 }, () => random.normal()) } };
};

/** Pulls a vector towards random targets: a study small enough to know its answers. */
export const quadratic: StudyDefinition = {
  id: 'mlm',
  components: [],
  presets: [],
  parameterCount: () => 6,
  estimate: () => ({ seconds: 1, bytes: 1 }),
  preview: async () => ({ kind: 'sentences', sentences: [] }),
  batches: async (run) => (step) => target(run.seed, step),
  async build(run, engine) {
    const parameters = new SeededParameters(run.seed);
    const weight = parameters.normal('weight', [2, 3], 1);
    const { definition, params } = chosen(optimizers, run.optimizer, 'optimizer');
    const optimizer = definition.build(params, parameters);
    const program = stepProgram(engine, parameters, optimizer, (inputs) => {
      const loss = mean(square(sub(weight, inputs.target ?? 0))) as Scalar;
      return { loss, metrics: { twice: loss.mul(2) } };
    });
    return {
      parameters,
      state: optimizer.slots,
      references: { 'loss/floor': 0 },
      step: (step, rate, batch = target(run.seed, step)) => takeStep(program, batch, rate, step),
      measures: [
        { activity: 'probe', every: 10, run: (step) => [{ name: 'seen', value: step, stderr: 0.5 }] },
      ],
      // No run here asks for curvature.
      landscape: {} as Landscape,
      dispose() {
        parameters.dispose();
        for (const slot of optimizer.slots.values()) slot.dispose();
        program.dispose();
      },
    };
  },
};

export const provenance: Provenance = {
  basin: '0',
  node: '0',
  tensorflow: '0',
  tfjs: '0',
  device: '',
  engine: '',
  git: null,
};

export function recordingHost() {
  const points = new Map<string, Map<number, number>>();
  const rows: { step: number; name: string; value: number; stderr: number | null }[] = [];
  const checkpoints: { step: number; file: string }[] = [];
  const warnings: string[] = [];
  const host: HostForWorker = {
    started: async () => ({}),
    progress: async () => ({}),
    warning: async ({ message }) => {
      warnings.push(message);
      return {};
    },
    ended: async () => ({}),
    measurements: async ({ rows: added }) => {
      rows.push(...added);
      return {};
    },
    checkpoint: async (checkpoint) => {
      checkpoints.push(checkpoint);
      return { id: checkpoint.file };
    },
    metrics: async ({ batches }) => {
      for (const { series, step, value } of batches) {
        const line = points.get(series) ?? new Map<number, number>();
        points.set(series, line);
        step.forEach((at, i) => {
          line.set(at, value[i] ?? Number.NaN);
        });
      }
      return {};
    },
  };
  return { host, points, rows, checkpoints, warnings };
}
