/** The graph in the lab: its generator's settings, and what the host found of it. */
import { defineStore } from 'pinia';
import { computed, ref, shallowRef, watch } from 'vue';
import type { ComponentChoice, ComponentInfo } from '#contract/component.ts';
import { BasinError } from '#contract/error.ts';
import type { GraphAnswer, GraphStage } from '#contract/graph.ts';
import { settingAt, withSetting } from '#contract/setting.ts';
import type { ExperimentSpec } from '#contract/spec.ts';
import { plain } from '../bridge.ts';
import type { Colouring } from '../charts/vertexColors.ts';
import { useCatalog } from './catalog.ts';
import { useHost } from './host.ts';
import { messageAt, type SettingError, settingError } from './settingError.ts';

/** Milliseconds without another change after which the host is asked. */
const pause = 150;

export const useGraphLab = defineStore('graphLab', () => {
  const host = useHost();
  const catalog = useCatalog();
  /** A setting's path begins with `data`, as in an experiment. */
  const draft = shallowRef<{ readonly data: ComponentChoice } | null>(null);
  /** Steps of the walk that diffusion distances compare. */
  const time = ref(4);
  const answer = shallowRef<GraphAnswer | null>(null);
  const error = shallowRef<SettingError | null>(null);
  /** What the host is doing; null: nothing. */
  const stage = ref<GraphStage | null>(null);
  const colouring = ref<Colouring>({ by: 'cluster' });

  const graphs = computed(() => choices('dataset'));

  function choices(kind: ComponentInfo['kind']): readonly ComponentInfo[] {
    return catalog.choices(kind, 'contrastive').filter(({ of }) => of === 'graph');
  }

  function at(path: string): unknown {
    return settingAt(draft.value, path);
  }

  function set(path: string, value: unknown): void {
    if (draft.value) draft.value = withSetting(draft.value, path, value);
  }

  function errorAt(path: string): string | undefined {
    return messageAt(error.value, path);
  }

  function reached(next: GraphStage): void {
    if (stage.value !== null) stage.value = next;
  }

  let asked = 0;
  async function ask(): Promise<void> {
    if (!draft.value || !host.host) return;
    asked += 1;
    const mine = asked;
    stage.value = 'graph';
    try {
      const found = await host.host.graph({ ...plain(draft.value), time: time.value });
      if (mine !== asked) return;
      answer.value = found;
      error.value = null;
    } catch (cause) {
      // Of two windows on one graph, the later question wins.
      const outrun = cause instanceof BasinError && cause.code === 'conflict';
      if (mine === asked && !outrun) error.value = settingError(cause);
    } finally {
      if (mine === asked) stage.value = null;
    }
  }

  let timer: ReturnType<typeof setTimeout> | undefined;
  watch(
    [draft, time, () => host.connection],
    () => {
      clearTimeout(timer);
      if (host.connection === 'ready') timer = setTimeout(() => void ask(), pause);
    },
    { immediate: true },
  );
  watch(
    graphs,
    ([first]) => {
      if (first && !draft.value) draft.value = { data: { id: first.id } };
    },
    { immediate: true },
  );

  /**
   * An experiment on this graph: that of a preset which trains on such a graph, or on any, with these data and
   * none of its variations. Null where no preset does.
   */
  const experiment = computed<ExperimentSpec | null>(() => {
    const data = answer.value?.data;
    const onGraphs = (catalog.studies ?? []).filter(
      ({ spec }) => spec.study === 'contrastive' && graphs.value.some(({ id }) => id === spec.data.id),
    );
    const preset = onGraphs.find(({ spec }) => spec.data.id === data?.id) ?? onGraphs[0];
    if (!data || !preset) return null;
    const { preset: _, ...spec } = preset.spec;
    const title = graphs.value.find(({ id }) => id === data.id)?.title ?? data.id;
    return { ...spec, title, data, vary: {} } as ExperimentSpec;
  });

  return {
    ...{ draft, time, answer, error, stage, colouring, graphs, experiment },
    ...{ choices, at, set, errorAt, reached },
  };
});
