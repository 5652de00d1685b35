/** Details of the runs that are looked at: series, checkpoints, measurements, events, provenance. */
import { defineStore } from 'pinia';
import { shallowRef, triggerRef } from 'vue';
import type { RunDetail } from '#contract/host.ts';
import { useHost } from './host.ts';
import { useNotices } from './notices.ts';
import { throttled } from './throttled.ts';

export const useDetails = defineStore('details', () => {
  const host = useHost();
  const notices = useNotices();
  const details = shallowRef(new Map<string, RunDetail>());
  let wanted = new Set<string>();
  const stale = new Set<string>();

  const refresh = throttled(async () => {
    const ids = [...stale];
    stale.clear();
    await notices.attempt('Read a run', async () => {
      const found = await Promise.all(ids.map((run) => host.api().run({ run })));
      for (const detail of found) details.value.set(detail.id, detail);
      triggerRef(details);
    });
  }, 400);

  /** Says which runs are looked at; their details follow. */
  function want(ids: readonly string[]): void {
    wanted = new Set(ids);
    for (const id of ids) if (!details.value.has(id)) stale.add(id);
    if (stale.size > 0) refresh();
  }

  /** Something about a run changed. */
  function touch(id: string): void {
    if (wanted.has(id)) {
      stale.add(id);
      refresh();
    } else details.value.delete(id);
  }

  function reload(): void {
    details.value = new Map();
    for (const id of wanted) stale.add(id);
    if (stale.size > 0) refresh();
  }

  function forget(id: string): void {
    stale.delete(id);
    wanted.delete(id);
    details.value.delete(id);
  }

  return { details, want, touch, reload, forget };
});
