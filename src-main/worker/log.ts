/** Metrics on their way to the host: gathered by series, sent in batches, at most one batch under way. */
import type { MetricBatch } from '#contract/worker.ts';

export class MetricLog {
  #pending = new Map<string, { step: number[]; value: number[] }>();
  #underWay: Promise<void> = Promise.resolve();
  readonly #send: (batches: MetricBatch[]) => Promise<unknown>;

  constructor(send: (batches: MetricBatch[]) => Promise<unknown>) {
    this.#send = send;
  }

  add(step: number, values: Readonly<Record<string, number>>): void {
    for (const [series, value] of Object.entries(values)) {
      let points = this.#pending.get(series);
      if (!points) {
        points = { step: [], value: [] };
        this.#pending.set(series, points);
      }
      points.step.push(step);
      points.value.push(value);
    }
  }

  /** Resolves when everything added so far is durable at the host; rejects if the host could not keep it. */
  flush(): Promise<void> {
    this.#underWay = this.#underWay.then(async () => {
      if (this.#pending.size === 0) return;
      const batches = [...this.#pending].map(([series, { step, value }]) => ({
        series,
        step: Float64Array.from(step),
        value: Float64Array.from(value),
      }));
      this.#pending = new Map();
      await this.#send(batches);
    });
    return this.#underWay;
  }
}
