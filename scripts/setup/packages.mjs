// The npm packages of the lock file, installed without their own install scripts.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run, SetupError } from './command.mjs';
import { needDisk } from './files.mjs';
import { modules, node24, root } from './place.mjs';
import { bytesIn, part } from './progress.mjs';

/** What an installed tree weighs, for the share done. */
const installedBytes = 1.0e9;

export async function installPackages() {
  const stamp = join(modules, '.basin-lock.sha256');
  const lock = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  if (existsSync(stamp) && existsSync(node24) && readFileSync(stamp, 'utf8') === lock) return;
  needDisk('Packages', root, 1.5e9);
  // Install scripts fetch binaries from hosts that may be out of reach; ours come after.
  const arguments_ = ['ci', '--ignore-scripts', '--no-audit', '--no-fund'];
  const explain = (output) =>
    /EINTEGRITY/.test(output)
      ? 'a package does not match its checksum in the lock file. Run `npm cache clean --force`, then this again.'
      : undefined;
  await part(
    'Packages',
    () => run('Packages', 'npm', arguments_, { explain }),
    () => bytesIn(modules) / installedBytes,
  );
  if (!existsSync(node24)) throw new SetupError('Packages: Node 24 is missing after npm ci. Run this again.');
  writeFileSync(stamp, lock);
}
