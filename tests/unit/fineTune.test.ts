import { expect, test } from 'vitest';
import { nativeBackend } from '#engine/backend.ts';
import { capturedEngine } from '#engine/capture/engine.ts';
import { eagerEngine } from '#engine/eager.ts';
import { SeededParameters } from '#engine/parameters.ts';
import { stream } from '#engine/random.ts';
import { memory } from '#engine/tf.ts';
import type { ProbeTask } from '#science/definition.ts';
import { fineTuneProbe } from '#science/probes/fineTune.ts';
import { expandRuns, resolveExperiment } from '#science/registry.ts';
import { fineTuned } from '#science/studies/contrastive/fineTune.ts';
import { buildModel } from '#science/studies/contrastive/model.ts';
import { contrastiveDigits } from '#science/studies/contrastive/presets/contrastiveDigits.ts';
import { loadSource } from '#science/studies/contrastive/source.ts';

function specOf(overrides: object) {
  const [run] = expandRuns(
    resolveExperiment({
      ...contrastiveDigits.experiment,
      batchSize: 32,
      data: { id: 'mnist', trainCount: 500 },
      encoder: { id: 'conv', channels: 4, stages: 3 },
      projector: { id: 'mlp', hidden: 32, width: 16 },
      ...overrides,
    }),
  );
  if (run?.spec.study !== 'contrastive') throw new Error('A contrastive run is expected.');
  return run.spec;
}

test('a copy learns the labels alike in both engines, and the encoder stays as it was', async () => {
  const spec = specOf({});
  const source = await loadSource(spec);
  const model = buildModel(spec, source.shape, () => new SeededParameters(1));
  const before = [...model.parameters.all.values()].map((weight) => [...weight.dataSync()]);
  const captured = capturedEngine(nativeBackend, { warn: (message) => expect.unreachable(message) });
  const tensors = memory().numTensors;
  const accuracies = [eagerEngine(), captured].map((engine) => {
    const answers = fineTuned(spec, source, model, engine, { steps: 60, learningRate: 5e-3 });
    return answers.filter((answer, i) => answer === source.test.labels[i]).length / answers.length;
  });
  expect(memory().numTensors).toBe(tensors);
  const [eager = 0, replayed = 0] = accuracies;
  expect(eager).toBeGreaterThan(0.6);
  expect(Math.abs(eager - replayed)).toBeLessThan(0.02);
  expect([...model.parameters.all.values()].map((weight) => [...weight.dataSync()])).toEqual(before);
  model.dispose();
});

test('labels of a target are never seen', async () => {
  const spec = specOf({ data: { id: 'digit-domains', sourceCount: 300, targetCount: 300 } });
  const { labelled, train } = await loadSource(spec);
  const shown = new Set<number>();
  for (let step = 0; step < 9; step++) {
    const { labels } = labelled.batch(step);
    for (const label of (labels as { data: Int32Array }).data) shown.add(label);
  }
  expect(train.count).toBe(600);
  expect(shown.has(-1)).toBe(false);
});

test('both domains are judged apart, and one domain as a whole', () => {
  const set = { width: 1, features: new Float32Array(4), labels: Int32Array.of(0, 1, 0, 1) };
  const measured = (test: ProbeTask['test'], answers: Int32Array) => {
    const task = { id: '', classes: 2, train: set, test, fineTuned: () => answers };
    const params = fineTuneProbe.params.parse({});
    const found = fineTuneProbe.measure(params, task, eagerEngine(), stream(1, 'probe'));
    return Object.fromEntries(found.map(({ name, value }) => [name, value]));
  };
  expect(measured(set, Int32Array.of(0, 1, 0, 0))).toEqual({ 'accuracy/fine_tuned': 0.75 });
  expect(measured({ ...set, domains: [0, 0, 1, 1] }, Int32Array.of(0, 1, 0, 0))).toEqual({
    'accuracy/source_fine_tuned': 1,
    'accuracy/target_fine_tuned': 0.5,
  });
});
