/** A dataset's file as a setting: where it lies, and what to say where it was not given. */
import { resolve } from 'node:path';
import { z } from 'zod';
import { BasinError } from '#contract/error.ts';

/** Relative paths are those of the process that reads the spec first; empty where none is given. */
export const fileSetting = (description: string) =>
  z
    .string()
    .default('')
    .meta({ title: 'File', description })
    .overwrite((path) => (path === '' ? path : resolve(path)));

/** @throws BasinError `bad-input` for an empty path */
export function givenFile(file: string, what: string): string {
  if (file !== '') return file;
  const path = 'data.file';
  throw new BasinError('bad-input', `Setting ${path}: it is missing. Give the path of ${what}.`, path);
}
