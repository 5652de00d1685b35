/** How the report on architecture judges: made-up measurements, whose verdict is known. */
import { describe, expect, test } from 'vitest';
import type { RunResult } from '#science/definition.ts';
import { expandRuns, parameterCount, resolveExperiment, studies } from '#science/registry.ts';
import { architecture } from '#science/studies/mlm/presets/architecture.ts';
import { lowestEqualPlaces, type Place } from '#science/studies/mlm/presets/places.ts';
import { weightsTolerance } from '#science/studies/mlm/presets/shapePart.ts';

const isLego = ({ data }: RunResult['spec']): boolean => data.id === 'lego';
const isShared = ({ encoder }: RunResult['spec']): boolean => encoder.shared === true;
const layersOf = ({ encoder }: RunResult['spec']): number => Number(encoder.layers);
const deepest = (all: readonly RunResult['spec'][]): number =>
  Math.max(...all.filter((s) => !isLego(s)).map(layersOf));

/** What is measured of a run: last accuracies along the chain, or excess and accuracy on all tasks at each step. */
interface Outcome {
  readonly chain: (spec: RunResult['spec']) => readonly number[];
  readonly grammar: (
    isDeep: boolean,
    seed: number,
  ) => readonly (readonly [step: number, excess: number, accuracy: number])[];
}

/** Shared layers ahead by 0.15 and more at the place not trained on, the deep model by 0.05 at equal loss. */
const usual: Outcome = {
  chain: (spec) => [1, 1, 0.99, isShared(spec) ? 0.7 + 0.01 * spec.seed : 0.55],
  grammar: (isDeep, seed) =>
    isDeep
      ? [
          [100, 0.05, 0.7],
          [200, 0.021, 0.85 + 0.001 * seed],
        ]
      : [
          [100, 0.06, 0.7],
          [200, 0.02, 0.8],
          [300, 0.005, 0.99],
        ],
};

interface Circumstances {
  readonly seeds?: readonly number[];
  /** Of the first run. */
  readonly status?: string;
  readonly without?: (spec: RunResult['spec']) => boolean;
}

function reportOf(
  changes: Partial<Outcome>,
  { seeds = [0, 1, 2], status = 'finished', without = () => false }: Circumstances = {},
) {
  const spec = resolveExperiment({ ...architecture.experiment, seeds: [...seeds] });
  const expanded = expandRuns(spec).filter((run) => !without(run.spec));
  const most = deepest(expanded.map((run) => run.spec));
  const { chain, grammar } = { ...usual, ...changes };
  const runs = expanded.map((run, i): RunResult => {
    const lego = isLego(run.spec);
    const places = lego
      ? chain(run.spec).map((value, place) => [`accuracy/chain/${place + 1}`, value] as const)
      : [];
    const rows = lego ? [] : grammar(layersOf(run.spec) === most, run.spec.seed);
    return {
      ...{
        name: run.name,
        spec: run.spec,
        status: i === 0 ? status : 'finished',
        step: run.spec.steps,
        seconds: 1,
      },
      metrics: { ...Object.fromEntries(places), 'accuracy/linear_untrained/B': 0.4 + 0.1 * run.spec.seed },
      measurements: [
        ...places.map(([name, value]) => ({ step: run.spec.steps, name, value, stderr: 0.01 })),
        ...rows.flatMap(([step, excess, accuracy]) => [
          { step, name: 'loss/excess', value: excess, stderr: 0.0005 },
          ...['A', 'B', 'C'].flatMap((task) => [
            // By linear probes differences are half as large.
            { step, name: `accuracy/linear/${task}`, value: accuracy / 2, stderr: 0.005 },
            { step, name: `accuracy/fine-tune-sentences/${task}`, value: accuracy, stderr: 0.005 },
          ]),
        ]),
      ],
    };
  });
  return architecture.report(spec, runs);
}

test('holds where both halves of the claim do, each with its numbers', () => {
  const found = reportOf({});
  expect(found.verdict).toBe('held');
  const said = found.statements.join('\n');
  expect(said).toContain('Shared layers go further along LEGO chains than separate ones: held.');
  // Place 4: 0.7, 0.71 and 0.72 against 0.55.
  expect(said).toContain(
    'shared layers 71.0 %, separate layers 55.0 %; shared less separate +16.00 ± 0.58 points (3 seeds)',
  );
  expect(said).toContain('at equal loss: held.');
  expect(said).toContain('excess 0.0210 and 0.0200, 0.0210 and 0.0200, 0.0210 and 0.0200 nats; 3 seeds');
  expect(said).toMatch(/by fine-tuning, .* 3 seeds\): \+5\.10 ± 0\.06 points on average; A \+5\.10 ± 0\.06/);
  expect(said).toMatch(/by linear probes, .* 3 seeds\): \+2\.55 ± 0\.03 points on average/);
});

