/** Every registered component, and what specs mean in terms of them. Loads no native library. */
import { z } from 'zod';
import type { ComponentChoice, ComponentInfo, ComponentKind, Study } from '#contract/component.ts';
import { BasinError } from '#contract/error.ts';
import { type Preview, presetScale, type StudyInfo } from '#contract/host.ts';
import type { Report } from '#contract/report.ts';
import { gridSettings, withSetting } from '#contract/setting.ts';
import { type Estimate, type ExperimentSpec, experimentSpec, type RunSpec, runSpec } from '#contract/spec.ts';
import { chosen, settingIssue } from './choice.ts';
import { sharedComponents } from './components.ts';
import type { Definition, PresetExperiment, RunResult } from './definition.ts';
import { studyDefinitions } from './studies/index.ts';
import type { StudyDefinition } from './studies/training.ts';

/** More runs than this in one experiment are a mistake in its grid rather than a wish. */
const runLimit = 1000;

/** The same component may serve several studies: it is listed once. */
function definitions(): readonly Definition[] {
  return [...new Set([...sharedComponents, ...studyDefinitions.flatMap((study) => study.components)])];
}

export function components(kind?: ComponentKind): ComponentInfo[] {
  return definitions()
    .filter((definition) => kind === undefined || definition.kind === kind)
    .map((definition) => ({
      kind: definition.kind,
      id: definition.id,
      title: definition.title,
      help: definition.help,
      ...(definition.reference === undefined ? {} : { reference: definition.reference }),
      studies: [...definition.studies],
      ...('of' in definition ? { of: definition.of as NonNullable<ComponentInfo['of']> } : {}),
      schema: z.toJSONSchema(definition.params, { io: 'input' }),
    }));
}

/** @throws BasinError `unsupported` */
export function studyOf(id: Study): StudyDefinition<RunSpec> {
  const study = studyDefinitions.find((definition) => definition.id === id);
  if (!study) throw new BasinError('unsupported', `Study ${id}: this version does not have it.`);
  return study;
}

/**
 * All defaults filled in, and every run of the grid checked.
 * @throws BasinError `bad-input` with the path of the setting.
 */
export function resolveExperiment(input: unknown): ExperimentSpec {
  const parsed = experimentSpec.safeParse(input, { reportInput: true });
  if (!parsed.success) throw specError(parsed.error);
  const { seeds, vary, ...base } = parsed.data;
  if (new Set(seeds).size < seeds.length) {
    throw new BasinError('bad-input', 'Setting seeds: a seed stands there twice.', 'seeds');
  }
  const { seed: _seed, ...filled } = fillChoices({ ...base, seed: 0 } as RunSpec);
  const spec = { ...filled, seeds, vary } as ExperimentSpec;
  expandRuns(spec);
  return spec;
}

/** One run for each point of the grid and each seed, in the grid's order. */
export function expandRuns(spec: ExperimentSpec): { name: string; spec: RunSpec }[] {
  const { seeds, vary, ...base } = spec;
  const points = gridPoints(vary);
  if (points.length * seeds.length > runLimit) {
    const count = points.length * seeds.length;
    throw new BasinError(
      'bad-input',
      `Setting vary: ${count} runs are more than the ${runLimit} allowed.`,
      'vary',
    );
  }
  return points.flatMap((point) => {
    let varied: Omit<ExperimentSpec, 'seeds' | 'vary'> = base;
    for (const [path, value] of point.settings) varied = withSetting(varied, path, value);
    return seeds.map((seed) => {
      const label = seeds.length > 1 ? [...point.labels, `seed ${seed}`] : point.labels;
      const name = [spec.title, ...label].join(' · ');
      try {
        const run = runSpec.safeParse({ ...varied, seed }, { reportInput: true });
        if (!run.success) throw specError(run.error);
        return { name, spec: fillChoices(run.data) };
      } catch (error) {
        throw ofGrid(error, point);
      }
    });
  });
}

/** Says of a fault in a setting that the grid sets where it stands. */
function ofGrid(error: unknown, { settings }: GridPoint): unknown {
  if (!(error instanceof BasinError) || !settings.some(([path]) => path === error.path)) return error;
  const message = error.message.replace(`Setting ${error.path}`, `Setting vary.${error.path}`);
  return new BasinError(error.code, message, error.path);
}

export function estimateRun(spec: RunSpec): Estimate {
  return studyOf(spec.study).estimate(spec);
}

/** Of all runs together. */
export function estimateRuns(runs: readonly { readonly spec: RunSpec }[]): Estimate {
  const costs = runs.map(({ spec }) => estimateRun(spec));
  return {
    seconds: costs.reduce((sum, { seconds }) => sum + seconds, 0),
    bytes: costs.reduce((sum, { bytes }) => sum + bytes, 0),
    ...(runs.some(({ spec }) => spec.stopAt) && { atMost: true }),
  };
}

export function parameterCount(spec: RunSpec): number {
  return studyOf(spec.study).parameterCount(spec);
}

export function preview(spec: RunSpec): Promise<Preview> {
  return studyOf(spec.study).preview(spec);
}

