/** What every command shares: its options, its context, and how it ends. */
import { Command } from 'commander';
import { libraryFolder } from '#host/libraryFolder.ts';
import { errorDocument, errorLine, exitCode, exitCodeOf } from './failure.ts';
import { type Output, processOutput } from './output.ts';

export interface Context {
  readonly output: Output;
  /** The library's folder; it need not exist. */
  readonly library: string;
}

interface SharedOptions {
  readonly json?: true;
  readonly debug?: true;
  readonly library?: string | true;
}

/** A command with an example in its help. `example` is what follows `basin `. */
export function command(name: string, description: string, example: string, ...more: string[]): Command {
  const examples = [example, ...more].map((line) => `  $ basin ${line}`).join('\n');
  return new Command(name)
    .description(description)
    .summary(firstSentence(description))
    .helpOption('-h, --help', 'print this help')
    .addHelpText('after', `\n${more.length > 0 ? 'Examples' : 'Example'}:\n${examples}`);
}

/** Its answer is the exit code; nothing means done. */
type Body<Arguments extends readonly unknown[]> = (
  context: Context,
  ...args: Arguments
) => Promise<number> | Promise<void>;

/** Turns a body into a commander action: `args` are the command's arguments, then its options. */
export function action<Arguments extends readonly unknown[]>(
  body: Body<Arguments>,
): (...given: unknown[]) => Promise<void> {
  return async (...given) => {
    const self = given.at(-1) as Command;
    const shared = self.optsWithGlobals<SharedOptions>();
    const named = typeof shared.library === 'string' ? shared.library : undefined;
    if (shared.library === true && self.name() !== 'verify') {
      return self.error("option '--library' needs the folder of a library");
    }
    const output = processOutput(shared.json === true);
    const context: Context = { output, library: libraryFolder(named, process.env) };
    try {
      process.exitCode =
        (await body(context, ...(given.slice(0, -1) as unknown as Arguments))) ?? exitCode.done;
    } catch (error) {
      process.exitCode = reportError(error, output.json, shared.debug === true);
    }
  };
}

/** Says what went wrong, on stdout for a program and on stderr for a person; its exit code. */
export function reportError(error: unknown, json: boolean, debug: boolean): number {
  const output = processOutput(json);
  if (json) output.document(errorDocument(error));
  else output.note(errorLine(error));
  if (debug && error instanceof Error) output.note(error.stack ?? '');
  return exitCodeOf(error);
}

/** What the list of commands says of one. */
function firstSentence(text: string): string {
  return (text.split(/[.:;] |\.$/)[0] ?? text).trim();
}
