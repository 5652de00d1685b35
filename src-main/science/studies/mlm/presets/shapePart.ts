/** Deep and narrow against wide and shallow, at equal numbers of weights and equal excess over the floor. */
import type { ReportFigure, ReportTable } from '#contract/report.ts';
import type { MlmRunSpec } from '#contract/spec.ts';
import type { RunResult } from '../../../definition.ts';
import { meanOf } from '../../../linalg/hutchinson.ts';
import { overSeeds } from '../../overSeeds.ts';
import { type ReportPart, untestedPart, verdictOf } from '../../verdict.ts';
import { shapesOf } from '../estimate.ts';
import {
  type Difference,
  differenceOf,
  lowestEqualPlaces,
  type Place,
  placesOf,
  tolerance,
} from './places.ts';
import { pointsWithError, resultsTable } from './results.ts';

/** Share by which the numbers of weights may differ and still count as equal. */
export const weightsTolerance = 0.05;

const tasks = ['A', 'B', 'C'] as const;
type Task = (typeof tasks)[number];

/** How a task is put to a model; the claim is judged by fine-tuning, of which its source speaks. */
interface Way {
  readonly name: string;
  readonly title: string;
  readonly series: (task: Task) => Accuracy;
}
const probing: Way = {
  name: 'linear probes',
  title: 'Linear probe',
  series: (task) => `accuracy/linear/${task}`,
};
const tuning: Way = {
  name: 'fine-tuning',
  title: 'Fine-tuning',
  series: (task) => `accuracy/fine-tune-sentences/${task}`,
};
type Accuracy = `accuracy/linear/${Task}` | `accuracy/fine-tune-sentences/${Task}`;
type Moment = Place<'loss/excess' | Accuracy>;

interface Shape {
  readonly name: string;
  readonly layers: number;
  readonly width: number;
  readonly weights: number;
  readonly runs: readonly RunResult[];
}

interface Pair {
  readonly seed: number;
  readonly deep: Moment;
  readonly wide: Moment;
}

/** @param wanted runs that the experiment has for it, finished or not */
export function shapePart(finished: readonly RunResult[], wanted: number): ReportPart {
  const shapes = shapesAmong(finished);
  const [wide, deep] = [shapes[0], shapes.at(-1)];
  const title = 'A deep, narrow model, fine-tuned, solves more than a wide, shallow one at equal loss';
  if (!wide || !deep || wide === deep) {
    return untestedPart(title, 'There are no finished runs of two shapes.');
  }
  const found = [tuning, probing].map((way) => ({ way, ...matched(deep, wide, way) }));
  const { pairs, unmatched } = found[0] ?? { pairs: [], unmatched: [] };
  const gain = gainIn(pairs, tuning, tasks);
  const isEqual = Math.abs(deep.weights / wide.weights - 1) <= weightsTolerance;
  const isComplete = finished.length === wanted && pairs.length > 0 && unmatched.length === 0;
  const verdict = verdictOf(isComplete && isEqual, gain.clear);
  return {
    verdict,
    statements: [
      `${title}: ${verdict}.`,
      ...(isEqual
        ? []
        : [`${deep.name} have ${deep.weights} weights, ${wide.name} ${wide.weights}: too unequal.`]),
      ...unmatched.map(
        (seed) => `Seed ${seed}: the two shapes never stand within ${tolerance} nats of each other.`,
      ),
      ...found.flatMap((one) => (one.pairs.length > 0 ? [comparison(deep, wide, one.way, one.pairs)] : [])),
      'The verdict is by fine-tuning. Linear probes stand beside it: they see all embeddings of a sentence, which are fewer numbers of a narrower model.',
    ],
    tables: [
      pairsTable(
        deep,
        wide,
        found.filter((one) => one.pairs.length > 0),
      ),
      { ...resultsTable(finished), title: 'Grammar: final values' },
    ],
    figures: [probeFigure(shapes)],
  };
}

/** From the shallowest to the deepest. */
function shapesAmong(runs: readonly RunResult[]): Shape[] {
  return [...Map.groupBy(runs, ({ spec }) => Number(spec.encoder.layers))]
    .sort(([a], [b]) => a - b)
    .flatMap(([layers, own]) => {
      const [first] = own;
      if (!first) return [];
      const width = Number(first.spec.encoder.width);
      const weights = shapesOf(first.spec as MlmRunSpec).parameters.count;
      return [{ name: `${layers} layers of width ${width}`, layers, width, weights, runs: own }];
    });
}

