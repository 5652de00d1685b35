import { expect, test } from 'vitest';
import { stream } from '#engine/random.ts';
import { layeredGrammar, pcfg } from '#science/data/pcfg.ts';
import { bruteForce, fileOf } from './support/enumeration.ts';

/** Sentences of at most 8 words over 6 words. */
const params = pcfg.params.parse({
  roots: 3,
  layers: 3,
  symbols: 3,
  rulesMin: 2,
  rulesMax: 3,
  words: 6,
  symbolWordsMin: 3,
  symbolWordsMax: 4,
  earlyStop: 0.2,
});
const language = pcfg.build(params);
const file = fileOf(layeredGrammar(params));
const layers = [1, 2, 3].flatMap((layer) => [0, 1, 2].map((i) => `A${layer}_${i}`));
const roots = ['S1', 'S2', 'S3'];

test.each([
  ['A', roots, 8],
  ['B', [...roots, ...layers], 4],
  ['C', [...roots, ...layers], 2],
] as const)('task %s names the symbol that brute force finds most likely', (id, candidates, words) => {
  const task = language.tasks.find((one) => one.id === id);
  expect(task?.classes).toEqual([...candidates, 'none']);
  expect(task?.minLength).toBe(5);
  const random = stream(3, 'tasks');
  const seen = new Set<string>();
  for (let i = 0; i < 150; i++) {
    const sentence = language.sample(random);
    const names = Array.from(sentence.subarray(0, words), (word) => language.words[word] as string);
    const likelihoods = candidates.map((symbol) => bruteForce(file, symbol, names));
    const most = Math.max(...likelihoods);
    const label = task?.classes[task.label(sentence)] as string;
    seen.add(label);
    if (most === 0) expect(label).toBe('none');
    // Not `toBe`: two symbols may be equally likely up to rounding.
    else expect((likelihoods[candidates.indexOf(label)] as number) / most).toBeCloseTo(1, 10);
  }
  expect(seen.size).toBeGreaterThan(1);
});

test('the root’s prior has no part in task A', () => {
  // A sentence whose most likely root a posteriori differs from its most likely one by likelihood.
  const prior = new Map(file.rules.filter(([left]) => left === 'S').map(([, [root], p]) => [root, p]));
  const random = stream(5, 'tasks');
  const task = language.tasks[0];
  let differing = 0;
  for (let i = 0; i < 300; i++) {
    const sentence = language.sample(random);
    const names = Array.from(sentence, (word) => language.words[word] as string);
    const likelihoods = roots.map((root) => bruteForce(file, root, names));
    const posterior = roots.map((root, r) => (likelihoods[r] as number) * (prior.get(root) ?? 0));
    const byPosterior = posterior.indexOf(Math.max(...posterior));
    if (byPosterior !== task?.label(sentence)) differing++;
  }
  expect(differing).toBeGreaterThan(0);
});
