/** What an MLM run measures beside its loss: distance from the truth, probes. */
import { BasinError } from '#contract/error.ts';
import type { MlmRunSpec } from '#contract/spec.ts';
import type { Engine } from '#engine/engine.ts';
import { type Parameters, SeededParameters } from '#engine/parameters.ts';
import { stream } from '#engine/random.ts';
import { chosen } from '../../choice.ts';
import type { Language, Sentence } from '../../data/language.ts';
import type { MaskedPredictor, Measured, ProbeTask, Tunable } from '../../definition.ts';
import { probed } from '../probed.ts';
import type { Measure } from '../training.ts';
import { evaluations, probes } from './components.ts';
import { lookUpFeatures, lookUpWidth, noTable } from './lookUpTable.ts';
import { buildModel, type MlmModel } from './model.ts';
import { type DownstreamTask, downstreamTasks, majority } from './tasks.ts';
import { sequences, type Tokens, tokenAt } from './tokens.ts';
import { tunable } from './tunable.ts';

/** Sentences that are encoded at once; it divides the probes' sentences, so that one graph serves them. */
const block = 250;

/** What is measured, and what is known of it before training. */
export interface Measures {
  readonly measures: readonly Measure[];
  readonly references: Readonly<Record<string, number>>;
  /** The weights have moved. */
  changed(): void;
  dispose(): void;
}

export function evaluationMeasures(
  spec: MlmRunSpec,
  language: Language,
  tokens: Tokens,
  model: MlmModel,
  engine: Engine,
): Measures {
  const program = engine.compile('predict', (inputs) => ({ logs: model.logProbabilities(inputs) }));
  const predict: MaskedPredictor = (sentences, masked, shown = false) => {
    const logs = new Float32Array(sentences.length * tokens.words);
    for (let start = 0; start < sentences.length; start += block) {
      const some = sentences.slice(start, start + block);
      const at = (row: number): number => masked[start + row] as number;
      const slots = Int32Array.from(some, (_, row) => tokenAt(at(row)));
      const feeds = {
        ...sequences(tokens, some, (row) => (shown ? [] : [at(row)])),
        slots: { shape: [some.length, 1], data: slots },
      };
      logs.set(program.run(feeds).logs, start * tokens.words);
    }
    return logs;
  };
  const references: Record<string, number> = {};
  const measures = spec.evaluations.map((choice, i) => {
    const { definition, params } = chosen(evaluations, choice, `evaluations.${i}`);
    const random = stream(spec.seed, `evaluation/${definition.id}`);
    const prepared = definition.prepare(params, language, random);
    Object.assign(references, prepared.references);
    const run = () => prepared.measure(predict);
    return { activity: definition.title.toLowerCase(), every: choice.every, run };
  });
  return { measures, references, changed() {}, dispose: () => program.dispose() };
}

/** Features of the downstream tasks' sentences under one model, at the weights of the moment. */
interface Encoding {
  /** Encoded when first asked for; kept until `changed`. */
  tasks(): readonly ProbeTask[];
  changed(): void;
  dispose(): void;
}

function encoding(
  tasks: readonly DownstreamTask[],
  tokens: Tokens,
  model: MlmModel,
  engine: Engine,
  tune: (task: DownstreamTask) => Tunable,
): Encoding {
  const program = engine.compile('features', (inputs) => ({ features: model.features(inputs) }));
  const width = model.featureWidth;
  const encode = (sentences: readonly Sentence[]): Float32Array => {
    const features = new Float32Array(sentences.length * width);
    for (let start = 0; start < sentences.length; start += block) {
      const some = sentences.slice(start, start + block);
      features.set(program.run(sequences(tokens, some)).features, start * width);
    }
    return features;
  };
  let known: readonly ProbeTask[] | undefined;
  return {
    tasks() {
      known ??= withFeatures(tasks, width, encode).map((task, i) => ({
        ...task,
        tunable: () => tune(tasks[i] as DownstreamTask),
      }));
      return known;
    },
    changed() {
      known = undefined;
    },
    dispose: () => program.dispose(),
  };
}

