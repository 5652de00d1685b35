/** Which library folder the window opens: `--library`, else BASIN_LIBRARY, else the user's data folder. */
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** @param cwd what a relative path is relative to */
export function libraryFolder(argv: readonly string[], env: NodeJS.ProcessEnv, cwd: string): string {
  const named = optionValue(argv, '--library') ?? (env.BASIN_LIBRARY || undefined);
  if (named !== undefined) return resolve(cwd, named);
  // The XDG rules ignore a relative path here.
  const data = env.XDG_DATA_HOME?.startsWith('/') ? env.XDG_DATA_HOME : join(homedir(), '.local', 'share');
  return join(data, 'basin');
}

/** `--name value` or `--name=value`. */
export function optionValue(argv: readonly string[], name: string): string | undefined {
  const at = argv.indexOf(name);
  if (at >= 0) return argv[at + 1];
  return argv.find((argument) => argument.startsWith(`${name}=`))?.slice(name.length + 1);
}
