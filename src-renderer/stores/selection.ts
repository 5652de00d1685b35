/**
 * The one selection of runs that all views share: the pinned runs, and the one in focus. Moving the
 * focus looks at one run after another; pinning keeps a run beside those that follow.
 */
import { defineStore } from 'pinia';
import { computed, ref } from 'vue';
import { useRuns } from './runs.ts';

export const useSelection = defineStore('selection', () => {
  const runs = useRuns();
  const pinned = ref<string[]>([]);
  const focus = ref<string | null>(null);

  const ids = computed(() => {
    const all =
      focus.value !== null && !pinned.value.includes(focus.value)
        ? [...pinned.value, focus.value]
        : pinned.value;
    return all.filter((id) => runs.rows.has(id));
  });
  const selectedRows = computed(() =>
    ids.value.flatMap((id) => {
      const row = runs.rows.get(id);
      return row ? [row] : [];
    }),
  );

  function toggle(id: string): void {
    pinned.value = pinned.value.includes(id)
      ? pinned.value.filter((other) => other !== id)
      : [...pinned.value, id];
  }

  function pinAll(all: readonly string[]): void {
    pinned.value = [...new Set([...pinned.value, ...all])];
  }

  function select(all: readonly string[]): void {
    pinned.value = [...all];
    focus.value = all[0] ?? null;
  }

  function clear(): void {
    pinned.value = [];
  }

  function forget(id: string): void {
    pinned.value = pinned.value.filter((other) => other !== id);
    if (focus.value === id) focus.value = null;
  }

  /** Moves the focus through a list of runs, as it is shown. */
  function move(list: readonly string[], by: number): void {
    if (list.length === 0) return;
    const at = focus.value === null ? -1 : list.indexOf(focus.value);
    const next = at < 0 ? (by > 0 ? 0 : list.length - 1) : Math.max(0, Math.min(list.length - 1, at + by));
    focus.value = list[next] ?? null;
  }

  return { pinned, focus, ids, selectedRows, toggle, pinAll, select, clear, forget, move };
});
