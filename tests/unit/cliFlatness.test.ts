import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RunDetail } from '#contract/host.ts';
import { basin, document, type Ended, start } from '../fixtures/basin.ts';
import { until } from '../fixtures/hosts.ts';
import { tinyMlmSpec } from '../fixtures/tinyMlmSpec.ts';

/** The real one: TensorFlow computes here. */
const worker = {
  BASIN_WORKER_ENTRY: fileURLToPath(new URL('../../src-main/worker/main.ts', import.meta.url)),
};

const spec = tinyMlmSpec({ flatness: { id: 'trace', every: 20, batchSize: 16 } });

interface Found {
  readonly estimate: number;
  readonly samples: readonly number[];
  readonly eigenvalues: readonly number[];
  readonly trace: number;
  readonly residuals: readonly number[];
  readonly products: number;
  readonly seconds: number;
}

describe('flatness', { timeout: 120_000 }, () => {
  const library = mkdtempSync(join(tmpdir(), 'basin-flatness-'));
  const run = (...args: string[]): Promise<Ended> => basin(library, args, worker);
  beforeAll(async () => {
    const file = join(library, 'spec.json');
    writeFileSync(file, JSON.stringify(spec));
    expect((await run('run', file)).code).toBe(0);
  }, 120_000);
  afterAll(() => rmSync(library, { recursive: true, force: true }));

  test('measures a checkpoint as its run would, keeps it there, and takes files too', async () => {
    const live = document<RunDetail>(await run('show', 'tiny', '--json')).measurements;
    const of = (...args: string[]) => run('flatness', 'tiny', '--batch-size', '16', '--json', ...args);

    const weights = ['--parameters', 'output/*'];
    const [trace, exact, top] = await Promise.all([
      of(),
      of('--measure', 'exact', ...weights),
      of('--measure', 'top', '--top', '2', ...weights),
    ]);
    expect([trace.code, exact.code, top.code]).toEqual([0, 0, 0]);
    expect(trace.stderr).toMatch(/^trace of tiny: product \d+\/8 \(\d+ %\)/m);
    const estimated = document<Found>(trace);
    // The same batch and directions; another process may differ in its last bits.
    expect(estimated.estimate / (live[0]?.value ?? Number.NaN)).toBeCloseTo(1, 5);
    expect(estimated).toMatchObject({ products: 8, step: 20, seed: 1, stderr: expect.any(Number) });
    expect(estimated.samples).toHaveLength(8);
    const whole = document<Found>(exact);
    expect(whole.eigenvalues).toHaveLength(8 * 6 + 6);
    expect(whole.eigenvalues.reduce((sum, value) => sum + value, 0)).toBeCloseTo(whole.trace, 8);
    const largest = document<Found>(top);
    expect(largest.residuals).toHaveLength(2);
    for (const [i, value] of largest.eigenvalues.entries())
      expect(value).toBeCloseTo(whole.eigenvalues[i] ?? 0, 4);

    const detail = document<RunDetail>(await run('show', 'tiny', '--json'));
    const kept = detail.measurements.filter(({ name }) => name.startsWith('flatness/measured/'));
    expect(kept.map(({ name }) => name).sort()).toEqual([
      'flatness/measured/exact_trace/output/*',
      'flatness/measured/top/output/*',
      'flatness/measured/trace',
    ]);
    expect(kept.every(({ checkpoint }) => checkpoint === detail.checkpoints[0]?.id)).toBe(true);
    expect(detail.measurements.filter(({ name }) => name === 'flatness/trace')).toEqual(live);

    const copy = join(library, 'copy.safetensors');
    await run('checkpoint', 'tiny', '--out', copy);
    const [text, foreign, unknown, missing] = await Promise.all([
      run('flatness', copy, '--operator', 'fisher', '--probes', '2'),
      run('flatness', copy, '--measure', 'top', '--probes', '3'),
      run('flatness', copy, '--parameters', 'decoder/*'),
      run('flatness', join(library, 'none.safetensors'), '--json'),
    ]);
    expect(text).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^Tr\(F\) = \S+ ± \S+ {2}\(2 products/),
    });
    const line =
      'basin: Option --probes: top has none. It belongs to --measure trace and --measure density.\n';
    expect(foreign).toMatchObject({ code: 2, stdout: '', stderr: line });
    expect(unknown).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^basin: Parameters decoder\/\*: no weight/),
    });
    expect(unknown.stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(missing.code).toBe(2);
    expect(document(missing)).toMatchObject({ error: { code: 'not-found' } });
  });

  test('Ctrl-C ends the worker and the command, with 130; a worker that dies gives one line', async () => {
    const { child, ended, stderr } = start(library, ['flatness', 'tiny', '--probes', '10000'], worker);
    await until(() => /product \d+\/10000/.test(stderr()), 'it measures', 60);
    child.kill('SIGINT');
    const end = await ended;
    expect(end).toMatchObject({ code: 130, stdout: '', stderr: expect.stringContaining('Interrupted') });

    const dead = join(library, 'dead.mjs');
    writeFileSync(dead, "console.error('FATAL: out of memory'); setTimeout(() => process.exit(7), 200);");
    const failed = await basin(library, ['flatness', 'tiny'], { BASIN_WORKER_ENTRY: dead });
    expect(failed.code).toBe(1);
    expect(failed.stderr).toBe(
      'basin: Worker ended with exit code 7: FATAL: out of memory. Try a smaller batch.\n',
    );
  });
});