/** The presets, each with its complete experiment. */
export function studies(): StudyInfo[] {
  return studyDefinitions.flatMap((study) =>
    study.presets.map((preset) => {
      const { id, title, claim, help, reference, scales } = preset;
      const usual = costed(preset.experiment);
      const larger = Object.entries(scales ?? {}).map(([scale, experiment]) => ({
        scale: presetScale.parse(scale),
        ...costed(experiment),
      }));
      return {
        ...{ id, study: preset.study, title, claim, help, ...usual },
        ...(reference === undefined ? {} : { reference }),
        scales: scales ? [{ scale: 'quick', ...usual }, ...larger] : [],
      };
    }),
  );
}

/** The whole experiment, and what all its runs cost. */
function costed(experiment: PresetExperiment) {
  const spec = resolveExperiment(experiment);
  const runs = expandRuns(spec);
  return { runs: runs.length, estimate: estimateRuns(runs), spec };
}

/** Null where the experiment does not come from a preset. */
export function writeReport(spec: ExperimentSpec, runs: readonly RunResult[]): Report | null {
  const preset = studyDefinitions.flatMap((study) => study.presets).find(({ id }) => id === spec.preset);
  return preset?.report(spec, runs) ?? null;
}

/** Replaces each choice by one with every parameter; whatever is not a choice stays. */
function fillChoices(spec: RunSpec): RunSpec {
  const known = definitions().filter((definition) => definition.studies.includes(spec.study));
  const fill = <Choice extends ComponentChoice>(
    kind: ComponentKind,
    choice: Choice,
    path: string,
  ): Choice => {
    const { params } = chosen(
      known.filter((definition) => definition.kind === kind),
      choice,
      path,
    );
    // Written in the schema's order, with id and schedule first, so that specs read alike.
    const every = choice.every === undefined ? {} : { every: choice.every };
    return { id: choice.id, ...every, ...params } as unknown as Choice;
  };
  const fillAll = <Choice extends ComponentChoice>(kind: ComponentKind, choices: Choice[], path: string) =>
    choices.map((choice, i) => fill(kind, choice, `${path}.${i}`));
  const common = {
    data: fill('dataset', spec.data, 'data'),
    encoder: fill('encoder', spec.encoder, 'encoder'),
    loss: fill('loss', spec.loss, 'loss'),
    optimizer: fill('optimizer', spec.optimizer, 'optimizer'),
    schedule: fill('schedule', spec.schedule, 'schedule'),
    probes: fillAll('probe', spec.probes, 'probes'),
    evaluations: fillAll('evaluation', spec.evaluations, 'evaluations'),
    flatness: spec.flatness && fill('flatness', spec.flatness, 'flatness'),
  };
  if (spec.study === 'mlm') return { ...spec, ...common, masking: fill('masking', spec.masking, 'masking') };
  return {
    ...spec,
    ...common,
    augmentation: fill('augmentation', spec.augmentation, 'augmentation'),
    projector: fill('projector', spec.projector, 'projector'),
  };
}

interface GridPoint {
  readonly settings: readonly (readonly [path: string, value: unknown])[];
  readonly labels: readonly string[];
}

function gridPoints(vary: ExperimentSpec['vary']): GridPoint[] {
  let points: GridPoint[] = [{ settings: [], labels: [] }];
  for (const [key, values] of Object.entries(vary)) {
    const here = valuesOf(key, values);
    points = points.flatMap(({ settings, labels }) =>
      here.map((one) => ({
        settings: [...settings, ...one.settings],
        labels: [...labels, ...one.labels],
      })),
    );
  }
  return points;
}

/** Of settings that vary together those are named that tell the key's values apart, the first ones first. */
function valuesOf(key: string, values: readonly unknown[]): GridPoint[] {
  const all = values.map((value) => {
    const settings = gridSettings(key, value);
    const labels = settings.map(([path, own], place) => {
      const others = values.map((other) => gridSettings(key, other)[place]?.[1]);
      return `${lastKey(path)} ${[labelOf(own), ...parametersApart(own, others)].join(' ')}`;
    });
    return { settings, labels };
  });
  const count = all[0]?.labels.length ?? 0;
  const names = (places: readonly number[]) => all.map(({ labels }) => places.map((place) => labels[place]));
  const toldApart = (places: readonly number[]) => new Set(names(places).map((name) => name.join())).size;
  let named: number[] = count === 1 ? [0] : [];
  for (let place = 0; place < count; place++) {
    if (toldApart([...named, place]) > toldApart(named)) named = [...named, place];
  }
  return all.map(({ settings, labels }) => ({
    settings,
    labels: labels.filter((_, i) => named.includes(i)),
  }));
}

/** Parameters that tell a component from others of its id in a grid. */
function parametersApart(value: unknown, others: readonly unknown[]): string[] {
  const same = others.filter((other) => isChoice(other) && isChoice(value) && other.id === value.id);
  if (!isChoice(value)) return [];
  return Object.entries(value)
    .filter(([name, own]) => same.some((other) => isChoice(other) && other[name] !== own))
    .map(([name, own]) => `${name} ${labelOf(own)}`);
}

function isChoice(value: unknown): value is ComponentChoice {
  return typeof value === 'object' && value !== null && 'id' in value;
}

function lastKey(path: string): string {
  const keys = path.split('.');
  const key = keys.at(-1) ?? path;
  return key === 'id' ? (keys.at(-2) ?? key) : key;
}

function labelOf(value: unknown): string {
  if (isChoice(value)) return value.id;
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function specError(error: z.ZodError): BasinError {
  const { path, why } = settingIssue(error);
  return new BasinError('bad-input', `Setting ${path || 'spec'}: ${why}.`, path);
}
