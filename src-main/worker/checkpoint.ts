/** A run's weights and state as a safetensors file, and back. docs/architecture.md names the tensors. */
import { z } from 'zod';
import { BasinError } from '#contract/error.ts';
import type { RunSpec } from '#contract/spec.ts';
import { decodeSafetensors, encodeSafetensors, type NamedTensor } from '#engine/safetensors.ts';
import { tensor, tidy, type Variable } from '#engine/tf.ts';
import type { Training } from '#science/studies/training.ts';

/** State stands apart from the weights, which keep their plain names for other programs to read. */
const statePrefix = 'state/';

export interface Position {
  /** Steps taken. */
  readonly step: number;
  /** Seconds spent. */
  readonly seconds: number;
}

/**
 * Equal weights, state and position give equal bytes. `engine` says how the numbers were computed, as
 * provenance does.
 */
export function encodeCheckpoint(
  training: Training,
  spec: RunSpec,
  engine: string,
  { step, seconds }: Position,
): Uint8Array {
  const tensors = new Map<string, NamedTensor>();
  for (const [name, variable] of variables(training)) {
    tensors.set(name, { shape: variable.shape, data: Float32Array.from(variable.dataSync()) });
  }
  const metadata = {
    format: 'basin/1',
    spec: JSON.stringify(spec),
    parameters: String(training.parameters.count),
    step: String(step),
    seconds: String(seconds),
    engine,
  };
  return encodeSafetensors({ tensors, metadata });
}

const metadataSchema = z.object({
  format: z.literal('basin/1'),
  step: z.coerce.number().int().min(0),
  seconds: z.coerce.number().min(0),
});

/** @throws BasinError `corrupt` where the file is damaged or belongs to another model; nothing is changed then. */
export function restoreCheckpoint(training: Training, bytes: Uint8Array, source: string): Position {
  const file = decodeSafetensors(bytes, source);
  const fail = (why: string): never => {
    throw new BasinError(
      'corrupt',
      `Cannot resume from ${source}: ${why}. Resume from another checkpoint.`,
      source,
    );
  };
  const metadata = metadataSchema.safeParse(file.metadata);
  if (!metadata.success) return fail('it is not a checkpoint of this program');
  const own = variables(training);
  for (const [name, variable] of own) {
    const saved = file.tensors.get(name);
    if (!saved) return fail(`tensor ${name} is missing`);
    if (!(saved.data instanceof Float32Array)) return fail(`tensor ${name} is not of 32-bit floats`);
    if (saved.shape.join() !== variable.shape.join()) {
      return fail(
        `tensor ${name} is [${saved.shape.join(', ')}], the model's is [${variable.shape.join(', ')}]`,
      );
    }
  }
  if (file.tensors.size !== own.size) return fail('it holds tensors that the model does not have');
  for (const [name, variable] of own) {
    const saved = file.tensors.get(name) as NamedTensor;
    tidy(() => variable.assign(tensor(saved.data as Float32Array, [...saved.shape], 'float32')));
  }
  return { step: metadata.data.step, seconds: metadata.data.seconds };
}

function variables({ parameters, state }: Training): ReadonlyMap<string, Variable> {
  return new Map([
    ...parameters.all,
    ...[...state].map(([name, variable]) => [`${statePrefix}${name}`, variable] as const),
  ]);
}
