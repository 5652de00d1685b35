/** Every preset of one domain of images on a person's own folder, made tiny. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encode } from 'fast-png';
import { afterAll, beforeAll, expect, test } from 'vitest';
import '#engine/backend.ts';
import { eagerEngine } from '#engine/eager.ts';
import { stream } from '#engine/random.ts';
import { memory } from '#engine/tf.ts';
import type { RunResult } from '#science/definition.ts';
import { expandRuns, resolveExperiment } from '#science/registry.ts';
import { contrastiveStudy } from '#science/studies/contrastive/index.ts';
import { contrastiveDigits } from '#science/studies/contrastive/presets/contrastiveDigits.ts';
import { methods } from '#science/studies/contrastive/presets/methods.ts';
import { spectralVersusSimclr } from '#science/studies/contrastive/presets/spectralVersusSimclr.ts';

let root = '';
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'basin-own-'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** Twelve noisy pictures a class, each class brighter than the one before, and one file that is no picture. */
function folderOf(name: string, classes: readonly string[]): string {
  const random = stream(1, name);
  for (const [c, own] of classes.entries()) {
    const folder = join(root, name, own);
    mkdirSync(folder, { recursive: true });
    for (let i = 0; i < 12; i++) {
      const data = Uint8Array.from({ length: 3 * 18 * 22 }, () => 60 * c + random.integer(90));
      writeFileSync(join(folder, `${i}.png`), encode({ width: 18, height: 22, data, channels: 3 }));
    }
  }
  writeFileSync(join(root, name, classes[0] ?? '', 'broken.png'), 'no picture');
  return join(root, name);
}

type Preset = typeof methods;

const tiny = {
  ...{ steps: 2, batchSize: 8, seeds: [0] },
  encoder: { id: 'conv', channels: 4, stages: 3 },
  projector: { id: 'mlp', hidden: 8, width: 8 },
};

function experimentOf(preset: Preset, folder: string, changes: object = {}) {
  const { flatness } = preset.experiment;
  return resolveExperiment({
    ...{ ...preset.experiment, ...tiny, data: { id: 'image-folder', folder, side: 20 } },
    ...(flatness && { flatness: { ...flatness, batchSize: 8, probes: 2 } }),
    ...changes,
  });
}

/** Trains every run and takes all its measures, as the worker's loop does. */
async function results(preset: Preset, folder: string, changes: object = {}): Promise<RunResult[]> {
  const found: RunResult[] = [];
  for (const { name, spec } of expandRuns(experimentOf(preset, folder, changes))) {
    if (spec.study !== 'contrastive') throw new Error('A contrastive run is expected.');
    const training = await contrastiveStudy.build(spec, eagerEngine());
    expect(training.remarks?.[0]).toMatch(/1 of \d+ images were left out: .*broken\.png/);
    const last = [0, 1].map((step) => training.step(step, 1e-3)).at(-1);
    const measured = training.measures.flatMap(({ run, atEnd }) => [...run(2), ...(atEnd?.(2) ?? [])]);
    found.push({
      ...{ name, spec, status: 'finished', step: 2, seconds: 1 },
      metrics: {
        ...{ ...training.references, ...last },
        ...Object.fromEntries(measured.map((one) => [one.name, one.value])),
      },
      measurements: measured.map((one) => ({ ...one, step: 2 })),
    });
    training.dispose();
  }
  return found;
}

test.each([contrastiveDigits, spectralVersusSimclr, methods])(
  '$id takes a folder of colour pictures, reads what can be read, and judges it',
  async (preset) => {
    const folder = folderOf(preset.id, ['dark', 'grey', 'light']);
    const before = memory().numTensors;
    const runs = await results(preset, folder);
    expect(memory().numTensors).toBe(before);
    const report = preset.report(experimentOf(preset, folder), runs);
    expect(report.verdict).not.toBe('not tested');
    expect(report.statements.join('\n')).toMatch(/claim speaks of MNIST, and these runs saw image-folder/);
    for (const { metrics } of runs) {
      for (const value of Object.values(metrics)) expect(value).not.toBeNaN();
    }
  },
);

test.each([contrastiveDigits, spectralVersusSimclr, methods])(
  '$id judges nothing where there is one class',
  async (preset) => {
    const folder = folderOf(`${preset.id}-one`, ['']);
    const probes = [{ id: 'linear', every: 2 }];
    const report = preset.report(
      experimentOf(preset, folder),
      await results(preset, folder, { probes, flatness: null }),
    );
    expect(report.verdict).toBe('not tested');
  },
);

test.each([
  [
    'more features than probes can take',
    { encoder: { id: 'conv' }, data: { id: 'image-folder', side: 224 } },
    /^Setting encoder\.pooling: .* 224 × 224 pixels they are 25088 features, and 4096 are the most\. Take mean,/,
  ],
  [
    'curvature on more pairs than there are, before the first step',
    { flatness: { id: 'trace', every: 1, batchSize: 64 } },
    /^Curvature: 64 pairs are more than the 30 images there are\. Take fewer or smaller batches\.$/,
  ],
  [
    'a larger batch than there are images',
    { batchSize: 128 },
    /^Setting batchSize: 128 is more than the 30 images there are\. Take at most 30\.$/,
  ],
])('%s is refused in one line', async (_what, changes, message) => {
  const folder = folderOf('refused', ['dark', 'grey', 'light']);
  const data = { id: 'image-folder', side: 20, ...('data' in changes ? changes.data : {}), folder };
  const [run] = expandRuns(experimentOf(contrastiveDigits, folder, { ...changes, data }));
  if (run?.spec.study !== 'contrastive') throw new Error('A contrastive run is expected.');
  await expect(contrastiveStudy.build(run.spec, eagerEngine())).rejects.toThrow(message);
});
