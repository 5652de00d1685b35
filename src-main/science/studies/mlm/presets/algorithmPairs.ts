/** Runs of other training algorithms beside AdamW's of the same seed, at equal excess over the floor. */
import type { RunResult } from '../../../definition.ts';
import { type Difference, differenceOf, nearestPlace, type Place, placesOf } from './places.ts';

/** What is compared. The claim is that AdamW's accuracies are higher and its Tr(H) is lower; Tr(DHD) stands beside it. */
export const measures = [
  {
    title: 'A',
    series: 'accuracy/linear/A',
    lookUp: 'accuracy/linear_lookup/A',
    isTrace: false,
    judged: true,
  },
  {
    title: 'B',
    series: 'accuracy/linear/B',
    lookUp: 'accuracy/linear_lookup/B',
    isTrace: false,
    judged: true,
  },
  {
    title: 'C',
    series: 'accuracy/linear/C',
    lookUp: 'accuracy/linear_lookup/C',
    isTrace: false,
    judged: true,
  },
  { title: 'Tr(H)', series: 'flatness/trace', lookUp: null, isTrace: true, judged: true },
  { title: 'Tr(DHD)', series: 'flatness/scaled_trace', lookUp: null, isTrace: true, judged: false },
] as const;
export type Measure = (typeof measures)[number];
export type Series = Measure['series'];

type Moment = Place<'loss/excess' | Series>;

/** Those of `measures` that were taken: a spec may leave Tr(DHD) out. */
export function measuresOf(runs: readonly RunResult[]): Measure[] {
  return measures.filter(({ series }) =>
    runs.some(({ measurements }) => measurements.some(({ name }) => name === series)),
  );
}

export interface Compared {
  /** The other algorithm. */
  readonly name: string;
  readonly pairs: readonly { readonly adamw: Moment; readonly other: Moment }[];
  /** Runs of it to which no measurement of AdamW is near enough. */
  readonly unmatched: readonly { readonly run: RunResult; readonly excess: number }[];
  /** By how much AdamW is better, in the order of `measuresOf`. */
  readonly differences: readonly Difference[];
  /** By how much the other's accuracies are above its look-up table's, in that order; of what a table has. */
  readonly aboveTable: readonly Difference[];
}

/** Each algorithm beside AdamW, its last measurement against AdamW's nearest one of the same seed. */
export function compared(runs: readonly RunResult[]): Compared[] {
  const groups = Map.groupBy(runs, algorithmOf);
  const adamw = groups.get('AdamW') ?? [];
  const taken = measuresOf(runs);
  const all = ['loss/excess' as const, ...taken.map(({ series }) => series)];
  return [...groups]
    .filter(([name]) => name !== 'AdamW')
    .map(([name, own]) => {
      const found = own.flatMap((run) => {
        const other = placesOf(run, all).at(-1);
        const beside = adamw.find(({ spec }) => spec.seed === run.spec.seed);
        if (!other || !beside) return [];
        const excess = other.at['loss/excess'].value;
        return [{ run, excess, other, adamw: nearestPlace<Series>(placesOf(beside, all), excess) }];
      });
      const pairs = found.flatMap(({ adamw: near, other }) => (near ? [{ adamw: near, other }] : []));
      return {
        ...{ name, pairs },
        unmatched: found.filter(({ adamw: near }) => near === null),
        differences: taken.map((measure) => advantage(pairs, measure)),
        aboveTable: taken.flatMap(({ series, lookUp }) => (lookUp ? [margin(found, series, lookUp)] : [])),
      };
    });
}

function margin(
  found: readonly { readonly run: RunResult; readonly other: Moment }[],
  series: Series,
  lookUp: string,
): Difference {
  const values = found.flatMap(({ run, other }) => {
    const known = run.metrics[lookUp];
    return known === undefined ? [] : [other.at[series].value - known];
  });
  // The table's own error is that of an accuracy on the same test sentences.
  const errors = found.map(({ other }) => Math.SQRT2 * (other.at[series].stderr ?? 0));
  return differenceOf(values, Math.max(0, ...errors));
}

function advantage(pairs: Compared['pairs'], { series, isTrace }: Measure): Difference {
  const values = pairs.map(({ adamw, other }) => adamw.at[series].value - other.at[series].value);
  const errors = pairs.map(({ adamw, other }) =>
    Math.hypot(adamw.at[series].stderr ?? 0, other.at[series].stderr ?? 0),
  );
  return differenceOf(isTrace ? values.map((value) => -value) : values, Math.max(0, ...errors));
}

/** What trained the run, by the name that the report gives it. */
export function algorithmOf({ spec }: RunResult): string {
  if (spec.study !== 'mlm') return spec.optimizer.id;
  if (spec.loss.id !== 'mlm') return spec.loss.id;
  const names: Readonly<Record<string, string>> = { adamw: 'AdamW', sgd: 'SGD', sam: 'SAM', lars: 'LARS' };
  const base = names[spec.optimizer.id] ?? spec.optimizer.id;
  const noise = spec.labelNoise > 0 ? ' with label noise' : '';
  const full = spec.sentences !== null && spec.sentences === spec.batchSize ? ', full batch' : '';
  return `${base}${noise}${full}`;
}
