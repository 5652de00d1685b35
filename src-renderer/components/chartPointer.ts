/** Pointer and keys over a chart: the shared cursor follows, a drag chooses a range of steps. */
import { type Ref, ref, type ShallowRef, shallowRef } from 'vue';
import { type LineChart, pixelOf, stepAt } from '../charts/lineChart.ts';

export interface ChartPointerOptions {
  readonly chart: Readonly<Ref<LineChart | null>>;
  readonly canvas: Readonly<ShallowRef<HTMLElement | null>>;
  /** Step under the cursor; null: none. */
  readonly cursor: Ref<number | null>;
  zoom(range: [number, number]): void;
  reset(): void;
}

/** A shorter drag is a click whose hand trembled, px. */
const leastDrag = 5;
const keyStep = 8;

export function useChartPointer({ chart, canvas, cursor, zoom, reset }: ChartPointerOptions) {
  const hovered = ref(false);
  /** From the chart's top edge, px. */
  const pointerY = ref(0);
  const drag = shallowRef<{ from: number; to: number } | null>(null);

  function inside({ plot }: LineChart, pixel: number): number {
    return Math.max(plot.left, Math.min(plot.left + plot.width, pixel));
  }

  function column(now: LineChart, event: PointerEvent): number {
    return inside(now, event.clientX - (canvas.value?.getBoundingClientRect().left ?? 0));
  }

  function point(event: PointerEvent): void {
    const now = chart.value;
    if (!now) return;
    hovered.value = true;
    pointerY.value = event.clientY - (canvas.value?.getBoundingClientRect().top ?? 0);
    const at = column(now, event);
    cursor.value = stepAt(now, at);
    if (drag.value) drag.value = { ...drag.value, to: at };
  }

  function press(event: PointerEvent): void {
    if (event.button !== 0 || !chart.value) return;
    (event.currentTarget as HTMLElement).setPointerCapture(event.pointerId);
    const at = column(chart.value, event);
    drag.value = { from: at, to: at };
  }

  function release(): void {
    const dragged = drag.value;
    drag.value = null;
    if (!dragged || !chart.value || Math.abs(dragged.to - dragged.from) < leastDrag) return;
    const [a, b] = [stepAt(chart.value, dragged.from), stepAt(chart.value, dragged.to)];
    zoom([Math.min(a, b), Math.max(a, b)]);
  }

  function leave(): void {
    hovered.value = false;
    if (!drag.value) cursor.value = null;
  }

  function cancel(): void {
    drag.value = null;
  }

  function keys(event: KeyboardEvent): void {
    const now = chart.value;
    if (!now) return;
    if (event.key === 'Escape') {
      cursor.value = null;
      reset();
      return;
    }
    const by = event.key === 'ArrowLeft' ? -keyStep : event.key === 'ArrowRight' ? keyStep : 0;
    if (by === 0) return;
    event.preventDefault();
    const { plot } = now;
    const at = cursor.value === null ? plot.left + plot.width / 2 : pixelOf(now, cursor.value);
    cursor.value = stepAt(now, inside(now, at + by));
  }

  return { hovered, pointerY, drag, point, press, release, leave, cancel, keys };
}
