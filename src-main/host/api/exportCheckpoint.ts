/** A checkpoint's file, byte for byte, to where a person wants it. */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { constants, copyFile, link, open, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { BasinError } from '#contract/error.ts';
import { hashFile, type StoredCheckpoint } from '../store/checkpoints.ts';
import { asBasinError } from '../store/failures.ts';
import { checkpointPath, type Library } from '../store/library.ts';

/** @throws BasinError `conflict` where `out` exists, `corrupt` for a damaged checkpoint, `disk`. */
export async function exportCheckpoint(
  library: Library,
  { hash, bytes }: StoredCheckpoint,
  out: string,
): Promise<{ out: string; bytes: number }> {
  const target = resolve(out);
  const temporary = join(dirname(target), `.${randomBytes(6).toString('hex')}.part`);
  try {
    await copyFile(checkpointPath(library, hash), temporary);
    if ((await hashFile(temporary)) !== hash) {
      const path = checkpointPath(library, hash);
      throw new BasinError('corrupt', `Cannot export ${path}: its contents do not have its checksum.`, path);
    }
    const file = await open(temporary, 'r');
    await file.sync().finally(() => file.close());
    await nameWithoutReplacing(temporary, target);
    return { out: target, bytes };
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') {
      throw new BasinError('conflict', `Cannot write ${target}: it exists. Choose another name.`, target);
    }
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
      const source = checkpointPath(library, hash);
      throw existsSync(dirname(target))
        ? new BasinError('corrupt', `Cannot export ${source}: the file is missing. Restore it.`, source)
        : new BasinError(
            'bad-input',
            `Cannot write ${target}: its folder does not exist. Create it first.`,
            target,
          );
    }
    throw asBasinError(error, target);
  } finally {
    await rm(temporary, { force: true });
  }
}

/** Unlike a rename, a link fails where the name is taken; some file systems (exFAT) have no links. */
async function nameWithoutReplacing(temporary: string, target: string): Promise<void> {
  try {
    await link(temporary, target);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'EOPNOTSUPP') throw error;
    await copyFile(temporary, target, constants.COPYFILE_EXCL);
  }
}
