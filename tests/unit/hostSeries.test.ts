import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { SeriesPoints } from '#contract/run.ts';
import { type Library, openLibrary } from '#host/store/library.ts';
import { insertExperiment } from '#host/store/runs.ts';
import { appendPoints, dropAfter, readChunks } from '#host/store/series.ts';
import { querySeries, valuesAt } from '#host/store/seriesQuery.ts';
import { verifyLibrary } from '#host/store/verify.ts';
import { fakeScience, fakeSpec } from '../fixtures/fakeStudy.ts';
import { temporaryFolder } from '../fixtures/hosts.ts';

function libraryWithRun(): { library: Library; run: string } {
  const library = openLibrary(temporaryFolder());
  const spec = fakeScience.resolveExperiment(fakeSpec());
  const { runs } = insertExperiment(library, spec, 'test', fakeScience.expandRuns(spec), 0);
  return { library, run: runs[0] as string };
}

function points(entries: Iterable<readonly [number, number]>): SeriesPoints {
  const list = [...entries];
  return { step: Float64Array.from(list, ([s]) => s), value: Float64Array.from(list, ([, v]) => v) };
}

function sameBytes(a: Float64Array, b: Float64Array): boolean {
  return Buffer.from(a.buffer, a.byteOffset, a.byteLength).equals(
    Buffer.from(b.buffer, b.byteOffset, b.byteLength),
  );
}

const value = fc.oneof(
  fc.double(),
  fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0),
);
/** Runs of steps that mostly go on from each other, sometimes go back, as after a resume. */
const batch = fc.record({
  back: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, fc.integer({ min: 0, max: 300 })),
  gap: fc.integer({ min: 1, max: 3 }),
  values: fc.array(value, { maxLength: 700, size: 'max' }),
});
const operation = fc.oneof(
  { weight: 5, arbitrary: batch },
  fc.record({ dropTo: fc.integer({ min: 0, max: 3000 }) }),
);

type Operation = typeof operation extends fc.Arbitrary<infer T> ? T : never;

test('a series is a map from step to value, whatever is appended, replaced or dropped', async () => {
  const { library, run } = libraryWithRun();
  const { db } = library;
  let round = 0;
  const play = (operations: readonly Operation[]) => {
    const name = `series ${round++}`;
    const model = new Map<number, number>();
    let end = 0;
    for (const one of operations) {
      if ('dropTo' in one) {
        dropAfter(db, run, one.dropTo, round);
        for (const step of [...model.keys()]) if (step > one.dropTo) model.delete(step);
        end = Math.max(0, ...model.keys());
        continue;
      }
      const start = Math.max(0, end - one.back) + 1;
      const entries = one.values.map((v, i) => [start + i * one.gap, v] as const);
      appendPoints(db, run, name, points(entries), round);
      for (const [step, v] of entries) model.set(step, v);
      end = Math.max(end, ...entries.map(([step]) => step));
    }
    const expected = points([...model.entries()].sort(([a], [b]) => a - b));
    const stored = querySeries(db, run, name, {});
    expect(sameBytes(stored.step, expected.step)).toBe(true);
    expect(sameBytes(stored.value, expected.value)).toBe(true);
    expect(valuesAt(db, run, 1e9)[name]).toEqual(expected.value.at(-1));
  };
  fc.assert(
    fc.property(fc.array(operation, { minLength: 1, maxLength: 12 }), (operations) => {
      db.transaction(() => play(operations));
    }),
    { numRuns: 40 },
  );
  // Also the pyramid's levels fit each other after all that.
  expect((await verifyLibrary(library)).problems).toEqual([]);
  library.db.close();
});

