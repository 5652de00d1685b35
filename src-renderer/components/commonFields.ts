/** Settings that every experiment has, whatever its components. */
import type { Field } from './schemaField.ts';

const integer = {
  kind: 'integer',
  unit: '',
  log: true,
  initial: undefined,
  minimum: 1,
  maximum: null,
  open: false,
  options: [],
} as const;

export const stepsField: Field = {
  ...integer,
  key: 'steps',
  title: 'Steps',
  help: 'Optimizer steps until the run ends.',
  maximum: 100_000,
};
export const batchField: Field = {
  ...integer,
  key: 'batchSize',
  title: 'Batch',
  help: 'Examples a step: pairs of views, or sentences.',
  maximum: 4096,
};
/** A graph's pairs can be counted; images have too many views. */
export const pairsField: Field = {
  ...integer,
  key: 'pairs',
  kind: 'choice',
  title: 'Pairs',
  help: 'A batch of pairs sampled by their weights a step, or the loss over the whole population.',
  log: false,
  minimum: null,
  options: ['sampled', 'population'],
};
export const sentencesField: Field = {
  ...integer,
  key: 'sentences',
  title: 'Training set',
  help: 'A fixed set of as many masked sentences; a batch as large is full-batch descent. Empty: fresh ones at every step.',
  initial: null,
};
export const labelNoiseField: Field = {
  ...integer,
  key: 'labelNoise',
  kind: 'number',
  title: 'Label noise',
  help: 'Probability with which a word to be predicted is replaced by one drawn evenly, at every step anew.',
  log: false,
  initial: 0,
  minimum: 0,
  maximum: 1,
};
/** Labelled sentences for the probes of the MLM study. */
export const downstreamFields: readonly Field[] = [
  {
    ...integer,
    key: 'train',
    title: 'Probe training',
    help: 'Labelled sentences that probes learn from.',
    maximum: 100_000,
  },
  {
    ...integer,
    key: 'validation',
    title: 'Validation',
    help: 'For what has to be chosen, such as the number of epochs.',
    maximum: 100_000,
  },
  {
    ...integer,
    key: 'test',
    title: 'Probe test',
    help: 'Sentences on which probes are judged.',
    maximum: 100_000,
  },
  {
    ...integer,
    key: 'pooling',
    kind: 'choice',
    title: 'Pooling',
    help: 'What a probe sees: the embeddings of all tokens side by side, or their mean.',
    log: false,
    minimum: null,
    options: ['concatenated', 'mean'],
  },
  {
    ...integer,
    key: 'lookUpTable',
    kind: 'boolean',
    title: 'Look-up table',
    help: 'Probes also see the language’s exact conditionals in place of embeddings, once, at the end.',
    log: false,
    minimum: null,
  },
];
/** Schedules, whose sliders end where the run does. */
export function everyField(steps: number): Field {
  return {
    ...integer,
    key: 'every',
    title: 'Every',
    unit: 'steps',
    help: 'Steps between two measurements, or a log grid: 5/decade, 5/decade from 100. The last step always measures.',
    maximum: Math.max(2, steps),
  };
}
export function logField(steps: number): Field {
  return {
    ...everyField(steps),
    key: 'logEvery',
    title: 'Log every',
    help: 'Steps between two points of the loss.',
  };
}
export function checkpointField(steps: number): Field {
  return {
    ...everyField(steps),
    key: 'checkpointEvery',
    title: 'Checkpoint every',
    help: 'A run can be resumed, and compared, from each. The last step makes one.',
  };
}
export const startField: Field = {
  ...integer,
  key: 'start',
  kind: 'text',
  title: 'Start from',
  help: 'A checkpoint whose weights training begins with, with a fresh optimizer: RUN, RUN@STEP, or a .safetensors file. Empty: weights drawn from the seed.',
  initial: null,
};
export const stopField: Field = {
  ...integer,
  key: 'stopAt',
  kind: 'text',
  title: 'Stop at',
  help: 'Ends the run where a measured series has come down to a value: loss/excess <= 0.05. Empty: after its last step.',
  initial: null,
};
export const seedsField: Field = {
  ...integer,
  key: 'seeds',
  kind: 'list',
  title: 'Seeds',
  help: 'One run for each: separated by commas.',
};
export const titleField: Field = {
  ...integer,
  key: 'title',
  kind: 'text',
  title: 'Name',
  help: 'What the runs are called.',
};
