/** Grammars by enumeration, straight from the definition: the independent check of the oracle. */
import type { Grammar, GrammarFile } from '#science/data/grammar.ts';

/** p(symbol ⇒ words): a sum over rules and places to cut, recursively. Shares nothing with the chart. */
export function bruteForce(file: GrammarFile, symbol: string, words: readonly string[]): number {
  let sum = 0;
  for (const [parent, [first, second], probability] of file.rules) {
    if (parent !== symbol || first === undefined) continue;
    if (second !== undefined) {
      for (let cut = 1; cut < words.length; cut++) {
        const left = bruteForce(file, first, words.slice(0, cut));
        if (left > 0) sum += probability * left * bruteForce(file, second, words.slice(cut));
      }
    } else if (file.terminals.includes(first)) {
      if (words.length === 1 && words[0] === first) sum += probability;
    } else {
      sum += probability * bruteForce(file, first, words);
    }
  }
  return sum;
}

/** Every sequence of `length` words. */
export function sequences(words: readonly string[], length: number): string[][] {
  if (length === 0) return [[]];
  return sequences(words, length - 1).flatMap((head) => words.map((word) => [...head, word]));
}

/** The rules of a grammar, by name. */
export function fileOf({ symbols, words, start, binary, unary, lexical }: Grammar): GrammarFile {
  const symbol = (index: number | undefined): string => symbols[index as number] as string;
  const rules: GrammarFile['rules'] = [];
  for (const [r, parent] of binary.parent.entries()) {
    const pair = [symbol(binary.left[r]), symbol(binary.right[r])];
    rules.push([symbol(parent), pair, binary.probability[r] as number]);
  }
  for (const [r, parent] of unary.parent.entries()) {
    rules.push([symbol(parent), [symbol(unary.child[r])], unary.probability[r] as number]);
  }
  for (const [r, parent] of lexical.parent.entries()) {
    const word = words[lexical.word[r] as number] as string;
    rules.push([symbol(parent), [word], lexical.probability[r] as number]);
  }
  return { start: symbol(start), terminals: [...words], rules };
}
