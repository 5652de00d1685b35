/**
 * LEGO: chains of assignments over the group {+1, −1} (Zhang et al. 2022, arXiv 2206.04301, section 2). The first
 * variable is ±1, each later one ± the one before; the clauses stand in random order, `b = - a ;`. What each
 * variable is worth is asked at its clause's first word.
 */
import { z } from 'zod';
import { permutation, type Stream } from '#engine/random.ts';
import type { LanguageDataset } from '../definition.ts';
import type { Question, Sentence } from './language.ts';

const alphabet = [...'abcdefghijklmnopqrstuvwxyz'];
/** Words of a clause: variable, `=`, sign, the variable before or `1`, `;`. */
const clause = 5;

/** The words, letters first, and the places of those that are none. */
function vocabulary(letters: number) {
  const [equals, plus, minus, one, end] = [letters, letters + 1, letters + 2, letters + 3, letters + 4];
  const words = [...alphabet.slice(0, letters), '=', '+', '-', '1', ';'];
  return { words, equals, plus, minus, one, end } as const;
}
type Vocabulary = ReturnType<typeof vocabulary>;

const params = z
  .strictObject({
    variables: z.int().min(2).max(alphabet.length).default(8).meta({
      title: 'Variables',
      description: 'Length of the chain; each is another letter, drawn without replacement.',
    }),
    fewest: z.int().min(2).max(alphabet.length).nullable().default(null).meta({
      title: 'Fewest variables',
      description:
        'Chains of every length from so many variables on, drawn evenly; empty means that all are of one length.',
    }),
    letters: z.int().min(2).max(alphabet.length).default(alphabet.length).meta({
      title: 'Letters',
      description: 'Letters from which the variables are drawn; fewer are learnt sooner.',
    }),
  })
  .refine(({ variables, letters }) => variables <= letters, {
    path: ['letters'],
    error: 'each variable needs a letter of its own',
  })
  .refine(({ variables, fewest }) => fewest === null || fewest <= variables, {
    path: ['fewest'],
    error: 'it must be at most the number of variables',
  });

export const lego: LanguageDataset<typeof params> = {
  kind: 'dataset',
  id: 'lego',
  title: 'LEGO chains',
  help:
    'Chains of signed assignments, a = + 1 ; b = - a ; …, in random order: the value of each variable needs as ' +
    'many steps of reasoning as it stands deep in the chain. Take masking questions and evaluation chain. ' +
    'There is no oracle of masked words.',
  reference: 'Zhang et al. 2022, arXiv 2206.04301',
  studies: ['mlm'],
  params,
  outline: ({ variables, letters }) => ({
    words: vocabulary(letters).words.length,
    maxLength: clause * variables,
  }),
  build({ variables, fewest, letters }) {
    const known = vocabulary(letters);
    const shortest = fewest ?? variables;
    const length = (random: Stream): number =>
      // One length takes no draw.
      shortest === variables
        ? variables
        : shortest + Math.floor(random.uniform() * (variables - shortest + 1));
    return {
      words: known.words,
      maxLength: clause * variables,
      sample: (random) => chain(length(random), letters, known, random),
      unigram: shares((shortest + variables) / 2, letters, known),
      tasks: [],
      questions: (sentence) => values(sentence, known),
    };
  },
};

function chain(
  variables: number,
  letters: number,
  { equals, plus, minus, one, end }: Vocabulary,
  random: Stream,
): Sentence {
  const names = permutation(random, letters).subarray(0, variables);
  const order = permutation(random, variables);
  const sentence = new Int32Array(clause * variables);
  for (let depth = 0; depth < variables; depth++) {
    const sign = random.uniform() < 0.5 ? plus : minus;
    const source = depth === 0 ? one : (names[depth - 1] as number);
    sentence.set([names[depth] as number, equals, sign, source, end], clause * (order[depth] as number));
  }
  return sentence;
}

/** The variables from the chain's beginning; the answer is the word `+` or `-`. */
function values(sentence: Sentence, { plus, minus, one }: Vocabulary): readonly Question[] {
  const placeBySource = new Map<number, number>();
  for (let place = 0; place < sentence.length; place += clause) {
    placeBySource.set(sentence[place + 3] as number, place);
  }
  const asked: Question[] = [];
  let source: number = one;
  let value = 1;
  for (let place = placeBySource.get(source); place !== undefined; place = placeBySource.get(source)) {
    if (sentence[place + 2] === minus) value = -value;
    asked.push({ position: place, answer: value === 1 ? plus : minus });
    source = sentence[place] as number;
  }
  return asked;
}

/** Each clause has one of `=` and `;`, one sign, one variable, and one more variable unless it is the first; `variables` on average. */
function shares(
  variables: number,
  letters: number,
  { words, equals, plus, minus, one, end }: Vocabulary,
): Float64Array {
  const total = clause * variables;
  const share = new Float64Array(words.length).fill((2 * variables - 1) / letters / total, 0, letters);
  share[equals] = share[end] = variables / total;
  share[plus] = share[minus] = variables / 2 / total;
  share[one] = 1 / total;
  return share;
}
