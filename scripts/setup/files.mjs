// Files that appear whole or not at all, their checksums, and one set-up at a time.
import { createHash } from 'node:crypto';
import {
  createReadStream,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { SetupError } from './command.mjs';
import { root } from './place.mjs';

export function sha256(file) {
  return new Promise((done, fail) => {
    const hash = createHash('sha256');
    createReadStream(file)
      .on('data', (chunk) => hash.update(chunk))
      .on('end', () => done(hash.digest('hex')))
      .on('error', fail);
  });
}

/** Fills `folder` by way of a temporary one beside it, so that an interruption leaves nothing half done. */
export async function wholeFolder(folder, fill) {
  if (existsSync(folder)) return folder;
  const half = `${folder}.part-${process.pid}`;
  for (const name of readdirSync(dirname(folder))) {
    const path = join(dirname(folder), name);
    if (path.startsWith(`${folder}.part-`) && !lives(Number(name.split('-').at(-1)))) {
      rmSync(path, { recursive: true, force: true });
    }
  }
  mkdirSync(half, { recursive: true });
  try {
    await fill(half);
    renameSync(half, folder);
  } catch (error) {
    rmSync(half, { recursive: true, force: true });
    // Another set-up may have finished first; its folder is as good.
    if (!existsSync(folder)) throw error;
  }
  return folder;
}

export function needDisk(what, folder, bytes) {
  mkdirSync(folder, { recursive: true });
  const disk = statfsSync(folder);
  if (disk.bavail * disk.bsize >= bytes) return;
  const wanted = `${(bytes / 1e9).toFixed(1)} GB`;
  throw new SetupError(`${what}: ${wanted} of disk are needed in ${folder}. Free some, or set BASIN_CACHE.`);
}

/** Waits for another set-up of this checkout to end; returns a function that lets the next one in. */
export async function alone(onWait) {
  const name = createHash('sha256').update(root).digest('hex').slice(0, 16);
  const file = join(tmpdir(), `basin-setup-${name}.lock`);
  const own = `${file}.${process.pid}`;
  for (let told = false; ; ) {
    try {
      // By a link, so that the file never exists without its holder's number in it.
      writeFileSync(own, String(process.pid));
      linkSync(own, file);
      return () => rmSync(file, { force: true });
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    } finally {
      rmSync(own, { force: true });
    }
    if (!lives(Number(readFileSync(file, 'utf8')))) {
      rmSync(file, { force: true });
      continue;
    }
    if (!told) onWait();
    told = true;
    await new Promise((done) => setTimeout(done, 500));
  }
}

function lives(pid) {
  try {
    process.kill(pid, 0);
    return pid > 0;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
