/** A run that is built and ready to train: what the worker's loop drives, whatever the study. */
import type { Study } from '#contract/component.ts';
import type { Preview } from '#contract/host.ts';
import type { Estimate, RunSpec } from '#contract/spec.ts';
import type { Engine, Feeds, Inputs, Program } from '#engine/engine.ts';
import { valueAndGradients } from '#engine/gradients/valueAndGradients.ts';
import type { Parameters } from '#engine/parameters.ts';
import { keep, type Scalar, type Tensor, type Variable } from '#engine/tf.ts';
import type { Definition, Landscape, Measured, Optimizer, PresetDefinition } from '../definition.ts';

export interface Training {
  readonly parameters: Parameters;
  /** All that a resume needs beside the weights: optimizer slots, running statistics; by name. */
  readonly state: ReadonlyMap<string, Variable>;
  /** Numbers known before training, e.g. `loss/floor`; the loop logs each as a constant series. */
  readonly references: Readonly<Record<string, number>>;
  /**
   * Takes optimizer step `step`, counted from 0, and answers with its metrics, `loss` among them. A
   * pure function of weights, state, spec and `step`. `batch` is that of the study's `batches` for this
   * step; left out, it is made on the spot.
   */
  step(step: number, learningRate: number, batch?: Feeds): Readonly<Record<string, number>>;
  /** Evaluations, probes and flatness, in the spec's order; each leaves weights and state as they were. */
  readonly measures: readonly Measure[];
  /** The pre-training loss, for its curvature. */
  readonly landscape: Landscape;
  dispose(): void;
}

export interface Measure {
  /** What it does, as progress shows it: "linear probe". */
  readonly activity: string;
  /** Steps between two measurements; the loop also measures after the last step. */
  readonly every: number;
  /** `step` steps have been taken. Random draws come from streams indexed by it. */
  run(step: number): readonly Measured[];
}

/** What one study brings; the registry and the worker know studies through this alone. */
export interface StudyDefinition<Spec extends RunSpec = RunSpec> {
  readonly id: Study;
  /** Components that only this study has. */
  readonly components: readonly Definition[];
  readonly presets: readonly PresetDefinition[];
  /** `spec` is resolved: every default is filled in. Needs a TensorFlow backend. */
  build(spec: Spec, engine: Engine): Promise<Training>;
  /**
   * Batches by step, counted from 0: pure functions of spec and step, from streams indexed by the step.
   * Needs no backend: a thread prepares them while TensorFlow computes. Every call gives new arrays.
   */
  batches(spec: Spec): Promise<(step: number) => Feeds>;
  /** Numbers in the model; needs no backend. */
  parameterCount(spec: Spec): number;
  /** Wall time on a two-core machine and disk, from measured rates. */
  estimate(spec: Spec): Estimate;
  /** A few examples as the run would draw them; needs no backend. */
  preview(spec: Spec): Promise<Preview>;
}

/** What a forward pass gives: the loss, and numbers to be logged beside it. */
export interface Forward {
  readonly loss: Scalar;
  readonly metrics: Readonly<Record<string, Scalar>>;
}

/** One optimizer step as a program. Feeds beside the batch: `learningRate`, and `step` from 1. */
export function stepProgram(
  engine: Engine,
  parameters: Parameters,
  optimizer: Optimizer,
  forward: (inputs: Inputs) => Forward,
): Program<string> {
  const variables = [...parameters.all.values(), ...optimizer.slots.values()];
  const step = (inputs: Inputs) => {
    let metrics: Readonly<Record<string, Tensor>> = {};
    const { value, gradients } = valueAndGradients(() => {
      const { loss, metrics: logged } = forward(inputs);
      // The gradient's own tidy would free what is not the loss; the engine frees a program's outputs.
      metrics = Object.fromEntries(
        Object.entries(logged).map(([name, metric]) => [name, keep(metric.clone())]),
      );
      return loss;
    }, parameters);
    optimizer.apply(gradients, inputs.learningRate as Scalar, inputs.step as Scalar);
    return { loss: value, ...metrics };
  };
  return engine.compile<string>('step', step, { variables });
}

/** Runs a step's program and reads its numbers. */
export function takeStep(
  program: Program<string>,
  batch: Feeds,
  learningRate: number,
  step: number,
): Readonly<Record<string, number>> {
  const outputs = program.run({ ...batch, learningRate, step: step + 1 });
  return Object.fromEntries(Object.entries(outputs).map(([name, [value]]) => [name, value ?? Number.NaN]));
}
