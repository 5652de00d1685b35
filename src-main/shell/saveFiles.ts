/** Writes files that a person chose a place for: whole or not at all, siblings under the same base name. */
import { open, rename, rm } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { BasinError } from '#contract/error.ts';

export interface NamedText {
  readonly name: string;
  readonly text: string;
}

/** Where each file goes once the first one's path is chosen: `chosen`'s base name, its own extension. */
export function siblingPaths(chosen: string, files: readonly NamedText[]): string[] {
  const base = join(dirname(chosen), basename(chosen, extname(chosen)));
  return files.map((file, index) => (index === 0 ? chosen : `${base}${extname(file.name)}`));
}

/** @throws BasinError `disk` with the path; nothing half written stays. */
export async function writeWhole(path: string, text: string): Promise<void> {
  const half = `${path}.part-${process.pid}`;
  try {
    const file = await open(half, 'w');
    try {
      await file.writeFile(text, 'utf8');
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(half, path);
  } catch (error) {
    await rm(half, { force: true });
    const why = error instanceof Error ? error.message : String(error);
    throw new BasinError('disk', `Save ${path}: ${why}. Choose another folder.`, path);
  }
}
