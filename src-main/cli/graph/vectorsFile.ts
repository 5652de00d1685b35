/** Vectors of a graph's vertices as a safetensors file, in double precision. */
import { existsSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { BasinError } from '#contract/error.ts';
import { encodeSafetensors } from '#engine/safetensors.ts';

/** Before anything is computed. @throws BasinError `conflict` where the file exists */
export function refuseExisting(path: string): void {
  const file = resolve(path);
  if (existsSync(file)) {
    throw new BasinError('conflict', `Cannot write ${file}: it exists. Choose another name.`, file);
  }
}

/**
 * `vectors` [n, k], row x of vertex x, and `eigenvalues` [k] where given; as F64.
 * @throws BasinError `disk`
 */
export function writeVectors(
  path: string,
  columns: readonly Float64Array[],
  eigenvalues?: readonly number[],
): void {
  const [width, vertices] = [columns.length, columns[0]?.length ?? 0];
  const rows = new Float64Array(vertices * width);
  for (const [j, column] of columns.entries()) {
    for (const [x, entry] of column.entries()) rows[x * width + j] = entry;
  }
  const tensors = new Map([['vectors', { shape: [vertices, width], data: rows }]]);
  if (eigenvalues) tensors.set('eigenvalues', { shape: [width], data: Float64Array.from(eigenvalues) });
  try {
    writeFileSync(resolve(path), encodeSafetensors({ tensors, metadata: {} }), { flag: 'wx' });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new BasinError(
      'disk',
      `Cannot write ${resolve(path)}: ${why}. Choose another place.`,
      resolve(path),
    );
  }
}
