/** Shared layers against separate ones on LEGO: accuracy along the chain, beyond the places trained on. */
import type { ReportFigure, ReportTable } from '#contract/report.ts';
import type { MlmRunSpec } from '#contract/spec.ts';
import type { RunResult } from '../../../definition.ts';
import { meanOf } from '../../../linalg/hutchinson.ts';
import { finalValue, finalValuesTable } from '../../finalValues.ts';
import { overSeeds, withSpread } from '../../overSeeds.ts';
import { type ReportPart, untestedPart, verdictOf } from '../../verdict.ts';
import { shapesOf } from '../estimate.ts';
import { differenceOf } from './places.ts';
import { percent, pointsWithError } from './results.ts';

/** Accuracy from which on a place that is trained on counts as learnt. Basin's own definition. */
export const learnt = 0.95;

type Layers = 'shared' | 'separate';
const kinds: readonly Layers[] = ['shared', 'separate'];

interface Places {
  readonly all: readonly number[];
  /** So many of them, from the first on, are trained on. */
  readonly trained: number;
}

/** @param wanted runs that the experiment has for it, finished or not */
export function chainPart(finished: readonly RunResult[], wanted: number): ReportPart {
  const title = 'Shared layers go further along LEGO chains than separate ones';
  const [first] = finished;
  if (!first) return untestedPart(title, 'There are no finished runs on chains.');
  const places = placesOf(first);
  const trained = places.all.slice(0, places.trained);
  const beyond = places.all.slice(places.trained);
  const unlearnt = finished.filter((run) => trained.some((place) => accuracyAt(run, [place]) < learnt));
  const pairs = bySeed(finished);
  const gain = differenceOf(
    pairs.map(([shared, separate]) => accuracyAt(shared, beyond) - accuracyAt(separate, beyond)),
    Math.max(0, ...pairs.map((pair) => Math.hypot(...pair.map((run) => errorAt(run, beyond))))),
  );
  const isComplete = finished.length === wanted && pairs.length > 0 && beyond.length > 0;
  const verdict = verdictOf(isComplete && unlearnt.length === 0, gain.clear);
  return {
    verdict,
    statements: [
      `${title}: ${verdict}.`,
      ...unlearnt.map(
        (run) =>
          `${run.name}: a place that it was trained on is solved in less than ${percent(learnt)} of chains, so that those beyond say nothing. Train longer.`,
      ),
      ...(pairs.length > 0 && beyond.length > 0
        ? [
            `LEGO, trained on the first ${trained.length} of ${places.all.length} places. On average over the others (chance 50 %): ${kinds
              .map((kind) => `${kind} layers ${percent(overPlaces(of(finished, kind), beyond))}`)
              .join(
                ', ',
              )}; shared less separate ${pointsWithError(gain)} (${pairs.length === 1 ? 'one seed, error of the measurement' : `${pairs.length} seeds`}).`,
          ]
        : []),
    ],
    tables: [placesTable(finished, places), runsTable(finished, places)],
    figures: [placesFigure(finished, places)],
  };
}

/** Of all runs the same: the experiment varies neither. */
function placesOf({ spec }: RunResult): Places {
  const { data, masking } = spec as MlmRunSpec;
  return {
    all: Array.from({ length: Number(data.variables) }, (_, i) => i + 1),
    trained: Number(masking.first),
  };
}

function layersOf({ spec }: RunResult): Layers {
  return spec.encoder.shared === true ? 'shared' : 'separate';
}

function of(runs: readonly RunResult[], kind: Layers): RunResult[] {
  return runs.filter((run) => layersOf(run) === kind);
}

function bySeed(runs: readonly RunResult[]): (readonly [shared: RunResult, separate: RunResult])[] {
  return of(runs, 'shared').flatMap((shared) => {
    const separate = of(runs, 'separate').find(({ spec }) => spec.seed === shared.spec.seed);
    return separate ? [[shared, separate] as const] : [];
  });
}

function seriesOf(place: number): string {
  return `accuracy/chain/${place}`;
}

function accuracyAt(run: RunResult, places: readonly number[]): number {
  return meanOf(places.map((place) => run.metrics[seriesOf(place)] ?? 0)).estimate;
}

function overPlaces(runs: readonly RunResult[], places: readonly number[]): number {
  return meanOf(runs.map((run) => accuracyAt(run, places))).estimate;
}

/** The places share their chains, so that errors add up. */
function errorAt(run: RunResult, places: readonly number[]): number {
  return meanOf(places.map((place) => finalValue(run, seriesOf(place))?.stderr ?? 0)).estimate;
}

function placesTable(runs: readonly RunResult[], { all, trained }: Places): ReportTable {
  return {
    title: 'LEGO: accuracy by place in the chain, over seeds',
    columns: [
      { title: 'Layers' },
      { title: 'Weights' },
      { title: 'Seeds' },
      ...all.map((place) => ({ title: place > trained ? `${place}, not trained on` : `${place}` })),
    ],
    rows: kinds.flatMap((kind) => {
      const own = of(runs, kind);
      const [one] = own;
      if (!one) return [];
      const weights = shapesOf(one.spec as MlmRunSpec).parameters.count;
      return [[kind, weights, own.length, ...all.map((place) => spread(own, place))]];
    }),
  };
}

function spread(runs: readonly RunResult[], place: number): string | null {
  const found = overSeeds(runs, seriesOf(place));
  return found && withSpread(found, (share) => share.toFixed(3));
}

function runsTable(runs: readonly RunResult[], { all }: Places): ReportTable {
  const columns = all.map((place) => ({ title: `Place ${place}`, series: seriesOf(place) }));
  return { ...finalValuesTable(runs, { title: 'Layers', id: layersOf }, columns), title: 'LEGO: runs' };
}

function placesFigure(runs: readonly RunResult[], { all, trained }: Places): ReportFigure {
  return {
    title: 'LEGO: accuracy by place in the chain',
    x: { title: 'Place in the chain' },
    y: { title: 'Accuracy' },
    series: kinds.map((kind) => ({
      name: `${kind} layers`,
      points: all.flatMap((place) => {
        const found = overSeeds(of(runs, kind), seriesOf(place));
        return found ? [{ x: place, y: found.mean, error: found.stderr }] : [];
      }),
    })),
    marks: [
      { axis: 'x', at: trained + 0.5, label: 'trained up to here' },
      { axis: 'y', at: 0.5, label: 'chance' },
    ],
  };
}
