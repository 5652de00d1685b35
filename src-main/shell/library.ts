/** The library folder that the window's own command line names. */
import { libraryFolder } from '#host/libraryFolder.ts';

/** @param cwd what a relative path is relative to */
export function libraryOf(argv: readonly string[], env: NodeJS.ProcessEnv, cwd: string): string {
  return libraryFolder(optionValue(argv, '--library'), env, cwd);
}

/** `--name value` or `--name=value`. */
function optionValue(argv: readonly string[], name: string): string | undefined {
  const at = argv.indexOf(name);
  if (at >= 0) return argv[at + 1];
  return argv.find((argument) => argument.startsWith(`${name}=`))?.slice(name.length + 1);
}
