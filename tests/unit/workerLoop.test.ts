import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { MlmRunSpec } from '#contract/spec.ts';
import { nativeBackend, tf } from '#engine/backend.ts';
import { capturedEngine } from '#engine/capture/engine.ts';
import { eagerEngine } from '#engine/eager.ts';
import type { Inputs } from '#engine/engine.ts';
import { SeededParameters } from '#engine/parameters.ts';
import { decodeSafetensors } from '#engine/safetensors.ts';
import { mean, type Scalar, square, sub } from '#engine/tf.ts';
import { chosen } from '#science/choice.ts';
import { optimizers } from '#science/components.ts';
import { type StudyDefinition, severalSteps, stepProgram, takeStep } from '#science/studies/training.ts';
import type { Feeder } from '../../src-main/worker/feeder.ts';
import { type Control, train } from '../../src-main/worker/loop.ts';
import { provenance, quadratic, recordingHost, spec, target } from './support/quadraticStudy.ts';

let spool: string;
beforeEach(() => {
  spool = mkdtempSync(join(tmpdir(), 'basin-loop-'));
});
afterEach(() => rmSync(spool, { recursive: true, force: true }));

const captured = () => capturedEngine(nativeBackend, { warn: (message) => expect.unreachable(message) });
const idle = (): Control => ({ wanted: null, checkpoint: false });
const job = (changes: Partial<MlmRunSpec> = {}, resumeFrom: string | null = null) => ({
  run: 'r',
  spec: { ...spec, ...changes },
  resumeFrom,
  startFrom: null,
  spool,
});

const tensorsOf = (checkpoint: Uint8Array) => decodeSafetensors(checkpoint, 'a checkpoint').tensors;

