/** Tables and figures of how Tr(H) of the toy falls. */
import type { ReportFigure, ReportTable } from '#contract/report.ts';
import { type OverSeeds, spreadOf } from '../../overSeeds.ts';
import { type DescentGroup, ratiosOf } from './descentGroups.ts';
import { type Descent, type Moment, predictedFalls } from './descents.ts';

const columns: readonly {
  readonly title: string;
  readonly unit?: string;
  of(one: Descent): number | null;
}[] = [
  { title: 'Constant from step', of: ({ first }) => first.step },
  { title: 'Excess then', unit: 'nats', of: ({ first }) => first.excess },
  { title: 'at the end', unit: 'nats', of: ({ last }) => last.excess },
  { title: 'Tr(H) then', of: ({ first }) => first.trace },
  { title: 'at the end', of: ({ last }) => last.trace },
  { title: 'Flattest known', of: ({ least }) => least },
  { title: 'Features used at the end', of: ({ last }) => last.features },
  { title: 'Fall, nine tenths of the way', of: ({ judged }) => judged?.measured ?? null },
  { title: 'Predicted', of: ({ judged }) => judged?.predicted ?? null },
];

export function descentTable(groups: readonly DescentGroup[]): ReportTable {
  const withError = (found: OverSeeds | null) => [found?.mean ?? null, found?.stderr ?? null];
  return {
    title: 'Means over seeds, ± standard errors',
    columns: [
      { title: 'Training' },
      { title: 'Seeds' },
      ...columns.map(({ of: _of, ...column }) => column),
      ...['End over flattest', 'Fall over predicted'].flatMap((title) => [{ title }, { title: '±' }]),
    ],
    rows: groups.map((group) => {
      const { name, descents } = group;
      const { above, ratio } = ratiosOf(group);
      const means = columns.map(({ of }) => spreadOf(descents.flatMap((one) => of(one) ?? []))?.mean ?? null);
      return [name, descents.length, ...means, ...withError(above), ...withError(ratio)];
    }),
  };
}

export function traceFigure(groups: readonly DescentGroup[]): ReportFigure {
  return {
    title: 'Flatness, means over seeds',
    x: { title: 'Step', scale: 'log' },
    y: { title: 'Tr(H) over that of the flattest minimum known', scale: 'log' },
    series: courses(groups, ({ trace }, { least }) => trace / least),
    marks: [{ axis: 'y', at: 1, label: 'flattest known' }],
  };
}

export function excessFigure(groups: readonly DescentGroup[]): ReportFigure {
  return {
    title: 'Loss, means over seeds',
    x: { title: 'Step', scale: 'log' },
    y: { title: 'Excess over the floor', unit: 'nats', scale: 'log' },
    series: courses(groups, ({ excess }) => excess),
  };
}

/** At the steps at which all seeds were measured. */
function courses(
  groups: readonly DescentGroup[],
  of: (moment: Moment, descent: Descent) => number,
): ReportFigure['series'] {
  return groups.map(({ name, descents }) => {
    const values = descents.flatMap((one) =>
      one.all.map((moment) => ({ step: moment.step, y: of(moment, one) })),
    );
    const points = [...Map.groupBy(values, ({ step }) => step)].flatMap(([x, own]) => {
      const found = own.length === descents.length ? spreadOf(own.map(({ y }) => y)) : null;
      return found ? [{ x, y: found.mean, error: found.stderr }] : [];
    });
    return { name, points };
  });
}

/** Of every run that theory covers, from where its loss was constant to nine tenths of the way. */
export function rateFigure(groups: readonly DescentGroup[]): ReportFigure {
  const series = groups
    .filter(({ kind }) => kind === 'noisy')
    .map(({ name, descents }) => ({
      name,
      look: 'points' as const,
      points: descents.flatMap(({ arrived, first, judged }) => {
        const part = arrived.filter(({ step }) => judged && step <= judged.to.step);
        const falls = predictedFalls(part) ?? [];
        return part.map(({ trace }, i) => ({ x: falls[i] ?? Number.NaN, y: first.trace - trace }));
      }),
    }));
  const furthest = Math.max(0, ...series.flatMap(({ points }) => points.map(({ x }) => x)));
  const equal = { name: 'Theory', look: 'dashed' as const, points: [0, furthest].map((x) => ({ x, y: x })) };
  return {
    title: 'Fall of Tr(H): measured against predicted, every seed',
    x: { title: 'Predicted' },
    y: { title: 'Measured' },
    series: [...series, equal],
  };
}
