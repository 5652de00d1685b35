/** Which library folder a window or a command works on. Loads nothing: Electron's own process reads it too. */
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/**
 * `named` (from `--library`), else BASIN_LIBRARY, else `basin` in the user's data folder (XDG base
 * directories). @param cwd what a relative path is relative to
 */
export function libraryFolder(
  named: string | undefined,
  env: NodeJS.ProcessEnv,
  cwd: string = process.cwd(),
): string {
  const chosen = named ?? (env.BASIN_LIBRARY || undefined);
  if (chosen !== undefined) return resolve(cwd, chosen);
  // The XDG rules ignore a relative path here.
  const data = env.XDG_DATA_HOME?.startsWith('/') ? env.XDG_DATA_HOME : join(homedir(), '.local', 'share');
  return join(data, 'basin');
}
