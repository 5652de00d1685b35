import { expect, test } from 'vitest';
import type { MlmRunSpec } from '#contract/spec.ts';
import { stream } from '#engine/random.ts';
import { lego } from '#science/data/lego.ts';
import { pcfg } from '#science/data/pcfg.ts';
import { chain } from '#science/evaluations/chain.ts';
import { expandRuns, preview, resolveExperiment } from '#science/registry.ts';
import { loadBatches } from '#science/studies/mlm/build.ts';

const variables = 5;
const letters = 7;
const language = lego.build(lego.params.parse({ variables, letters }));
const random = stream(3, 'lego');
const sentences = Array.from({ length: 300 }, () => language.sample(random));
const text = (sentence: Int32Array): string => Array.from(sentence, (word) => language.words[word]).join(' ');
const questions = language.questions ?? expect.unreachable();

/** Values of all variables, by substitution until nothing is left to substitute: knows no order. */
function solved(sentence: Int32Array): Map<string, { value: number; clause: number }> {
  const clauses = text(sentence)
    .split(';')
    .filter((each) => each.trim() !== '')
    .map((each) => each.trim().split(' '));
  const known = new Map<string, { value: number; clause: number }>();
  while (known.size < clauses.length) {
    for (const [clause, [name = '', , sign, source = '']] of clauses.entries()) {
      const below = source === '1' ? 1 : known.get(source)?.value;
      if (below !== undefined) known.set(name, { value: sign === '-' ? -below : below, clause });
    }
  }
  return known;
}

test('questions are the chain’s variables in order, asked at their clauses, with their values', () => {
  for (const sentence of sentences) {
    const known = solved(sentence);
    const asked = questions(sentence);
    expect(asked.length).toBe(variables);
    for (const [depth, { position, answer }] of asked.entries()) {
      const name = language.words[sentence[position] as number] as string;
      expect(position).toBe(5 * (known.get(name)?.clause ?? -1));
      expect(language.words[answer]).toBe(known.get(name)?.value === 1 ? '+' : '-');
      // The clause's source is the variable before.
      const source = language.words[sentence[position + 3] as number];
      const before = asked[depth - 1];
      expect(source).toBe(before ? language.words[sentence[before.position] as number] : '1');
    }
  }
});

test('every depth has both answers, and every place in the sentence, equally often', () => {
  for (let depth = 0; depth < variables; depth++) {
    const asked = sentences.map((sentence) => questions(sentence)[depth]);
    const plus = asked.filter((one) => language.words[one?.answer ?? -1] === '+').length;
    // Binomial, n = 300: deviation 8.7 for one half, 6.9 for one fifth; four of them.
    expect(Math.abs(plus - 150)).toBeLessThan(35);
    expect(Math.abs(asked.filter((one) => one?.position === 10).length - 60)).toBeLessThan(28);
  }
});

test('the unigram is the words’ share', () => {
  const counts = new Float64Array(language.words.length);
  for (const sentence of sentences) for (const word of sentence) counts[word] = (counts[word] as number) + 1;
  const total = counts.reduce((sum, count) => sum + count, 0);
  expect(language.unigram.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 12);
  // 7,500 words: at most 0.004 of deviation for a word of share 0.1, and letters are rarer.
  for (const [w, p] of language.unigram.entries())
    expect(Math.abs(p - (counts[w] as number) / total)).toBeLessThan(0.016);
});

