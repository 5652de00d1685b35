/** The Hessian of the MLM loss on one batch of 64 sentences: single products, and Hutchinson's trace. */
import { join } from 'node:path';
import type { Engine } from '#engine/engine.ts';
import { stream } from '#engine/random.ts';
import type { CurvatureOperator } from '#science/flatness/operators/curvatureOperator.ts';
import { exactHessian } from '#science/flatness/operators/exactHessian.ts';
import { hutchinson } from '#science/linalg/hutchinson.ts';
import { buildMlm, spec, trainer } from './mlm.ts';
import { type BuildWork, writeBatches, writeTensors, writeWeights } from './work.ts';

/** Steps before curvature is asked for: at the initial weights the trace drowns in its own variance. */
const trained = 50;

export const product: BuildWork = (engine, folder) => {
  const { operator, vector } = buildHessian(engine, folder);
  return {
    operations: 0,
    check: () => summary(vector, operator.matvec(vector)),
    run(count) {
      for (let i = 0; i < count; i++) operator.matvec(vector);
      return [];
    },
  };
};

export const trace: BuildWork = (engine, folder) => {
  const { operator, vector } = buildHessian(engine, folder);
  let runs = 0;
  return {
    operations: 0,
    check: () => summary(vector, operator.matvec(vector)),
    run(count) {
      runs += 1;
      const { estimate, stderr } = hutchinson(
        operator,
        count,
        'rademacher',
        stream(spec.seed, 'trace', runs),
      );
      return [estimate, stderr];
    },
  };
};

function buildHessian(
  engine: Engine,
  folder: string,
): { readonly operator: CurvatureOperator; readonly vector: Float32Array } {
  const setup = buildMlm();
  const next = trainer(setup, engine);
  for (let step = 0; step < trained; step++) next();
  const { parameters, model, batches } = setup;
  const batch = batches.fixed(spec.batchSize);
  const random = stream(spec.seed, 'bench/vector');
  const vector = Float32Array.from({ length: parameters.count }, () => (random.uniform() < 0.5 ? -1 : 1));
  writeWeights(folder, parameters);
  writeBatches(folder, [batch]);
  let offset = 0;
  const parts = [...parameters.all].map(([name, { shape, size }]) => {
    const data = vector.slice(offset, offset + size);
    offset += size;
    return [name, { shape, data }] as const;
  });
  writeTensors(join(folder, 'vector.safetensors'), parts);
  return {
    operator: exactHessian({ engine, parameters, loss: model.loss, examples: batches.count }, parameters, [
      batch,
    ]),
    vector,
  };
}

/** vᵀHv and ‖Hv‖, which do not depend on the order of the weights. */
function summary(vector: Float32Array, product: Float64Array): readonly number[] {
  const along = product.reduce((sum, entry, i) => sum + entry * (vector[i] as number), 0);
  const square = product.reduce((sum, entry) => sum + entry * entry, 0);
  return [along, Math.sqrt(square)];
}
