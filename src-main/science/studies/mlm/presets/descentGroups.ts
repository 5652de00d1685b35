/** Ways of training the toy, seeds together: whether Tr(H) fell, how far, and how fast beside theory. */
import type { MlmRunSpec } from '#contract/spec.ts';
import type { RunResult } from '../../../definition.ts';
import { type OverSeeds, spreadOf, withSpread } from '../../overSeeds.ts';
import { type Descent, descentOf, isCovered, isFullBatch } from './descents.ts';
import { type Difference, differenceOf } from './places.ts';
import { percent } from './results.ts';

/** Basin's own. */
export const limits = {
  /** Tr(H) at the end above that of the flattest minimum, as a share of it. */
  near: 0.1,
  /** The measured fall off the predicted one, as a share of that. */
  rate: 0.25,
  /** What counts as standing still, as a share of the way to the flattest minimum. */
  still: 0.02,
} as const;

/** Runs that differ in their seed alone. */
export interface DescentGroup {
  readonly name: string;
  /** With a noise whose drift theory gives; all of a set at every step, so that there is none; or neither. */
  readonly kind: 'noisy' | 'quiet' | 'other';
  readonly runs: readonly RunResult[];
  readonly descents: readonly Descent[];
}

export function groupsOf(runs: readonly RunResult[]): DescentGroup[] {
  const specs = runs.flatMap((run) => (run.spec.study === 'mlm' ? [{ run, spec: run.spec }] : []));
  return [...Map.groupBy(specs, ({ spec }) => nameOf(spec))].map(([name, own]) => ({
    name,
    kind: own[0] ? kindOf(own[0].spec) : 'other',
    runs: own.map(({ run }) => run),
    descents: own.flatMap(({ run, spec }) => descentOf(run, spec) ?? []),
  }));
}

function kindOf(spec: MlmRunSpec): DescentGroup['kind'] {
  if (!isCovered(spec)) return 'other';
  return isFullBatch(spec) && spec.labelNoise === 0 ? 'quiet' : 'noisy';
}

function nameOf(spec: MlmRunSpec): string {
  const { optimizer, batchSize, labelNoise } = spec;
  const optimizers: Readonly<Record<string, string>> = { sgd: 'SGD', adamw: 'AdamW' };
  const name = `${optimizers[optimizer.id] ?? optimizer.id} ${optimizer.learningRate}`;
  const noise = labelNoise > 0 ? `, label noise ${labelNoise}` : '';
  return `${name}, ${isFullBatch(spec) ? 'full batch' : 'batch'} ${batchSize}${noise}`;
}

/** Share of the way to the flattest minimum that was covered. */
export function driftOf({ first, last, least }: Descent): number {
  return (first.trace - last.trace) / (first.trace - least);
}

/** `held` is null where Tr(H) was still falling when the steps ended, or the rate was not predicted. */
export function outcomeOf(group: DescentGroup): {
  readonly held: boolean | null;
  readonly statement: string;
} {
  const { name, descents } = group;
  const fall = fallOf(descents);
  const { above, ratio } = ratiosOf(group);
  if (!above || !ratio) return { held: null, statement: `${name}: theory predicts no fall to compare with.` };
  const isNear = above.mean <= 1 + limits.near;
  const agrees = Math.abs(ratio.mean - 1) <= limits.rate;
  const unfinished = !isNear && descents.some(isFalling);
  const late = unfinished ? ' It was still falling when the steps ended.' : '';
  const to = withSpread(above, (value) => value.toFixed(3));
  const rate = withSpread(ratio, (value) => value.toFixed(2));
  return {
    held: unfinished ? null : fall.clear && isNear && agrees,
    statement: `${name}: from where its loss was constant Tr(H) fell by ${inWords(fall, 2)}, to ${to} times that of the flattest minimum; measured over predicted fall ${rate}.${late}`,
  };
}

export function otherStatements(group: DescentGroup): string[] {
  const { name, kind, descents } = group;
  const { above } = ratiosOf(group);
  if (!above) return [];
  const furthest = Math.max(...descents.map((one) => Math.abs(driftOf(one))));
  const told =
    kind === 'quiet'
      ? `it moved at most ${percent(furthest)} of the way`
      : 'theory predicts nothing of it, and it is not judged';
  return [
    `${name}: Tr(H) fell by ${inWords(fallOf(descents), 3)}, to ${withSpread(above, (value) => value.toFixed(3))} times that of the flattest minimum; ${told}.`,
  ];
}

export function unmeasuredStatements({ name, runs, descents }: DescentGroup): string[] {
  const missing = runs.length - descents.length;
  return missing === 0 ? [] : [`${name}: the loss of ${missing} of ${runs.length} runs never was constant.`];
}

interface Ratios {
  /** Tr(H) at the end over that of the flattest minimum. */
  readonly above: OverSeeds | null;
  /** Measured fall over predicted fall. */
  readonly ratio: OverSeeds | null;
}

export function ratiosOf({ descents }: DescentGroup): Ratios {
  const judged = descents.flatMap((one) => one.judged ?? []).filter(({ predicted }) => predicted > 0);
  return {
    above: spreadOf(descents.map(({ last, least }) => last.trace / least)),
    ratio: spreadOf(judged.map(({ measured, predicted }) => measured / predicted)),
  };
}

function fallOf(descents: readonly Descent[]): Difference {
  const falls = descents.map(({ first, last }) => first.trace - last.trace);
  return differenceOf(falls, Math.max(0, ...descents.map(({ unrest }) => unrest)));
}

/** Whether the second half of the steps lowered Tr(H) by more than half of what counts as near. */
function isFalling({ arrived, last, least }: Descent): boolean {
  const halfway = arrived.find(({ step }) => step >= last.step / 2) ?? last;
  return halfway.trace - last.trace > (limits.near / 2) * least;
}

function inWords({ mean, stderr }: Difference, digits: number): string {
  return `${mean.toFixed(digits)} ± ${stderr.toFixed(digits)}`;
}
