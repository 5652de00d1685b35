import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { decodeSafetensors } from '#engine/safetensors.ts';
import { basin, document } from '../fixtures/basin.ts';
import { temporaryFolder } from '../fixtures/hosts.ts';
import { normalised, randomAdjacency, spectrumOf } from './support/graphs.ts';

const matrix = randomAdjacency(30, 9, 0.3);
const expected = spectrumOf(matrix);

/** A folder with the matrix in it, as the file graph.csv. */
function withGraph(): { readonly folder: string; readonly file: string } {
  const folder = temporaryFolder();
  const file = join(folder, 'graph.csv');
  writeFileSync(file, matrix.map((row) => row.join(',')).join('\n'));
  return { folder, file };
}

test('graph spectrum: eigenvalues, gap, minimum and eigenvectors', async () => {
  const { folder, file } = withGraph();
  const out = join(folder, 'eigenvectors.safetensors');
  const args = ['graph', 'spectrum', '--adjacency', file, '--k', '5', '--vectors', out, '--json'];
  const ended = await basin(folder, args);
  expect(ended).toMatchObject({ code: 0, stderr: '' });
  const answer = document<Record<string, number> & { eigenvalues: number[]; conductanceBounds: number[] }>(
    ended,
  );
  expect(answer).toMatchObject({ n: 30, components: 1, converged: true });
  expect(answer.eigenvalues).toHaveLength(5);
  for (const [i, value] of answer.eigenvalues.entries())
    expect(value).toBeCloseTo(expected[i] ?? Number.NaN, 10);
  expect(answer.gap).toBeCloseTo((expected[4] as number) - (expected[5] as number), 10);
  expect(answer.minimumSpectralLoss).toBeCloseTo(
    -expected.slice(0, 5).reduce((sum, value) => sum + value ** 2, 0),
    10,
  );
  expect(answer.conductance).toBeGreaterThanOrEqual(answer.conductanceBounds[0] as number);
  expect(answer.conductance).toBeLessThanOrEqual(answer.conductanceBounds[1] as number);
  const { tensors } = decodeSafetensors(readFileSync(out), out);
  const vectors = tensors.get('vectors');
  expect(vectors?.shape).toEqual([30, 5]);
  const adjacency = normalised(matrix);
  for (let x = 0; x < 30; x++) {
    let product = 0;
    for (let y = 0; y < 30; y++)
      product += (adjacency[x]?.[y] as number) * (vectors?.data[5 * y + 2] as number);
    expect(product).toBeCloseTo((expected[2] as number) * (vectors?.data[5 * x + 2] as number), 9);
  }
  const again = await basin(folder, args);
  expect(again.code).toBe(2);
  expect(document<{ error: { code: string } }>(again).error.code).toBe('conflict');
});

test('graph fit: the loss, its minimum and the angle; the vectors have that loss', async () => {
  const { folder, file } = withGraph();
  const out = join(folder, 'fitted.safetensors');
  const args = ['graph', 'fit', '--adjacency', file, '--k', '4', '--seed', '3', '--vectors', out, '--json'];
  const answer = document<Record<string, number>>(await basin(folder, args));
  const floor = -expected.slice(0, 4).reduce((sum, value) => sum + value ** 2, 0);
  expect(answer.minimumSpectralLoss).toBeCloseTo(floor, 10);
  expect(answer.gap).toBeLessThan(1e-9);
  expect(answer.maxSubspaceAngle).toBeLessThan(1e-5);
  expect(answer.steps).toBeGreaterThan(1);
  const f = decodeSafetensors(readFileSync(out), out).tensors.get('vectors');
  expect(f?.shape).toEqual([30, 4]);
  const total = matrix.flat().reduce((sum, weight) => sum + weight, 0);
  const marginal = matrix.map((row) => row.reduce((sum, weight) => sum + weight, 0) / total);
  let loss = 0;
  for (let x = 0; x < 30; x++) {
    for (let y = 0; y < 30; y++) {
      let product = 0;
      for (let i = 0; i < 4; i++) product += (f?.data[4 * x + i] as number) * (f?.data[4 * y + i] as number);
      const weight = (matrix[x]?.[y] as number) / total;
      loss += (marginal[x] as number) * (marginal[y] as number) * product ** 2 - 2 * weight * product;
    }
  }
  expect(loss).toBeCloseTo(answer.loss as number, 11);
});

test.each([
  [['fit', '--adjacency', 'graph.csv'], 'Option --k: it is missing'],
  [['spectrum', '--adjacency', 'graph.csv', '--k', '31'], 'has 30 vertices. Give at most 30'],
  [['spectrum', '--adjacency', 'graph.csv', '--seed', '1'], 'Option --seed: spectrum has none'],
  [
    ['fit', '--adjacency', 'graph.csv', '--k', '2', '--set', 'stepz=3'],
    'Setting stepz: there is no such setting',
  ],
  [['spectrum', '--adjacency', 'none.csv'], 'there is no such file'],
])('one line says what is wrong: %j', async (args, message) => {
  const { folder } = withGraph();
  const placed = args.map((word) => (word.endsWith('.csv') ? join(folder, word) : word));
  const out = join(folder, 'never.safetensors');
  const ended = await basin(folder, ['graph', ...placed, '--vectors', out]);
  expect(ended.code).toBe(2);
  expect(ended.stdout).toBe('');
  expect(ended.stderr.trim().split('\n')).toHaveLength(1);
  expect(ended.stderr).toContain(message);
  expect(existsSync(out)).toBe(false);
});