test('a chart gets the first, last, smallest and largest point of each column, and the holes', () => {
  const { library, run } = libraryWithRun();
  const { db } = library;
  const n = 300_000;
  const step = Float64Array.from({ length: n }, (_, i) => 10 * i);
  // Noise around a wave, from a fixed linear congruential generator, with rare spikes.
  let state = 12345;
  const noisy = Float64Array.from({ length: n }, (_, i) => {
    state = (state * 1103515245 + 12345) % 2147483648;
    return Math.sin(i / 5000) + state / 2147483648 + (state % 9973 === 0 ? 50 : 0);
  });
  noisy[123_457] = Number.NaN;
  for (let start = 0; start < n; start += 7000) {
    const part = { step: step.subarray(start, start + 7000), value: noisy.subarray(start, start + 7000) };
    db.transaction(() => appendPoints(db, run, 'loss', part, 1));
  }
  for (const [from, to, columns] of [
    [undefined, undefined, 300],
    [undefined, undefined, 1],
    [500_000, 2_000_000, 200],
    [0, 20_000, 1000],
    [2_990_000, undefined, 50],
  ] as const) {
    const answer = querySeries(db, run, 'loss', { from, to, points: columns });
    expect(answer.step.length).toBeLessThanOrEqual(4 * columns);
    const first = Math.ceil((from ?? 0) / 10);
    const last = Math.min(n - 1, Math.floor((to ?? Number.POSITIVE_INFINITY) / 10));
    // Every answered point is an original one, in order.
    answer.step.forEach((s, i) => {
      expect(answer.value[i]).toBe(noisy[s / 10]);
      if (i > 0) expect(s).toBeGreaterThan(answer.step[i - 1] as number);
    });
    // By brute force: the extremes of every column, its outer eighths left aside (blocks straddle them).
    const width = (last - first) / columns;
    for (let column = 0; column < columns; column++) {
      const [a, b] = [first + (column + 1 / 8) * width, first + (column + 7 / 8) * width];
      const inner = noisy.subarray(Math.ceil(a), Math.floor(b) + 1).filter((v) => !Number.isNaN(v));
      if (
        inner.length < 4 ||
        (123_457 >= first + column * width - 1 && 123_457 <= first + (column + 1) * width + 1)
      ) {
        continue;
      }
      const within = [...answer.step].flatMap((s, i) => {
        const at = s / 10;
        return at >= first + column * width - 1 && at <= first + (column + 1) * width + 1
          ? [answer.value[i] as number]
          : [];
      });
      expect(Math.min(...within)).toBeLessThanOrEqual(inner.reduce((x, y) => Math.min(x, y)));
      expect(Math.max(...within)).toBeGreaterThanOrEqual(inner.reduce((x, y) => Math.max(x, y)));
    }
    if (first <= 123_457 && 123_457 <= last && columns > 1) {
      expect(answer.value.some(Number.isNaN)).toBe(true);
    }
  }
  const whole = querySeries(db, run, 'loss', { points: 300 });
  const finite = whole.value.filter((v) => !Number.isNaN(v));
  expect(whole.step[0]).toBe(0);
  expect(whole.step.at(-1)).toBe(10 * (n - 1));
  const present = noisy.filter((v) => !Number.isNaN(v));
  expect(Math.max(...finite)).toBe(present.reduce((a, b) => Math.max(a, b)));
  expect(Math.min(...finite)).toBe(present.reduce((a, b) => Math.min(a, b)));
  expect(whole.reduced).toBe(true);
  expect(querySeries(db, run, 'loss', { points: 300, from: 0, to: 1000 }).reduced).toBe(false);
  library.db.close();
});

test('many small flushes leave few chunks', () => {
  const { library, run } = libraryWithRun();
  const { db } = library;
  db.transaction(() => {
    for (let i = 0; i < 3000; i++) appendPoints(db, run, 'loss', points([[i, i]]), i);
  });
  const series = db.first(db.from.selectFrom('series').selectAll());
  expect(series).toMatchObject({ points: 3000, last_step: 2999, last_value: 2999 });
  expect(readChunks(db, series?.id ?? 0, 0, 0, 1e9)).toHaveLength(3);
  library.db.close();
});

test('steps out of order, repeated and not finite', () => {
  const { library, run } = libraryWithRun();
  const { db } = library;
  const append = (entries: [number, number][]) =>
    db.transaction(() => appendPoints(db, run, 'loss', points(entries), 1));
  append([
    [3, 30],
    [1, 10],
    [3, 31],
  ]);
  expect([...querySeries(db, run, 'loss', {}).value]).toEqual([10, 31]);
  append([[2, 20]]);
  expect([...querySeries(db, run, 'loss', {}).value]).toEqual([10, 20, 31]);
  expect(() => append([[Number.NaN, 1]])).toThrow(/Series loss/);
  expect(querySeries(db, run, 'nothing', { points: 5 }).step).toHaveLength(0);
  library.db.close();
});
