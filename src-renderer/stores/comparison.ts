/** Checkpoints side by side: picked ones, or the last of every selected run while none is picked. */
import { defineStore } from 'pinia';
import { computed, ref, shallowRef, watch } from 'vue';
import type { Comparison } from '#contract/host.ts';
import { useHost } from './host.ts';
import { useNotices } from './notices.ts';
import { useRuns } from './runs.ts';
import { useSelection } from './selection.ts';

export interface Pick {
  readonly run: string;
  readonly checkpoint: string;
}

export const useComparison = defineStore('comparison', () => {
  const host = useHost();
  const runs = useRuns();
  const selection = useSelection();
  const notices = useNotices();
  const picked = ref<readonly Pick[]>([]);
  const tolerance = ref(0.01);
  const result = shallowRef<Comparison | null>(null);

  const picks = computed<readonly Pick[]>(() => {
    const own = picked.value.filter(({ run }) => runs.rows.has(run));
    if (own.length > 0) return own;
    return selection.selectedRows.flatMap(({ id, checkpoint }) =>
      checkpoint ? [{ run: id, checkpoint }] : [],
    );
  });

  function has(checkpoint: string): boolean {
    return picked.value.some((pick) => pick.checkpoint === checkpoint);
  }

  function toggle(pick: Pick): void {
    picked.value = has(pick.checkpoint)
      ? picked.value.filter(({ checkpoint }) => checkpoint !== pick.checkpoint)
      : [...picked.value, pick];
  }

  function replace(before: string, pick: Pick): void {
    picked.value = picks.value.map((one) => (one.checkpoint === before ? pick : one));
  }

  function drop(checkpoint: string): void {
    picked.value = picks.value.filter((one) => one.checkpoint !== checkpoint);
  }

  /** The baseline is the first column. */
  function toFront(checkpoint: string): void {
    const first = picks.value.filter((one) => one.checkpoint === checkpoint);
    picked.value = [...first, ...picks.value.filter((one) => one.checkpoint !== checkpoint)];
  }

  function followSelection(): void {
    picked.value = [];
  }

  let asked = 0;
  watch(
    () => JSON.stringify([picks.value.map(({ checkpoint }) => checkpoint), tolerance.value, host.connection]),
    async () => {
      asked += 1;
      const mine = asked;
      const checkpoints = [...new Set(picks.value.map(({ checkpoint }) => checkpoint))];
      if (checkpoints.length === 0 || host.connection !== 'ready') {
        if (checkpoints.length === 0) result.value = null;
        return;
      }
      const found = await notices.attempt('Compare', () =>
        host.api().compare({ checkpoints, tolerance: tolerance.value }),
      );
      if (found && mine === asked) result.value = found;
    },
    { immediate: true },
  );

  return { picked, picks, tolerance, result, has, toggle, replace, drop, toFront, followSelection };
});
