import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test, vi } from 'vitest';
import type { RunSpec } from '#contract/spec.ts';
import { computeDescribed, describeCompute, plainCompute } from '#engine/compute.ts';
import { encodeSafetensors } from '#engine/safetensors.ts';
import { expandRuns, studies } from '#science/registry.ts';
import { computeFor } from '../../src-main/worker/computeFor.ts';
import { fastest, type Timing, tuned } from '../../src-main/worker/tuning.ts';

/** Set before the modules are loaded, which read it then. */
const folder = await vi.hoisted(async () => {
  const { mkdtempSync } = await import('node:fs');
  const { tmpdir } = await import('node:os');
  process.env.BASIN_CACHE = mkdtempSync(`${tmpdir()}/basin-tuning-`);
  return process.env.BASIN_CACHE;
});
afterAll(() => {
  delete process.env.BASIN_CACHE;
  rmSync(folder, { recursive: true, force: true });
});

const xla = { ...plainCompute, xla: true };
const named = (settings: typeof plainCompute) => describeCompute('', settings);

describe('the fastest settings', () => {
  const timings = { [named(plainCompute)]: { first: 1, step: 0.1 }, [named(xla)]: { first: 6, step: 0.08 } };
  test('count the first step, in which XLA compiles', () => {
    expect(fastest(timings, 200)).toEqual(plainCompute);
    expect(fastest(timings, 2000)).toEqual(xla);
  });

  test('are the plain ones where the gain is noise, or nothing is known', () => {
    const close = { ...timings, [named(xla)]: { first: 1, step: 0.099 } };
    expect(fastest(close, 100_000)).toEqual(plainCompute);
    expect(fastest({}, 100)).toEqual(plainCompute);
  });
});

test('settings survive being described', () => {
  for (const settings of [
    plainCompute,
    xla,
    { ...xla, oneDnn: true },
    { ...plainCompute, oneDnn: false },
    { ...plainCompute, precision: 'mixed' as const },
  ]) {
    expect({ ...computeDescribed(describeCompute('captured', settings)), device: null }).toEqual(settings);
  }
  // Checkpoints from before the settings were written down.
  expect({ ...computeDescribed(''), device: null }).toEqual(plainCompute);
});

const specOf = (changes: Partial<RunSpec>): RunSpec => {
  const preset = studies().find(({ id }) => id === 'mlm-pcfg');
  const run = preset && expandRuns(preset.spec)[0];
  if (!run) throw new Error('mlm-pcfg');
  const encoder = { id: 'transformer', layers: 1, width: 16, heads: 2, feedForward: 32 };
  return {
    ...run.spec,
    batchSize: 8,
    encoder,
    probes: [],
    evaluations: [],
    flatness: null,
    ...changes,
  } as RunSpec;
};
const tuning = { onMeasure: vi.fn(), cancelled: () => false };

test('a long run measures once, and keeps what it found; a short one does not measure', async () => {
  await tuned(specOf({ steps: 10 }), tuning);
  expect(tuning.onMeasure).not.toHaveBeenCalled();

  const long = specOf({ steps: 10_000_000 });
  const chosen = await tuned(long, tuning);
  expect(tuning.onMeasure).toHaveBeenCalledTimes(1);
  const kept = Object.values(JSON.parse(readFileSync(join(folder, 'tuning.json'), 'utf8'))) as Record<
    string,
    Timing
  >[];
  expect(kept).toHaveLength(1);
  expect(Object.keys(kept[0] ?? {})).toHaveLength(4);
  for (const { first, step } of Object.values(kept[0] ?? {})) {
    expect(step).toBeGreaterThan(0);
    expect(first).toBeGreaterThan(step);
  }

  expect(await tuned(long, tuning)).toEqual(chosen);
  expect(tuning.onMeasure).toHaveBeenCalledTimes(1);
}, 180_000);

describe('settings of a job', () => {
  const job = (resumeFrom: string | null) => ({
    run: 'r',
    spec: specOf({ steps: 10 }),
    resumeFrom,
    spool: folder,
  });
  afterAll(() => vi.unstubAllEnvs());

  test('follow the switch, and a resume keeps those of its checkpoint', async () => {
    vi.stubEnv('BASIN_XLA', 'on');
    expect(await computeFor(job(null), tuning)).toMatchObject({ xla: true });
    const checkpoint = join(folder, 'step.safetensors');
    const metadata = { engine: 'captured, oneDNN on' };
    writeFileSync(checkpoint, encodeSafetensors({ tensors: new Map(), metadata }));
    expect(await computeFor(job(checkpoint), tuning)).toEqual({ ...plainCompute, oneDnn: true });
  });

  test('refuse a value that means nothing, by its name', async () => {
    vi.stubEnv('BASIN_DEVICE', 'tpu');
    await expect(computeFor(job(null), tuning)).rejects.toThrow(
      /^BASIN_DEVICE: it is cpu, gpu or gpu:<n>\. /,
    );
  });
});
