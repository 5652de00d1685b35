/**
 * One file defines one component: what it is called, its parameters with ranges and help, where it
 * comes from, and its function. Forms, validation, `basin components` and docs derive from these.
 */
import type { z } from 'zod';
import type { ComponentChoice, ComponentKind, Study } from '#contract/component.ts';
import type { PresetScale } from '#contract/host.ts';
import type { Report } from '#contract/report.ts';
import type { ExperimentSpec, experimentSpec, RunSpec } from '#contract/spec.ts';
import type { Engine, Feeds, Inputs } from '#engine/engine.ts';
import type { Parameters } from '#engine/parameters.ts';
import type { Stream } from '#engine/random.ts';
import type { Scalar, Tensor, Tensor1D, Tensor2D, Tensor4D, Variable } from '#engine/tf.ts';
import type { ImageData } from './data/images.ts';
import type { Language, Question, Sentence } from './data/language.ts';
import type { GraphPopulation } from './graph/population.ts';

export interface Definition<
  Kind extends ComponentKind = ComponentKind,
  Params extends z.ZodObject = z.ZodObject,
> {
  readonly kind: Kind;
  readonly id: string;
  readonly title: string;
  /** One or two plain sentences. */
  readonly help: string;
  readonly reference?: string;
  readonly studies: readonly Study[];
  /**
   * Every parameter has a default, and `.meta({ title, description, unit?, scale? })`: `description`
   * is the line of help, `scale: 'log'` asks the form for a logarithmic slider.
   */
  readonly params: Params;
}

export interface ImageDataset<P extends z.ZodObject = z.ZodObject> extends Definition<'dataset', P> {
  readonly of: 'images';
  /** What `load` will give, without reading it. */
  outline(
    params: z.output<P>,
  ): ImageShape & { readonly classes: number; readonly trainCount: number; readonly testCount: number };
  load(params: z.output<P>): Promise<ImageData>;
}

/** A finite population whose positive pairs, and so whose spectrum, are known exactly. */
export interface GraphDataset<P extends z.ZodObject = z.ZodObject> extends Definition<'dataset', P> {
  readonly of: 'graph';
  outline(params: z.output<P>): InputShape & { readonly vertices: number; readonly classes: number };
  /** A seed among the parameters draws the graph itself; pairs come from streams of their own. */
  load(params: z.output<P>): Promise<GraphPopulation>;
}

export type ContrastiveDataset<P extends z.ZodObject = z.ZodObject> = ImageDataset<P> | GraphDataset<P>;

export interface LanguageDataset<P extends z.ZodObject = z.ZodObject> extends Definition<'dataset', P> {
  /** Sizes of what `build` will give, without drawing its rules. */
  outline(params: z.output<P>): { readonly words: number; readonly maxLength: number };
  /** A seed among the parameters draws the language itself; sentences come from streams of their own. */
  build(params: z.output<P>): Language;
}

