/** A run that is built and ready to train: what the worker's loop drives, whatever the study. */
import type { Study } from '#contract/component.ts';
import type { Preview } from '#contract/host.ts';
import type { Interval } from '#contract/interval.ts';
import type { Estimate, RunSpec } from '#contract/spec.ts';
import type { Engine, Feeds, Inputs, Program } from '#engine/engine.ts';
import { valueAndGradients } from '#engine/gradients/valueAndGradients.ts';
import type { Parameters } from '#engine/parameters.ts';
import { add, dispose, keep, type Scalar, type Tensor, type Variable } from '#engine/tf.ts';
import type { Definition, Landscape, Measured, Optimizer, PresetDefinition } from '../definition.ts';

export interface Training {
  readonly parameters: Parameters;
  /** What a person should know of the data, in sentences; told once, when the run begins. */
  readonly remarks?: readonly string[];
  /** All that a resume needs beside the weights: optimizer slots, running statistics; by name. */
  readonly state: ReadonlyMap<string, Variable>;
  /** The model's part of `state`, not the optimizer's: a run that starts from a checkpoint takes it over. */
  readonly modelState?: ReadonlyMap<string, Variable>;
  /** What a checkpoint says of the model beside its spec, such as its words. */
  readonly about?: Readonly<Record<string, string>>;
  /** Numbers known before training, e.g. `loss/floor`; the loop logs each as a constant series. */
  readonly references: Readonly<Record<string, number>>;
  /**
   * Takes optimizer step `step`, counted from 0, and answers with its metrics, `loss` among them. A
   * pure function of weights, state, spec and `step`. `batch` is that of the study's `batches` for this
   * step; left out, it is made on the spot.
   */
  step(step: number, learningRate: number, batch?: Feeds): Metrics;
  /** Several steps in one call, for a model so small that a call costs as much as its step. */
  readonly several?: SeveralSteps | undefined;
  /** Evaluations, probes and flatness, in the spec's order; each leaves weights and state as they were. */
  readonly measures: readonly Measure[];
  /** The pre-training loss, for its curvature. */
  readonly landscape: Landscape;
  dispose(): void;
}

/** Numbers of one step by series, `loss` among them. */
export type Metrics = Readonly<Record<string, number>>;

export interface SeveralSteps {
  readonly count: number;
  /** Steps `first` … `first + count − 1`, with what `step` would give for each. */
  take(first: number, learningRates: readonly number[], batches: readonly Feeds[]): readonly Metrics[];
}

export interface Measure {
  /** What it does, as progress shows it: "linear probe". */
  readonly activity: string;
  /** The loop also measures after the last step. */
  readonly every: Interval;
  /** Ids of the downstream tasks that it asks about, where there are several. */
  readonly tasks?: readonly string[];
  /** `step` steps have been taken. Random draws come from streams indexed by it. Of one task, where it is named. */
  run(step: number, task?: string): readonly Measured[];
  /** What is measured once, after the last step: what training is compared with. */
  atEnd?(step: number): readonly Measured[];
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
  /** What the model's state becomes something of after the step. */
  readonly seen?: Readonly<Record<string, Tensor>>;
}

/** What a model carries from step to step without training it. */
export interface Carried {
  /** All that a step reads beside weights and slots: its state, and data that never change. */
  readonly variables: readonly Variable[];
  /** Assigns to the state after the optimizer's step, given what the forward pass has `seen`, and the feeds. */
  update(seen: Readonly<Record<string, Tensor>>, inputs: Inputs): void;
}

/** One optimizer step as a program. Feeds beside the batch: `learningRate`, and `step` from 1. Programs of one run have different names. */
export function stepProgram(
  engine: Engine,
  parameters: Parameters,
  optimizer: Optimizer,
  forward: (inputs: Inputs) => Forward,
  carried?: Carried,
  name = 'step',
): Program<string> {
  const variables = [...parameters.all.values(), ...optimizer.slots.values(), ...(carried?.variables ?? [])];
  return engine.compile(name, stepBody(parameters, optimizer, forward, carried), { variables });
}

