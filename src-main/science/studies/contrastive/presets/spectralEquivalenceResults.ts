/** Tables and figures of runs whose loss has a minimum that is known. */
import type { z } from 'zod';
import type { ReportFigure, ReportTable } from '#contract/report.ts';
import type { RunResult } from '../../../definition.ts';
import { alignedEmbedding } from '../../../evaluations/graphSpectrum.ts';
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

/**
 * Gap and angle against steps, of each graph's tables at the widths of the widest and of the least eigengap; both at
 * the end against k; and the features themselves beside the eigenvectors.
 */
export function equivalenceFigures(runs: readonly RunResult[]): ReportFigure[] {
  const settings = byEigengap(runs);
  const [tables, networks] = [true, false].map((table) =>
    settings.filter(([run]) => run && ofTable(run) === table),
  );
  const ofGraphs = [...Map.groupBy(tables ?? [], ([run]) => run && graphOf(run)).values()];
  const widest = ofGraphs.flatMap(([first]) => first?.[0] ?? []);
  const least = ofGraphs.flatMap((own) => own.at(-1)?.[0] ?? []);
  const sampled = (networks ?? []).flatMap(([first]) => first ?? []);
  return [
    { ...overSteps(widest, 'loss/gap'), title: 'Relative gap to −Σλ², all pairs, widest eigengap' },
    { ...overSteps(least, 'loss/gap'), title: 'Relative gap to −Σλ², all pairs, least eigengap' },
    { ...overSteps(widest, 'angle/largest'), title: 'Largest angle, all pairs, widest eigengap' },
    { ...overSteps(least, 'angle/largest'), title: 'Largest angle, all pairs, least eigengap' },
    { ...overSteps(sampled, 'loss/gap'), title: 'Relative gap to −Σλ², sampled pairs' },
    {
      ...overWidths(settings, 'loss/gap'),
      title: 'Relative gap to −Σλ² at the end against k, largest of all seeds',
    },
    {
      ...overWidths(settings, 'angle/largest'),
      title: 'Largest angle at the end against k, largest of all seeds',
    },
    ...embeddingFigures(tables ?? [], networks ?? []),
  ];
}

/** The perceptron of the widest eigengap, and the table of its graph and width; of the first seed each. */
function embeddingFigures(tables: readonly Setting[], networks: readonly Setting[]): ReportFigure[] {
  const network = networks[0]?.[0];
  if (!network) return [];
  const table = tables.find(
    ([run]) => run && graphOf(run) === graphOf(network) && widthOf(run) === widthOf(network),
  )?.[0];
  const setting = `${graphOf(network)}, k = ${widthOf(network)}`;
  const [free, sampled] = [embeddingOf(table), embeddingOf(network)];
  return [
    ...(sampled ? [scatter(`Eigenvectors: ${setting}`, sampled, 'minimiser')] : []),
    ...(free ? [scatter(`Table, all pairs, rotated onto them: ${setting}`, free, 'learnt')] : []),
    ...(sampled
      ? [scatter(`Perceptron, sampled pairs, rotated onto them: ${setting}`, sampled, 'learnt')]
      : []),
  ];
}

type Embedding = z.output<typeof alignedEmbedding>;

function embeddingOf(run: RunResult | undefined): Embedding | undefined {
  const found = run?.measurements.findLast(({ name }) => name === 'misfit/procrustes');
  return alignedEmbedding.safeParse(found?.detail).data;
}

function scatter(title: string, embedding: Embedding, of: 'minimiser' | 'learnt'): ReportFigure {
  const vertices = Map.groupBy(embedding[of].keys(), (x) => embedding.clusters[x] as number);
  return {
    title,
    x: { title: 'Second feature' },
    y: { title: 'Third feature' },
    series: [...vertices].map(([cluster, own]) => ({
      name: `Cluster ${cluster + 1}`,
      look: 'points',
      points: own.map((vertex) => {
        const [x, y] = embedding[of][vertex] as [number, number];
        return { x, y };
      }),
    })),
  };
}

type Series = 'loss/gap' | 'angle/largest';

function axisOf(series: Series): ReportFigure['y'] {
  return series === 'loss/gap'
    ? { title: 'Relative gap', scale: 'log' }
    : { title: 'Largest principal angle', unit: 'rad', scale: 'log' };
}

function overSteps(runs: readonly RunResult[], series: Series): Omit<ReportFigure, 'title'> {
  return {
    x: { title: 'Steps' },
    y: axisOf(series),
    series: runs.map((run) => ({
      name: `${graphOf(run)}, k = ${widthOf(run)}`,
      points: run.measurements
        .filter(({ name }) => name === series)
        .map(({ step, value }) => ({ x: step, y: Math.abs(value) })),
    })),
  };
}

function overWidths(settings: readonly Setting[], series: Series): Omit<ReportFigure, 'title'> {
  const lines = Map.groupBy(settings, ([run]) =>
    run ? `${graphOf(run)}, ${ofTable(run) ? 'all pairs' : 'sampled'}` : '',
  );
  return {
    x: { title: 'Features k' },
    y: axisOf(series),
    series: [...lines].map(([name, own]) => ({
      name,
      ...(own.some(([run]) => run && !ofTable(run)) && { look: 'points' as const }),
      points: own
        .flatMap(([...runs]) => {
          const [first] = runs;
          const ends = overSeeds(runs, series)?.values.map(Math.abs);
          return first && ends ? [{ x: widthOf(first), y: Math.max(...ends) }] : [];
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
