/** Times steps of one run under one choice of TensorFlow's settings, and answers with what it found. */
import type { RunSpec } from '#contract/spec.ts';
import { capturedEngine } from '#engine/capture/engine.ts';
import { applyCompute, type ComputeSettings } from '#engine/compute.ts';
import { studyOf } from '#science/registry.ts';
import type { Timing } from './tuning.ts';

/** Milliseconds, and least number of steps, after two that warm up. */
const enough = 2000;
const fewest = 5;

process.on('disconnect', () => process.exit(1));
process.once('message', async ({ spec, settings }: { spec: RunSpec; settings: ComputeSettings }) => {
  applyCompute(settings);
  const { nativeBackend } = await import('#engine/backend.ts');
  const study = studyOf(spec.study);
  const batch = (await study.batches(spec))(0);
  const training = await study.build(spec, capturedEngine(nativeBackend, { warn: () => undefined }));
  const secondsOf = (step: number): number => {
    const began = performance.now();
    training.step(step, 1e-4, batch);
    return (performance.now() - began) / 1000;
  };
  const first = secondsOf(0);
  secondsOf(1);
  const steps: number[] = [];
  const until = performance.now() + enough;
  while (steps.length < fewest || performance.now() < until) steps.push(secondsOf(2 + steps.length));
  steps.sort((a, b) => a - b);
  const answer: Timing = { first, step: steps[Math.floor(steps.length / 2)] as number };
  process.send?.(answer, () => process.exit(0));
});
