import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { stream } from '#engine/random.ts';
import { layeredGrammar, pcfg } from '#science/data/pcfg.ts';
import { pcfgFile } from '#science/data/pcfgFile.ts';
import { temporaryFolder } from '../fixtures/hosts.ts';
import { fileOf } from './support/enumeration.ts';

test('a generated grammar, written out and read back, is the same language', () => {
  const small = { roots: 2, layers: 2, symbols: 3, rulesMin: 2, rulesMax: 3, words: 5 };
  const p = pcfg.params.parse({ ...small, symbolWordsMin: 2, symbolWordsMax: 3, earlyStop: 0.3 });
  const file = join(temporaryFolder(), 'grammar.json');
  writeFileSync(file, JSON.stringify(fileOf(layeredGrammar(p))));
  const expected = pcfg.build(p);
  const read = pcfgFile.build(pcfgFile.params.parse({ file, maxLength: 4 }));
  expect(pcfgFile.outline(pcfgFile.params.parse({ file, maxLength: 4 }))).toEqual({ words: 5, maxLength: 4 });
  expect(read.tasks.map(({ id }) => id)).toEqual(['A', 'B', 'C']);
  expect(read.tasks[0]?.classes).toEqual(expected.tasks[0]?.classes);
  const random = stream(1, 'sample');
  for (let i = 0; i < 30; i++) {
    const sentence = read.sample(random);
    expect(read.oracle?.logProbability(sentence)).toBeCloseTo(
      expected.oracle?.logProbability(sentence) ?? 0,
      10,
    );
    expect(read.tasks[0]?.label(sentence)).toBe(expected.tasks[0]?.label(sentence));
  }
  for (const [w, share] of read.unigram.entries())
    expect(share).toBeCloseTo(expected.unigram[w] as number, 12);
});

test('no file, or none that exists, is told', () => {
  expect(() => pcfgFile.outline(pcfgFile.params.parse({}))).toThrow('Setting data.file: it is missing');
  const file = join(temporaryFolder(), 'none.json');
  expect(() => pcfgFile.outline(pcfgFile.params.parse({ file }))).toThrow('there is no such file');
});
