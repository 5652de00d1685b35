/** Sentences as token ids: words first, then four tokens of structure; `[CLS] words [SEP] [PAD] …`. */
import type { Feeds } from '#engine/engine.ts';
import type { Sentence } from '../../data/language.ts';

export interface Tokens {
  /** Ids 0 … words − 1 are the language's words. */
  readonly words: number;
  readonly start: number;
  readonly end: number;
  readonly hidden: number;
  readonly padding: number;
  /** Number of ids. */
  readonly vocabulary: number;
  /** Tokens of every sequence: the longest sentence, its start and its end. */
  readonly length: number;
}

/** `words` of the language, and `maxLength` of its longest sentence. */
export function tokensOf({ words, maxLength }: { words: number; maxLength: number }): Tokens {
  return {
    words,
    start: words,
    end: words + 1,
    hidden: words + 2,
    padding: words + 3,
    vocabulary: words + 4,
    length: maxLength + 2,
  };
}

/** The place of a sentence's word in its sequence, which begins with [CLS]. */
export function tokenAt(position: number): number {
  return position + 1;
}

/**
 * Feeds `ids` [sentences, length] and `mask` (1 for a token, 0 for padding) of the same shape, with
 * [MASK] at the hidden positions of each sentence.
 */
export function sequences(
  tokens: Tokens,
  sentences: readonly Sentence[],
  hiddenOf: (row: number) => readonly number[] = () => [],
): Feeds {
  const shape = [sentences.length, tokens.length];
  const ids = new Int32Array(sentences.length * tokens.length).fill(tokens.padding);
  const mask = new Float32Array(ids.length);
  for (const [row, sentence] of sentences.entries()) {
    const first = row * tokens.length;
    ids[first] = tokens.start;
    ids.set(sentence, first + tokenAt(0));
    ids[first + sentence.length + 1] = tokens.end;
    mask.fill(1, first, first + sentence.length + 2);
    for (const position of hiddenOf(row)) ids[first + tokenAt(position)] = tokens.hidden;
  }
  return { ids: { shape, data: ids }, mask: { shape, data: mask } };
}
