import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import {
  describeSetting,
  type Field,
  fits,
  parseList,
  schemaFields,
  sliderPosition,
  sliderSteps,
  sliderValue,
  writeItem,
  writeList,
} from '../../src-renderer/components/schemaField.ts';
import { showValue, specEntries } from '../../src-renderer/components/specEntries.ts';
import { splitName } from '../../src-renderer/components/splitName.ts';
import { sortRuns } from '../../src-renderer/views/libraryColumns.ts';

const params = z.strictObject({
  rate: z
    .number()
    .positive()
    .max(10)
    .default(1e-3)
    .meta({ title: 'Rate', description: 'Base rate.', scale: 'log' }),
  decay: z.number().min(0).max(1).default(0.01).meta({ title: 'Decay', scale: 'log' }),
  count: z.int().min(2).max(100).default(8).meta({ title: 'Count', unit: 'images' }),
  free: z.int().min(1).default(5),
  kind: z.enum(['one', 'two']).default('one'),
  on: z.boolean().default(true),
  sizes: z.array(z.int()).default([1, 2]),
});
const fields = schemaFields(z.toJSONSchema(params, { io: 'input' }));
const named = (key: string): Field => {
  const field = fields.find((one) => one.key === key);
  if (!field) throw new Error(`No field ${key}.`);
  return field;
};

describe('form from a schema', () => {
  test('reads kinds, ranges, units, help and defaults', () => {
    expect(fields.map(({ kind }) => kind)).toEqual([
      'number',
      'number',
      'integer',
      'integer',
      'choice',
      'boolean',
      'list',
    ]);
    expect(named('rate')).toMatchObject({
      title: 'Rate',
      help: 'Base rate.',
      log: true,
      minimum: 0,
      open: true,
      maximum: 10,
      initial: 1e-3,
    });
    expect(named('count')).toMatchObject({ unit: 'images', log: false, minimum: 2, open: false });
    // The bound that every integer has is not a range.
    expect(named('free').maximum).toBeNull();
    expect(named('kind').options).toEqual(['one', 'two']);
  });

  test('slider positions read back as they were, to what a slider can tell', () => {
    for (const key of ['rate', 'count', 'decay']) {
      const field = named(key);
      for (let position = 1; position <= sliderSteps; position += 7) {
        const value = sliderValue(field, position);
        expect(Math.abs(sliderPosition(field, value) - position)).toBeLessThanOrEqual(
          field.kind === 'integer' ? 2 : 1,
        );
        expect(params.safeParse({ [key]: value }).success).toBe(true);
      }
    }
  });

  test('both ends of a slider are values that the schema takes', () => {
    for (const key of ['rate', 'count', 'decay']) {
      for (const position of [0, sliderSteps]) {
        expect(params.safeParse({ [key]: sliderValue(named(key), position) }).success).toBe(true);
      }
    }
    expect(sliderValue(named('decay'), 0)).toBe(0);
    expect(sliderValue(named('rate'), 0)).toBeGreaterThan(0);
  });

  test('a value fits a field exactly where the schema takes it', () => {
    for (const { key } of fields.filter(({ kind }) => kind !== 'list')) {
      for (const value of [-1, 0, 0.5, 1, 2, 10, 100, 101, 'one', 'three', true]) {
        expect([key, value, fits(named(key), value)]).toEqual([
          key,
          value,
          params.safeParse({ [key]: value }).success,
        ]);
      }
    }
  });

  test('lists as typed', () => {
    expect(parseList('0.1, 1e-3  3', 'number')).toEqual([0.1, 1e-3, 3]);
    expect(parseList('adamw, sgd', 'text')).toEqual(['adamw', 'sgd']);
    expect(parseList('yes,no', 'boolean')).toEqual([true, false]);
    expect(parseList(' , ', 'number')).toEqual([]);
    expect(parseList(writeList([0.1, 2, 1e-6]), 'number')).toEqual([0.1, 2, 1e-6]);
    expect([0.000001, 0.001, 0, undefined].map(writeItem)).toEqual(['1e-6', '0.001', '0', '']);
  });
});

test.each([
  [{ id: 'lego', variables: 6, letters: 6 }, 'lego: variables 6, letters 6'],
  [{ id: 'bert' }, 'bert'],
  [
    [
      { id: 'linear', every: '6/decade from 100' },
      { id: 'fine-tune-sentences', learningRate: 1e-5 },
    ],
    'linear: every 6/decade from 100; fine-tune-sentences: learningRate 1e-5',
  ],
  [{ id: 'step', milestones: [0.5, 0.8], factor: 0.3 }, 'step: milestones 0.5,0.8, factor 0.3'],
  [[0.5, 0.8], '0.5, 0.8'],
  [[], 'none'],
  [null, '–'],
  [false, 'no'],
])('a value that is read and not edited: %j', (value, text) => {
  expect(describeSetting(value)).toBe(text);
});

test('a spec as lines: components by their ids, in the order of thought', () => {
  const spec = {
    seed: 3,
    title: 'x',
    loss: { id: 'spectral', mu: 1 },
    data: { id: 'mnist' },
    probes: [{ id: 'linear', every: 5 }],
    flatness: null,
  };
  expect(specEntries(spec)).toEqual([
    ['data', 'mnist'],
    ['loss', 'spectral'],
    ['loss.mu', 1],
    ['probes.linear.every', 5],
    ['flatness', null],
    ['seed', 3],
  ]);
  expect([null, true, [1, 2], 0.25].map(showValue)).toEqual(['none', 'yes', '1, 2', '0.25']);
});

test('runs without a number stand last in both directions', () => {
  const rows = [Number.NaN, 2, 1].map((loss, index) => ({ id: String(index), metrics: { loss } })) as never;
  expect(sortRuns(rows, 'loss', false).map(({ id }) => id)).toEqual(['2', '1', '0']);
  expect(sortRuns(rows, 'loss', true).map(({ id }) => id)).toEqual(['1', '2', '0']);
});

test('names are cut between words, and keep their end', () => {
  expect(splitName('short', 16)).toEqual(['short', '']);
  // The last 20 letters begin with a word; the last 17 within one.
  expect(splitName('a very long grid · decay 0.1 · seed 3', 20)).toEqual([
    'a very long grid ',
    '· decay 0.1 · seed 3',
  ]);
  expect(splitName('a very long grid · decay 0.1 · seed 3', 17)).toEqual([
    'a very long grid · decay',
    ' 0.1 · seed 3',
  ]);
  expect(splitName('abcdefghijklmnopqrstuvwxyz', 5)).toEqual(['abcdefghijklmnopqrstu', 'vwxyz']);
  for (const tail of [5, 12, 16, 22])
    expect(splitName('digits · rate 0.1 · seed 12', tail).join('')).toBe('digits · rate 0.1 · seed 12');
});
