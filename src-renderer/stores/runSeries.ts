/** Series of the runs on a screen: asked again as points arrive, at most four times a second. */
import { onBeforeUnmount, shallowRef, triggerRef, watch } from 'vue';
import type { Points } from '../charts/smoothing.ts';
import { useHost } from './host.ts';
import { onMetrics } from './live.ts';
import { useNotices } from './notices.ts';
import { throttled } from './throttled.ts';

export interface SeriesWish {
  readonly run: string;
  readonly names: readonly string[];
  /** Of those, the ones of which every point is needed. */
  readonly full: readonly string[];
}

export interface RunSeriesOptions {
  wishes(): readonly SeriesWish[];
  /** Steps in view; null for all. */
  range(): readonly [number, number] | null;
  /** Columns of pixels. */
  points(): number;
}

export function useRunSeries({ wishes, range, points }: RunSeriesOptions) {
  const host = useHost();
  const notices = useNotices();
  const reduced = shallowRef(new Map<string, Map<string, Points>>());
  const full = shallowRef(new Map<string, Map<string, Points>>());
  const stale = new Set<string>();

  async function fetchReduced({ run, names }: SeriesWish): Promise<void> {
    if (names.length === 0) return;
    const shown = range();
    const found = await host.api().series({
      run,
      names: [...names],
      points: points(),
      ...(shown ? { from: shown[0], to: shown[1] } : {}),
    });
    reduced.value.set(run, new Map(found.map((answer) => [answer.name, answer])));
  }

  /** What is known already is not asked for again. */
  async function fetchFull({ run, full: names }: SeriesWish): Promise<void> {
    const known = full.value.get(run) ?? new Map<string, Points>();
    await Promise.all(
      names.map(async (name) => {
        const before = known.get(name);
        const last = before?.step.at(-1);
        const [added] = await host
          .api()
          .series({ run, names: [name], ...(last === undefined ? {} : { from: last + 1 }) });
        if (added) known.set(name, before ? append(before, added) : added);
      }),
    );
    full.value.set(run, known);
  }

  const refresh = throttled(async () => {
    const due = wishes().filter(({ run }) => stale.delete(run));
    if (due.length === 0 || host.connection !== 'ready') return;
    await notices.attempt('Read curves', () =>
      Promise.all(due.flatMap((wish) => [fetchReduced(wish), fetchFull(wish)])),
    );
    triggerRef(reduced);
    triggerRef(full);
  }, 250);

  function refreshAll(): void {
    for (const { run } of wishes()) stale.add(run);
    refresh();
  }

  watch(
    () => JSON.stringify([wishes(), range(), points()]),
    () => refreshAll(),
    { immediate: true },
  );
  watch(
    () => host.connection,
    () => {
      // Runs may have gone back to their last checkpoint.
      full.value = new Map();
      refreshAll();
    },
  );
  onBeforeUnmount(
    onMetrics((run) => {
      stale.add(run);
      refresh();
    }),
  );

  /** A run that goes on from a checkpoint writes some steps anew. */
  function forget(run: string): void {
    full.value.delete(run);
    stale.add(run);
    refresh();
  }

  return { reduced, full, forget };
}

function append(a: Points, b: Points): Points {
  return { step: concat(a.step, b.step), value: concat(a.value, b.value) };
}

function concat(a: Float64Array, b: Float64Array): Float64Array<ArrayBuffer> {
  const joined = new Float64Array(a.length + b.length);
  joined.set(a);
  joined.set(b, a.length);
  return joined;
}
