/** Is distance in the positive-pair graph semantic? Sprites know how far apart their factors are. */
import { z } from 'zod';
import type { ReportFigure, ReportTable } from '#contract/report.ts';
import type { PresetDefinition, RunResult } from '../../../definition.ts';
import { overSeeds } from '../../overSeeds.ts';
import { unfinishedStatements, verdictOf } from '../../verdict.ts';
import { graphExperiment } from './graphExperiment.ts';
import { statusStatement } from './results.ts';

const claim =
  'Distance in the positive-pair graph is semantic: the further apart two sprites are, in edges or by diffusion, the further apart are their factors; distances between learnt features follow those of the graph; and by diffusion two sprites of one shape are nearer than two of different shapes.';

/** Least lower end of a rank correlation's interval. Of a label's, that two alike are nearer more often than not. */
const least = { correlation: 0.3, nearer: 0.5 };

/** What the claim names, each with the least that its interval may reach down to. */
const asked = [
  { series: 'distance/hop_factors', title: 'edges with factors', from: least.correlation },
  { series: 'distance/diffusion_factors', title: 'diffusion with factors', from: least.correlation },
  { series: 'distance/learnt_factors', title: 'learnt with factors', from: least.correlation },
  { series: 'distance/learnt_diffusion', title: 'learnt with diffusion', from: least.correlation },
  { series: 'distance/diffusion_label', title: 'same shape nearer by diffusion', from: least.nearer },
] as const;
const told = [
  { series: 'distance/learnt_hop', title: 'learnt with edges' },
  { series: 'distance/learnt_label', title: 'same shape nearer as learnt' },
  { series: 'distance/hop_label', title: 'same shape nearer in edges' },
] as const;

const table = { id: 'table', width: 16 };
const convolutional = [
  { id: 'conv', channels: 8, stages: 3 },
  { id: 'mlp', hidden: 64, width: 16, batchNorm: false },
] as const;

export const graphDistance: PresetDefinition = {
  kind: 'preset',
  id: 'graph-distance',
  study: 'contrastive',
  title: 'Graph distance and meaning',
  claim,
  help: 'Pictures of shapes at every size and place, whose views are known exactly. Rank correlations of distances in the graph, between factors, and between learnt features of a table of vectors and of a convolutional network, with intervals.',
  reference: 'HaoChen et al. 2021, arXiv 2106.04156; Coifman and Lafon 2006',
  studies: ['contrastive'],
  params: z.strictObject({}),
  experiment: {
    ...graphExperiment,
    preset: 'graph-distance',
    title: 'Graph distance',
    data: { id: 'sprites' },
    probes: [],
    evaluations: [{ id: 'distances', every: graphExperiment.steps }],
    vary: {
      'encoder,projector,optimizer.learningRate,evaluations.0.time': [
        ...[1, 4, 16].map((time) => [table, { id: 'none' }, 0.05, time]),
        [...convolutional, 3e-3, 4],
      ],
    },
  },
  report(spec, runs) {
    const unfinished = unfinishedStatements(runs, statusStatement);
    const settings = settingsOf(runs.filter(({ status }) => status === 'finished'));
    const outcomes = settings.map(({ runs: own }) => own.flatMap(shortfalls));
    const complete = settings.every(({ runs: own }) =>
      own.every((run) => asked.every(({ series }) => lowerEnd(run, series) !== undefined)),
    );
    const tested = unfinished.length === 0 && settings.length > 0 && complete;
    return {
      title: spec.title,
      claim,
      verdict: verdictOf(
        tested,
        outcomes.every((short) => short.length === 0),
      ),
      statements: [
        ...unfinished,
        ...settings.map(statementOf),
        ...outcomes.flat(),
        ...factorStatement(settings),
        `The claim asks of every run that the 95 % intervals (bootstrap over vertices) lie above ${least.correlation} for rank correlations and above ${least.nearer} for labels. Edges are counted without their weights, so that a seldom change of shape is as short a way as any other; the factor distance counts every factor in units of its deviation, also those that views do not keep.`,
      ],
      tables: [distancesTable(settings)],
      figures: [timeFigure(settings), meansFigure(settings)],
    };
  },
};

/** Runs that differ in their seed alone. */
interface Setting {
  readonly encoder: string;
  readonly time: number;
  readonly runs: readonly RunResult[];
}

function settingsOf(runs: readonly RunResult[]): Setting[] {
  const groups = Map.groupBy(runs, ({ spec }) => `${spec.encoder.id} ${timeOf(spec.evaluations)}`);
  return [...groups.values()].flatMap((own) => {
    const spec = own[0]?.spec;
    return spec ? [{ encoder: spec.encoder.id, time: timeOf(spec.evaluations), runs: own }] : [];
  });
}

