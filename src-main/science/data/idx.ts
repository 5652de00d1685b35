/** IDX files of bytes: the format in which MNIST was published. */
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { BasinError } from '#contract/error.ts';

/**
 * Two zero bytes, type 8, number of sides, then each side as a big-endian 32-bit integer, then the data.
 * @throws BasinError `corrupt` where header and length do not agree.
 */
export function parseIdx(bytes: Uint8Array, rank: number, source: string): Uint8Array {
  const header = 4 + 4 * rank;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const valid = bytes.length >= header && view.getUint32(0) === 0x800 + rank;
  let size = 1;
  for (let axis = 0; valid && axis < rank; axis++) size *= view.getUint32(4 + 4 * axis);
  if (!valid || bytes.length !== header + size) {
    throw new BasinError(
      'corrupt',
      `Cannot read ${source}: it is not a whole IDX file of rank ${rank}. Put a whole one in its place.`,
      source,
    );
  }
  return bytes.subarray(header);
}

/** The data of a file, unpacked first where its name ends in `.gz`. */
export async function readIdx(path: string, rank: number): Promise<Uint8Array> {
  const bytes = await readFile(path);
  return parseIdx(path.endsWith('.gz') ? await promisify(gunzip)(bytes) : bytes, rank, path);
}
