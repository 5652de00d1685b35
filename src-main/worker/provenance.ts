/** What made a run's numbers: versions, device, source revision. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import type { Provenance } from '#contract/worker.ts';
import { packageRoot } from './packageRoot.ts';

/** Basin's own. */
export const { version } = JSON.parse(readFileSync(new URL('package.json', packageRoot), 'utf8')) as {
  version: string;
};

export function readProvenance(versions: { tensorflow: string; tfjs: string }, engine: string): Provenance {
  const processors = cpus();
  return {
    basin: version,
    node: process.versions.node,
    ...versions,
    device: `CPU ${processors[0]?.model.trim() ?? 'of unknown model'} × ${processors.length}`,
    engine,
    git: revision(),
  };
}

/** Null outside a git work tree. */
function revision(): string | null {
  try {
    const git = (...args: string[]) =>
      execFileSync('git', args, {
        cwd: packageRoot,
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      }).trim();
    const changed = git('status', '--porcelain', '--untracked-files=no') !== '';
    return `${git('rev-parse', 'HEAD')}${changed ? ' with changes' : ''}`;
  } catch {
    return null;
  }
}