function timeOf(evaluations: RunResult['spec']['evaluations']): number {
  return Number(evaluations.find(({ id }) => id === 'distances')?.time);
}

const detail = z.object({
  lower: z.number().optional(),
  means: z.array(z.number()).optional(),
  factors: z.record(z.string(), z.number().nullable()).optional(),
});

function detailOf(run: RunResult | undefined, series: string): z.output<typeof detail> {
  const found = run?.measurements.findLast(({ name }) => name === series)?.detail;
  return detail.safeParse(found).data ?? {};
}

function lowerEnd(run: RunResult, series: string): number | undefined {
  return detailOf(run, series).lower;
}

/** What falls short of the claim in a run. */
function shortfalls(run: RunResult): string[] {
  return asked.flatMap(({ series, title, from }) => {
    const lower = lowerEnd(run, series);
    if (lower === undefined || lower > from) return [];
    return [`${run.name}: ${title}: the interval reaches down to ${lower.toFixed(3)}.`];
  });
}

function statementOf({ encoder, time, runs }: Setting): string {
  const numbers = [...asked, ...told].flatMap(({ series, title }) => {
    const found = overSeeds(runs, series);
    return found ? [`${title} ${found.mean.toFixed(3)}`] : [];
  });
  return `${encoder}, diffusion time ${time}, ${runs.length === 1 ? 'one seed' : `mean of ${runs.length} seeds`}: ${numbers.join(', ')}.`;
}

/** A factor that views change at will is none to the graph. */
function factorStatement(settings: readonly Setting[]): string[] {
  const lines = (['hop', 'diffusion', 'learnt'] as const).flatMap((kind) => {
    const { factors } = detailOf(settings[0]?.runs[0], `distance/${kind}_factors`);
    if (!factors) return [];
    const each = Object.entries(factors).map(([name, value]) => `${name} ${value?.toFixed(3) ?? 'constant'}`);
    return [`${kind}: ${each.join(', ')}`];
  });
  return lines.length === 0 ? [] : [`Rank correlation with each factor, first run. ${lines.join('; ')}.`];
}

function distancesTable(settings: readonly Setting[]): ReportTable {
  return {
    title: 'Rank correlations, and how often two of one shape are nearer; means over seeds',
    columns: [
      { title: 'Distances' },
      { title: 'Encoder' },
      { title: 'Diffusion time', unit: 'steps' },
      { title: 'Value' },
      { title: '±' },
      { title: 'Seeds' },
    ],
    rows: [...asked, ...told].flatMap(({ series, title }) =>
      settings.map(({ encoder, time, runs }) => {
        const mean = overSeeds(runs, series)?.mean ?? null;
        return [title, encoder, time, mean, intervalError(runs, series), runs.length];
      }),
    ),
  };
}

/** Of the vertices drawn, by bootstrap: larger than what seeds add. */
function intervalError(runs: readonly RunResult[], series: string): number | null {
  return runs[0]?.measurements.findLast(({ name }) => name === series)?.stderr ?? null;
}

function timeFigure(settings: readonly Setting[]): ReportFigure {
  const line = (encoder: string, series: string, title: string) => ({
    name: title,
    points: settings
      .filter((setting) => setting.encoder === encoder)
      .flatMap(({ time, runs }) => {
        const found = overSeeds(runs, series);
        return found ? [{ x: time, y: found.mean, error: intervalError(runs, series) }] : [];
      }),
  });
  return {
    title: 'Agreement of distances, table of vectors',
    x: { title: 'Diffusion time', unit: 'steps', scale: 'log' },
    y: { title: 'Rank correlation, or share nearer' },
    series: asked.map(({ series, title }) => line('table', series, title)),
  };
}

function meansFigure(settings: readonly Setting[]): ReportFigure {
  const lines = settings.flatMap(({ encoder, time, runs }, place) => {
    const kinds = place === 0 ? (['hop', 'diffusion', 'learnt'] as const) : (['learnt'] as const);
    // What a table learns does not depend on the time at which it is compared.
    if (place > 0 && encoder === settings[0]?.encoder) return [];
    return kinds.flatMap((kind) => {
      const { means } = detailOf(runs[0], `distance/${kind}_factors`);
      const name = { hop: 'edges', diffusion: `diffusion, time ${time}`, learnt: `learnt by ${encoder}` }[
        kind
      ];
      return means ? [{ name, points: means.map((y, i) => ({ x: (i + 0.5) / means.length, y })) }] : [];
    });
  });
  return {
    title: 'Distance of the factors, from the nearest pairs to the furthest',
    x: { title: 'Share of pairs that are nearer' },
    y: { title: 'Mean distance of the factors', unit: 'deviations' },
    series: lines,
  };
}