/** Runs a step's program and reads its numbers. */
export function takeStep(
  program: Program<string>,
  batch: Feeds,
  learningRate: number,
  step: number,
): Metrics {
  return numbersOf(program.run({ ...batch, learningRate, step: step + 1 }));
}

/** Steps that one call takes where several do. */
const together = 10;

/** A program of several steps, each with feeds and outputs of its own. */
export function severalSteps(
  engine: Engine,
  parameters: Parameters,
  optimizer: Optimizer,
  forward: (inputs: Inputs) => Forward,
): { readonly program: Program<string>; readonly several: SeveralSteps } {
  const step = stepBody(parameters, optimizer, forward);
  const variables = [...parameters.all.values(), ...optimizer.slots.values()];
  const places = Array.from({ length: together }, (_, place) => place);
  const program = engine.compile<string>(
    `${together} steps`,
    (inputs) => joined(places.map((place) => step(partOf(inputs, place)))),
    { variables },
  );
  const take: SeveralSteps['take'] = (first, learningRates, batches) => {
    const feeds = places.map((place): Feeds => {
      const learningRate = learningRates[place] as number;
      return { ...batches[place], learningRate, step: first + place + 1 };
    });
    const outputs = program.run(joined(feeds));
    return places.map((place) => numbersOf(partOf(outputs, place)));
  };
  return { program, several: { count: together, take } };
}

/** What a step's program does: forward pass, gradients, the optimizer's update, the state's. */
export function stepBody(
  parameters: Parameters,
  optimizer: Optimizer,
  forward: (inputs: Inputs) => Forward,
  carried?: Carried,
) {
  return (inputs: Inputs): Readonly<Record<string, Tensor>> => {
    let metrics: Readonly<Record<string, Tensor>> = {};
    let seen: Readonly<Record<string, Tensor>> = {};
    const { value, gradients } = valueAndGradients(() => {
      const passed = forward(inputs);
      metrics = kept(passed.metrics);
      if (carried && passed.seen) seen = kept(passed.seen);
      return passed.loss;
    }, parameters);
    const taken = optimizer.ascent
      ? gradientsBeside(optimizer.ascent(gradients), () => forward(inputs).loss, parameters)
      : gradients;
    optimizer.apply(taken, inputs.learningRate as Scalar, inputs.step as Scalar);
    carried?.update(seen, inputs);
    dispose(Object.values(seen));
    return { loss: value, ...metrics };
  };
}

/** The gradients at weights + `offsets`; the weights end as they were. */
function gradientsBeside(
  offsets: Readonly<Record<string, Tensor>>,
  loss: () => Scalar,
  parameters: Parameters,
): Readonly<Record<string, Tensor>> {
  const weights = [...parameters.all].map(([name, weight]) => {
    const before = weight.clone();
    weight.assign(add(weight, offsets[name] as Tensor));
    return { weight, before };
  });
  const { gradients } = valueAndGradients(loss, parameters);
  // As they were to the last bit, which subtracting the offsets would not give.
  for (const { weight, before } of weights) weight.assign(before);
  return gradients;
}

/** Out of reach of the gradient's own tidy, which frees what is not the loss; the engine frees outputs. */
function kept(tensors: Readonly<Record<string, Tensor>>): Record<string, Tensor> {
  return Object.fromEntries(Object.entries(tensors).map(([name, one]) => [name, keep(one.clone())]));
}

function numbersOf(outputs: Readonly<Record<string, Float32Array>>): Metrics {
  return Object.fromEntries(Object.entries(outputs).map(([name, [value]]) => [name, value ?? Number.NaN]));
}

/** Several records as one, in which a name stands behind the place of its record. */
function joined<T>(parts: readonly Readonly<Record<string, T>>[]): Record<string, T> {
  return Object.fromEntries(
    parts.flatMap((part, place) =>
      Object.entries(part).map(([name, value]) => [`${place}/${name}`, value] as const),
    ),
  );
}

function partOf<T>(all: Readonly<Record<string, T>>, place: number): Record<string, T> {
  const prefix = `${place}/`;
  const own = Object.entries(all).filter(([name]) => name.startsWith(prefix));
  return Object.fromEntries(own.map(([name, value]) => [name.slice(prefix.length), value]));
}
