/** Runs of one model on one grammar that differ in how it was trained, compared where their losses are equal. */
import type { ReportFigure, ReportTable } from '#contract/report.ts';
import type { RunSpec } from '#contract/spec.ts';
import { stream } from '#engine/random.ts';
import type { RunResult } from '../../../definition.ts';
import {
  type Observation,
  type RankStatistic,
  type StrataCorrelation,
  strataCorrelation,
} from '../../../strataCorrelation.ts';
import { spreadOf } from '../../overSeeds.ts';
import { meanAccuracy } from './matchedRuns.ts';
import { type Place, placesOf, tolerance } from './places.ts';
import { accuracies } from './results.ts';

const measured = ['loss/excess', ...accuracies, 'flatness/trace', 'flatness/scaled_trace'] as const;

/** How flat a place is. */
type Flatness = 'flatness/trace' | 'flatness/scaled_trace';

/** A run at its last measurement in one bin of the excess, `tolerance` wide. */
export interface Moment {
  readonly run: RunResult;
  readonly way: string;
  /** The bin ends at `bin` · `tolerance` nats, and that end belongs to it: it is where runs are stopped. */
  readonly bin: number;
  readonly place: Place<(typeof measured)[number]>;
}

export const rescalingCaution =
  'Tr(H) changes under rescalings of weights that leave the function unchanged: optimizers may differ in it for that reason alone. Tr(DHD), D = diag |w|, does not change where a normalisation follows.';

/** One moment for each bin that the run was measured in: several of one bin would say the same twice. */
export function momentsOf(run: RunResult): Moment[] {
  const last = new Map(placesOf(run, measured).map((place) => [binOf(excessOf(place)), place] as const));
  return [...last].map(([bin, place]) => ({ run, way: wayOf(run.spec), bin, place }));
}

function binOf(excess: number): number {
  // Less than rounding, so that 0.12 / 0.01 is 12.
  return Math.ceil(excess / tolerance - 1e-9);
}

function excessOf({ at }: Moment['place']): number {
  return at['loss/excess'].value;
}

const optimizers: Readonly<Record<string, string>> = { adamw: 'AdamW', sgd: 'SGD', sam: 'SAM', lars: 'LARS' };

/** What a run does that those of other seeds do, too: "AdamW 0.002, batch 128, label noise 0.1". */
export function wayOf(spec: RunSpec): string {
  const { id, learningRate, base, rho } = spec.optimizer;
  const noise = spec.study === 'mlm' && spec.labelNoise > 0 ? `, label noise ${spec.labelNoise}` : '';
  const name = `${optimizers[id] ?? id}${id === 'sam' ? ` on ${optimizers[String(base)]}` : ''}`;
  const radius = id === 'sam' ? `, ρ ${rho}` : '';
  return `${name} ${learningRate}${radius}, batch ${spec.batchSize}${noise}`;
}

export interface Asked {
  readonly flatness?: Flatness;
  readonly accuracy?: (place: Moment['place']) => number;
  /** What is drawn again as a whole. */
  readonly unit?: 'way' | 'run';
  readonly statistic?: RankStatistic;
}

/** How flat against how good, seed by seed and bin by bin. */
export function flatnessAgainstAccuracy(
  moments: readonly Moment[],
  { flatness = 'flatness/trace', accuracy = meanAccuracy, unit = 'way', statistic = 'plain' }: Asked = {},
): StrataCorrelation | null {
  const observations = moments.map(
    ({ run, way, bin, place }): Observation => ({
      stratum: `${run.spec.seed} ${bin}`,
      cluster: unit === 'way' ? way : `${way} ${run.spec.seed}`,
      x: place.at[flatness].value,
      y: accuracy(place),
      control: excessOf(place),
    }),
  );
  return strataCorrelation(observations, stream(0, `bootstrap/${unit}`), statistic);
}

/** The bin in which most runs were measured, the lowest of several: where they were stopped. */
export function fullestBin(moments: readonly Moment[]): readonly Moment[] {
  const bins = [...Map.groupBy(moments, ({ bin }) => bin)].sort(([a], [b]) => a - b);
  return bins.reduce<readonly Moment[]>(
    (fullest, [, one]) => (one.length > fullest.length ? one : fullest),
    [],
  );
}

function binName(moments: readonly Moment[]): string {
  const end = (moments[0]?.bin ?? Number.NaN) * tolerance;
  return `${(end - tolerance).toFixed(2)} to ${end.toFixed(2)} nats`;
}

const columns = [
  { title: 'Excess', unit: 'nats', of: excessOf },
  ...accuracies.map((series) => ({
    title: series.slice(-1),
    of: ({ at }: Moment['place']) => at[series].value,
  })),
  { title: 'Mean', of: meanAccuracy },
  { title: 'Tr(H)', of: ({ at }: Moment['place']) => at['flatness/trace'].value },
  { title: 'Tr(DHD)', of: ({ at }: Moment['place']) => at['flatness/scaled_trace'].value },
];

/** Means over seeds, the flattest way first. */
export function waysTable(moments: readonly Moment[]): ReportTable {
  const trace = ({ place }: Moment) => place.at['flatness/trace'].value;
  const ways = [...Map.groupBy(moments, ({ way }) => way)].map(([way, own]) => ({
    way,
    own,
    flat: spreadOf(own.map(trace))?.mean ?? Number.NaN,
  }));
  return {
    title: `Ways of training at ${binName(moments)} of excess, the flattest first: means over seeds ± standard errors`,
    columns: [
      { title: 'Way' },
      { title: 'Seeds' },
      { title: 'Step' },
      ...columns.flatMap(({ of: _of, ...column }) => [column, { title: '±' }]),
    ],
    rows: ways
      .toSorted((a, b) => a.flat - b.flat)
      .map(({ way, own }) => [
        way,
        own.length,
        spreadOf(own.map(({ place }) => place.step))?.mean ?? null,
        ...columns.flatMap(({ of }) => {
          const found = spreadOf(own.map(({ place }) => of(place)));
          return [found?.mean ?? null, found?.stderr ?? null];
        }),
      ]),
  };
}

/** One point a run; none without one. */
export function matchedFigures(moments: readonly Moment[]): ReportFigure[] {
  if (moments.length === 0) return [];
  const figure = (title: string, flatness: Flatness) =>
    scatter(`Probes against ${title} at ${binName(moments)} of excess`, moments, {
      x: { title, scale: 'log' },
      of: ({ place }) => place.at[flatness].value,
    });
  return [figure('Tr(H)', 'flatness/trace'), figure('Tr(DHD)', 'flatness/scaled_trace')];
}

/** What has to be held fixed: both follow the loss. */
export function lossFigure(moments: readonly Moment[]): ReportFigure {
  return scatter('Probes against the loss, all measurements', moments, {
    x: { title: 'Excess over the floor', unit: 'nats', scale: 'log' },
    of: ({ place }) => excessOf(place),
  });
}

function scatter(
  title: string,
  moments: readonly Moment[],
  { x, of }: { readonly x: ReportFigure['x']; readonly of: (moment: Moment) => number },
): ReportFigure {
  const groups = Map.groupBy(
    moments,
    ({ run }) => optimizers[run.spec.optimizer.id] ?? run.spec.optimizer.id,
  );
  return {
    title,
    x,
    y: { title: 'Mean accuracy on A, B, C' },
    series: [...groups].map(([name, own]) => ({
      name,
      look: 'points',
      points: own.map((moment) => ({ x: of(moment), y: meanAccuracy(moment.place) })),
    })),
  };
}
