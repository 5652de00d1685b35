/** The series of an experiment's runs, gathered into the charts that a report shows. */
import type { RunDetail } from '#contract/host.ts';
import type { HostApi } from '../host.ts';

export interface Curve {
  readonly run: string;
  readonly series: string;
  readonly step: readonly number[];
  readonly value: readonly number[];
  /** A number known beforehand, such as the entropy floor: the same at every step. */
  readonly reference: boolean;
  /** Standard errors, where the series comes from measurements that have them. */
  readonly stderr?: readonly (number | null)[];
}

export interface CurveChart {
  readonly id: string;
  readonly title: string;
  readonly unit: string;
  readonly scale: 'linear' | 'log';
  readonly curves: readonly Curve[];
}

interface Family {
  readonly title: string;
  readonly unit: string;
  readonly scale: CurveChart['scale'];
  /** Tells by its name whether a series belongs here. */
  readonly has: (series: string) => boolean;
  readonly isReference?: (series: string) => boolean;
}

/** Of another size than the plain trace. */
function isScaled(series: string): boolean {
  return series.startsWith('flatness/') && series.split('/').includes('scaled_trace');
}

/** In the order of a report; a series goes to the first family that has it. */
const families: Readonly<Record<string, Family>> = {
  loss: {
    ...{ title: 'Loss', unit: 'nats', scale: 'linear' },
    has: (series) => series === 'loss' || series === 'loss/floor',
    isReference: (series) => series === 'loss/floor',
  },
  excess: {
    ...{ title: 'Excess loss over the floor', unit: 'nats', scale: 'log' },
    has: (series) => series === 'loss/excess' || series === 'loss/unigram_excess',
    isReference: (series) => series === 'loss/unigram_excess',
  },
  accuracy: {
    ...{ title: 'Downstream accuracy', unit: '', scale: 'linear' },
    has: (series) => series.startsWith('accuracy/'),
  },
  flatness: {
    ...{ title: 'Flatness', unit: 'curvature of the loss', scale: 'linear' },
    has: (series) => series.startsWith('flatness/') && !isScaled(series),
  },
  scaledFlatness: {
    ...{ title: 'Flatness, scaled by weights', unit: 'curvature times squared weights', scale: 'linear' },
    has: isScaled,
  },
};

/** Columns to which a series is reduced (M4): more than a chart in a page has pixels. */
const columns = 600;

export async function curveCharts(host: HostApi, runs: readonly RunDetail[]): Promise<CurveChart[]> {
  // A contrastive loss is a number without a unit.
  const nats = runs.every(({ study }) => study === 'mlm');
  const charts = Object.entries(families).map(async ([id, family]) => {
    const curves = await Promise.all(runs.map((run) => curvesOf(host, run, family)));
    const { title, scale } = family;
    const unit = family.unit === 'nats' && !nats ? '' : family.unit;
    return { id, title, unit, scale, curves: curves.flat() };
  });
  return (await Promise.all(charts)).filter(({ curves }) => curves.length > 0);
}

async function curvesOf(host: HostApi, run: RunDetail, family: Family): Promise<Curve[]> {
  const names = run.series.map(({ name }) => name).filter(family.has);
  if (names.length === 0) return [];
  const answers = await host.series({ run: run.id, names, points: columns });
  return answers.map(({ name, step, value }) => {
    const errors = new Map(
      run.measurements.filter((row) => row.name === name).map((row) => [row.step, row.stderr]),
    );
    const stderr = Array.from(step, (at) => errors.get(at) ?? null);
    return {
      ...{ run: run.name, series: name, step: [...step], value: [...value] },
      reference: family.isReference?.(name) ?? false,
      ...(stderr.some((error) => error !== null) ? { stderr } : {}),
    };
  });
}