test('draws accuracy by place with its error over seeds, and tables that fit their columns', () => {
  const { tables, figures } = reportOf({});
  const [chain, probes] = figures ?? [];
  const [shared, separate] = chain?.series ?? [];
  expect(shared?.points.map(({ x, y }) => [x, y])).toEqual(
    [1, 1, 0.99, 0.71].map((y, i) => [i + 1, expect.closeTo(y, 12)]),
  );
  expect(shared?.points[3]?.error).toBeCloseTo(0.01 / Math.sqrt(3), 12);
  expect(separate?.points[3]?.y).toBeCloseTo(0.55, 12);
  expect(chain?.marks?.map(({ at }) => at)).toEqual([3.5, 0.5]);
  expect(probes?.series.map(({ points }) => points.length)).toEqual([9, 6]);
  expect(tables[0]?.rows[0]?.slice(2)).toEqual([
    3,
    '1.000 ± 0.000',
    '1.000 ± 0.000',
    '0.990 ± 0.000',
    '0.710 ± 0.006',
  ]);
  expect(tables[2]?.rows[4]?.slice(3)).toEqual([3, null, null, expect.closeTo(0.5, 12), null]);
  for (const { columns, rows } of tables) {
    expect(rows.length).toBeGreaterThan(0);
    for (const row of rows) expect(row.length).toBe(columns.length);
  }
});

describe('does not hold', () => {
  test('where shared layers go no further, whatever the shapes show', () => {
    const found = reportOf({ chain: ({ seed }) => [1, 1, 1, 0.6 + 0.01 * seed] });
    expect(found.verdict).toBe('not held');
    expect(found.statements.join('\n')).toContain('than separate ones: not held.');
    expect(found.statements.join('\n')).toContain('at equal loss: held.');
  });

  test('where the deep model is ahead with one seed and behind with another', () => {
    const found = reportOf({
      grammar: (isDeep, seed) => [[100, 0.02, isDeep ? 0.8 + 0.05 * (seed - 1) : 0.8]],
    });
    expect(found.verdict).toBe('not held');
    expect(found.statements.join('\n')).toContain('than separate ones: held.');
  });
});

describe('is not tested', () => {
  test.each([
    [
      'with places that were trained on and not learnt',
      { chain: () => [1, 0.9, 0.5, 0.5] },
      {},
      'less than 95.0 % of chains',
    ],
    [
      'with losses that are never equal',
      { grammar: (isDeep: boolean) => [[100, isDeep ? 0.05 : 0.02, 0.8] as const] },
      {},
      'Seed 1: the two shapes never stand within 0.01 nats',
    ],
    ['with a run that has not come to its end', {}, { status: 'paused' }, 'so it is not judged'],
  ] as const)('%s', (_, changes, how, said) => {
    const found = reportOf(changes, how);
    expect(found.verdict).toBe('not tested');
    expect(found.statements.join('\n')).toContain(said);
  });
});

test.each([
  ['chains', isLego, 'There are no finished runs on chains.', 2],
  ['shapes', (spec: RunResult['spec']) => !isLego(spec), 'There are no finished runs of two shapes.', 2],
] as const)(
  'an experiment without %s is judged by its other half, and not as a whole',
  (_, isLeft, said, tables) => {
    const found = reportOf({}, { without: isLeft });
    expect(found.verdict).toBe('not tested');
    expect(found.statements.join('\n')).toContain(said);
    expect(found.statements.join('\n')).toContain(': held.');
    expect(found.tables.length).toBe(tables);
  },
);

test('one seed is judged by the errors of its measurements', () => {
  // Of three tasks together 0.005 at both ends, so that 0.014 is just less than two errors of 0.00707.
  const grammar =
    (ahead: number): Outcome['grammar'] =>
    (isDeep) => [[100, 0.02, isDeep ? 0.8 + ahead : 0.8]];
  expect(reportOf({ grammar: grammar(0.0141) }, { seeds: [4] }).verdict).toBe('not held');
  expect(reportOf({ grammar: grammar(0.0142) }, { seeds: [4] }).verdict).toBe('held');
});

test('at every scale the two shapes have equally many weights, and LEGO the same but for sharing', () => {
  const { scales, estimate } = studies().find(({ id }) => id === 'architecture') ?? expect.unreachable();
  expect(scales.map(({ scale }) => scale)).toEqual(['quick', 'standard', 'paper']);
  expect(estimate.seconds).toBeLessThan(600);
  expect(scales[1]?.estimate.seconds).toBeLessThan(7200);
  for (const { spec } of scales) {
    const runs = expandRuns(spec).filter((run) => run.spec.seed === spec.seeds[0]);
    const [shared, separate, ...shapes] = runs.map((run) => run.spec);
    if (!shared || !separate) expect.unreachable();
    expect({ ...separate, encoder: { ...separate.encoder, shared: true } }).toEqual(shared);
    expect(shapes.length).toBe(2);
    const [wide, deep] = shapes.map(parameterCount) as [number, number];
    expect(Math.abs(deep / wide - 1)).toBeLessThan(weightsTolerance);
  }
});

test('of two runs the places of lowest equal loss are those nearest to each other', () => {
  const places = (...excesses: number[]): Place<'loss/excess'>[] =>
    excesses.map((value, step) => ({ step, at: { 'loss/excess': { value, stderr: null } } }));
  const steps = (first: Place<'loss/excess'>[], second: Place<'loss/excess'>[]) =>
    lowestEqualPlaces(first, second)?.map(({ step }) => step);
  expect(steps(places(0.1, 0.03), places(0.09, 0.05, 0.027, 0.022, 0.001))).toEqual([1, 2]);
  expect(lowestEqualPlaces(places(0.1), places(0.08, 0.02))).toBeNull();
});
