/** Small runs of both studies in which components have their turn, straight from the registry. */
import type { ComponentInfo } from '#contract/component.ts';
import { withSetting } from '#contract/setting.ts';
import type { RunSpec } from '#contract/spec.ts';
import { components, expandRuns, resolveExperiment } from '#science/registry.ts';
import { studyDefinitions } from '#science/studies/index.ts';

type Kind = 'encoder' | 'projector' | 'loss' | 'optimizer';

/** Parameters that count something are brought down to this, or to the least that their schema allows. */
const most = 8;
/** As many layers show all that more would. */
const deepest = 2;
/** What encoders that are made for certain data need: vertices of a graph, a language of two words. */
const around: Readonly<Record<string, object>> = {
  table: { data: { id: 'block-model', blocks: 2, vertices: 8 }, augmentation: { id: 'none' } },
  'position-neurons': { data: { id: 'two-features' } },
};
const depths = new Set(['layers', 'stages', 'blocks', 'depth']);

export interface TinyRun {
  /** Its study, and the components whose turn it is. */
  readonly name: string;
  readonly spec: RunSpec;
}

/** For each component of the given kinds its study's first preset, made small, with that component in it. */
export function tinyRuns(kinds: readonly Kind[]): TinyRun[] {
  return studyDefinitions.flatMap((study) => {
    const known = components().filter(({ studies }) => studies.includes(study.id));
    const base = tinyExperiment(study, known);
    const runs = new Map<string, { spec: RunSpec; turns: string[] }>();
    for (const component of known.filter(({ kind }) => kinds.some((one) => one === kind))) {
      const { kind, id } = component;
      const fitting = { ...base, ...around[id] };
      const [run] = expandRuns(resolveExperiment(withSetting(fitting, kind, tinyChoice(component))));
      const { spec } = run as { spec: RunSpec };
      const key = JSON.stringify(spec);
      runs.set(key, { spec, turns: [...(runs.get(key)?.turns ?? []), `${kind} ${id}`] });
    }
    return [...runs.values()].map(({ spec, turns }) => ({ name: `${study.id}: ${turns.join(', ')}`, spec }));
  });
}

function tinyExperiment(study: (typeof studyDefinitions)[number], known: readonly ComponentInfo[]): object {
  const [preset] = study.presets;
  if (!preset) throw new Error(`Study ${study.id} has no preset.`);
  const experiment: Readonly<Record<string, unknown>> = {
    ...{ ...preset.experiment, title: 'tiny', batchSize: most, steps: 100, seeds: [0], vary: {} },
    ...{ probes: [], evaluations: [], flatness: null },
  };
  const chosen = known.filter(
    ({ kind, id }) => kind !== 'dataset' && (experiment[kind] as { id?: string } | undefined)?.id === id,
  );
  return { ...experiment, ...Object.fromEntries(chosen.map((one) => [one.kind, tinyChoice(one)])) };
}

function tinyChoice({ id, schema }: Pick<ComponentInfo, 'id' | 'schema'>): Record<string, unknown> {
  const choice: Record<string, unknown> = { id };
  const parameters = (schema.properties ?? {}) as Record<
    string,
    { type?: string; default?: number; minimum?: number }
  >;
  for (const [name, { type, default: usual = 0, minimum = 0 }] of Object.entries(parameters)) {
    const limit = depths.has(name) ? deepest : most;
    if (type === 'integer') choice[name] = Math.max(minimum, Math.min(usual, limit));
  }
  return choice;
}
