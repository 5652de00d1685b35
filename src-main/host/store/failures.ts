/** What SQLite's and the file system's errors mean to a person. */
import { BasinError } from '#contract/error.ts';

const meanings: readonly [RegExp, 'disk' | 'corrupt' | 'conflict', string][] = [
  [/^(SQLITE_FULL|ENOSPC|EDQUOT)/, 'disk', 'the disk is full. Free some space, then resume'],
  [
    /^(SQLITE_READONLY|SQLITE_CANTOPEN|SQLITE_PERM|EACCES|EROFS|EPERM)/,
    'disk',
    'it cannot be written. Check its permissions, or choose another library',
  ],
  [/^(SQLITE_IOERR|EIO|EMFILE|ENOTDIR|EEXIST)/, 'disk', 'reading or writing failed. Check the disk'],
  [/^(SQLITE_CORRUPT|SQLITE_NOTADB)/, 'corrupt', 'its contents are damaged. Restore it from a copy'],
  [/^(SQLITE_BUSY|SQLITE_LOCKED)/, 'conflict', 'another process holds it. Try again'],
];

/** Errors that are ours pass through; `path` names the file at fault. */
export function asBasinError(error: unknown, path: string): BasinError {
  if (error instanceof BasinError) return error;
  const code = errorCode(error);
  const text = error instanceof Error ? error.message : String(error);
  for (const [pattern, meaning, why] of meanings) {
    if (pattern.test(code)) return new BasinError(meaning, `File ${path}: ${why} (${code}).`, path);
  }
  return new BasinError('internal', `File ${path}: ${text}.`, path);
}

function errorCode(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('code' in error)) return '';
  return String(error.code);
}