describe('the training loop', () => {
  test('logs every step, measures on schedule and at the end, and saves what resumes', async () => {
    const { host, points, rows, checkpoints } = recordingHost();
    const outcome = await train(job({ steps: 34 }), quadratic, eagerEngine(), null, host, idle(), provenance);
    expect(outcome).toMatchObject({ status: 'finished', step: 34 });
    expect([...(points.get('loss') ?? []).keys()]).toEqual(Array.from({ length: 34 }, (_, i) => i + 1));
    expect(points.get('twice')?.get(5)).toBe(2 * (points.get('loss')?.get(5) ?? Number.NaN));
    expect(points.get('loss/floor')).toEqual(new Map([[0, 0]]));
    expect(rows.map(({ step }) => step)).toEqual([10, 20, 30, 34]);
    expect(rows[0]).toEqual({ step: 10, name: 'seen', value: 10, stderr: 0.5, detail: null });
    expect(checkpoints.map(({ step }) => step)).toEqual([15, 30, 34]);
  });

  test('a resumed run equals an uninterrupted one, bit for bit', async () => {
    const whole = recordingHost();
    await train(job(), quadratic, eagerEngine(), null, whole.host, idle(), provenance);
    const last = whole.checkpoints.at(-1)?.file ?? '';
    const expected = decodeSafetensors(readFileSync(join(spool, last)), last);

    const resumed = recordingHost();
    const from = join(spool, whole.checkpoints[0]?.file ?? '');
    await train(job({}, from), quadratic, eagerEngine(), null, resumed.host, idle(), provenance);
    for (let step = 16; step <= 40; step++) {
      expect(resumed.points.get('loss')?.get(step)).toBe(whole.points.get('loss')?.get(step));
    }
    expect(resumed.points.get('loss')?.has(15)).toBe(false);
    const reached = decodeSafetensors(readFileSync(join(spool, last)), last);
    expect(reached.tensors).toEqual(expected.tensors);
  });

  test('batches from a feeder train the same weights, and the time spent waiting for them is logged', async () => {
    const alone = recordingHost();
    await train(job(), quadratic, eagerEngine(), null, alone.host, idle(), provenance);
    const fed = recordingHost();
    const slow: Feeder = {
      async next(step) {
        await delay(step < 20 ? 5 : 0);
        return target(spec.seed, step);
      },
      close() {},
    };
    await train(job(), quadratic, eagerEngine(), slow, fed.host, idle(), provenance);
    expect(fed.points.get('loss')).toEqual(alone.points.get('loss'));
    const waiting = [...(fed.points.get('time/waiting')?.values() ?? [])];
    expect(waiting).toHaveLength(40);
    for (const share of waiting) expect(share).toBeLessThanOrEqual(1);
    const mean = (shares: number[]) => shares.reduce((sum, share) => sum + share, 0) / shares.length;
    expect(mean(waiting.slice(2, 20))).toBeGreaterThan(mean(waiting.slice(20)));
    expect([...(alone.points.get('time/waiting')?.values() ?? [])].every((share) => share === 0)).toBe(true);
  });

  test('several steps in one call give what single ones give, and events fall where they did', async () => {
    const calls: number[] = [];
    const joint: StudyDefinition = {
      ...quadratic,
      async build(run, engine) {
        const parameters = new SeededParameters(run.seed);
        const weight = parameters.normal('weight', [2, 3], 1);
        const { definition, params } = chosen(optimizers, run.optimizer, 'optimizer');
        const optimizer = definition.build(params, parameters);
        const forward = (inputs: Inputs) => ({
          loss: mean(square(sub(weight, inputs.target ?? 0))) as Scalar,
          metrics: {},
        });
        const single = stepProgram(engine, parameters, optimizer, forward);
        const { several, program } = severalSteps(engine, parameters, optimizer, forward);
        const training = await quadratic.build(run, engine);
        training.dispose();
        return {
          ...training,
          parameters,
          state: optimizer.slots,
          step(step, rate, batch = {}) {
            calls.push(1);
            return takeStep(single, batch, rate, step);
          },
          several: {
            ...several,
            take(...given) {
              calls.push(several.count);
              return several.take(...given);
            },
          },
          dispose() {
            parameters.dispose();
            for (const slot of optimizer.slots.values()) slot.dispose();
            single.dispose();
            program.dispose();
          },
        };
      },
    };
    const prepared: Feeder = { next: async (step) => target(spec.seed, step), close() {} };
    const every = { logEvery: 20, checkpointEvery: 25, steps: 50 };
    const run = async (study: StudyDefinition, resumeFrom: string | null = null) => {
      const recorded = recordingHost();
      await train(job(every, resumeFrom), study, captured(), prepared, recorded.host, idle(), provenance);
      const end = recorded.checkpoints.at(-1)?.file ?? '';
      return { ...recorded, weights: readFileSync(join(spool, end)) };
    };
    const alone = await run(quadratic);
    const together = await run(joint);
    expect(together.rows).toEqual(alone.rows);
    expect([...(together.points.get('loss')?.keys() ?? [])]).toEqual([1, 20, 40, 50]);
    for (const [step, loss] of together.points.get('loss') ?? []) {
      expect(Math.abs(loss / (alone.points.get('loss')?.get(step) as number) - 1)).toBeLessThan(1e-5);
    }
    // Steps 1 to 10 one by one, 10, to the checkpoint at 25 and on to 30 one by one, 10, 10.
    const whole = calls.splice(0);
    expect(whole.filter((count) => count > 1)).toHaveLength(3);
    expect(whole.reduce((sum, count) => sum + count, 0)).toBe(50);

    const from = join(spool, 'halfway');
    copyFileSync(join(spool, together.checkpoints[0]?.file ?? ''), from);
    const resumed = await run(joint, from);
    expect(calls).toEqual(whole.slice(-calls.length));
    expect(tensorsOf(resumed.weights)).toEqual(tensorsOf(together.weights));
  });

  test('pausing saves a checkpoint at the step that was reached', async () => {
    const { host, checkpoints } = recordingHost();
    const control = idle();
    let calls = 0;
    const pausing: StudyDefinition = {
      ...quadratic,
      async build(run, engine) {
        const training = await quadratic.build(run, engine);
        return {
          ...training,
          step(...step) {
            calls += 1;
            if (calls === 8) control.wanted = 'pause';
            return training.step(...step);
          },
        };
      },
    };
    const outcome = await train(job(), pausing, eagerEngine(), null, host, control, provenance);
    expect(outcome).toMatchObject({ status: 'paused', step: 8 });
    expect(checkpoints.map(({ step }) => step)).toEqual([8]);
  });

  test('a loss that is not a number ends the run, after its point is logged', async () => {
    const { host, points } = recordingHost();
    const run = job({
      optimizer: { id: 'sgd', learningRate: 100, momentum: 0.9999 },
      schedule: { id: 'constant', warmup: 0 },
      steps: 200,
    });
    await expect(train(run, quadratic, eagerEngine(), null, host, idle(), provenance)).rejects.toThrow(
      /Lower the learning rate/,
    );
    const losses = [...(points.get('loss')?.values() ?? [])];
    expect(Number.isFinite(losses.at(-1))).toBe(false);
    expect(losses.slice(0, -1).every(Number.isFinite)).toBe(true);
  });

  test('a checkpoint of another model is refused', async () => {
    const { host, checkpoints } = recordingHost();
    await train(job({ steps: 1 }), quadratic, eagerEngine(), null, host, idle(), provenance);
    const from = join(spool, checkpoints[0]?.file ?? '');
    const other: StudyDefinition = {
      ...quadratic,
      async build(run, engine) {
        const training = await quadratic.build(run, engine);
        training.parameters.constant('bias', [3], 0);
        return training;
      },
    };
    await expect(train(job({}, from), other, eagerEngine(), null, host, idle(), provenance)).rejects.toThrow(
      /tensor bias is missing/,
    );
  });

  test.each([eagerEngine(), captured()])(
    '2,000 steps leave as many tensors as they found ($id)',
    async (engine) => {
      const before = tf.memory().numTensors;
      const counts: number[] = [];
      const watched: StudyDefinition = {
        ...quadratic,
        async build(run, engine) {
          const training = await quadratic.build(run, engine);
          return {
            ...training,
            step(...step) {
              counts.push(tf.memory().numTensors);
              return training.step(...step);
            },
          };
        },
      };
      await train(
        job({ steps: 2000, checkpointEvery: 500 }),
        watched,
        engine,
        null,
        recordingHost().host,
        idle(),
        provenance,
      );
      expect(new Set(counts).size).toBe(1);
      expect(tf.memory().numTensors).toBe(before);
    },
  );
});
