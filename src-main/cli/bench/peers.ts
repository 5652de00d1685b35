/**
 * The peers' virtual environments: each made when a benchmark first needs it, in the cache that also holds
 * TensorFlow's libraries, with the versions of its requirements file in bench/.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { BasinError } from '#contract/error.ts';

export interface PeerEnvironment {
  /** Its file in bench/. */
  readonly requirements: string;
  /** Those whose versions a row names. */
  readonly packages: readonly string[];
  /** Said before it is installed. */
  readonly remark: string;
}

export const peerEnvironments = {
  torch: {
    requirements: 'requirements.txt',
    packages: ['torch', 'hessian-eigenthings', 'pyhessian'],
    remark: 'Installing PyTorch and the other peers, once: about 3 GB to download, 6 GB on disk.',
  },
  nltk: {
    requirements: 'oracle-requirements.txt',
    packages: ['nltk'],
    remark: 'Installing nltk, once: about 60 MB on disk.',
  },
} as const satisfies Record<string, PeerEnvironment>;

/** Path of a Python that has the peers. @throws BasinError `worker` where they cannot be installed. */
export async function peersPython(
  requirements: string,
  remark: string,
  env: NodeJS.ProcessEnv,
  note: (text: string) => void,
  signal: AbortSignal,
): Promise<string> {
  signal.throwIfAborted();
  const hash = createHash('sha256').update(readFileSync(requirements)).digest('hex').slice(0, 12);
  const folder = join(cacheFolder(env), `peers-${hash}`);
  const python = join(folder, 'bin', 'python');
  const complete = join(folder, '.complete');
  if (existsSync(complete)) return python;
  note(remark);
  // What an interrupted installation left.
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  await run('python3', ['-m', 'venv', folder], signal);
  const install = ['-m', 'pip', 'install', '--disable-pip-version-check', '-q', '-r', requirements];
  await run(python, install, signal);
  writeFileSync(complete, '');
  return python;
}

function cacheFolder({ BASIN_CACHE, XDG_CACHE_HOME }: NodeJS.ProcessEnv): string {
  return BASIN_CACHE || join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'basin');
}

function run(command: string, args: readonly string[], signal: AbortSignal): Promise<void> {
  return new Promise((done, fail) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], signal });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        said += text;
      });
    }
    child.on('error', (error) => fail(notInstalled(error.message)));
    child.on('close', (code) => (code === 0 ? done() : fail(notInstalled(reason(said)))));
  });
}

/** pip names the cause in its first error, and the failed package in its last. */
function reason(said: string): string {
  const lines = said.split('\n').map((line) => line.trim());
  const error = lines.find((line) => line.startsWith('ERROR:')) ?? lines.findLast(Boolean);
  return (error ?? 'no reason was given').replace(/^ERROR: /, '').replace(/\.$/, '');
}

function notInstalled(why: string): BasinError {
  return new BasinError(
    'worker',
    `Peers: they could not be installed: ${why}. Python 3.10 or newer, its venv and a package index are needed.`,
  );
}
