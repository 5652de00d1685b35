/** What a benchmark times on Basin's side. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Engine, Feeds } from '#engine/engine.ts';
import type { Parameters } from '#engine/parameters.ts';
import { encodeSafetensors, type NamedTensor } from '#engine/safetensors.ts';

export interface Work {
  /** Floating-point operations of one unit; 0 where they are not counted. */
  readonly operations: number;
  /** Numbers that the peer must find, too. Called once, before `run`. */
  check(): readonly number[] | Promise<readonly number[]>;
  /** The work, `count` times; what it found. */
  run(count: number): readonly number[] | Promise<readonly number[]>;
}

/** Writes to `folder` what the peer's side reads from it. */
export type BuildWork = (engine: Engine, folder: string) => Work | Promise<Work>;

export function writeWeights(folder: string, parameters: Parameters): void {
  const tensors = [...parameters.all].map(
    ([name, weight]) => [name, { shape: weight.shape, data: Float32Array.from(weight.dataSync()) }] as const,
  );
  writeTensors(join(folder, 'weights.safetensors'), tensors);
}

/** Feeds of batch i as tensors `i/<feed>`. */
export function writeBatches(folder: string, batches: readonly Feeds[]): void {
  const tensors = batches.flatMap((feeds, i) =>
    Object.entries(feeds).flatMap(([name, feed]) =>
      typeof feed === 'number' ? [] : [[`${i}/${name}`, feed] as const],
    ),
  );
  writeTensors(join(folder, 'batches.safetensors'), tensors);
}

export function writeTensors(path: string, tensors: Iterable<readonly [string, NamedTensor]>): void {
  writeFileSync(path, encodeSafetensors({ tensors: new Map(tensors), metadata: {} }));
}
