/** Sentences of a user's own grammar. */
import { z } from 'zod';
import type { LanguageDataset } from '../definition.ts';
import { insideOutside } from '../oracle/insideOutside.ts';
import { spanTasks } from '../oracle/spanTasks.ts';
import { fileSetting, givenFile } from './fileSetting.ts';
import { type Grammar, sampler, unigram } from './grammar.ts';
import { readGrammarFile } from './modelFile.ts';

const params = z.strictObject({
  file: fileSetting('A grammar as JSON: start, terminals, rules.'),
  maxLength: z.int().min(1).max(128).default(16).meta({
    title: 'Longest',
    description: 'Longer sentences are drawn anew.',
    unit: 'words',
  }),
});

export const pcfgFile: LanguageDataset<typeof params> = {
  kind: 'dataset',
  id: 'pcfg-file',
  title: 'Sentences of a grammar file',
  help:
    'Sentences of your own probabilistic context-free grammar, with the exact conditional of every masked ' +
    'word. Where longer sentences are cut off, the unigram that models are compared with is still that of ' +
    'all sentences, long ones included. Task A needs two unary rules of the start symbol.',
  studies: ['mlm'],
  params,
  outline: (p) => ({ words: grammarIn(p.file).words.length, maxLength: p.maxLength }),
  build({ file, maxLength }) {
    const grammar = grammarIn(file);
    const roots = rootsOf(grammar);
    const others = grammar.symbols.filter((symbol, i) => i !== grammar.start && !roots.includes(symbol));
    const tasks = spanTasks(grammar, { roots, layers: others, maxLength });
    return {
      words: grammar.words,
      maxLength,
      sample: sampler(grammar, maxLength),
      unigram: unigram(grammar),
      oracle: insideOutside(grammar),
      // Without classes to choose from there is no task.
      tasks: tasks.filter(({ classes }) => classes.length > 2),
    };
  },
};

function grammarIn(file: string): Grammar {
  return readGrammarFile(givenFile(file, 'a grammar'));
}

/** Right sides of the start symbol's unary rules. */
function rootsOf({ symbols, start, unary }: Grammar): string[] {
  const roots = [...unary.parent.keys()].filter((r) => unary.parent[r] === start);
  return [...new Set(roots.map((r) => symbols[unary.child[r] as number] as string))];
}
