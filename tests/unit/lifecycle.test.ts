/** Where runs begin and end: log grids, a loss to stop at, weights of another run to start from. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { MlmRunSpec } from '#contract/spec.ts';
import '#engine/backend.ts';
import { eagerEngine } from '#engine/eager.ts';
import { decodeSafetensors, encodeSafetensors, type NamedTensor } from '#engine/safetensors.ts';
import { tidy, variable, zeros } from '#engine/tf.ts';
import { expandRuns, resolveExperiment, studies } from '#science/registry.ts';
import type { StudyDefinition } from '#science/studies/training.ts';
import { train } from '../../src-main/worker/loop.ts';
import { provenance, quadratic, recordingHost, spec } from './support/quadraticStudy.ts';

let spool: string;
beforeEach(() => {
  spool = mkdtempSync(join(tmpdir(), 'basin-lifecycle-'));
});
afterEach(() => rmSync(spool, { recursive: true, force: true }));

async function run(
  changes: Partial<MlmRunSpec>,
  { study = quadratic, startFrom = null as string | null, resumeFrom = null as string | null } = {},
) {
  const recorded = recordingHost();
  const job = { run: 'r', spec: { ...spec, ...changes }, resumeFrom, startFrom, spool };
  const control = { wanted: null, checkpoint: false };
  const outcome = await train(job, study, eagerEngine(), null, recorded.host, control, provenance);
  const last = join(spool, recorded.checkpoints.at(-1)?.file ?? '');
  return { ...recorded, outcome, file: last, tensors: decodeSafetensors(readFileSync(last), last).tensors };
}

/** A copy of a checkpoint in which one tensor is another. */
function changed(checkpoint: string, name: string, tensor: NamedTensor): string {
  const { tensors, metadata } = decodeSafetensors(readFileSync(checkpoint), checkpoint);
  const file = join(spool, 'changed.safetensors');
  writeFileSync(file, encodeSafetensors({ tensors: new Map([...tensors, [name, tensor]]), metadata }));
  return file;
}

/** Measures how far the run has come, every fourth step, and once at the end what it began with. */
const measured: StudyDefinition = {
  ...quadratic,
  async build(run, engine) {
    const training = await quadratic.build(run, engine);
    return {
      ...training,
      measures: [
        ...training.measures,
        {
          activity: 'distance',
          every: 4,
          run: (step) => [{ name: 'distance', value: 20 - step, stderr: null }],
          atEnd: (step) => [{ name: 'distance_untrained', value: step, stderr: null }],
        },
      ],
    };
  },
};

test('checkpoints and measures may lie on a log grid', async () => {
  const { checkpoints } = await run({ checkpointEvery: '2/decade' });
  expect(checkpoints.map(({ step }) => step)).toEqual([1, 3, 10, 32, 40]);
});

test('a run stops where its series has come down, and is finished, measured and saved there', async () => {
  const { outcome, rows, checkpoints, points, warnings } = await run(
    { stopAt: 'distance <= 5', logEvery: 10 },
    { study: measured },
  );
  expect(outcome).toMatchObject({ status: 'finished', step: 16 });
  expect(checkpoints.map(({ step }) => step)).toEqual([15, 16]);
  expect(rows.filter(({ step }) => step === 16).map(({ name }) => name)).toEqual([
    'distance',
    'seen',
    'distance_untrained',
  ]);
  expect([...(points.get('loss')?.keys() ?? [])]).toEqual([1, 10, 16]);
  expect(warnings).toEqual([]);
});

test('a run that never comes down takes all its steps; one whose series does not exist says so', async () => {
  const high = await run({ stopAt: 'distance <= -50' }, { study: measured });
  expect(high.outcome.step).toBe(40);
  expect(high.warnings).toEqual([]);
  expect(high.rows.filter(({ name }) => name === 'distance_untrained').map(({ step }) => step)).toEqual([40]);
  const unknown = await run({ stopAt: 'loss/nothing <= 1' }, { study: measured });
  expect(unknown.outcome).toMatchObject({ status: 'finished', step: 40 });
  expect(unknown.warnings).toEqual([
    'Stop at loss/nothing: the run measures no such series, so that it took all its steps.',
  ]);
});

test('a run starts from the weights of another, with a fresh optimizer', async () => {
  const first = await run({ seed: 1 });
  const still = { learningRate: 1e-9, weightDecay: 0 };
  const second = await run({ optimizer: { id: 'adamw', ...still }, steps: 1 }, { startFrom: first.file });
  const [before, after] = [first.tensors.get('weight'), second.tensors.get('weight')];
  for (const [i, number] of [...(before?.data ?? [])].entries())
    expect(after?.data[i]).toBeCloseTo(number, 6);
  // After one step from zero the mean is (1 − β₁) times the gradient, not what the first run had gathered.
  const other = await run(
    { seed: 1, optimizer: { id: 'adamw', ...still }, steps: 1 },
    { startFrom: first.file },
  );
  expect(other.tensors.get('state/mean/weight')).not.toEqual(first.tensors.get('state/mean/weight'));
  expect(second.outcome).toMatchObject({ status: 'finished', step: 1 });
});

test('what a model carries beside its weights comes along, the optimizer’s memory does not', async () => {
  const carrying: StudyDefinition = {
    ...quadratic,
    async build(run, engine) {
      const training = await quadratic.build(run, engine);
      const queue = tidy(() => variable(zeros([2]), false));
      return {
        ...training,
        state: new Map([...training.state, ['queue', queue]]),
        modelState: new Map([['queue', queue]]),
      };
    },
  };
  const first = await run({ steps: 1 }, { study: carrying });
  const file = changed(first.file, 'state/queue', { shape: [2], data: Float32Array.of(3, 4) });
  const second = await run({ steps: 1 }, { study: carrying, startFrom: file });
  expect([...(second.tensors.get('state/queue')?.data ?? [])]).toEqual([3, 4]);
});

test('weights of another model are refused', async () => {
  const first = await run({ steps: 1 });
  const file = changed(first.file, 'weight', { shape: [3, 2], data: new Float32Array(6) });
  await expect(run({}, { startFrom: file })).rejects.toThrow(
    /^Setting start: the model cannot begin with .*: tensor weight is \[3, 2\], the model's is \[2, 3\]/,
  );
});

test('a spec from before these settings is complete', () => {
  const [preset] = studies().filter(({ id }) => id === 'mlm-pcfg');
  const { start: _start, stopAt: _stop, ...old } = preset?.spec ?? expect.unreachable();
  const [first] = expandRuns(resolveExperiment(old));
  expect(first?.spec).toMatchObject({ start: null, stopAt: null });
  expect(() => resolveExperiment({ ...old, stopAt: 'loss/excess' })).toThrow(
    'Setting stopAt: it must name a series and a number: loss/excess <= 0.05.',
  );
  expect(resolveExperiment({ ...old, stopAt: 'loss/excess<=1e-2' }).stopAt).toBe('loss/excess<=1e-2');
});