/** The same of the look-up table, which training does not change. */
function lookUpEncoding(
  tasks: readonly DownstreamTask[],
  language: Language,
  { downstream: { pooling } }: MlmRunSpec,
): Pick<Encoding, 'tasks'> {
  // At once, and not at the run's end.
  if (!language.oracle) throw noTable();
  let known: readonly ProbeTask[] | undefined;
  return {
    tasks() {
      known ??= withFeatures(tasks, lookUpWidth(language, pooling), (sentences) =>
        lookUpFeatures(language, sentences, pooling),
      );
      return known;
    },
  };
}

/**
 * Each probe on every task and, after the last step, also on the encoder as it was drawn: random features
 * are far from useless, and what training added is the difference. Where it is asked for, on the look-up table.
 */
export function probeMeasures(
  spec: MlmRunSpec,
  language: Language,
  tokens: Tokens,
  model: MlmModel,
  parameters: Parameters,
  engine: Engine,
): Measures {
  if (spec.probes.length === 0) return { measures: [], references: {}, changed() {}, dispose() {} };
  if (language.tasks.length === 0) {
    throw new BasinError('bad-input', 'Setting probes: this language has no tasks. Remove them.', 'probes');
  }
  const tasks = downstreamTasks(language, spec);
  const tuned = (weights: Parameters) => (task: DownstreamTask) => tunable(spec, tokens, weights, task);
  const trained = encoding(tasks, tokens, model, engine, tuned(parameters));
  const drawn = new SeededParameters(spec.seed);
  let untrained: Encoding | undefined;
  const table = spec.downstream.lookUpTable ? lookUpEncoding(tasks, language, spec) : undefined;
  const measures = spec.probes.map((choice, i) => {
    const { definition, params } = chosen(probes, choice, `probes.${i}`);
    const { id } = definition;
    const measured = (step: number, of: Pick<Encoding, 'tasks'>, ending: string, only?: string): Measured[] =>
      of.tasks().flatMap((task) => {
        if (only !== undefined && only !== task.id) return [];
        const random = stream(spec.seed, `probe/${id}/${task.id}`, step);
        return probed(definition, params, task, engine, random, `${ending}/${task.id}`);
      });
    return {
      activity: definition.title.toLowerCase(),
      every: choice.every,
      tasks: tasks.map((task) => task.id),
      run: (step: number, task?: string) => measured(step, trained, '', task),
      atEnd(step: number) {
        untrained ??= encoding(tasks, tokens, buildModel(spec, tokens, drawn), engine, tuned(drawn));
        const before = measured(step, untrained, '_untrained');
        const tunes = 'tunes' in definition && definition.tunes === true;
        return table && !tunes ? [...before, ...measured(step, table, '_lookup')] : before;
      },
    };
  });
  return {
    measures,
    references: Object.fromEntries(
      tasks.flatMap(({ id, test }) => [
        [`baseline/${id}`, majority(test)] as const,
        // Its labels are the oracle's: an exact parser gives all of them.
        ...(language.oracle ? [[`ceiling/${id}`, 1] as const] : []),
      ]),
    ),
    changed: trained.changed,
    dispose() {
      trained.dispose();
      untrained?.dispose();
      drawn.dispose();
    },
  };
}

/** The tasks share their sentences, hence their features. */
function withFeatures(
  tasks: readonly DownstreamTask[],
  width: number,
  encode: (sentences: readonly Sentence[]) => Float32Array,
): readonly ProbeTask[] {
  const [first] = tasks;
  if (!first) return [];
  const train = { width, features: encode(first.train.sentences) };
  const test = { width, features: encode(first.test.sentences) };
  return tasks.map((task) => ({
    id: task.id,
    classes: task.classes.length,
    train: { ...train, labels: task.train.labels },
    test: { ...test, labels: task.test.labels },
  }));
}
