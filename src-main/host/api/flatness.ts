/** Curvature of one checkpoint, on demand. */
import { z } from 'zod';
import type { hostMethods } from '#contract/host.ts';
import type { Implementation } from '#contract/rpc.ts';
import type { StoredCheckpoint } from '../store/checkpoints.ts';
import { checkpointPath } from '../store/library.ts';
import { insertMeasurements } from '../store/measurements.ts';
import type { Context } from './context.ts';
import { findCheckpoint } from './lookup.ts';

type Methods = Pick<Implementation<typeof hostMethods>, 'flatness' | 'stopFlatness'>;

export function flatnessMethods({ library, flatnessWorkers, emit }: Context): Methods {
  return {
    flatness: async ({ checkpoint: text, ...job }) => {
      const stored: StoredCheckpoint | null = text.endsWith('.safetensors')
        ? null
        : findCheckpoint(library.db, text);
      const file = stored ? checkpointPath(library, stored.hash) : text;
      const found = await flatnessWorkers.measure(
        { ...job, file },
        {
          measuring: (progress) => {
            emit({ type: 'measuring', checkpoint: text, progress });
            return {};
          },
          warning: ({ message }) => {
            emit({ type: 'warning', checkpoint: text, message });
            return {};
          },
        },
      );
      if (stored) {
        const { measure, seed, seconds, value, stderr } = found;
        const name = found.name.replace(/^flatness\//, 'flatness/measured/');
        const detail = z.json().parse({ ...found.detail, measure, seed, seconds });
        insertMeasurements(library, stored.run, [{ step: stored.step, name, value, stderr, detail }]);
        emit({ type: 'measurements', run: stored.run });
      }
      return { ...found, checkpoint: stored?.id ?? null, run: stored?.run ?? null };
    },
    stopFlatness: () => {
      flatnessWorkers.stopAll();
      return {};
    },
  };
}
