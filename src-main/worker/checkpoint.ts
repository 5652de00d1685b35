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
    ...training.about,
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
  const fail = (why: string): never => {
    throw new BasinError(
      'corrupt',
      `Cannot resume from ${source}: ${why}. Resume from another checkpoint.`,
      source,
    );
  };
  const file = decodeSafetensors(bytes, source);
  const metadata = metadataSchema.safeParse(file.metadata);
  if (!metadata.success) return fail('it is not a checkpoint of this program');
  assignAll(variables(training), file.tensors, fail);
  return { step: metadata.data.step, seconds: metadata.data.seconds };
}

/**
 * Weights of a checkpoint, or of any such file, for a run that begins with them; and what the model carries
 * beside them, where the file has it.
 * @throws BasinError `bad-input` where they are another model's; nothing is changed then
 */
export function startFromWeights(training: Training, bytes: Uint8Array, source: string): void {
  const { tensors } = decodeSafetensors(bytes, source);
  const weights = new Map([...tensors].filter(([name]) => !name.startsWith(statePrefix)));
  assignAll(training.parameters.all, weights, (why) => {
    throw new BasinError(
      'bad-input',
      `Setting start: the model cannot begin with ${source}: ${why}. Name a checkpoint of the same model.`,
      'start',
    );
  });
  for (const [name, variable] of training.modelState ?? []) {
    const saved = tensors.get(`${statePrefix}${name}`);
    if (saved?.data instanceof Float32Array && saved.shape.join() === variable.shape.join()) {
      assign(variable, saved);
    }
  }
}

/** All or nothing: `own` and `saved` must have the same names and shapes. */
function assignAll(
  own: ReadonlyMap<string, Variable>,
  saved: ReadonlyMap<string, NamedTensor>,
  fail: (why: string) => never,
): void {
  const pairs = [...own].map(([name, variable]) => {
    const tensor = saved.get(name) ?? fail(`tensor ${name} is missing`);
    if (tensor.shape.join() !== variable.shape.join()) {
      fail(`tensor ${name} is [${tensor.shape.join(', ')}], the model's is [${variable.shape.join(', ')}]`);
    }
    if (!(tensor.data instanceof Float32Array)) fail(`tensor ${name} is not of 32-bit floats`);
    return [variable, tensor] as const;
  });
  if (saved.size !== own.size) fail('it holds tensors that the model does not have');
  for (const [variable, tensor] of pairs) assign(variable, tensor);
}

function assign(variable: Variable, { data, shape }: NamedTensor): void {
  tidy(() => variable.assign(tensor(data as Float32Array, [...shape], 'float32')));
}
function variables({ parameters, state }: Training): ReadonlyMap<string, Variable> {
  return new Map([
    ...parameters.all,
    ...[...state].map(([name, variable]) => [`${statePrefix}${name}`, variable] as const),
  ]);
}
