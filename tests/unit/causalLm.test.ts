import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { MlmRunSpec } from '#contract/spec.ts';
import { nativeBackend } from '#engine/backend.ts';
import { capturedEngine } from '#engine/capture/engine.ts';
import { stream } from '#engine/random.ts';
import { encodeSafetensors } from '#engine/safetensors.ts';
import { causalLm } from '#science/data/causalLm.ts';
import { type CausalModel, readCausalModel } from '#science/data/causalModel.ts';
import { erf } from '#science/nn/erf.ts';
import { causalOracle } from '#science/oracle/causalOracle.ts';
import { expandRuns, resolveExperiment } from '#science/registry.ts';
import { build } from '#science/studies/mlm/build.ts';
import { encodeCheckpoint } from '../../src-main/worker/checkpoint.ts';
import { basin, document } from '../fixtures/basin.ts';
import { sequences } from './support/enumeration.ts';

const folder = mkdtempSync(join(tmpdir(), 'basin-causal-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const text = join(folder, 'text.txt');
writeFileSync(text, 'a b a c a\nb a b a c\nc a b a b\na c a b a\n'.repeat(5));

function specOf(encoder: object, masking = 'next'): MlmRunSpec {
  const experiment = resolveExperiment({
    ...{ format: 'basin/1', title: 'generator', study: 'mlm', steps: 40, batchSize: 16, seeds: [2] },
    ...{ data: { id: 'token-file', file: text }, masking: { id: masking }, loss: { id: 'mlm' } },
    encoder: { id: 'transformer', causal: true, layers: 2, width: 8, heads: 2, feedForward: 12, ...encoder },
    ...{ optimizer: { id: 'adamw', learningRate: 0.02 }, schedule: { id: 'constant' } },
    evaluations: [{ id: 'held-out', every: 40, sentences: 10, positions: 0 }],
    ...{ logEvery: 1, checkpointEvery: 40 },
  });
  return expandRuns(experiment)[0]?.spec as MlmRunSpec;
}

/** Trains the generator for 40 steps; its checkpoint, and log p(word) at each token as TensorFlow has it. */
async function trained(name: string, encoder: object) {
  const spec = specOf(encoder);
  const warn = (message: string): never => {
    throw new Error(message);
  };
  const engine = capturedEngine(nativeBackend, { warn });
  const training = await build(spec, engine);
  const losses = Array.from({ length: spec.steps }, (_, step) => training.step(step, 0.02).loss as number);
  const file = join(folder, `${name}.safetensors`);
  writeFileSync(file, encodeCheckpoint(training, spec, 'test', { step: spec.steps, seconds: 1 }));
  const batch = training.landscape.batch(20);
  const program = engine.compile('logits', (inputs) => ({ logits: training.landscape.outputs(inputs) }));
  const logits = program.run(batch).logits as Float32Array;
  program.dispose();
  training.dispose();
  return { file, losses, batch, logits };
}

const numbers = (feed: unknown): number[] => [
  ...(feed as { data: ArrayLike<number> & Iterable<number> }).data,
];

describe('a model trained on the word to come', () => {
  const variants: [string, object][] = [
    ['plain', {}],
    ['shared and tied', { shared: true, tied: true, heads: 4 }],
  ];
  test.each(variants)('%s: the plain pass gives TensorFlow’s numbers', async (name, encoder) => {
    const { file, batch, logits, losses } = await trained(name, encoder);
    expect(losses.at(-1)).toBeLessThan((losses[0] as number) - 0.3);
    const model = readCausalModel(file);
    expect([model.words, model.maxLength]).toEqual([['a', 'b', 'c'], 5]);
    const [ids, length] = [numbers(batch.ids), model.maxLength + 2];
    for (let row = 0; row < 20; row++) {
      for (let position = -1; position < 4; position++) {
        const row0 = (row * 5 + position + 1) * 3;
        const scores = [...logits.subarray(row0, row0 + 3)];
        const shift = Math.log(scores.reduce((sum, score) => sum + Math.exp(score), 0));
        const plain = model.after(position, ids[row * length + position + 1] as number);
        // TensorFlow's are in single precision: logits of a few units, some dozen operations deep.
        for (const [w, log] of plain.entries()) expect(log).toBeCloseTo((scores[w] as number) - shift, 4);
      }
    }
  });

  test('which sees the word to come is refused', async () => {
    const spec = specOf({ causal: false });
    await expect(build(spec, capturedEngine(nativeBackend, { warn: () => {} }))).rejects.toThrow(
      'Setting masking.id: next asks for words that this encoder sees. Set encoder.causal',
    );
  });
});

describe('its language', () => {
  let file: string;
  let model: CausalModel;
  beforeAll(async () => {
    file = (await trained('language', {})).file;
    model = readCausalModel(file);
  });
  /** p(sentence), as the product of its parts, each from a pass of its own. */
  const joint = (sentence: readonly number[]): number =>
    sentence.reduce((p, word, t) => {
      let next = model.after(-1, 0);
      for (let before = 0; before < t; before++) next = model.after(before, sentence[before] as number);
      return p * Math.exp(next[word] as number);
    }, 1);
  const all = sequences(['0', '1', '2'], 4).map((words) => words.map(Number));

  test('conditionals of any masked positions are those of enumeration', () => {
    const oracle = causalOracle(model);
    const probabilities = all.map(joint);
    expect(probabilities.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 12);
    const sentence = Int32Array.of(0, 2, 0, 1);
    expect(oracle.logProbability(sentence)).toBeCloseTo(Math.log(joint([...sentence])), 12);
    const expected = (position: number, masked: readonly number[], word: number): number => {
      const fits = all.map((other) => other.every((w, i) => masked.includes(i) || w === sentence[i]));
      const mass = (only: (other: readonly number[]) => boolean): number =>
        all.reduce((sum, other, i) => (fits[i] && only(other) ? sum + (probabilities[i] as number) : sum), 0);
      return mass((other) => other[position] === word) / mass(() => true);
    };
    for (const masked of [[2], [3, 0], [0, 1, 2, 3]]) {
      for (const [k, row] of oracle.conditionals(sentence, masked).entries()) {
        for (const word of [0, 1, 2]) {
          expect(row[word]).toBeCloseTo(expected(masked[k] as number, masked, word), 12);
        }
      }
    }
    for (const [position, row] of oracle.each(sentence).entries()) {
      for (const word of [0, 1, 2]) expect(row[word]).toBeCloseTo(expected(position, [position], word), 12);
    }
  });

  test('sentences, unigram and the task’s labels follow the model', () => {
    const language = causalLm.build({ file, length: 4 });
    const random = stream(7, 'sentences');
    const counts = new Map<string, number>();
    const draws = 4000;
    for (let i = 0; i < draws; i++) {
      const key = language.sample(random).join();
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    const share = new Float64Array(3);
    for (const sentence of all) {
      const p = joint(sentence);
      // Binomial; five deviations, and one sentence more for the rare ones.
      expect(Math.abs((counts.get(sentence.join()) ?? 0) - draws * p)).toBeLessThan(
        5 * Math.sqrt(draws * p) + 1,
      );
      for (const word of sentence) share[word] = (share[word] as number) + p / 4;
    }
    // A mean over 300 sentences.
    for (const [w, p] of language.unigram.entries())
      expect(Math.abs(p - (share[w] as number))).toBeLessThan(0.03);
    const [task] = language.tasks;
    for (const sentence of all.slice(0, 30)) {
      const label = task?.label(Int32Array.from(sentence)) as number;
      const after = [0, 1, 2].map((word) => joint([...sentence, word]));
      expect(after[label]).toBe(Math.max(...after));
    }
  });

  test('basin oracle lm answers, and says what is wrong with a file', { timeout: 60_000 }, async () => {
    const sentences = join(folder, 'sentences.txt');
    writeFileSync(sentences, 'a b a\n');
    const ask = (path: string) =>
      basin(folder, ['oracle', 'lm', '--model', path, '--sentences', sentences, '--each', '--json']);
    type Answer = {
      sentences: { logProbability: number; positions: { distribution: Record<string, number> }[] }[];
    };
    const [answer] = document<Answer>(await ask(file)).sentences;
    const oracle = causalOracle(model);
    expect(answer?.logProbability).toBe(oracle.logProbability(Int32Array.of(0, 1, 0)));
    expect(answer?.positions.map(({ distribution }) => Object.values(distribution))).toEqual(
      oracle.each(Int32Array.of(0, 1, 0)).map((row) => [...row]),
    );
    const other = join(folder, 'other.safetensors');
    writeFileSync(other, encodeSafetensors({ tensors: new Map(), metadata: {} }));
    expect((await ask(other)).code).toBe(2);
    expect(() => readCausalModel(other)).toThrow('it is no causal language model');
    expect(() => readCausalModel(join(folder, 'none'))).toThrow('it cannot be read');
  });

  test('sentences that are too long, and too many masks, are told', () => {
    expect(() => causalLm.outline({ file, length: 5 })).toThrow('Setting data.length');
    const oracle = causalOracle(model);
    expect(() => oracle.each(new Int32Array(6))).toThrow('the model takes 5');
    const wide: CausalModel = { ...model, words: Array.from({ length: 2000 }, String) };
    expect(() => causalOracle(wide).conditionals(new Int32Array(3), [0, 1])).toThrow('too many ways');
  });
});

test('erf against tabulated values', () => {
  // Abramowitz and Stegun, table 7.1, and Wolfram Alpha for the last digits.
  const table: [number, number][] = [
    [0, 0],
    [0.5, 0.5204998778130465],
    [1, 0.8427007929497149],
    [2, 0.9953222650189527],
    [3, 0.9999779095030014],
    [4, 0.9999999845827421],
  ];
  for (const [x, value] of table) {
    expect(Math.abs(erf(x) - value)).toBeLessThan(1e-15);
    expect(erf(-x)).toBeCloseTo(-value, 14);
  }
  // Where the two formulas meet.
  expect(erf(3 - 1e-12)).toBeCloseTo(erf(3), 14);
});
