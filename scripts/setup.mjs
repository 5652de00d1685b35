// Sets up everything the project needs from package registries alone, then runs what was asked:
//   node scripts/setup.mjs                    set up
//   node scripts/setup.mjs start [--headless] [--library DIR]
//                                             set up and build, then open the window (or the tour)
//   node scripts/setup.mjs test               set up, then every check that CI runs
// No dependencies: it runs on the system's Node (20 or newer), before anything is installed.
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isBuilt } from './build.mjs';
import { resolveElectron } from './electron.mjs';
import { buildBinding } from './setup/binding.mjs';
import { run, SetupError } from './setup/command.mjs';
import { alone } from './setup/files.mjs';
import { checkMachine, hasDisplay, installDisplay, installWindowLibraries } from './setup/machine.mjs';
import { installPackages } from './setup/packages.mjs';
import { node24, readyFile, root } from './setup/place.mjs';
import { part, say } from './setup/progress.mjs';
import { fetchTensorFlow } from './setup/tensorflow.mjs';

async function setUp() {
  checkMachine();
  const release = await alone(() => say('Another set-up of this folder is running; waiting for it.'));
  process.on('exit', release);
  await installPackages();
  const folder = await fetchTensorFlow();
  await buildBinding(folder);
  writeFileSync(readyFile, `${folder}\n`);
  release();
}

/** Runs a program in the foreground and ends with its exit code; signals to us reach it too. */
function become(command, args, environment = {}) {
  const { ELECTRON_RUN_AS_NODE: _, ...env } = { ...process.env, ...environment };
  const child = spawn(command, args, { cwd: root, stdio: 'inherit', env });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => fail(new SetupError(`${command}: did not start (${error.message}).`)));
  child.on('close', (code, signal) => {
    process.exitCode = code ?? 128 + ({ SIGINT: 2, SIGKILL: 9, SIGTERM: 15 }[signal] ?? 1);
  });
}

/** An Electron that runs. */
async function electron() {
  const first = await resolveElectron();
  if (first.missing.length === 0) return first;
  await installWindowLibraries(first.missing);
  const second = await resolveElectron();
  if (second.missing.length === 0) return second;
  throw new SetupError(`Electron: libraries are still missing: ${second.missing.join(', ')}.`);
}

async function start(args) {
  const headless = args.includes('--headless');
  const rest = args.filter((argument) => argument !== '--headless');
  if (headless || !hasDisplay()) {
    const why = headless ? '--headless was given' : 'there is no display';
    say(`Running the tour in the terminal, because ${why}.`);
    return become(join(root, 'bin', 'basin'), ['tour', ...rest]);
  }
  if (!isBuilt()) {
    const script = join(root, 'scripts', 'build.mjs');
    await part('Building the window', () => run('Build', node24, [script]));
  }
  const { path, args: own } = await electron();
  // Chromium's own messages (no D-Bus, no GPU) say nothing that a person could act on.
  become(path, [...own, '--log-level=3', ...rest], { BASIN_NODE: node24 });
}

/** The window's tests need what the window needs, and a virtual display. */
async function test(args) {
  if (!args.includes('--fast')) {
    await installDisplay();
    await electron();
  }
  become(node24, [join(root, 'scripts', 'test.mjs'), ...args]);
}

function fail(error) {
  say(`basin: ${error instanceof SetupError ? error.message : error.stack}`);
  process.exit(1);
}

const [, , command = '', ...args] = process.argv;
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(130));
try {
  await setUp();
  if (command === 'start') await start(args);
  else if (command === 'test') await test(args);
  else if (command !== '') throw new SetupError(`Set-up: unknown command "${command}". Use start or test.`);
} catch (error) {
  fail(error);
}
