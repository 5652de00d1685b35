import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RunDetail } from '#contract/host.ts';
import type { MeasurementRow } from '#contract/run.ts';
import { basin, document, type Ended } from '../fixtures/basin.ts';
import { tinyMlmSpec } from '../fixtures/tinyMlmSpec.ts';

/** The real one: TensorFlow computes here. */
const worker = {
  BASIN_WORKER_ENTRY: fileURLToPath(new URL('../../src-main/worker/main.ts', import.meta.url)),
};
const library = mkdtempSync(join(tmpdir(), 'basin-probe-'));
const run = (...args: string[]): Promise<Ended> => basin(library, args, worker);
const measurements = async (): Promise<MeasurementRow[]> =>
  document<RunDetail>(await run('show', 'tiny', '--json')).measurements;

beforeAll(async () => {
  const file = join(library, 'spec.json');
  const spec = tinyMlmSpec({
    probes: [{ id: 'linear', every: 20, iterations: 5 }],
    downstream: { train: 300, validation: 10, test: 200 },
  });
  writeFileSync(file, JSON.stringify(spec));
  expect((await run('run', file)).code).toBe(0);
}, 120_000);
afterAll(() => rmSync(library, { recursive: true, force: true }));

interface Found {
  readonly accuracy: number;
  readonly stderr: number;
  readonly loss: number;
  readonly baseline: number;
  readonly tasks: readonly { readonly task: string; readonly accuracy: number }[];
  readonly measured: readonly { readonly name: string; readonly value: number }[];
}

test('a checkpoint is probed as its run would, and what is found is kept there', async () => {
  const live = await measurements();
  const [all, one, rank] = await Promise.all([
    run('probe', 'tiny', '--probe', 'linear', '--set', 'iterations=5', '--json'),
    run('probe', 'tiny', '--probe', 'knn', '--task', 'B', '--set', 'k=5', '--json'),
    run('probe', 'tiny', '--probe', 'feature-spectrum', '--task', 'A'),
  ]);
  expect([all.code, one.code, rank.code]).toEqual([0, 0, 0]);
  const found = document<Found>(all);
  expect(found.tasks.map(({ task }) => task)).toEqual(['A', 'B', 'C']);
  for (const { name, value } of found.measured) {
    const same = live.find((row) => row.name === name)?.value ?? Number.NaN;
    // Of 200 answers; another process may differ in its last bits.
    expect(Math.abs(value - same), name).toBeLessThanOrEqual(0.011);
  }
  expect(found.accuracy).toBe(found.tasks[0]?.accuracy);
  expect(found.stderr).toBeCloseTo(Math.sqrt((found.accuracy * (1 - found.accuracy)) / 200), 10);
  expect(found.loss).toBeGreaterThan(0);
  expect(found.baseline).toBeGreaterThanOrEqual(0.5);
  expect(document(one)).toMatchObject({
    task: 'B',
    loss: null,
    step: 20,
    probe: { id: 'knn', k: 5 },
    seed: 1,
  });
  expect(rank.stdout).toMatch(/^features\/effective_rank\/A +\d/m);

  const after = await measurements();
  expect(after.filter(({ name }) => !name.includes('/measured/'))).toEqual(live);
  const kept = after.filter(({ name }) => name.includes('/measured/'));
  expect(kept.map(({ name }) => name).sort()).toEqual([
    'accuracy/measured/knn/B',
    ...['A', 'B', 'C'].map((task) => `accuracy/measured/linear/${task}`),
    'features/measured/effective_rank/A',
  ]);
  expect(kept.every(({ checkpoint }) => checkpoint !== null)).toBe(true);
}, 120_000);

test('a mistake gives one line, and exit code 2', async () => {
  const ends = await Promise.all([
    run('probe', 'tiny', '--probe', 'liner'),
    run('probe', 'tiny', '--probe', 'linear', '--task', 'D'),
    run('probe', 'tiny', '--probe', 'linear', '--set', 'k=3'),
    run('probe', 'tiny', '--probe', 'alignment-uniformity'),
    run('probe', 'tiny@19', '--probe', 'linear'),
  ]);
  const lines = [
    /^basin: Probe liner: there is no such probe\. Did you mean linear\?\n$/,
    /^basin: Task D: this study does not have it\. Take one of: A, B, C\.\n$/,
    /^basin: Setting probe\.k: there is no such setting\. Remove it\.\n$/,
    /^basin: Setting probe\.id: "alignment-uniformity" is not known\. Take one of: .*\n$/,
    /^basin: No checkpoint tiny@19: its checkpoints are at step 20\.\n$/,
  ];
  for (const [i, { code, stdout, stderr }] of ends.entries()) {
    expect(stderr).toMatch(lines[i] as RegExp);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  }
}, 120_000);
