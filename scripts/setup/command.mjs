// Runs another program quietly: what it printed appears only when it fails.
import { spawn, spawnSync } from 'node:child_process';
import { root } from './place.mjs';

/** A failure that a person can act on: "WHAT: WHY. TRY", shown without a stack. */
export class SetupError extends Error {}

/**
 * Resolves to what the program printed on stdout.
 * @param what the part being set up, the first word of an error
 * @param options `timeout` in ms, `explain(output)` → a better reason than the last lines, or undefined
 */
export function run(what, command, args, { timeout, explain, ...options } = {}) {
  return new Promise((done, fail) => {
    const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], timeout, ...options });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text) => {
      stderr += text;
    });
    child.on('error', (error) =>
      fail(new SetupError(`${what}: ${command} did not start (${error.message}).`)),
    );
    child.on('close', (code, signal) => {
      if (code === 0) return done(stdout);
      const output = `${stdout}${stderr}`;
      const reason = commonReason(output) ?? explain?.(output);
      if (reason) return fail(new SetupError(`${what}: ${reason}`));
      const last = output.trim().split('\n').slice(-8).join('\n');
      fail(new SetupError(`${what}: ${command} ended with ${code ?? signal}. Its last lines:\n${last}`));
    });
  });
}

export function found(command, args = ['--version']) {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0;
}

function commonReason(output) {
  if (/ENOSPC|No space left on device/i.test(output)) {
    return 'the disk is full. Free some space and run this again; it goes on where it stopped.';
  }
  const offline =
    /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ENETUNREACH|ETIMEDOUT|Temporary failure in name resolution|Failed to establish a new connection|Network is unreachable|Connection timed out/;
  if (offline.test(output)) {
    return 'the package registry cannot be reached. Check the network or proxy settings, then run this again; it goes on where it stopped.';
  }
  return undefined;
}
