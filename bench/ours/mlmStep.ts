/** One training step of the MLM model, its batch drawn and fed, its loss read: all that a run does. */
import { buildMlm, stepOperations, trainer } from './mlm.ts';
import { type BuildWork, writeBatches, writeWeights } from './work.ts';

/** Batches for the peer, which takes them in turn. */
const exported = 16;
const checked = 3;

export const mlmStep: BuildWork = (engine, folder) => {
  const setup = buildMlm();
  writeWeights(folder, setup.parameters);
  writeBatches(
    folder,
    Array.from({ length: exported }, (_, step) => setup.batches.batch(step)),
  );
  const next = trainer(setup, engine);
  return {
    operations: stepOperations(),
    check: () => Array.from({ length: checked }, next),
    run(count) {
      let loss = Number.NaN;
      for (let i = 0; i < count; i++) loss = next();
      return [loss];
    },
  };
};
