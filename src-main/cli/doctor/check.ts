/** One part that Basin needs, and whether it is there. */
export interface Check {
  readonly id: string;
  readonly ok: boolean;
  /** What was found; where `ok` is false, what to do. */
  readonly detail: string;
  /** It is missing, but only the window needs it. */
  readonly note?: true;
}

export function reason(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.split('\n')[0] ?? text;
}
