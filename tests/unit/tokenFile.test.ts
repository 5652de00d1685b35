import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { stream } from '#engine/random.ts';
import type { Language } from '#science/data/language.ts';
import { tokenFile } from '#science/data/tokenFile.ts';
import { heldOut } from '#science/evaluations/heldOut.ts';
import { temporaryFolder } from '../fixtures/hosts.ts';

function written(text: string | Uint8Array): string {
  const file = join(temporaryFolder(), 'text.txt');
  writeFileSync(file, text);
  return file;
}
const built = (file: string, changes: object = {}): Language =>
  tokenFile.build(tokenFile.params.parse({ file, ...changes }));
const words = (language: Language, sentence: Int32Array): string =>
  Array.from(sentence, (word) => language.words[word]).join(' ');

test('the most frequent words get numbers, rare ones share one, long sentences are cut', () => {
  const file = written('\uFEFFthe cat  saw the dog\r\n\r\nthe dog saw\n the end \n');
  const all = built(file, { maxLength: 3, heldOut: 0.25 });
  expect(all.words).toEqual(['the', 'saw', 'dog', 'cat', 'end']);
  expect(all.maxLength).toBe(3);
  const apart = words(all, all.heldOut?.(stream(0, 'x')) ?? expect.unreachable());
  const texts = [...(all.sentences ?? []).map((sentence) => words(all, sentence)), apart];
  expect(texts.toSorted()).toEqual(['the cat saw', 'the dog', 'the dog saw', 'the end']);

  const few = built(file, { words: 3 });
  expect(few.words).toEqual(['the', 'saw', '<rare>']);
  expect(tokenFile.outline(tokenFile.params.parse({ file, words: 3 }))).toEqual({ words: 3, maxLength: 5 });
  const [first] = (few.sentences ?? []).filter(({ length }) => length === 5);
  expect(words(few, first ?? few.heldOut?.(stream(0, 'x')) ?? expect.unreachable())).toBe(
    'the <rare> saw the <rare>',
  );
});

test('what is held out is never trained on, and drawn by the split seed', () => {
  const file = written(Array.from({ length: 50 }, (_, i) => `w${i}`).join('\n'));
  const draws = (language: Language, of: 'sample' | 'heldOut'): Set<number> => {
    const random = stream(1, 'draw');
    return new Set(Array.from({ length: 1000 }, () => language[of]?.(random)[0] as number));
  };
  const language = built(file, { heldOut: 0.2 });
  const [trained, kept] = [draws(language, 'sample'), draws(language, 'heldOut')];
  // 1,000 draws of 40: each is missed with probability 1e-11.
  expect([trained.size, kept.size]).toEqual([40, 10]);
  expect([...trained].filter((word) => kept.has(word))).toEqual([]);
  expect(draws(built(file, { heldOut: 0.2 }), 'heldOut')).toEqual(kept);
  expect(draws(built(file, { heldOut: 0.2, splitSeed: 2 }), 'heldOut')).not.toEqual(kept);
});

test('unigram: counts of what is trained on, and one for each word', () => {
  const language = built(written('a a b\na b\nc c'), { heldOut: 0.01 });
  const counts = language.words.map((_, w) =>
    (language.sentences ?? []).reduce((sum, some) => sum + some.filter((word) => word === w).length, 1),
  );
  const total = counts.reduce((sum, count) => sum + count, 0);
  expect([...language.unigram]).toEqual(counts.map((count) => count / total));
});

test.each([
  ['no file', '', 'Setting data.file: it is missing. Give the path of a text.'],
  ['no such file', '/nowhere/text.txt', 'there is no such file'],
  ['one sentence', () => written('only one\n\n'), 'it holds fewer than two sentences'],
  ['other bytes', () => written(Uint8Array.of(0xff, 0xfe, 0x00)), 'it is not UTF-8 text'],
])('%s is told', (_name, file, message) => {
  expect(() => built(typeof file === 'string' ? file : file())).toThrow(message);
});

test('held-out loss is the mean over sentences of −log p of the words that stand there', () => {
  const language = built(written('a b c\na b\nc a a b\nb b'), { heldOut: 0.9 });
  const params = heldOut.params.parse({ sentences: 40, positions: 0 });
  const prepared = heldOut.prepare(params, language, stream(2, 'evaluation'));
  const logs = language.words.map((_, w) => Math.log((w + 1) / 6));
  const seen = new Map<Int32Array, number[]>();
  const order: { sentence: Int32Array; position: number }[] = [];
  const [measured] = prepared.measure((sentences, masked, shown) => {
    expect(shown).toBeUndefined();
    for (const [i, sentence] of sentences.entries()) order.push({ sentence, position: masked[i] as number });
    return Float32Array.from(sentences.flatMap(() => logs));
  });
  const perSentence: number[] = [];
  const unigrams: number[] = [];
  for (let at = 0; at < order.length; ) {
    const { sentence } = order[at] ?? expect.unreachable();
    const positions = order.slice(at, at + sentence.length).map(({ position }) => position);
    expect(positions.toSorted((a, b) => a - b)).toEqual([...sentence.keys()]);
    seen.set(sentence, positions);
    const mean = (log: (word: number) => number): number =>
      -sentence.reduce((sum, word) => sum + log(word), 0) / sentence.length;
    perSentence.push(mean((word) => logs[word] as number));
    unigrams.push(mean((word) => Math.log(language.unigram[word] as number)));
    at += sentence.length;
  }
  const average = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const centre = average(perSentence);
  const variance = perSentence.reduce((sum, value) => sum + (value - centre) ** 2, 0) / 39;
  expect(perSentence.length).toBe(40);
  // Logarithms pass through single precision.
  expect(measured).toMatchObject({ name: 'loss/held_out', value: expect.closeTo(centre, 6) });
  expect(measured?.stderr).toBeCloseTo(Math.sqrt(variance / 40), 6);
  expect(prepared.references['loss/unigram']).toBeCloseTo(average(unigrams), 12);
  expect(seen.size).toBeLessThanOrEqual(4);
});

test('as letters the text is one stream, cut into pieces of one length', () => {
  const file = written('The cat,\nand 3 DOGS!');
  const language = built(file, { unit: 'letters', maxLength: 4, heldOut: 0.2 });
  const apart = language.heldOut?.(stream(0, 'x')) ?? expect.unreachable();
  const pieces = [...(language.sentences ?? []), apart].map((sentence) => words(language, sentence));
  // the_cat_and_dogs_ without its last letter.
  expect(pieces.map((piece) => piece.replaceAll(' ', '')).toSorted()).toEqual([
    'and_',
    'cat_',
    'dogs',
    'the_',
  ]);
});
