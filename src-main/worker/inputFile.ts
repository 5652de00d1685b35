/** Files that a question names. */
import { readFileSync } from 'node:fs';
import { BasinError } from '#contract/error.ts';
import { type RunSpec, runSpec } from '#contract/spec.ts';
import { decodeSafetensors } from '#engine/safetensors.ts';

/** @throws BasinError `not-found` */
export function readInput(file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new BasinError('not-found', `Cannot read ${file}: ${why}. Name another file.`, file);
  }
}

/** The run's spec, from a checkpoint's own metadata. @throws BasinError `corrupt`, `bad-input` */
export function specOf(bytes: Uint8Array, file: string): RunSpec {
  const { metadata } = decodeSafetensors(bytes, file);
  const parsed = runSpec.safeParse(parseJson(metadata.spec ?? ''));
  if (parsed.success) return parsed.data;
  throw new BasinError(
    'bad-input',
    `Cannot measure ${file}: it does not say which model its weights belong to. Name a checkpoint of this program.`,
    file,
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
