/** Components and presets: what an experiment can be made of. */
import { defineStore } from 'pinia';
import { shallowRef } from 'vue';
import type { ComponentInfo, ComponentKind, Study } from '#contract/component.ts';
import type { StudyInfo } from '#contract/host.ts';
import { useHost } from './host.ts';

export const useCatalog = defineStore('catalog', () => {
  const host = useHost();
  const components = shallowRef<readonly ComponentInfo[]>([]);
  const studies = shallowRef<readonly StudyInfo[] | null>(null);

  async function load(): Promise<void> {
    [components.value, studies.value] = await Promise.all([
      host.api().components({}),
      host.api().studies({}),
    ]);
  }

  function choices(kind: ComponentKind, study: Study): ComponentInfo[] {
    return components.value.filter(
      (component) => component.kind === kind && component.studies.includes(study),
    );
  }

  return { components, studies, load, choices };
});
