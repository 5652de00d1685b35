/** `basin oracle`: exact probabilities of a model file's language. */
import { Argument, type Command, InvalidArgumentError } from 'commander';
import { BasinError } from '#contract/error.ts';
import type { Sentence } from '#science/data/language.ts';
import { action, command } from '../command.ts';
import { answerFor, type Masks, type SentenceAnswer } from '../oracle/answer.ts';
import { type ModelKind, modelKinds, readModel } from '../oracle/model.ts';
import { readSentences } from '../oracle/sentences.ts';
import type { Output } from '../output.ts';

interface Options {
  readonly model: string;
  readonly sentences: string;
  readonly mask?: readonly number[];
  readonly each?: true;
  readonly spans?: true;
}

export function oracle(): Command {
  return command(
    'oracle',
    'Print exact probabilities of sentences and of their masked words under a grammar, a hidden ' +
      'Markov model or a causal language model. Positions count from 0, logarithms are natural.',
    'oracle pcfg --model grammar.json --sentences test.txt --each --json',
    'oracle hmm --model hmm.json --sentences test.txt --mask 2,5',
    'oracle lm --model model.safetensors --sentences test.txt --each',
  )
    .addArgument(new Argument('<kind>', 'what the model file holds').choices(modelKinds))
    .requiredOption('--model <file>', 'the model: JSON or, for lm, a checkpoint')
    .requiredOption('--sentences <file>', 'one sentence a line, words separated by spaces')
    .option('--mask <positions>', 'mask these positions together, such as 0 or 2,5', positions)
    .option('--each', 'mask every position in turn')
    .option('--spans', 'pcfg: also the inside log-probability of each symbol over each span')
    .action(
      action<[ModelKind, Options]>(async ({ output }, kind, options) => {
        const { mask, each, spans } = options;
        if (mask && each) throw new BasinError('bad-input', 'Options --mask and --each: give one of them.');
        const model = readModel(kind, options.model);
        if (spans && !model.spans) {
          throw new BasinError('bad-input', `Option --spans: the model ${kind} has none. Leave it out.`);
        }
        const sentences = readSentences(options.sentences, model.words);
        const masks: Masks = each ? 'each' : (mask ?? []);
        checkMasks(masks, sentences, options.sentences);
        const answers = (function* () {
          for (const sentence of sentences) yield answerFor(model, sentence, masks, spans === true);
        })();
        if (output.json) printDocument(answers, output);
        else printText(answers, sentences, model.words, output);
      }),
    );
}

/** `2,5` → [2, 5]. @throws InvalidArgumentError */
function positions(text: string): readonly number[] {
  const parts = text.split(',').map((part) => part.trim());
  if (!parts.every((part) => /^\d{1,9}$/.test(part))) {
    throw new InvalidArgumentError('Give positions from 0, separated by commas.');
  }
  const numbers = parts.map(Number);
  if (new Set(numbers).size < numbers.length) throw new InvalidArgumentError('Name each position once.');
  return numbers;
}

function checkMasks(masks: Masks, sentences: readonly Sentence[], path: string): void {
  if (masks === 'each' || masks.length === 0) return;
  const last = Math.max(...masks);
  for (const [i, { length }] of sentences.entries()) {
    if (last < length) continue;
    const why = `it has no position ${last} to mask, but 0 … ${length - 1}`;
    throw new BasinError('bad-input', `${path}, line ${i + 1}: ${why}. Choose others.`, path);
  }
}

/** Sentence by sentence: the whole document may be longer than a string can be. */
function printDocument(answers: Iterable<SentenceAnswer>, output: Output): void {
  let first = true;
  output.print('{"sentences": [');
  for (const answer of answers) {
    output.print(`${first ? '' : ','}${JSON.stringify(answer)}`);
    first = false;
  }
  output.print(']}');
}

/** Words shown for a masked position. */
const shown = 5;

function printText(
  answers: Iterable<SentenceAnswer>,
  sentences: readonly Sentence[],
  words: readonly string[],
  output: Output,
): void {
  let line = 0;
  for (const { logProbability, reason, positions, spans } of answers) {
    const sentence = sentences[line++] as Sentence;
    output.print(output.style('bold', Array.from(sentence, (word) => words[word]).join(' ')));
    output.print(`  log p ${logProbability === null ? `−∞: ${reason}` : logProbability.toPrecision(10)}`);
    for (const position of positions) {
      const { index, distribution, entropy } = position;
      if (distribution === null || entropy === null) {
        output.print(`  ${index}  none: ${position.reason}`);
        continue;
      }
      const likely = Object.entries(distribution)
        .toSorted(([, a], [, b]) => b - a)
        .slice(0, shown)
        .map(([word, p]) => `${word} ${p.toPrecision(4)}`);
      output.print(`  ${index}  entropy ${entropy.toPrecision(6)}  ${likely.join('  ')}`);
    }
    for (const { from, to, symbols } of spans ?? []) {
      const logs = Object.entries(symbols).map(([symbol, log]) => `${symbol} ${log.toPrecision(6)}`);
      if (logs.length > 0) output.print(`  [${from}, ${to})  ${logs.join('  ')}`);
    }
  }
}
