// What the machine must bring: platform, Node, Python, a compiler; for a window also Debian's libraries.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { found, run, SetupError } from './command.mjs';
import { part, say } from './progress.mjs';

export function checkMachine() {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    const here = `${process.platform}-${process.arch}`;
    throw new SetupError(
      `Platform: native parts are built for linux-x64, this is ${here}. Use a 64-bit x86 Linux, or a container of one.`,
    );
  }
  if (Number(process.versions.node.split('.')[0]) < 20) {
    throw new SetupError(`Node: ${process.version} is too old. Install Node 20 or newer.`);
  }
  need('npm', ['--version'], 'npm');
  need('python3', ['--version'], 'python3');
  need('python3', ['-m', 'pip', '--version'], 'python3-pip', 'pip for python3');
  need('g++', ['--version'], 'g++');
}

function need(command, args, debian, name = command) {
  if (found(command, args)) return;
  throw new SetupError(`${name}: not found. Install it: apt-get install ${debian}`);
}

/** Whether a window can be shown at all. */
export function hasDisplay(environment = process.env) {
  return Boolean(environment.DISPLAY || environment.WAYLAND_DISPLAY);
}

export function nvidiaDriver() {
  try {
    readdirSync('/proc/driver/nvidia');
    return true;
  } catch {
    return found('nvidia-smi', ['-L']);
  }
}

const windowPackages = [
  ...['libgtk-3-0', 'libnss3', 'libasound2', 'libgbm1', 'libxss1', 'libatk-bridge2.0-0'],
  ...['libdrm2', 'libxkbcommon0', 'fonts-dejavu'],
];

/**
 * Debian's libraries that Electron links to: installed where the user is root, named where not.
 * @param missing the shared libraries that the loader did not find
 */
export async function installWindowLibraries(missing) {
  await installDebian('Window', `the system lacks ${missing.join(', ')}`, windowPackages);
}

/** The virtual display that the window's tests run on. */
export async function installDisplay() {
  if (spawnSync('Xvfb', ['-help'], { stdio: 'ignore' }).error === undefined) return;
  await installDebian('Virtual display', 'the system lacks Xvfb', ['xvfb', 'xauth']);
}

async function installDebian(what, why, packages) {
  const command = `apt-get install ${packages.join(' ')}`;
  if (process.getuid?.() !== 0 || !found('apt-get')) {
    throw new SetupError(`${what}: ${why}. Install it: ${found('sudo') ? 'sudo ' : ''}${command}`);
  }
  say(`${what}: ${why}; installing Debian's packages`);
  const options = { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } };
  const apt = ['-o', 'DPkg::Lock::Timeout=300', '-qq'];
  await part(what, async () => {
    await run(what, 'apt-get', [...apt, 'update'], options);
    await run(what, 'apt-get', [...apt, 'install', '-y', '--no-install-recommends', ...packages], options);
  });
}
