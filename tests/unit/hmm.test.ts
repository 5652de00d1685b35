import { expect, test } from 'vitest';
import { stream } from '#engine/random.ts';
import { hmm, randomModel } from '#science/data/hmm.ts';
import { exactConditional } from '#science/evaluations/exactConditional.ts';
import { forwardBackward } from '#science/oracle/forwardBackward.ts';

test('the model seed draws distributions whose spread is that of their concentration', () => {
  // A Dirichlet entry among n has variance (1/n)(1 − 1/n) / (n alpha + 1).
  for (const alpha of [0.3, 2]) {
    const p = hmm.params.parse({ states: 100, words: 20, emissionConcentration: alpha });
    const { emission } = randomModel(p);
    const variance = emission.reduce((sum, q) => sum + (q - 1 / 20) ** 2, 0) / emission.length;
    // 2,000 dependent entries: some 5 %.
    expect(variance / ((0.05 * 0.95) / (20 * alpha + 1))).toBeGreaterThan(0.8);
    expect(variance / ((0.05 * 0.95) / (20 * alpha + 1))).toBeLessThan(1.2);
    for (let s = 0; s < 100; s++) {
      const row = emission.subarray(s * 20, (s + 1) * 20);
      expect(row.reduce((sum, q) => sum + q, 0)).toBeCloseTo(1, 12);
    }
  }
  const tiny = randomModel(hmm.params.parse({ transitionConcentration: 0.01 }));
  expect(tiny.transition.every(Number.isFinite)).toBe(true);
});

test('words occur as often as their share says, in sentences of the lengths asked for', () => {
  const language = hmm.build(hmm.params.parse({ words: 5, states: 3, lengthMin: 2, lengthMax: 4 }));
  const random = stream(1, 'sample');
  const counts = new Float64Array(5);
  const lengths = new Set<number>();
  let total = 0;
  for (let i = 0; i < 20_000; i++) {
    const sentence = language.sample(random);
    lengths.add(sentence.length);
    for (const word of sentence) counts[word] = (counts[word] as number) + 1;
    total += sentence.length;
  }
  expect([...lengths].sort()).toEqual([2, 3, 4]);
  // Deviation of a share: at most sqrt(1 / 4 / 60,000) for independent words, more for a chain.
  for (const [w, share] of language.unigram.entries()) {
    expect(Math.abs((counts[w] as number) / total - share)).toBeLessThan(0.02);
  }
});

test('tasks name the most likely state, and the study knows the floor', () => {
  const p = hmm.params.parse({ states: 4, words: 8 });
  const language = hmm.build(p);
  const sentence = language.sample(stream(2, 'sample'));
  const posterior = forwardBackward(randomModel(p)).statePosterior(sentence, 6);
  const task = language.tasks.find(({ id }) => id === 'state');
  expect(posterior[task?.label(sentence) as number]).toBe(Math.max(...posterior));
  const { references } = exactConditional.prepare(
    exactConditional.params.parse({ sentences: 50 }),
    language,
    stream(1, 'evaluation'),
  );
  expect(references['loss/floor']).toBeGreaterThan(0);
  expect(references['loss/unigram_excess']).toBeGreaterThan(0);
});
