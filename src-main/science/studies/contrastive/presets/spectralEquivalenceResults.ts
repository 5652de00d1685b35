/** Tables and figures of runs whose loss has a minimum that is known. */
import type { ReportFigure, ReportTable } from '#contract/report.ts';
import type { RunResult } from '../../../definition.ts';
import { overSeeds } from '../../overSeeds.ts';
import { widthOf } from './results.ts';

type Setting = readonly RunResult[];

/** Whether all pairs were taken at once. */
export function ofTable({ spec }: RunResult): boolean {
  return spec.study === 'contrastive' && spec.pairs === 'population';
}

/** Runs that differ in their seed alone, the widest eigengap first. */
export function byEigengap(runs: readonly RunResult[]): Setting[] {
  const key = (run: RunResult) => `${ofTable(run)} ${graphOf(run)} ${widthOf(run)}`;
  return [...Map.groupBy(runs, key).values()].sort((a, b) => eigengapOf(b) - eigengapOf(a));
}

export function equivalenceTable(settings: readonly Setting[]): ReportTable {
  return {
    title: 'Distance from the minimum and from the eigenvectors, means over seeds ± standard errors',
    columns: [
      ...['Graph', 'Features k', 'Trained', 'Eigengap', '−Σλ² / μ', 'Relative gap', '±'],
      ...['Largest angle', '±', 'Procrustes misfit', 'Seeds'],
    ].map((title) => (title === 'Largest angle' ? { title, unit: 'rad' } : { title })),
    rows: settings.flatMap((runs) => {
      const [first] = runs;
      if (!first) return [];
      const [gap, angle] = [overSeeds(runs, 'loss/gap'), overSeeds(runs, 'angle/largest')];
      return [
        [
          ...[graphOf(first), widthOf(first), ofTable(first) ? 'table, all pairs' : 'perceptron, sampled'],
          ...[first.metrics['graph/eigengap'] ?? null, first.metrics['loss/floor'] ?? null],
          ...[gap?.mean ?? null, gap?.stderr ?? null, angle?.mean ?? null, angle?.stderr ?? null],
          ...[overSeeds(runs, 'misfit/procrustes')?.mean ?? null, runs.length],
        ],
      ];
    }),
  };
}

/** Gap and angle against steps, for each graph at the width of its widest eigengap; and the gap against k. */
export function equivalenceFigures(runs: readonly RunResult[]): ReportFigure[] {
  const settings = byEigengap(runs);
  const [tables, networks] = [true, false].map((table) =>
    settings.filter(([run]) => run && ofTable(run) === table),
  );
  const widest = [...Map.groupBy(tables ?? [], ([run]) => run && graphOf(run)).values()].flatMap(
    ([first]) => first?.[0] ?? [],
  );
  const sampled = (networks ?? []).flatMap(([first]) => first ?? []);
  return [
    { ...overSteps(widest, 'loss/gap'), title: 'Relative gap to −Σλ², all pairs' },
    { ...overSteps(widest, 'angle/largest'), title: 'Largest angle to the eigenvectors, all pairs' },
    { ...overSteps(sampled, 'loss/gap'), title: 'Relative gap to −Σλ², sampled pairs' },
    overWidths(settings),
  ];
}

function overSteps(runs: readonly RunResult[], series: string): Omit<ReportFigure, 'title'> {
  return {
    x: { title: 'Steps' },
    y:
      series === 'loss/gap'
        ? { title: 'Relative gap', scale: 'log' }
        : { title: 'Largest principal angle', unit: 'rad', scale: 'log' },
    series: runs.map((run) => ({
      name: `${graphOf(run)}, k = ${widthOf(run)}`,
      points: run.measurements
        .filter(({ name }) => name === series)
        .map(({ step, value }) => ({ x: step, y: Math.abs(value) })),
    })),
  };
}

function overWidths(settings: readonly Setting[]): ReportFigure {
  const lines = Map.groupBy(settings, ([run]) =>
    run ? `${graphOf(run)}, ${ofTable(run) ? 'all pairs' : 'sampled'}` : '',
  );
  return {
    title: 'Relative gap to −Σλ² at the end, against the width',
    x: { title: 'Features k' },
    y: { title: 'Relative gap', scale: 'log' },
    series: [...lines].map(([name, own]) => ({
      name,
      points: own
        .flatMap(([...runs]) => {
          const [first] = runs;
          const gap = overSeeds(runs, 'loss/gap');
          return first && gap ? [{ x: widthOf(first), y: Math.abs(gap.mean) }] : [];
        })
        .sort((a, b) => a.x - b.x),
    })),
  };
}

function graphOf({ spec: { data } }: RunResult): string {
  if (data.id === 'block-model') return `${data.blocks} blocks of ${data.vertices}`;
  if (data.id === 'hierarchical-clusters') {
    return `${data.clusters} clusters of ${data.subClusters} × ${data.vertices}`;
  }
  return data.id;
}

function eigengapOf([run]: Setting): number {
  return run?.metrics['graph/eigengap'] ?? 0;
}
