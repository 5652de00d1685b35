import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { decodeSafetensors, type TensorFile } from '#engine/safetensors.ts';
import { Side } from '../../src-main/cli/bench/side.ts';

let folder: string;
let side: Side;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'basin-bench-test-'));
  const main = join(import.meta.dirname, '..', '..', 'bench', 'ours', 'main.ts');
  side = new Side('basin', process.execPath, [main, 'captured'], { BASIN_CACHE: folder });
});
afterEach(async () => {
  await side.end();
  rmSync(folder, { recursive: true, force: true });
});

const read = (name: string): TensorFile =>
  decodeSafetensors(readFileSync(join(folder, `${name}.safetensors`)), name);

test('the MLM step starts at the entropy of a guess, and its operations follow from its weights', async () => {
  const { operations } = await side.ask({ op: 'build', work: 'mlm-step', folder });
  const { tensors } = read('weights');
  const { values } = await side.ask({ op: 'check' });
  // Small random logits over 208 words: their spread adds about half its variance to log 208.
  expect(values).toHaveLength(3);
  expect(values[0]).toBeGreaterThan(Math.log(208));
  expect(values[0]).toBeLessThan(Math.log(208) + 0.3);

  const [sentences = 0, length = 0] = read('batches').tensors.get('0/ids')?.shape ?? [];
  const [, slots = 0] = read('batches').tensors.get('0/slots')?.shape ?? [];
  expect([sentences, length]).toEqual([64, 64]);
  // Each kernel once for each row that it is applied to, and two products of attention a block.
  let products = 0;
  for (const [name, { shape }] of tensors) {
    const [from = 0, to = 0] = shape;
    if (!name.endsWith('/kernel')) continue;
    const pruned = name.startsWith('block3/') || name.startsWith('output/');
    const allRows = name === 'block3/attention/query_key_value/kernel' ? (2 / 3) * to : pruned ? 0 : to;
    products += from * (allRows * length + (to - allRows) * slots);
  }
  const width = tensors.get('positions')?.shape[1] ?? 0;
  products += 2 * length * width * (3 * length + slots);
  expect(operations / (6 * sentences * products)).toBeCloseTo(1, 12);

  const run = await side.ask({ op: 'run', count: 2 });
  expect(run.values[0]).toBeLessThan(Math.log(208) + 0.3);
  const described = await side.ask({ op: 'describe' });
  expect(described.peak).toBeGreaterThan(described.resident / 2);
  expect(Object.keys(described.versions)).toEqual(['node', 'tensorflow', 'tfjs']);
}, 60_000);

test('what is asked of a side in vain is an answer, not its end', async () => {
  await expect(side.ask({ op: 'run', count: 1 })).rejects.toThrow('nothing has been built');
  await expect(side.ask({ op: 'build', work: 'nothing', folder })).rejects.toThrow(
    'there is no work nothing',
  );
  await expect(side.ask({ op: 'run', count: 0 })).rejects.toThrow('failed to run');
}, 60_000);

test('the oracle’s work agrees with its oracle on what it writes for the peer', async () => {
  await side.ask({ op: 'build', work: 'oracle', folder });
  const { words, lexical, sentences } = JSON.parse(readFileSync(join(folder, 'oracle.json'), 'utf8'));
  const { values } = await side.ask({ op: 'check' });
  // A sentence's log-probability; then Σ p² and p(word) of each position.
  expect(values).toHaveLength(
    sentences.slice(0, 5).reduce((sum: number, s: number[]) => sum + 1 + 2 * s.length, 0),
  );
  expect(values.every(Number.isFinite)).toBe(true);
  expect(values[1]).toBeGreaterThanOrEqual(1 / words.length);
  const mass = lexical.reduce((sum: number, [, , p]: [string, number, number]) => sum + p, 0);
  // Ten last-layer symbols emit words alone; thirty above stop early with 0.185.
  expect(mass).toBeCloseTo(10 + 30 * 0.185, 10);
}, 60_000);
