/** Does a head of the source solve the target? Pre-training on both domains against supervised learning of one. */
import { z } from 'zod';
import type { ReportFigure, ReportTable } from '#contract/report.ts';
import type { PresetDefinition, RunResult } from '../../../definition.ts';
import { finalValue } from '../../finalValues.ts';
import { type OverSeeds, overSeeds, withSpread } from '../../overSeeds.ts';
import { unfinishedStatements, verdictOf } from '../../verdict.ts';
import { digitsExperiment } from './digitsExperiment.ts';
import { formatShare, statusStatement } from './results.ts';

const claim =
  'Contrastive pre-training on images of both domains, with labels of 200 digits of the source, beats supervised learning of those digits on the target: UCI optical digits, and MNIST turned or noised.';

const steps = 5000;
const seedsWanted = 3;
const supervised = 'supervised';

/** The ways to use pre-training that the claim is about. */
const claimed = [
  { name: 'Linear head', series: 'accuracy/target_linear' },
  { name: 'Fine-tuned', series: 'accuracy/target_fine_tuned' },
] as const;
/** Shown beside them, of pre-training alone in the figure. */
const averaged = [
  { name: 'Averaged, preconditioned', series: 'accuracy/target_averaged' },
  { name: 'Averaged', series: 'accuracy/target_mean' },
] as const;

const connectivities = [
  { name: 'α', series: 'connectivity/alpha' },
  { name: 'β', series: 'connectivity/beta' },
  { name: 'γ', series: 'connectivity/gamma' },
] as const;

export const domainTransfer: PresetDefinition = {
  kind: 'preset',
  id: 'domain-transfer',
  study: 'contrastive',
  title: 'From one domain of digits to another',
  claim,
  help: 'SimCLR on MNIST and a second domain of digits against supervised learning of MNIST alone: heads fitted to 200 source labels, fine-tuning on the same, and how well augmentation connects classes and domains (α, β, γ).',
  reference: 'HaoChen et al. 2022, arXiv 2204.02683; Shen et al. 2022, arXiv 2204.00570',
  studies: ['contrastive'],
  params: z.strictObject({}),
  experiment: {
    ...digitsExperiment,
    preset: 'domain-transfer',
    title: 'Domain transfer',
    steps,
    // Few labels, many images: where supervised learning is given as many of either, it needs no pre-training.
    data: { id: 'digit-domains', sourceCount: 10_000, sourceLabels: 200, targetCount: 10_000 },
    // Optical digits are coarse: views that blur connect the domains.
    augmentation: { id: 'digits', blurProbability: 0.9, blurSigma: 1 },
    flatness: null,
    probes: [
      { id: 'domain-transfer', every: steps, exponent: -1, l2: 0.01 },
      { id: 'fine-tune', every: steps, steps: 400, learningRate: 2e-3 },
    ],
    logEvery: 20,
    checkpointEvery: steps,
    vary: {
      'data.target': ['optical', 'rotated', 'noised'],
      // Connectivity is of data and augmentation: with one objective it is measured.
      'loss,evaluations': [
        [{ id: 'simclr', temperature: 0.5 }, [{ id: 'connectivity', every: steps }]],
        [{ id: supervised }, []],
      ],
    },
    seeds: [0, 1, 2],
  },
  report(spec, runs) {
    const unfinished = unfinishedStatements(runs, statusStatement);
    const groups = byTarget(runs.filter(({ status }) => status === 'finished'));
    const outcomes = groups.map(outcomeOf);
    const tested =
      unfinished.length === 0 && groups.length > 0 && outcomes.every(({ held }) => held !== null);
    return {
      title: spec.title,
      claim,
      verdict: verdictOf(
        tested,
        outcomes.every(({ held }) => held),
      ),
      statements: [
        ...unfinished,
        ...outcomes.flatMap(({ statements }) => statements),
        ...(groups.some(({ contrastive, supervised: alone }) =>
          [contrastive, alone].some((own) => own.length < seedsWanted),
        )
          ? ['Fewer than three seeds: how far seeds differ by themselves is not known.']
          : []),
        'Errors are standard errors over seeds; of a single one, that of its measurement. Both objectives see the same augmentation, and heads and encoder have batch statistics of each domain apart, which helps supervised learning too.',
      ],
      tables: [table(groups)],
      figures: [accuracyFigure(groups), connectivityFigure(groups)],
    };
  },
};

interface Group {
  readonly target: string;
  readonly contrastive: readonly RunResult[];
  readonly supervised: readonly RunResult[];
}

function byTarget(runs: readonly RunResult[]): Group[] {
  const groups = Map.groupBy(runs, ({ spec }) => String(spec.data.target));
  return [...groups].map(([target, own]) => {
    const of = (wanted: boolean) => own.filter(({ spec }) => (spec.loss.id === supervised) === wanted);
    return { target, contrastive: of(false), supervised: of(true) };
  });
}

/** Of a single run the error is that of its measurement: over test images, or over pairs of classes. */
function measuredOver(runs: readonly RunResult[], series: string): OverSeeds | null {
  const found = overSeeds(runs, series);
  const [only] = runs;
  if (!found || !only || runs.length > 1) return found;
  return { ...found, stderr: finalValue(only, series)?.stderr ?? null };
}