/** Each seed's two runs at the lowest loss that both reach where the way was measured. */
function matched(
  deep: Shape,
  wide: Shape,
  way: Way,
): { readonly pairs: readonly Pair[]; readonly unmatched: readonly number[] } {
  const found = deep.runs.flatMap((run) => {
    const { seed } = run.spec;
    const beside = wide.runs.find(({ spec }) => spec.seed === seed);
    if (!beside) return [];
    return [{ seed, equal: lowestEqualPlaces<Accuracy>(momentsOf(run, way), momentsOf(beside, way)) }];
  });
  return {
    pairs: found.flatMap(({ seed, equal }) => (equal ? [{ seed, deep: equal[0], wide: equal[1] }] : [])),
    unmatched: found.filter(({ equal }) => equal === null).map(({ seed }) => seed),
  };
}

function momentsOf(run: RunResult, { series }: Way): Moment[] {
  return placesOf<'loss/excess' | Accuracy>(run, ['loss/excess', ...tasks.map(series)]);
}

/** By how much the deep model is ahead, on the average of some tasks; these share their sentences, so that errors add up. */
function gainIn(pairs: readonly Pair[], way: Way, some: readonly Task[]): Difference {
  const errorOf = ({ at }: Moment) => meanOf(some.map((task) => at[way.series(task)].stderr ?? 0)).estimate;
  return differenceOf(
    pairs.map(({ deep, wide }) => accuracyOf(deep, way, some) - accuracyOf(wide, way, some)),
    Math.max(0, ...pairs.map(({ deep, wide }) => Math.hypot(errorOf(deep), errorOf(wide)))),
  );
}

function accuracyOf({ at }: Moment, { series }: Way, some: readonly Task[]): number {
  return meanOf(some.map((task) => at[series(task)].value)).estimate;
}

function comparison(deep: Shape, wide: Shape, way: Way, pairs: readonly Pair[]): string {
  const over = pairs.length === 1 ? 'one seed, errors of the measurement' : `${pairs.length} seeds`;
  const excess = pairs.map(
    (pair) =>
      `${pair.deep.at['loss/excess'].value.toFixed(4)} and ${pair.wide.at['loss/excess'].value.toFixed(4)}`,
  );
  const each = tasks.map((task) => `${task} ${pointsWithError(gainIn(pairs, way, [task]))}`);
  return `${deep.name} (${deep.weights} weights) against ${wide.name} (${wide.weights}) by ${way.name}, at the lowest loss that both reach (excess ${excess.join(', ')} nats; ${over}): ${pointsWithError(gainIn(pairs, way, tasks))} on average; ${each.join(', ')}.`;
}

function pairsTable(
  deep: Shape,
  wide: Shape,
  all: readonly { readonly way: Way; readonly pairs: readonly Pair[] }[],
): ReportTable {
  const row = ({ name, weights }: Shape, way: Way, moments: readonly Moment[]) => [
    way.title,
    name,
    weights,
    moments.length,
    meanOf(moments.map(({ at }) => at['loss/excess'].value)).estimate,
    ...tasks.map((task) => meanOf(moments.map(({ at }) => at[way.series(task)].value)).estimate),
  ];
  return {
    title: 'Grammar: at equal loss, means over seeds',
    columns: [
      { title: 'By' },
      { title: 'Shape' },
      { title: 'Weights' },
      { title: 'Seeds' },
      { title: 'Excess', unit: 'nats' },
      ...tasks.map((task) => ({ title: task })),
    ],
    rows: all.flatMap(({ way, pairs }) => [
      untrainedRow(deep, way),
      untrainedRow(wide, way),
      row(
        deep,
        way,
        pairs.map((pair) => pair.deep),
      ),
      row(
        wide,
        way,
        pairs.map((pair) => pair.wide),
      ),
    ]),
  };
}

/** What the encoders' drawn weights are worth: width alone gives a probe more to choose from. */
function untrainedRow({ name, weights, runs }: Shape, { title, series }: Way): (string | number | null)[] {
  const means = tasks.map(
    (task) => overSeeds(runs, series(task).replace(/\/(?=[ABC]$)/, '_untrained/'))?.mean ?? null,
  );
  return [`${title}, untrained`, name, weights, runs.length, null, ...means];
}

function probeFigure(shapes: readonly Shape[]): ReportFigure {
  return {
    title: 'Grammar: linear probes against pre-training',
    x: { title: 'Excess over the floor', unit: 'nats', scale: 'log' },
    y: { title: 'Mean accuracy on A, B, C' },
    series: shapes.map(({ name, runs }) => ({
      name,
      look: 'points',
      points: runs.flatMap((run) =>
        momentsOf(run, probing).map((moment) => ({
          x: moment.at['loss/excess'].value,
          y: accuracyOf(moment, probing, tasks),
        })),
      ),
    })),
  };
}
