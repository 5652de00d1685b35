/** What the host finds wrong with a form's settings, and at which of them. */
import { BasinError } from '#contract/error.ts';

export interface SettingError {
  readonly message: string;
  /** Dotted; empty where it is of no one setting. */
  readonly path: string;
}

export function settingError(cause: unknown): SettingError {
  return {
    message: cause instanceof Error ? cause.message : String(cause),
    path: cause instanceof BasinError ? (cause.path ?? '') : '',
  };
}

/** The message without the setting's name, beside which it stands; undefined where it is another's. */
export function messageAt(error: SettingError | null, path: string): string | undefined {
  return error?.path === path ? error.message.replace(/^Setting [^:]*: /, '') : undefined;
}
