/** Model files: JSON that describes a language. What is wrong in one is told with the file and the place. */
import { readFileSync } from 'node:fs';
import type { z } from 'zod';
import { BasinError } from '#contract/error.ts';
import { settingIssue } from '../choice.ts';
import { type Grammar, grammarFile, grammarOf } from './grammar.ts';
import { type HiddenMarkov, hiddenMarkovFile, hiddenMarkovOf } from './hiddenMarkov.ts';

/** @throws BasinError `not-found`, `bad-input`, `disk` */
export function readTextFile(path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(readBytes(path));
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new BasinError('bad-input', `${path}: it is not UTF-8 text. Save it as UTF-8.`, path);
  }
}

/** @throws BasinError `not-found`, `bad-input`, `disk` */
export function readBytes(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT') {
      throw new BasinError('not-found', `${path}: there is no such file. Check the path.`, path);
    }
    if (code === 'EISDIR')
      throw new BasinError('bad-input', `${path}: it is a folder. Name a file in it.`, path);
    const why = error instanceof Error ? error.message : String(error);
    throw new BasinError('disk', `${path}: it cannot be read: ${why}.`, path);
  }
}

/** `{start, terminals, rules}`. @throws BasinError `bad-input` naming file and place */
export function readGrammarFile(path: string): Grammar {
  return grammarOf(parsed(path, grammarFile), path);
}

/** `{states, words, initial, transition, emission}`. @throws BasinError `bad-input` naming file and place */
export function readHiddenMarkovFile(path: string): HiddenMarkov {
  return hiddenMarkovOf(parsed(path, hiddenMarkovFile), path);
}

function parsed<Schema extends z.ZodType>(path: string, schema: Schema): z.output<Schema> {
  const text = readTextFile(path).replace(/^\uFEFF/, '');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new BasinError('bad-input', `${path}: it is not JSON: ${why}. JSON has no NaN or comments.`, path);
  }
  const result = schema.safeParse(value, { reportInput: true });
  if (result.success) return result.data;
  const issue = settingIssue(result.error);
  throw new BasinError('bad-input', `${path}, ${issue.path || 'document'}: ${issue.why}.`, path);
}
