/** Small loss curves of the runs that a table shows, fetched as they come into view. */
import { defineStore } from 'pinia';
import { shallowRef, triggerRef } from 'vue';
import type { Points } from '../charts/smoothing.ts';
import { useHost } from './host.ts';
import { onMetrics } from './live.ts';
import { throttled } from './throttled.ts';

export const useSparklines = defineStore('sparklines', () => {
  const host = useHost();
  const curves = shallowRef(new Map<string, Points>());
  const stale = new Set<string>();
  let visible = new Set<string>();

  const fetchSoon = throttled(async () => {
    const ids = [...stale].filter((id) => visible.has(id));
    for (const id of ids) stale.delete(id);
    await Promise.all(
      ids.map(async (run) => {
        // A curve that cannot be read is an empty cell; the run's own view says why.
        const [found] = await host
          .api()
          .series({ run, names: ['loss'], points: 45 })
          .catch(() => []);
        if (found) curves.value.set(run, found);
      }),
    );
    triggerRef(curves);
  }, 1500);

  onMetrics((run, series) => {
    if (!series.includes('loss')) return;
    stale.add(run);
    if (visible.has(run)) fetchSoon();
  });

  function show(ids: readonly string[]): void {
    visible = new Set(ids);
    let missing = false;
    for (const id of ids) {
      if (!curves.value.has(id)) stale.add(id);
      missing ||= stale.has(id);
    }
    if (missing) fetchSoon();
  }

  return { curves, show };
});
