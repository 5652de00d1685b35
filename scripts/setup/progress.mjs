// What a person sees while they wait: on a terminal one line a part, rewritten in place, with the share
// done where it is known; elsewhere a line when a part starts, and one now and then while it runs.
import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const out = process.stderr;
const quiet = process.env.BASIN_QUIET === '1';

export function say(line) {
  if (!quiet) out.write(`${line}\n`);
}

/**
 * Runs one part of the set-up and shows it.
 * @param share a function that says how much is done, in [0, 1], or undefined where that is unknown
 */
export async function part(title, work, share) {
  const started = Date.now();
  const shown = out.isTTY && !quiet;
  const seconds = () => `${Math.round((Date.now() - started) / 1000)} s`;
  const percent = () => {
    const done = share?.();
    return done === undefined ? '' : ` ${Math.min(99, Math.floor(done * 100))} %`;
  };
  const line = (end) => (shown ? out.write(`\r\x1b[K${title} ${end}`) : say(`${title}${end}`));
  if (!shown) say(`${title} …`);
  const timer = setInterval(() => line(`…${percent()} (${seconds()})`), shown ? 200 : 15_000);
  try {
    const result = await work();
    line(shown ? `✓ ${seconds()}\n` : ` done in ${seconds()}`);
    return result;
  } catch (error) {
    if (shown) out.write('\r\x1b[K');
    throw error;
  } finally {
    clearInterval(timer);
  }
}

/** Bytes of all files in a folder tree, for downloads whose tool tells no progress. */
export function bytesIn(folder) {
  let bytes = 0;
  try {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      bytes += entry.isDirectory() ? bytesIn(path) : lstatSync(path).size;
    }
  } catch {
    // It may vanish while it is being looked at.
  }
  return bytes;
}
