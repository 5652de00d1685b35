/** How far Tr(H) of the toy falls while the loss stays where it is, beside what the noise should do by theory. */
import { z } from 'zod';
import type { MlmRunSpec } from '#contract/spec.ts';
import type { RunResult } from '../../../definition.ts';
import { flattestTrace } from '../../../flatness/flattestTwoFeatures.ts';
import { meanOf } from '../../../linalg/hutchinson.ts';
import { quantileOf } from '../../../quantile.ts';
import { placesOf, tolerance } from './places.ts';

/** Share of the way to the flattest minimum on which the rate is judged: near its end noise alone keeps Tr(H) up. */
const judgedShare = 0.9;

export interface Moment {
  readonly step: number;
  /** Nats. */
  readonly excess: number;
  readonly trace: number;
  /** What theory says that Tr(H) falls by in a step, at these weights; null where it says nothing. */
  readonly rate: number | null;
  /** Features that the function uses, as flatness `flattening` counts them. */
  readonly features: number;
}

/** A run from where its loss has come down: from there on its excess stays within `tolerance` of its usual one. */
export interface Descent {
  readonly all: readonly Moment[];
  readonly arrived: readonly Moment[];
  readonly first: Moment;
  readonly last: Moment;
  /** Tr(H) of the flattest minimum that is known. */
  readonly least: number;
  /** Standard deviation of Tr(H) over the measurements of the run's second half: drift and fluctuation. */
  readonly unrest: number;
  /** Of the first nine tenths of the way; null without a theory. */
  readonly judged: { readonly to: Moment; readonly measured: number; readonly predicted: number } | null;
}

/** Null where the run was not measured three times after its loss had come down. */
export function descentOf(run: RunResult, spec: MlmRunSpec): Descent | null {
  const all = momentsOf(run, spec);
  const late = all.filter(({ step }) => step >= run.step / 2);
  const usual = quantileOf(
    late.map(({ excess }) => excess).sort((a, b) => a - b),
    0.5,
  );
  const arrived = all.slice(1 + all.findLastIndex(({ excess }) => Math.abs(excess - usual) > tolerance));
  const [first, last] = [arrived[0], arrived.at(-1)];
  if (!first || !last || arrived.length < 3) return null;
  const least = flattestTrace(Number(spec.data.flip), spec.labelNoise);
  return {
    ...{ all, arrived, first, last, least },
    unrest: deviation(late.map(({ trace }) => trace)),
    judged: judgedPart(arrived, least),
  };
}

const detailOf = z.object({ descent: z.number(), labelNoiseDescent: z.number(), features: z.number() });

function momentsOf(run: RunResult, spec: MlmRunSpec): Moment[] {
  return placesOf(run, ['loss/excess', 'flatness/exact_trace']).flatMap(({ step, at }) => {
    const row = run.measurements.find((one) => one.step === step && one.name === 'flatness/exact_trace');
    const detail = detailOf.safeParse(row?.detail);
    if (!detail.success) return [];
    const { features } = detail.data;
    const trace = at['flatness/exact_trace'].value;
    return [{ step, excess: at['loss/excess'].value, trace, rate: rateOf(spec, detail.data), features }];
  });
}

/** Whether theory predicts the drift: plain SGD at one rate, on sentences new at every step or on all of a set. */
export function isCovered(spec: MlmRunSpec): boolean {
  const { optimizer, schedule, sentences } = spec;
  const isPlain = optimizer.id === 'sgd' && optimizer.momentum === 0 && optimizer.weightDecay === 0;
  return isPlain && schedule.id === 'constant' && (sentences === null || isFullBatch(spec));
}

export function isFullBatch({ sentences, batchSize }: MlmRunSpec): boolean {
  return sentences === batchSize;
}

/**
 * (η² / 4B) ‖P ∇Tr(H)‖² for sentences that are new at every step, whose labels may be disturbed; η² v / 2B times
 * `labelNoiseDescent` where all of a set is taken at every step and its labels alone are random, each differing from its
 * word with probability labelNoise / 2. One word of a sentence is hidden.
 */
function rateOf(spec: MlmRunSpec, detail: z.output<typeof detailOf>): number | null {
  const { optimizer, batchSize, labelNoise } = spec;
  if (!isCovered(spec)) return null;
  const factor = Number(optimizer.learningRate) ** 2 / batchSize;
  if (!isFullBatch(spec)) return (factor / 4) * detail.descent;
  const variance = (labelNoise / 2) * (1 - labelNoise / 2);
  return ((factor * variance) / 2) * detail.labelNoiseDescent;
}

function judgedPart(arrived: readonly Moment[], least: number): Descent['judged'] {
  const [first] = arrived;
  if (!first) return null;
  const target = first.trace - judgedShare * (first.trace - least);
  const reached = arrived.findIndex(({ trace }) => trace <= target);
  const part = reached < 0 ? arrived : arrived.slice(0, reached + 1);
  const predicted = predictedFalls(part)?.at(-1);
  const to = part.at(-1);
  if (!to || predicted === undefined) return null;
  return { to, measured: first.trace - to.trace, predicted };
}

/** By each moment, from the first one: trapezia over the steps. Null without a theory. */
export function predictedFalls(moments: readonly Moment[]): number[] | null {
  const falls: number[] = [];
  let fall = 0;
  let before: { readonly step: number; readonly rate: number } | null = null;
  for (const { step, rate } of moments) {
    if (rate === null) return null;
    if (before) fall += ((step - before.step) * (rate + before.rate)) / 2;
    falls.push(fall);
    before = { step, rate };
  }
  return falls;
}

function deviation(values: readonly number[]): number {
  return meanOf(values).stderr * Math.sqrt(values.length);
}
