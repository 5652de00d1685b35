/** The command tree, and commander's complaints in Basin's words. */
import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { BasinError } from '#contract/error.ts';
import { reportError } from './command.ts';
import { bench } from './commands/bench.ts';
import { checkpoint } from './commands/checkpoint.ts';
import { compare } from './commands/compare.ts';
import { completion } from './commands/completion.ts';
import { components } from './commands/components.ts';
import { deleteRun } from './commands/delete.ts';
import { doctor } from './commands/doctor.ts';
import { evaluate } from './commands/evaluate.ts';
import { flatness } from './commands/flatness.ts';
import { graph } from './commands/graph.ts';
import { metrics } from './commands/metrics.ts';
import { oracle } from './commands/oracle.ts';
import { pause } from './commands/pause.ts';
import { probe } from './commands/probe.ts';
import { rename } from './commands/rename.ts';
import { report } from './commands/report.ts';
import { resume } from './commands/resume.ts';
import { run } from './commands/run.ts';
import { runs } from './commands/runs.ts';
import { show } from './commands/show.ts';
import { stop } from './commands/stop.ts';
import { studies } from './commands/studies.ts';
import { tag } from './commands/tag.ts';
import { tour } from './commands/tour.ts';
import { verify } from './commands/verify.ts';
import { exitCode } from './failure.ts';
import { nearest } from './suggest.ts';

export function basin(): Command {
  const program = new Command('basin')
    .description('A workbench for studying why self-supervised pre-training works.')
    .version(version(), '-V, --version', 'print the version')
    .option('--json', 'one JSON document on stdout, and nothing else there')
    .option('--library [dir]', 'library folder (default: BASIN_LIBRARY, else the user’s data folder)')
    .option('--debug', 'print the stack trace of an error')
    .helpOption('-h, --help', 'print this help')
    .helpCommand('help [command]', 'print help on a command')
    .addHelpText(
      'after',
      '\nExample:\n  $ basin run contrastive-digits --set steps=200\n\nExit codes: 0 done, 1 failed, 2 bad usage or bad input, 130 interrupted.',
    );
  const commands = [
    ...[doctor(), tour(), studies(), components()],
    ...[run(), resume(), pause(), stop(), runs(), show(), metrics(), tag(), rename(), deleteRun()],
    ...[
      compare(),
      flatness(),
      probe(),
      evaluate(),
      checkpoint(),
      oracle(),
      graph(),
      report(),
      verify(),
      bench(),
      completion(),
    ],
  ];
  for (const command of commands) program.addCommand(command);
  for (const each of [program, ...commands]) prepare(each);
  // Help that nobody asked for is an answer to bad usage: without a command it goes to stderr.
  program.action((_options, self: Command) => {
    const [unknown] = self.args;
    if (unknown === undefined && self.opts().json !== true) return self.help({ error: true });
    if (unknown === undefined)
      throw new BasinError('bad-input', 'Command: none was given. See basin --help.');
    throw unknownCommand(unknown, commands);
  });
  program.allowExcessArguments();
  return program;
}

/** Parses and runs; every way out leads over `process.exitCode`. */
export async function main(argv: readonly string[]): Promise<void> {
  try {
    await basin().parseAsync([...argv], { from: 'user' });
  } catch (error) {
    const asked = argv.slice(0, argv.includes('--') ? argv.indexOf('--') : undefined);
    if (error instanceof CommanderError && (error.exitCode === 0 || error.code === 'commander.help')) {
      process.exitCode = error.exitCode === 0 ? exitCode.done : exitCode.badInput;
      return;
    }
    const said = error instanceof CommanderError ? usageError(error) : error;
    process.exitCode = reportError(said, asked.includes('--json'), asked.includes('--debug'));
  }
}

function prepare(command: Command): void {
  command
    .exitOverride()
    .configureHelp({ showGlobalOptions: true })
    // The message travels in the error; help goes where it belongs.
    .configureOutput({ outputError: () => {} });
}

/** `error: unknown option '--sed'\n(Did you mean --seed?)` as WHAT: WHY. TRY. */
function usageError(error: CommanderError): BasinError {
  const [first = '', ...hints] = error.message.replace(/^error: /, '').split('\n');
  const hint = hints.map((line) => line.replace(/^\((.*)\)$/, '$1')).join(' ');
  const tryThis = hint || 'See --help.';
  return new BasinError('bad-input', `Command line: ${first.replace(/\.$/, '')}. ${tryThis}`);
}

function unknownCommand(name: string, commands: readonly Command[]): BasinError {
  const meant = nearest(
    name,
    commands.map((command) => command.name()),
  );
  const tryThis = meant ? `Did you mean ${meant}?` : 'See basin --help.';
  return new BasinError('bad-input', `Command ${name}: there is no such command. ${tryThis}`);
}

function version(): string {
  // The same from src-main/cli and from out/cli.
  const manifest = new URL('../../package.json', import.meta.url);
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version;
}
