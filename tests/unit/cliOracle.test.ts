import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { GrammarFile } from '#science/data/grammar.ts';
import { basin, document } from '../fixtures/basin.ts';
import { temporaryFolder } from '../fixtures/hosts.ts';
import { bruteForce, sequences } from './support/enumeration.ts';

interface Answer {
  readonly sentences: readonly {
    readonly logProbability: number | null;
    readonly reason?: string;
    readonly positions: readonly {
      readonly index: number;
      readonly distribution: Record<string, number> | null;
    }[];
    readonly spans?: readonly {
      readonly from: number;
      readonly to: number;
      readonly symbols: Record<string, number>;
    }[];
  }[];
}

/** Unary chains, a start symbol on right sides, lexical beside binary rules. */
const grammar: GrammarFile = {
  start: 'S',
  terminals: ['a', 'b', 'c'],
  rules: [
    ['S', ['S', 'A'], 0.3],
    ['S', ['A'], 0.5],
    ['S', ['c'], 0.2],
    ['A', ['B'], 0.6],
    ['A', ['B', 'S'], 0.4],
    ['B', ['a'], 0.7],
    ['B', ['b'], 0.3],
  ],
};
const hmm = {
  states: 2,
  words: ['a', 'b'],
  initial: [1, 0],
  transition: [
    [0, 1],
    [1, 0],
  ],
  emission: [
    [0.25, 0.75],
    [1, 0],
  ],
};

function files(sentences: string, model: unknown = grammar) {
  const folder = temporaryFolder();
  const [modelFile, sentencesFile] = [join(folder, 'model.json'), join(folder, 'sentences.txt')];
  writeFileSync(modelFile, typeof model === 'string' ? model : JSON.stringify(model));
  writeFileSync(sentencesFile, sentences);
  return { folder, args: ['--model', modelFile, '--sentences', sentencesFile] };
}

test('masked positions, log-probabilities and spans are those of enumeration', {
  timeout: 30_000,
}, async () => {
  const { folder, args } = files('a b c a\nc b\n');
  const end = await basin(folder, ['oracle', 'pcfg', ...args, '--mask', '0,1', '--spans', '--json']);
  expect(end).toMatchObject({ code: 0, stderr: '' });
  const { sentences } = document<Answer>(end);
  for (const [i, words] of [
    ['a', 'b', 'c', 'a'],
    ['c', 'b'],
  ].entries()) {
    const answer = sentences[i];
    expect(answer?.logProbability).toBeCloseTo(Math.log(bruteForce(grammar, 'S', words)), 12);
    const completions = sequences(grammar.terminals, words.length)
      .filter((other) => other.slice(2).join() === words.slice(2).join())
      .map((other) => ({ other, p: bruteForce(grammar, 'S', other) }));
    const total = completions.reduce((sum, { p }) => sum + p, 0);
    expect(answer?.positions.map(({ index }) => index)).toEqual([0, 1]);
    for (const { index, distribution } of answer?.positions ?? []) {
      expect(Object.keys(distribution ?? {})).toEqual(grammar.terminals);
      for (const word of grammar.terminals) {
        const expected = completions.reduce(
          (sum, { other, p }) => sum + (other[index] === word ? p / total : 0),
          0,
        );
        expect(distribution?.[word]).toBeCloseTo(expected, 12);
      }
    }
    expect(answer?.spans?.length).toBe((words.length * (words.length + 1)) / 2);
    for (const { from, to, symbols } of answer?.spans ?? []) {
      for (const symbol of ['S', 'A', 'B']) {
        const expected = bruteForce(grammar, symbol, words.slice(from, to));
        if (expected === 0) expect(symbols[symbol]).toBeUndefined();
        else expect(symbols[symbol]).toBeCloseTo(Math.log(expected), 12);
      }
    }
  }
});

test('sentences of probability zero are answered with a reason', { timeout: 30_000 }, async () => {
  // States alternate, and the second emits a alone: "a b" cannot be, yet b's place has a conditional.
  const { folder, args } = files('b a b\na b\na b b b', hmm);
  const end = await basin(folder, ['oracle', 'hmm', ...args, '--each', '--json']);
  expect(end.code).toBe(0);
  const [possible, zero, none] = document<Answer>(end).sentences;
  expect(possible?.logProbability).toBeCloseTo(2 * Math.log(0.75), 12);
  expect(zero).toMatchObject({ logProbability: null, reason: expect.stringContaining('probability zero') });
  expect(zero?.positions.map(({ distribution }) => distribution)).toEqual([null, { a: 1, b: 0 }]);
  expect(none?.positions.every(({ distribution }) => distribution === null)).toBe(true);
});

test('bad input is one line that names file and place, with exit code 2', { timeout: 60_000 }, async () => {
  const changed = (rules: GrammarFile['rules']) => ({ ...grammar, rules });
  const wrong: [string, unknown, string[], string][] = [
    ['a x', grammar, [], 'sentences.txt, line 1, word 2: the model has no word "x"'],
    ['a\n\nb', grammar, [], 'sentences.txt, line 2: it is empty'],
    ['', grammar, [], 'sentences.txt: it holds no sentence'],
    ['a\na b', grammar, ['--mask', '1'], 'sentences.txt, line 1: it has no position 1'],
    ['a', changed([['S', ['a'], 0.9]]), [], 'model.json, symbol S: its probabilities add up to 0.9'],
    [
      'a',
      changed([
        ['S', ['S'], 0.5],
        ['S', ['a'], 0.5],
      ]),
      [],
      'Remove the cycle',
    ],
    ['a', '{"start": NaN}', [], 'model.json: it is not JSON'],
    [
      'a',
      '{"start": "S", "terminals": ["a"], "rules": [["S", ["a"], null]]}',
      [],
      'model.json, rules.0.2: it must be a number',
    ],
  ];
  const ends = await Promise.all(
    wrong.map(([sentences, model, more]) => {
      const { folder, args } = files(sentences, model);
      return basin(folder, ['oracle', 'pcfg', ...args, ...more]);
    }),
  );
  for (const [i, [, , , line]] of wrong.entries()) {
    expect(ends[i], line).toMatchObject({ code: 2, stdout: '' });
    expect(ends[i]?.stderr).toMatch(/^basin: [^\n]+\n$/);
    expect(ends[i]?.stderr).toContain(line);
  }
});
