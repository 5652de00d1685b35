import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { decodeSafetensors, encodeSafetensors } from '#engine/safetensors.ts';
import { basin, document } from '../fixtures/basin.ts';
import { bruteForceGradient } from './support/differences.ts';
import { type Rows, rows } from './support/lossCheck.ts';
import { plainLosses } from './support/plainLosses.ts';

/** The real one: TensorFlow computes here. */
const worker = {
  BASIN_WORKER_ENTRY: fileURLToPath(new URL('../../src-main/worker/main.ts', import.meta.url)),
};
const folder = mkdtempSync(join(tmpdir(), 'basin-evaluate-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const views = { z1: rows(4, 3, 1), z2: rows(4, 3, 2) };
function writeViews(name: string, { z1, z2 }: { z1: Rows; z2: Rows }): string {
  const tensor = (matrix: Rows) => ({ shape: [4, 3], data: Float64Array.from(matrix.flat()) });
  const file = join(folder, name);
  const tensors = new Map([
    ['z1', tensor(z1)],
    ['z2', tensor(z2)],
  ]);
  writeFileSync(file, encodeSafetensors({ tensors, metadata: {} }));
  return file;
}

test('value, parts and gradients of arrays in a file, without touching the library', async () => {
  const library = join(folder, 'library');
  const out = join(folder, 'gradients.safetensors');
  const loss = ['evaluate', 'loss', 'spectral', '--tensors', writeViews('views.safetensors', views)];
  const ended = await basin(library, [...loss, '--set', 'mu=2', '--gradients', out, '--json'], worker);
  expect(ended.code).toBe(0);
  const found = document<{ value: number; parts: Record<string, number>; loss: unknown }>(ended);
  const plain = (z1: Rows) => plainLosses.spectral({ mu: 2 }, { ...views, z1 });
  expect(Math.abs(found.value - plain(views.z1))).toBeLessThan(1e-5);
  expect((found.parts.positive ?? 0) + (found.parts.negative ?? 0)).toBeCloseTo(found.value, 6);
  expect(found.loss).toEqual({ id: 'spectral', mu: 2 });
  const { tensors } = decodeSafetensors(readFileSync(out), out);
  expect([...tensors.keys()]).toEqual(['z1', 'z2']);
  const expected = bruteForceGradient(plain, views.z1).flat();
  for (const [i, entry] of (tensors.get('z1')?.data ?? []).entries()) {
    expect(entry).toBeCloseTo(expected[i] ?? Number.NaN, 5);
  }
  expect(existsSync(library)).toBe(false);
}, 60_000);

test('a mistake gives one line, and exit code 2', async () => {
  const file = writeViews('again.safetensors', views);
  const broken = join(folder, 'broken.safetensors');
  writeFileSync(broken, readFileSync(file).subarray(0, 100));
  const run = (id: string, ...options: string[]) =>
    basin(folder, ['evaluate', 'loss', id, ...options], worker);
  const ends = await Promise.all([
    run('simcrl', '--tensors', file),
    run('simclr', '--tensors', file, '--set', 'mu=1'),
    run('moco', '--tensors', file),
    run('simclr', '--tensors', broken),
    run('simclr', '--tensors', file, '--gradients', file),
  ]);
  const lines = [
    /^basin: Loss simcrl: there is no such loss\. Did you mean simclr\?\n$/,
    /^basin: Setting loss\.mu: there is no such setting\. Remove it\.\n$/,
    /^basin: Array queue: moco needs it\. Give it\.\n$/,
    /^basin: Cannot read .*broken\.safetensors: .*\n$/,
    /^basin: Option --gradients: .* holds the arrays\. Name another file\.\n$/,
  ];
  for (const [i, { code, stdout, stderr }] of ends.entries()) {
    expect(stderr).toMatch(lines[i] as RegExp);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  }
}, 60_000);
