/** How many words a symbol can span at all. */
import type { CompiledGrammar } from './compiledGrammar.ts';

/** Masks of the groups in which some left child, some right child, can span so many words: by width, from 0. */
export interface SpanWidths {
  readonly left: Int32Array;
  readonly right: Int32Array;
}

export function spanWidths(grammar: CompiledGrammar, longest: number): SpanWidths {
  const { symbols, lexical, words, unary, lefts, leftBit, rightBit } = grammar;
  const { firstPair, endPair, right: rightOf, firstRule, parent } = grammar;
  /** [widths, symbols]: 1 where the symbol can span the width. */
  const can = new Uint8Array((longest + 1) * symbols);
  const masks = { left: new Int32Array(longest + 1), right: new Int32Array(longest + 1) };
  for (let width = 1; width <= longest; width++) {
    const base = width * symbols;
    if (width === 1)
      for (let s = 0; s < symbols; s++) can[base + s] = Number((lexical[words * symbols + s] as number) > 0);
    for (let part = 1; part < width; part++) {
      for (const b of lefts) {
        if (can[part * symbols + b] === 0) continue;
        for (let q = firstPair[b] as number; q < (endPair[b] as number); q++) {
          if (can[(width - part) * symbols + (rightOf[q] as number)] === 0) continue;
          for (let r = firstRule[q] as number; r < (firstRule[q + 1] as number); r++) {
            can[base + (parent[r] as number)] = 1;
          }
        }
      }
    }
    for (const [r, child] of unary.child.entries()) {
      if (can[base + child] === 1) can[base + (unary.parent[r] as number)] = 1;
    }
    for (let s = 0; s < symbols; s++) {
      if (can[base + s] === 0) continue;
      masks.left[width] = (masks.left[width] as number) | (leftBit[s] as number);
      masks.right[width] = (masks.right[width] as number) | (rightBit[s] as number);
    }
  }
  return masks;
}