interface Outcome {
  /** Null where the accuracies were not measured. */
  readonly held: boolean | null;
  readonly statements: readonly string[];
}

/** A way is better where its mean exceeds the best of supervised learning by more than two errors of the difference. */
function outcomeOf({ target, contrastive, supervised: alone }: Group): Outcome {
  const base = bestOfSupervised(alone);
  const found = judgedWays(contrastive);
  if (!base || found.length < claimed.length) {
    return { held: null, statements: [`${target}: accuracies on the target were not measured.`] };
  }
  const better = found.filter(({ own }) => exceeds(own, base.own));
  const told = found.map(({ name, own }) => `${name} ${withSpread(own, formatShare)}`).join(', ');
  return {
    held: better.length > 0,
    statements: [
      `${target}: after pre-training on both domains ${told}; supervised learning of the source at its best (${base.name}) ${withSpread(base.own, formatShare)}. ${better.length > 0 ? `Better: ${better.map(({ name }) => name).join(', ')}` : 'Neither is better'}.`,
      ...connectivityStatement(target, contrastive),
    ],
  };
}

interface JudgedWay {
  readonly name: string;
  readonly own: OverSeeds;
}

/** Those of the claim that were measured. */
function judgedWays(runs: readonly RunResult[]): readonly JudgedWay[] {
  return claimed.flatMap(({ name, series }) => {
    const own = measuredOver(runs, series);
    return own ? [{ name: name.toLowerCase(), own }] : [];
  });
}

/** Supervised learning has both ways, too: a head on what it learnt, and as many further steps as pre-training gets. */
function bestOfSupervised(runs: readonly RunResult[]): JudgedWay | null {
  const found = judgedWays(runs);
  if (found.length < claimed.length) return null;
  return found.reduce((best, way) => (way.own.mean > best.own.mean ? way : best));
}

function exceeds(one: OverSeeds, other: OverSeeds): boolean {
  return one.mean - other.mean > 2 * Math.hypot(one.stderr ?? 0, other.stderr ?? 0);
}

function connectivityStatement(target: string, runs: readonly RunResult[]): string[] {
  const [alpha, beta, gamma] = connectivities.map(({ series }) => measuredOver(runs, series));
  if (!alpha || !beta || !gamma) return [];
  const share = ({ mean, stderr }: OverSeeds) =>
    mean.toFixed(4) + (stderr === null ? '' : ` ± ${stderr.toFixed(4)}`);
  const order = exceeds(alpha, gamma)
    ? 'α > γ, as theory asks for'
    : exceeds(gamma, alpha)
      ? 'α < γ, where theory has transfer fail'
      : 'α and γ do not differ by more than two errors, so that theory foretells nothing';
  return [`${target}: connectivity α ${share(alpha)}, β ${share(beta)}, γ ${share(gamma)}: ${order}.`];
}

function table(groups: readonly Group[]): ReportTable {
  const columns = [
    ...claimed,
    ...averaged,
    { name: 'Source, linear head', series: 'accuracy/source_linear' },
    ...connectivities,
  ];
  return {
    title: 'Accuracy on the target, means over seeds ± standard errors',
    columns: [
      ...[{ title: 'Target' }, { title: 'Objective' }, { title: 'Seeds' }],
      ...columns.flatMap(({ name }) => [{ title: name }, { title: '±' }]),
    ],
    rows: groups.flatMap(({ target, contrastive, supervised: alone }) =>
      [contrastive, alone].map((runs) => [
        ...[target, runs[0]?.spec.loss.id ?? null, runs.length],
        ...columns.flatMap(({ series }) => {
          const found = measuredOver(runs, series);
          return [found?.mean ?? null, found?.stderr ?? null];
        }),
      ]),
    ),
  };
}

function bars(
  name: string,
  groups: readonly Group[],
  of: (group: Group) => OverSeeds | null,
): ReportFigure['series'][number] {
  const points = groups.flatMap((group, x) => {
    const found = of(group);
    return found ? [{ x, y: found.mean, error: found.stderr }] : [];
  });
  return { name, look: 'bars', points };
}

function accuracyFigure(groups: readonly Group[]): ReportFigure {
  return {
    title: 'Accuracy on the target',
    x: { title: 'Target', categories: groups.map(({ target }) => target) },
    y: { title: 'Accuracy' },
    series: [
      ...claimed.map(({ name, series }) =>
        bars(`Supervised: ${name.toLowerCase()}`, groups, ({ supervised: alone }) =>
          measuredOver(alone, series),
        ),
      ),
      ...claimed.map(({ name, series }) =>
        bars(`Pre-trained: ${name.toLowerCase()}`, groups, ({ contrastive }) =>
          measuredOver(contrastive, series),
        ),
      ),
      ...averaged.map(({ name, series }) =>
        bars(name, groups, ({ contrastive }) => measuredOver(contrastive, series)),
      ),
    ],
    marks: [{ axis: 'y', at: 0.1, label: 'chance' }],
  };
}

function connectivityFigure(groups: readonly Group[]): ReportFigure {
  return {
    title: 'Connectivity: error of a classifier of two groups',
    x: { title: 'Target', categories: groups.map(({ target }) => target) },
    y: { title: 'Error' },
    series: connectivities.map(({ name, series }) =>
      bars(name, groups, ({ contrastive }) => measuredOver(contrastive, series)),
    ),
  };
}
