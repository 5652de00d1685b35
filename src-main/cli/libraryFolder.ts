/** Which library folder a command works on. */
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** `--library`, else BASIN_LIBRARY, else `basin` in the user's data folder (XDG base directories). */
export function libraryFolder(option: string | undefined, env: NodeJS.ProcessEnv): string {
  const named = option ?? (env.BASIN_LIBRARY || undefined);
  if (named !== undefined) return resolve(named);
  // The XDG rules ignore a relative path here.
  const data = env.XDG_DATA_HOME?.startsWith('/') ? env.XDG_DATA_HOME : join(homedir(), '.local', 'share');
  return join(data, 'basin');
}
