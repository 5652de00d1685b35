/** How a command ends: exit codes, and an error as one line or as JSON. */
import { BasinError, type ErrorCode } from '#contract/error.ts';
import { toErrorValue } from '#contract/rpc.ts';

export const exitCode = { done: 0, failed: 1, badInput: 2, interrupted: 130, terminated: 143 } as const;

/** Codes whose remedy lies with the caller; the rest are failures of the work itself. */
const callersToFix: readonly ErrorCode[] = [
  'bad-input',
  'not-found',
  'conflict',
  'newer-database',
  'corrupt',
  'disk',
  'unsupported',
];

export function exitCodeOf(error: unknown): number {
  return error instanceof BasinError && callersToFix.includes(error.code)
    ? exitCode.badInput
    : exitCode.failed;
}

/** `basin: WHAT: WHY. TRY`, on one line whatever the message holds. */
export function errorLine(error: unknown): string {
  return `basin: ${toErrorValue(error).message.replaceAll(/\s*[\r\n]+\s*/g, ' ')}`;
}

export function errorDocument(error: unknown): { error: ReturnType<typeof toErrorValue> } {
  return { error: toErrorValue(error) };
}
