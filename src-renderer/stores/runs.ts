/** All runs of the library as rows, kept up to date by the host's events. */
import { defineStore } from 'pinia';
import { computed, ref, shallowRef, triggerRef } from 'vue';
import { z } from 'zod';
import type { RunSummary } from '#contract/host.ts';
import type { WorkerProgress } from '#contract/worker.ts';
import { assignPlaces, type LineStyle, runStyle } from '../charts/palette.ts';
import { useAppearance } from './appearance.ts';
import { useHost } from './host.ts';
import { useNotices } from './notices.ts';
import { recall } from './remembered.ts';
import { throttled } from './throttled.ts';

const placesSchema = z.record(z.string(), z.number());

export const useRuns = defineStore('runs', () => {
  const host = useHost();
  const notices = useNotices();
  const appearance = useAppearance();
  const rows = shallowRef(new Map<string, RunSummary>());
  const progress = shallowRef(new Map<string, WorkerProgress>());
  const filter = ref('');
  /** Ids that pass the filter, newest first; null while the first answer is on its way. */
  const matching = shallowRef<readonly string[] | null>(null);
  const places = shallowRef<Readonly<Record<string, number>>>({});
  let placesKey = '';

  const matchingRows = computed(() =>
    (matching.value ?? []).flatMap((id) => {
      const row = rows.value.get(id);
      return row ? [row] : [];
    }),
  );

  function remember(found: readonly RunSummary[]): void {
    for (const row of found) rows.value.set(row.id, row);
    triggerRef(rows);
    const next = assignPlaces(places.value, found);
    if (next === places.value) return;
    places.value = next;
    localStorage.setItem(`basin/${placesKey}`, JSON.stringify(next));
  }

  /** Starts over with a new host or another library. */
  async function load(libraryFolder: string): Promise<void> {
    placesKey = `places/${libraryFolder}`;
    places.value = recall(placesKey, placesSchema) ?? {};
    rows.value = new Map();
    progress.value = new Map();
    const all = await host.api().runs({ sort: 'createdAt', descending: true });
    remember([...all].reverse());
    matching.value = filter.value === '' ? all.map(({ id }) => id) : matching.value;
    if (filter.value !== '') await search();
  }

  let asked = 0;
  async function search(): Promise<void> {
    asked += 1;
    const mine = asked;
    await notices.attempt('Filter runs', async () => {
      const found = await host.api().runs({ filter: filter.value, sort: 'createdAt', descending: true });
      if (mine !== asked) return;
      remember([...found].reverse());
      matching.value = found.map(({ id }) => id);
    });
  }
  const searchSoon = throttled(search, 150);

  function setFilter(text: string): void {
    filter.value = text;
    searchSoon();
  }

  function changed(row: RunSummary): void {
    const known = rows.value.get(row.id);
    remember([row]);
    // A new run, or one whose status may have moved it into or out of the filter.
    if (!known || (filter.value !== '' && known.status !== row.status)) searchSoon();
  }

  function removed(id: string): void {
    rows.value.delete(id);
    triggerRef(rows);
    matching.value = matching.value?.filter((other) => other !== id) ?? null;
  }

  function progressed(id: string, now: WorkerProgress): void {
    progress.value.set(id, now);
    triggerRef(progress);
  }

  function style(id: string): LineStyle {
    return runStyle(places.value[id] ?? 0, appearance.name);
  }

  /** The same style on white, for files. */
  function printStyle(id: string): LineStyle {
    return runStyle(places.value[id] ?? 0, 'light');
  }

  return {
    rows,
    progress,
    filter,
    matching,
    matchingRows,
    load,
    remember,
    setFilter,
    searchSoon,
    changed,
    removed,
    progressed,
    style,
    printStyle,
  };
});
