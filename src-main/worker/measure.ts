/** One measurement of a checkpoint's flatness: the model as its run built it, with the checkpoint's weights. */
import type { FlatnessJob, FlatnessMeasured } from '#contract/flatness.ts';
import type { hostForQuestions } from '#contract/question.ts';
import type { Api } from '#contract/rpc.ts';
import type { RunSpec } from '#contract/spec.ts';
import type { Engine } from '#engine/engine.ts';
import { stream } from '#engine/random.ts';
import { chosen } from '#science/choice.ts';
import { flatnessMeasures } from '#science/components.ts';
import { studyOf } from '#science/registry.ts';
import { restoreCheckpoint } from './checkpoint.ts';
import { readInput, specOf } from './inputFile.ts';

/** Milliseconds between two reports to the host. */
const reportInterval = 250;

/** @throws BasinError where the file, the measure's settings or a product are not in order */
export async function measure(
  { file, measure: choice, seed }: FlatnessJob,
  engine: Engine,
  host: Api<typeof hostForQuestions>,
): Promise<FlatnessMeasured> {
  const { definition, params } = chosen(flatnessMeasures, choice, 'flatness');
  const bytes = readInput(file);
  const own = specOf(bytes, file);
  // Nothing else of the run is measured. Its language or images do not come from its seed.
  const spec: RunSpec = { ...own, probes: [], evaluations: [], flatness: null, seed: seed ?? own.seed };
  const training = await studyOf(spec.study).build(spec, engine);
  try {
    const { step } = restoreCheckpoint(training, bytes, file);
    const { parameters, landscape } = training;
    const expected = definition.products(params, parameters.count);
    const began = performance.now();
    const seconds = (): number => (performance.now() - began) / 1000;
    let reported = 0;
    const random = stream(spec.seed, 'flatness', step);
    const { name, value, stderr, detail } = definition.measure(params, landscape, random, (products) => {
      if (1000 * seconds() - reported < reportInterval) return;
      reported = 1000 * seconds();
      // Sent at once, though its answer has to wait: the measurement itself never yields.
      void host.progress({ unit: 'product', done: products, expected, seconds: seconds() });
    });
    return {
      ...{ step, name, value, stderr, detail, seed: spec.seed, seconds: seconds() },
      measure: { id: definition.id, ...params },
      parameters: parameters.count,
    };
  } finally {
    training.dispose();
  }
}