test('chains of several lengths come equally often, and are as true', () => {
  const mixed = lego.build(lego.params.parse({ variables, letters, fewest: 3 }));
  const drawn = Array.from({ length: 600 }, () => mixed.sample(random));
  for (const length of [3, 4, 5]) {
    const own = drawn.filter((sentence) => sentence.length === 5 * length);
    // Binomial, n = 600: deviation 11.5; four of them.
    expect(Math.abs(own.length - 200)).toBeLessThan(46);
    for (const sentence of own) {
      const known = solved(sentence);
      expect(known.size).toBe(length);
      const asked = mixed.questions?.(sentence) ?? [];
      expect(asked.map(({ answer }) => mixed.words[answer])).toEqual(
        asked.map(({ position }) => {
          const name = mixed.words[sentence[position] as number] ?? '';
          return known.get(name)?.value === 1 ? '+' : '-';
        }),
      );
      expect(asked.length).toBe(length);
    }
  }
  const share = (word: number) => {
    const counted = drawn.reduce((sum, sentence) => sum + sentence.filter((w) => w === word).length, 0);
    return counted / drawn.reduce((sum, { length }) => sum + length, 0);
  };
  // 12,000 words: at most 0.004 of deviation.
  for (const [w, p] of mixed.unigram.entries()) expect(Math.abs(p - share(w))).toBeLessThan(0.016);
  expect(lego.params.safeParse({ variables: 4, fewest: 5 }).error?.issues[0]?.path).toEqual(['fewest']);
});

const specOf = (changes: object): MlmRunSpec =>
  expandRuns(
    resolveExperiment({
      ...{ format: 'basin/1', title: 'lego', study: 'mlm', steps: 10, batchSize: 6, seeds: [1] },
      ...{ data: { id: 'lego', variables, letters }, masking: { id: 'questions', first: 2 } },
      ...{
        encoder: { id: 'transformer', layers: 1, width: 8, heads: 2, feedForward: 8 },
        loss: { id: 'mlm' },
      },
      ...{ optimizer: { id: 'adamw' }, schedule: { id: 'constant' }, logEvery: 1, checkpointEvery: 10 },
      ...changes,
    }),
  )[0]?.spec as MlmRunSpec;

test('a batch hides nothing and asks the first variables', async () => {
  const { batches, tokens } = loadBatches(specOf({}));
  const numbers = (name: string): number[] => {
    const feed = batches.batch(0)[name];
    return typeof feed === 'object' ? [...feed.data] : [];
  };
  const masked = batches.sentences(0);
  expect(numbers('ids')).not.toContain(tokens.hidden);
  const asked = masked.flatMap(({ sentence }) => questions(sentence).slice(0, 2));
  expect(numbers('slots')).toEqual(asked.map(({ position }) => position + 1));
  expect(numbers('targets')).toEqual(asked.map(({ answer }) => answer));
  const shown = await preview(specOf({}));
  const [first] = shown.kind === 'sentences' ? shown.sentences : [];
  expect(first?.masked).toEqual(asked.slice(0, 2).map(({ position }) => position));
});

test('a language without questions is told so', () => {
  expect(() => loadBatches(specOf({ data: { id: 'pcfg' } }))).toThrow('this one has no questions');
  const plain = pcfg.build(pcfg.params.parse({}));
  expect(() => chain.prepare({ sentences: 2 }, plain, random)).toThrow('asks no questions');
});

test('accuracy by place in the chain is that of a model which solves so many steps and guesses after', () => {
  const prepared = chain.prepare({ sentences: 400 }, language, stream(5, 'evaluation'));
  const measured = prepared.measure((asked, positions, shown) => {
    expect(shown).toBe(true);
    const logs = new Float32Array(asked.length * language.words.length).fill(-10);
    for (const [row, sentence] of asked.entries()) {
      const depth = questions(sentence).findIndex(({ position }) => position === positions[row]);
      const right = questions(sentence)[depth]?.answer as number;
      logs[row * language.words.length + (depth < 3 ? right : language.words.indexOf('+'))] = -0.1;
    }
    return logs;
  });
  expect(measured.map(({ name }) => name)).toEqual([1, 2, 3, 4, 5].map((place) => `accuracy/chain/${place}`));
  expect(measured.slice(0, 3).map(({ value }) => value)).toEqual([1, 1, 1]);
  for (const { value, stderr } of measured.slice(3)) {
    expect(stderr).toBeCloseTo(Math.sqrt((value * (1 - value)) / 400), 12);
    expect(Math.abs(value - 0.5)).toBeLessThan(4 * 0.025);
  }
});
