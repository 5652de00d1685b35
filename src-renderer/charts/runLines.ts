/** From runs and their series to the lines of one panel. */
import type { MeasurementRow } from '#contract/run.ts';
import { type ChartLine, type LineSymbol, lineSymbols } from './lineChart.ts';
import { formatNumber } from './numbers.ts';
import type { LineStyle } from './palette.ts';
import { type PanelSpec, shortSeries } from './panels.ts';
import { type Points, smooth, thin, within } from './smoothing.ts';

export interface ChartRun {
  readonly id: string;
  readonly name: string;
  readonly style: LineStyle;
  /** Reduced to what a screen can show, by series. */
  readonly series: ReadonlyMap<string, Points>;
  /** All points, for smoothing; by series. */
  readonly full: ReadonlyMap<string, Points>;
  readonly measurements: readonly MeasurementRow[];
}

export interface LineOptions {
  /** Weight of the past in the moving average; 0 for none. */
  readonly smoothing: number;
  readonly range: readonly [number, number];
  /** Columns of pixels for a smoothed curve. */
  readonly columns: number;
}

/** Smoothing is for what is logged while training; a measurement has an error of its own, a rate none. */
export function isSmoothable(series: string, measured: ReadonlySet<string>): boolean {
  return !measured.has(series) && series !== 'learning_rate';
}

export function panelLines(panel: PanelSpec, runs: readonly ChartRun[], options: LineOptions): ChartLine[] {
  const curves: ChartLine[] = [];
  const raw: ChartLine[] = [];
  const present = runs.filter((run) => panel.series.some((name) => run.series.has(name)));
  const names = distinctNames(present.map(({ name }) => name));
  const nameOf = new Map(present.map(({ id }, index) => [id, names[index] ?? '']));
  for (const run of present) {
    const measured = new Set(run.measurements.map(({ name }) => name));
    panel.series.forEach((series, index) => {
      const points = run.series.get(series);
      if (!points || points.step.length === 0) return;
      const line = {
        run: run.id,
        runName: run.name,
        series,
        label: label(nameOf.get(run.id) ?? run.name, series, present.length, panel.series.length),
        style: run.style,
        symbol: lineSymbols[index % lineSymbols.length] ?? ('circle' as LineSymbol),
      };
      const stderr = errorsOf(points, series, run.measurements);
      const full = run.full.get(series);
      if (options.smoothing > 0 && full && isSmoothable(series, measured)) {
        raw.push({ ...line, role: 'raw', points });
        const smoothed = thin(within(smooth(full, options.smoothing), ...options.range), options.columns);
        curves.push({ ...line, role: 'curve', points: smoothed });
      } else curves.push({ ...line, role: 'curve', points, stderr });
    });
  }
  const ended = curves.map((line) => ({
    ...line,
    label: endsInNaN(line) ? `${line.label}, then NaN` : line.label,
  }));
  return [...references(panel, present, options.range), ...raw, ...ended];
}

function label(run: string, series: string, runs: number, seriesCount: number): string {
  if (seriesCount === 1) return run;
  return runs === 1 ? shortSeries(series) : `${run} · ${shortSeries(series)}`;
}

/** Names without the parts that all of them share: "digits · seed 1" beside "digits · seed 2" is "seed 1". */
export function distinctNames(names: readonly string[]): string[] {
  const parts = names.map((name) => name.split(' · '));
  const [first] = parts;
  if (!first || names.length < 2) return [...names];
  const shared = first.filter((part) => parts.every((own) => own.includes(part)));
  return parts.map(
    (own, index) => own.filter((part) => !shared.includes(part)).join(' · ') || (names[index] ?? ''),
  );
}

function endsInNaN({ points: { value } }: ChartLine): boolean {
  return value.length > 1 && !Number.isFinite(value.at(-1));
}

/** Standard errors at the points of a series; undefined where none is known. */
function errorsOf(
  points: Points,
  series: string,
  measurements: readonly MeasurementRow[],
): Float64Array | undefined {
  const known = new Map<number, number>();
  for (const { name, step, stderr } of measurements)
    if (name === series && stderr !== null) known.set(step, stderr);
  if (known.size === 0) return undefined;
  return points.step.map((step) => known.get(step) ?? Number.NaN);
}

/** Thin lines over the whole range; runs that share a number share its line. */
function references(
  panel: PanelSpec,
  runs: readonly ChartRun[],
  range: readonly [number, number],
): ChartLine[] {
  const lines = new Map<string, ChartLine>();
  const add = (run: ChartRun, series: string, name: string, value: number): void => {
    if (!Number.isFinite(value) || lines.has(`${name} ${value}`)) return;
    lines.set(`${name} ${value}`, {
      run: run.id,
      runName: run.name,
      series,
      label: `${name} ${formatNumber(value)}`,
      role: 'reference',
      style: run.style,
      symbol: 'circle',
      points: { step: Float64Array.from(range), value: Float64Array.of(value, value) },
    });
  };
  for (const run of runs) {
    for (const series of panel.references) {
      const value = run.series.get(series)?.value.at(-1);
      if (value !== undefined) add(run, series, shortSeries(series), value);
    }
    for (const { name, detail } of run.measurements) {
      if (
        !panel.series.includes(name) ||
        typeof detail !== 'object' ||
        detail === null ||
        Array.isArray(detail)
      )
        continue;
      if (typeof detail.baseline === 'number')
        add(run, `${name}/baseline`, baselineName(name), detail.baseline);
    }
  }
  return [...lines.values()];
}

/** Two probes of one task have one baseline. */
function baselineName(series: string): string {
  return ['baseline', ...series.split('/').slice(2)].join(' ');
}

/** First and last step that any series of these runs has; null where there is none. */
export function stepRange(runs: readonly ChartRun[], fromOne: boolean): [number, number] | null {
  let [low, high] = [Number.POSITIVE_INFINITY, 0];
  for (const { series } of runs) {
    for (const { step } of series.values()) {
      for (const at of [step[0], step.at(-1)]) {
        if (at === undefined || (fromOne && at <= 0)) continue;
        low = Math.min(low, at);
        high = Math.max(high, at);
      }
    }
  }
  if (low > high) return null;
  return fromOne
    ? [Math.max(1, low), Math.max(high, low + 1)]
    : [Math.min(low, high), Math.max(high, low + 1)];
}

/** Index of the point nearest to a step; −1 for none. */
export function nearestIndex(steps: Float64Array, step: number): number {
  let [low, high] = [0, steps.length - 1];
  if (high < 0) return -1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((steps[middle] ?? 0) <= step) low = middle;
    else high = middle;
  }
  return Math.abs((steps[low] ?? 0) - step) <= Math.abs((steps[high] ?? 0) - step) ? low : high;
}