export interface ImageShape {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/** What an encoder sees of each example; `vertices` counts those of a finite population. */
export interface InputShape extends ImageShape {
  readonly vertices?: number;
}

/** Random numbers of a batch of views, by name; the first side of each array counts the views. */
export type Draws = Readonly<
  Record<string, { readonly shape: readonly number[]; readonly data: Float32Array }>
>;

/**
 * Random views of images in two parts: what is drawn, a few numbers a view from a named stream, and how it
 * is applied, inside a program that is fed these numbers under their names.
 */
export interface Augmentation<P extends z.ZodObject = z.ZodObject> extends Definition<'augmentation', P> {
  /** What is random about one view of each of `count` images; from `second` on they are second views of pairs. */
  draw(params: z.output<P>, count: number, shape: ImageShape, random: Stream, second?: number): Draws;
  /** Images [count, height, width, channels] in [0, 1] and their draws → views of the same shape. */
  views(images: Tensor4D, draws: Inputs): Tensor4D;
  /** The same in JavaScript, pixel by pixel: for where no TensorFlow is, and to test `views` against. */
  plainViews(images: Float32Array, draws: Draws, shape: ImageShape): Float32Array;
}

/** What one pass of one view takes: multiply-adds, and numbers that layers put out. */
export interface ViewCost {
  readonly products: number;
  readonly activations: number;
}

/** A function of a batch with weights of its own. */
export interface ImageEncoder<P extends z.ZodObject = z.ZodObject> extends Definition<'encoder', P> {
  /**
   * Creates the weights in `parameters`; `apply` maps [batch, h, w, c] in [0, 1] to [batch, width].
   * `vertices` [batch], int32, says which vertex each is where the data are a finite population.
   */
  build(
    params: z.output<P>,
    shape: InputShape,
    parameters: Parameters,
  ): {
    readonly width: number;
    /** Left out, each weight is used once a view. */
    readonly cost?: ViewCost;
    apply(images: Tensor4D, vertices?: Tensor1D): Tensor2D;
  };
}

export interface Projector<P extends z.ZodObject = z.ZodObject> extends Definition<'projector', P> {
  build(
    params: z.output<P>,
    inputWidth: number,
    parameters: Parameters,
  ): { readonly width: number; apply(features: Tensor2D): Tensor2D };
}

/**
 * Arrays by name. Of the two views of each original: projections `z1`, `z2`; what a method makes of them
 * further, `p1`, `p2` (predictions) and `k1`, `k2` (projections by its momentum encoder). `small` has projections of
 * further views, those of view j of all originals after those of view j − 1. Of the batch: `queue`, `prototypes`,
 * `logits`, `targets`.
 */
export type LossArrays = Readonly<Record<string, Tensor>>;

export interface ContrastiveLoss<P extends z.ZodObject = z.ZodObject> extends Definition<'loss', P> {
  /** Learns from labels alone: originals whose label is hidden have no place in its batches. */
  readonly labelled?: true;
  /** Further views of each original beside the pair, smaller crops of it: arrays get their projections as `small`. */
  smallViews?(params: z.output<P>): SmallViews;
  /** Names of the arrays that `value` must be given; row i of either view comes from one original. */
  readonly arrays: readonly string[];
  /** Names of those that it takes beside them where they are given. */
  readonly optionalArrays?: readonly string[];
  /** Sets of these of which one must be given whole. */
  readonly alternatives?: readonly (readonly string[])[];
  value(params: z.output<P>, arrays: LossArrays): Scalar;
  /** Terms that add up to `value`, by name. */
  parts?(params: z.output<P>, arrays: LossArrays): Readonly<Record<string, Scalar>>;
  /** What each pair adds, with the others of its batch as they are: [batch], whose mean is `value`. */
  examples?(params: z.output<P>, arrays: LossArrays): Tensor1D;
  /**
   * The loss's exact expectation over a finite population. Arrays of views have one row a vertex and stand
   * under their plain names, `z`, `p`, `k`.
   */
  population?(params: z.output<P>, arrays: LossArrays, pairs: PairTensors): Scalar;
  /** What the method needs beside encoder and projector; left out, the loss reads `z1` and `z2` alone. */
  method?(params: z.output<P>, setting: MethodSetting): Method;
}

/** How many a pair has, and the shares of the image's area between which their crops are drawn. */
export interface SmallViews {
  readonly count: number;
  readonly least: number;
  readonly most: number;
}

/** A finite population inside a program: `joint` [n, n] sums to 1, `marginal` [n] holds its row sums. */
export interface PairTensors {
  readonly joint: Tensor2D;
  readonly marginal: Tensor1D;
}

/** Where a method finds itself, when the weights are created. */
export interface MethodSetting {
  /** For weights that are trained: a predictor, prototypes. */
  readonly parameters: Parameters;
  /** For what is carried from step to step without being trained: a queue. */
  readonly state: Parameters;
  readonly projectionWidth: number;
  readonly classes: number;
  /** A copy of encoder and projector, its weights equal at first and kept in the state: a momentum target. */
  target(): Target;
}

export interface Target {
  /** Views → projections, by the copy's weights. */
  project(views: EncoderInput): Tensor2D;
  /** Moves the copy's weights: each becomes m · itself + (1 − m) · the trained one. */
  follow(momentum: Scalar | number): void;
}

/** What encoders are applied to. */
export interface EncoderInput {
  readonly images: Tensor4D;
  readonly vertices: Tensor1D | undefined;
}

/** What a method makes of a batch, inside the program of a step. */
export interface Method {
  /** Further arrays of views, one row for each row of `projections`, by their plain names (`p`, `k`). */
  ofViews?(projections: Tensor2D, views: EncoderInput): LossArrays;
  /** Arrays of the batch; `labels` [batch], int32, of the originals, −1 where a label is not to be seen. */
  ofBatch?(labels: Tensor1D, projections: Tensor2D): LossArrays;
  /**
   * After the optimizer's step, given the arrays that the loss saw: what the state becomes. `progress` is the
   * share of the run's steps that have been taken, this one included.
   */
  update?(arrays: LossArrays, progress: Scalar): void;
}

export interface Masking<P extends z.ZodObject = z.ZodObject> extends Definition<'masking', P> {
  /** Positions to hide in a sentence of `length` words, in ascending order, at least one. */
  positions(params: z.output<P>, length: number, random: Stream): readonly number[];
  /** Most positions that are ever hidden in a sentence of at most `length` words. */
  most(params: z.output<P>, length: number): number;
  /**
   * Hides nothing, and asks this of each sentence in place of hidden words; position −1 is the token before the
   * first word. @throws BasinError `bad-input` for a language of which it cannot be asked
   */
  asks?(params: z.output<P>, language: Language): (sentence: Sentence) => readonly Question[];
  /** Asks for words that stand in the sentence: its encoder must not see what comes after a token. */
  readonly ahead?: true;
}

export interface TokenEncoder<P extends z.ZodObject = z.ZodObject> extends Definition<'encoder', P> {
  /** Whether a token’s embedding depends on those before it alone; left out, it does not. */
  isCausal?(params: z.output<P>): boolean;
  /**
   * Creates the weights. Token ids [batch, length] and their mask (1 for a real token, 0 for
   * padding) → embeddings [batch, length, width] or, at `slots` [batch, asked] alone,
   * [batch, asked, width]; and, from embeddings in rows, logits over the words. Weights that logits alone
   * depend on are named `output/…`.
   */
  build(
    params: z.output<P>,
    tokens: { readonly vocabulary: number; readonly words: number; readonly length: number },
    parameters: Parameters,
  ): {
    readonly width: number;
    embed(ids: Tensor2D, mask: Tensor2D, slots?: Tensor2D): Tensor;
    logits(embeddings: Tensor): Tensor;
  };
}

export interface MlmLoss<P extends z.ZodObject = z.ZodObject> extends Definition<'loss', P> {
  /** `logits` [count, words], `targets` one-hot [count, words], `weights` [count]; nats a masked word. */
  value(params: z.output<P>, logits: Tensor2D, targets: Tensor2D, weights: Tensor): Scalar;
  /** The loss of each masked word, nats, zero where its weight is: [count], whose weighted mean is `value`. */
  examples?(params: z.output<P>, logits: Tensor2D, targets: Tensor2D, weights: Tensor): Tensor1D;
  /** Beside `value`, trains the encoder against heads that learn the downstream tasks. */
  adversary?(params: z.output<P>): AdversarySettings;
}

/** Settings of the adversarial objective; steps are counted from the run's first. */
export interface AdversarySettings {
  readonly strength: number;
  /** Nats. */
  readonly tolerance: number;
  /** Steps before the heads learn, and in which they learn before the encoder is turned against them. */
  readonly begin: number;
  readonly settle: number;
  /** Sentences. */
  readonly labelled: number;
  readonly headRate: number;
  readonly headSteps: number;
  /** Steps over which the masked loss that is held to the bound is averaged. */
  readonly window: number;
  readonly multiplierRate: number;
  readonly multiplierGain: number;
}

export interface OptimizerDefinition<P extends z.ZodObject = z.ZodObject> extends Definition<'optimizer', P> {
  /** `learningRate` of a step = this base rate × the schedule's factor. */
  baseRate(params: z.output<P>): number;
  /** What a step costs: gradients that it takes, and slots of each weight. */
  cost(params: z.output<P>): { readonly gradients: number; readonly slots: number };
  build(params: z.output<P>, parameters: Parameters): Optimizer;
}

export interface Optimizer {
  /** Momentum and the like, by name; part of every checkpoint. */
  readonly slots: ReadonlyMap<string, Variable>;
  /**
   * Where the step takes the gradient that `apply` is given: offsets from the weights, by name, from the
   * gradient at the weights themselves. Left out, it is that gradient.
   */
  ascent?(gradients: Readonly<Record<string, Tensor>>): Readonly<Record<string, Tensor>>;
  /** Updates the parameters in place. `gradients` by parameter name; `step` counts from 1. */
  apply(gradients: Readonly<Record<string, Tensor>>, learningRate: Scalar, step: Scalar): void;
}

export interface ScheduleDefinition<P extends z.ZodObject = z.ZodObject> extends Definition<'schedule', P> {
  /** Factor of the base rate for step 0 … steps − 1. */
  factor(params: z.output<P>, step: number, steps: number): number;
}

/** Frozen features with their labels; a probe learns on `train` and is judged on `test`. */
export interface FeatureSet {
  readonly width: number;
  readonly features: Float32Array;
  readonly labels: Int32Array;
  /** Of a finite population: the cluster of each vertex, on which labels are constant. */
  readonly clusters?: Int32Array;
  /** Of each example, where there are several: 0, the source, or 1, the target. */
  readonly domains?: ArrayLike<number>;
  /** How many, from the first on, have labels that a head of the source may learn from; left out, all of the source. */
  readonly labelled?: number;
}
export interface ProbeTask {
  /** Empty for a study with one task; else e.g. `A`. */
  readonly id: string;
  readonly classes: number;
  readonly train: FeatureSet;
  readonly test: FeatureSet;
  /**
   * Features of two views each of some originals, row i of both from one, encoded when asked for; absent
   * where the study has no views.
   */
  pairs?(): { readonly width: number; readonly first: Float32Array; readonly second: Float32Array };
  /** Random views of test originals with what the encoder makes of them; absent where the study has no images. */
  sampledViews?(asked: AskedViews): SampledViews;
  /** Both sets as the loss sees them, encoded when asked for; absent where the study has no projector. */
  projections?(): { readonly train: FeatureSet; readonly test: FeatureSet };
  /**
   * Answers on the test set of a copy of the encoder that is trained further, with a linear head, on the labels
   * that may be learnt from; absent where the study has no such training. The encoder stays as it was.
   */
  fineTuned?(settings: FineTuning): Int32Array;
  /** The encoder itself, to be trained further by the probe; absent where there is none. */
  tunable?(): Tunable;
}
/** `each` views of every one of `images` originals, or of all where there are fewer; `seed` draws both. */
export interface AskedViews {
  readonly images: number;
  readonly each: number;
  readonly seed: number;
}
/** Rows are views, those of one original one after another; each array is row-major. */
export interface SampledViews {
  readonly images: number;
  readonly each: number;
  readonly views: Float32Array;
  readonly features: Float32Array;
  readonly featureWidth: number;
  readonly projections: Float32Array;
  readonly projectionWidth: number;
}
export interface FineTuning {
  readonly steps: number;
  readonly learningRate: number;
}
/** A copy of an encoder and a task's examples: training it leaves the original as it is. */
export interface Tunable {
  /** Those that features depend on. */
  readonly parameters: Parameters;
  readonly width: number;
  /** Feeds of examples → their features [batch, width], by the copy's weights. */
  features(inputs: Inputs): Tensor2D;
  feeds(set: 'train' | 'validation' | 'test', places: Int32Array): Feeds;
  labels(set: 'train' | 'validation' | 'test'): Int32Array;
  dispose(): void;
}
export interface ProbeResult {
  readonly accuracy: number;
  /** Binomial standard error over the test examples. */
  readonly stderr: number;
  /** Accuracy of always answering the test set's most frequent class. */
  readonly baseline: number;
  /** Mean −log p(label) of the test examples, nats, where the probe gives probabilities. */
  readonly loss?: number;
}
/** What a probe or evaluation takes beside the features of both sets, for an estimate of its time. */
export interface MeasureCost {
  /** Steps of a copy of the encoder, as long as the run's. */
  readonly steps?: number;
  /** Views that the encoder sees. */
  readonly views?: number;
  /** Views on which another small convolutional network is trained. */
  readonly smallViews?: number;
  /** Multiply-adds in JavaScript. */
  readonly products?: number;
}
export interface MeasuredSizes {
  /** Examples. */
  readonly train: number;
  readonly test: number;
  /** Of features. */
  readonly width: number;
  /** Numbers in an image. */
  readonly pixels: number;
}
interface Costly<P extends z.ZodObject> {
  /** Left out, nothing that counts. */
  cost?(params: z.output<P>, sizes: MeasuredSizes): MeasureCost;
}
/** A probe that answers with labels: its accuracy is the series `accuracy/<id>`. */
export interface AccuracyProbe<P extends z.ZodObject = z.ZodObject>
  extends Definition<'probe', P>,
    Costly<P> {
  /** Trains the encoder, and is left out where a task has none: the look-up table. */
  readonly tunes?: true;
  run(params: z.output<P>, task: ProbeTask, engine: Engine, random: Stream): ProbeResult;
}
/** A probe that finds numbers with names of their own. */
export interface FeatureProbe<P extends z.ZodObject = z.ZodObject> extends Definition<'probe', P>, Costly<P> {
  /** Needs examples of two domains. */
  readonly domains?: true;
  /** Needs views of images. */
  readonly images?: true;
  /** Their names, such as `clusters/nmi`, get the study's endings: `_untrained`, the task. */
  measure(params: z.output<P>, task: ProbeTask, engine: Engine, random: Stream): readonly Measured[];
}
export type Probe<P extends z.ZodObject = z.ZodObject> = AccuracyProbe<P> | FeatureProbe<P>;

/**
 * log p(word), nats, at the one masked position of each sentence: [count, words], row-major. Where `shown`, the
 * word there is not masked.
 */
export type MaskedPredictor = (
  sentences: readonly Sentence[],
  masked: Int32Array,
  shown?: boolean,
) => Float32Array;

/** A measure of masked prediction against the truth about the language. */
export interface MlmEvaluation<P extends z.ZodObject = z.ZodObject> extends Definition<'evaluation', P> {
  /** Draws its sentences, and what is true about them, once. */
  prepare(params: z.output<P>, language: Language, random: Stream): PreparedEvaluation;
}
export interface PreparedEvaluation {
  /** What the truth alone gives, e.g. `loss/floor`: nats. */
  readonly references: Readonly<Record<string, number>>;
  measure(predict: MaskedPredictor): readonly Measured[];
}

/** A measure of what was learnt against a positive-pair graph that is known exactly. */
export interface GraphEvaluation<P extends z.ZodObject = z.ZodObject> extends Definition<'evaluation', P> {
  readonly of: 'graph';
  prepare(
    params: z.output<P>,
    population: GraphPopulation,
    loss: ComponentChoice,
    projectionWidth: number,
  ): PreparedGraphEvaluation;
}
export interface PreparedGraphEvaluation {
  /** What the graph alone gives, e.g. `loss/floor`. */
  readonly references: Readonly<Record<string, number>>;
  /** Projections of every vertex, [vertices, width], row-major. */
  measure(projections: Float32Array): readonly Measured[];
}

/** Labelled images, and single random views of them. */
export interface AugmentedImages {
  readonly labels: ArrayLike<number>;
  /** Where there are several: 0, the source, or 1, the target. */
  readonly domains?: ArrayLike<number>;
  /** Feeds of which `views` makes one view of each image named: [count, height, width, channels]. */
  batch(places: Int32Array, random: Stream): Feeds;
  views(inputs: Inputs): Tensor4D;
}
export interface AugmentedSets {
  readonly train: AugmentedImages;
  readonly test: AugmentedImages;
  readonly shape: ImageShape;
  readonly classes: number;
}

/** A measure of augmented images alone: it is taken once a run, whatever has been learnt. */
export interface ImageEvaluation<P extends z.ZodObject = z.ZodObject>
  extends Definition<'evaluation', P>,
    Costly<P> {
  readonly of: 'images';
  /** Before training. @throws BasinError `bad-input` where the data do not allow it */
  check(sets: AugmentedSets, params: z.output<P>): void;
  measure(params: z.output<P>, sets: AugmentedSets, engine: Engine, random: Stream): readonly Measured[];
}

/** One measured number; `stderr` is null where no error is known. */
export interface Measured {
  /** Name of its series, e.g. `accuracy/linear`. */
  readonly name: string;
  readonly value: number;
  readonly stderr: number | null;
  /** What belongs to it and is not a series: samples, settings. */
  readonly detail?: z.core.util.JSONType;
}

/** A named experiment: where a person starts, and how its outcome is judged. */
export interface PresetDefinition extends Definition<'preset'> {
  readonly study: Study;
  /** One sentence that the experiment tests. */
  readonly claim: string;
  /** An experiment in which every setting left out takes its default. */
  readonly experiment: PresetExperiment;
  /** The same at more cost; `experiment` is then the quick one. */
  readonly scales?: Readonly<Record<Exclude<PresetScale, 'quick'>, PresetExperiment>>;
  report(spec: ExperimentSpec, runs: readonly RunResult[]): Report;
}

export type PresetExperiment = z.input<typeof experimentSpec>;

/** What a report is written from. */
export interface RunResult {
  readonly name: string;
  readonly spec: RunSpec;
  readonly status: string;
  readonly step: number;
  readonly seconds: number;
  /** Last value of every series. */
  readonly metrics: Readonly<Record<string, number>>;
  readonly measurements: readonly (Measured & { readonly step: number })[];
}

/** The loss whose curvature is asked for, at the weights' present values. */
export interface Landscape {
  readonly engine: Engine;
  readonly parameters: Parameters;
  /** The mean over a batch's examples: `lossOf(outputs(inputs), inputs)`. */
  loss(inputs: Inputs): Scalar;
  /** What the model gives the loss: logits of the masked words, projections of the views. */
  outputs(inputs: Inputs): Tensor;
  lossOf(outputs: Tensor, inputs: Inputs): Scalar;
  /**
   * The loss of each example of a batch, with zeros for what is no example.
   * @throws BasinError `unsupported` for a loss that is no mean over examples
   */
  exampleLosses(inputs: Inputs): Tensor1D;
  /** A fixed batch of `size` sentences or pairs, the same at every call; batches of other `index` are others. */
  batch(size: number, index?: number): Feeds;
  /** Examples of a batch: masked words, pairs. */
  examples(batch: Feeds): number;
  /**
   * The same function as that of a larger model, whose weights the caller frees; absent where no model of the
   * study can be enlarged. @throws BasinError `bad-input` for a size that does not fit
   */
  enlarged?(size: LargerModel): Landscape;
}

/** Told after each product with a curvature matrix: how many there were. */
export type OnProducts = (done: number) => void;

export interface FlatnessDefinition<P extends z.ZodObject = z.ZodObject> extends Definition<'flatness', P> {
  /** Products with a vector that it takes on a model of `size` weights, or about as many. */
  products(params: z.output<P>, size: number): number;
  /** The larger model that the products are taken on, and whether as many are taken on the run's own, too. */
  enlarged?(params: z.output<P>): LargerModel & { readonly plain: boolean };
  /** Leaves the weights as they were. */
  measure(params: z.output<P>, landscape: Landscape, random: Stream, onProducts?: OnProducts): FlatnessFound;
}
export interface LargerModel {
  readonly width: number;
  readonly layers: number;
}
/** `detail` is all that was found; `beside`, further series of it. */
export type FlatnessFound = Measured & {
  readonly detail: FlatnessDetail;
  readonly beside?: readonly Measured[];
};
export type FlatnessDetail = Readonly<Record<string, z.core.util.JSONType>>;
