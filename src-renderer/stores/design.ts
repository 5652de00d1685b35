/** The experiment on the drawing board: edited here, judged by the host. */
import { defineStore } from 'pinia';
import { computed, ref, shallowRef, watch } from 'vue';
import type { ComponentInfo, ComponentKind, Study } from '#contract/component.ts';
import type { Plan, Preview } from '#contract/host.ts';
import { gridSettings, jointSettings, settingAt, withSetting } from '#contract/setting.ts';
import type { ExperimentSpec } from '#contract/spec.ts';
import { plain } from '../bridge.ts';
import { useCatalog } from './catalog.ts';
import { useHost } from './host.ts';
import { messageAt, type SettingError, settingError } from './settingError.ts';
import { throttled } from './throttled.ts';

export const useDesign = defineStore('design', () => {
  const host = useHost();
  const catalog = useCatalog();
  const draft = shallowRef<ExperimentSpec | null>(null);
  const plan = shallowRef<Plan | null>(null);
  const planning = ref(false);
  const error = shallowRef<SettingError | null>(null);
  const preview = shallowRef<Preview | null>(null);
  const previewError = ref('');

  const study = computed<Study>(() => draft.value?.study ?? 'contrastive');

  function start(spec: ExperimentSpec): void {
    plan.value = null;
    preview.value = null;
    previewError.value = '';
    error.value = null;
    draft.value = plain(spec);
  }

  function choices(kind: ComponentKind): readonly ComponentInfo[] {
    return catalog.choices(kind, study.value);
  }

  function at(path: string): unknown {
    return settingAt(draft.value, path);
  }

  function set(path: string, value: unknown): void {
    if (!draft.value) return;
    const next = withSetting(draft.value, path, value);
    // Another component has other settings: a grid over those of the one that left has no place.
    const gone = path.endsWith('.id') ? path.slice(0, -2) : null;
    const vary = gone
      ? Object.fromEntries(Object.entries(next.vary).filter(([varied]) => !varied.startsWith(gone)))
      : next.vary;
    draft.value = { ...next, vary };
  }

  function varied(path: string): readonly unknown[] | undefined {
    return draft.value?.vary[path];
  }

  /** The settings that vary together and to which `path` belongs, joined by commas as in `vary`. */
  function joint(path: string): string | undefined {
    return jointSettings(draft.value?.vary ?? {}, path);
  }

  /** `null` ends the variation; the setting goes on with its own value. */
  function vary(path: string, values: readonly unknown[] | null): void {
    if (!draft.value) return;
    const { [path]: _, ...others } = draft.value.vary;
    draft.value = withSetting(
      draft.value,
      'vary',
      values === null ? others : { ...draft.value.vary, [path]: values },
    );
  }

  /** Whole components that take turns; a grid over settings of the one that stood there has no place. */
  function varyComponent(path: string, variants: readonly unknown[]): void {
    if (!draft.value) return;
    const kept = Object.entries(draft.value.vary).filter(([varied]) => !varied.startsWith(`${path}.`));
    draft.value = withSetting(draft.value, 'vary', { ...Object.fromEntries(kept), [path]: plain(variants) });
  }

  function keepVariant(path: string, variant: unknown): void {
    vary(path, null);
    if (!draft.value || variant === undefined) return;
    for (const [own, value] of gridSettings(path, variant))
      draft.value = withSetting(draft.value, own, value);
  }

  function toggleMeasure(list: 'probes' | 'evaluations', { id }: ComponentInfo): void {
    if (!draft.value) return;
    const now = draft.value[list];
    const every = Math.max(1, Math.round(draft.value.steps / 10));
    const next = now.some((choice) => choice.id === id)
      ? now.filter((choice) => choice.id !== id)
      : [...now, { id, every }];
    // Places in the list move: a grid over them would vary something else.
    const kept = Object.entries(draft.value.vary).filter(([path]) => !path.startsWith(`${list}.`));
    draft.value = { ...withSetting(draft.value, list, next), vary: Object.fromEntries(kept) };
  }

  function setFlatness(id: string | null): void {
    if (!draft.value) return;
    const every = draft.value.flatness?.every ?? Math.max(1, Math.round(draft.value.steps / 10));
    draft.value = withSetting(draft.value, 'flatness', id === null ? null : { id, every });
  }

  function errorAt(path: string): string | undefined {
    // The host checks each run of a grid under its own paths, and does not say which variant it was.
    return messageAt(error.value, path.replace(/^vary\.(.+)\.\d+\./, '$1.'));
  }

  const judge = throttled(async () => {
    const spec = draft.value;
    if (!spec || !host.host) return;
    planning.value = true;
    try {
      const found = await host.host.plan({ spec: plain(spec) });
      if (draft.value !== spec) return;
      plan.value = found;
      error.value = null;
      // A draft that was wrong when examples were asked for, or one that begins anew with the same data.
      if (!preview.value || previewError.value !== '') draw();
    } catch (cause) {
      if (draft.value !== spec) return;
      plan.value = null;
      error.value = settingError(cause);
    } finally {
      planning.value = false;
    }
  }, 200);

  const draw = throttled(async () => {
    const spec = draft.value;
    if (!spec || !host.host) return;
    try {
      const found = await host.host.preview({ spec: plain(spec) });
      if (draft.value?.study !== spec.study) return;
      preview.value = found;
      previewError.value = '';
    } catch (cause) {
      previewError.value = settingError(cause).message;
    }
  }, 500);

  watch([draft, () => host.connection], () => judge());
  /** What the data looks like depends on these alone. */
  const looks = computed(() => {
    const spec = draft.value;
    if (!spec) return '';
    const views = spec.study === 'mlm' ? spec.masking : spec.augmentation;
    return JSON.stringify([spec.study, spec.data, views, spec.seeds[0], host.connection]);
  });
  watch(looks, () => draw());

  return {
    draft,
    plan,
    planning,
    error,
    preview,
    previewError,
    study,
    start,
    choices,
    at,
    set,
    varied,
    joint,
    vary,
    varyComponent,
    keepVariant,
    toggleMeasure,
    setFlatness,
    errorAt,
  };
});
