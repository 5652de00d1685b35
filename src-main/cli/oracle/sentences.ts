/** Sentences of a file, one a line, words separated by spaces, as numbers of a model's words. */
import { BasinError } from '#contract/error.ts';
import type { Sentence } from '#science/data/language.ts';
import { readTextFile } from '#science/data/modelFile.ts';

/** @throws BasinError `bad-input` naming file, line and word */
export function readSentences(path: string, words: readonly string[]): readonly Sentence[] {
  const index = new Map(words.map((word, i) => [word, i]));
  const fail = (where: string, why: string): never => {
    throw new BasinError('bad-input', `${path}${where}: ${why}.`, path);
  };
  const lines = readTextFile(path)
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/);
  if (lines.at(-1) === '') lines.pop();
  if (lines.length === 0) fail('', 'it holds no sentence. Give one a line');
  return lines.map((line, i) => {
    const names = line.split(/\s+/).filter(Boolean);
    if (names.length === 0) fail(`, line ${i + 1}`, 'it is empty. Give one sentence a line');
    return Int32Array.from(names, (name, place) => {
      const word = index.get(name);
      if (word !== undefined) return word;
      return fail(
        `, line ${i + 1}, word ${place + 1}`,
        `the model has no word "${name}". Take words of the model`,
      );
    });
  });
}
