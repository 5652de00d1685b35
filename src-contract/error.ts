/** Errors cross process borders as values; inside a process they are thrown as one class. */
import { z } from 'zod';

export const errorCode = z.enum([
  'bad-input',
  'not-found',
  'conflict',
  'newer-database',
  'corrupt',
  'disk',
  'worker',
  'unsupported',
  'internal',
]);
export type ErrorCode = z.infer<typeof errorCode>;

export const errorValue = z.strictObject({
  code: errorCode,
  message: z.string(),
  path: z.string().optional(),
});
export type ErrorValue = z.infer<typeof errorValue>;

/** `message` reads "WHAT: WHY. TRY"; `path` names the file or the setting at fault. */
export class BasinError extends Error {
  readonly code: ErrorCode;
  readonly path: string | undefined;

  constructor(code: ErrorCode, message: string, path?: string) {
    super(message);
    this.name = 'BasinError';
    this.code = code;
    this.path = path;
  }
}
