// TensorFlow's C libraries, taken from its Python wheels into the cache: the CPU wheel, or with
// BASIN_TF=gpu (or an NVIDIA driver on the machine) the GPU wheel together with its CUDA wheels.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { run, SetupError } from './command.mjs';
import { needDisk, wholeFolder } from './files.mjs';
import { nvidiaDriver } from './machine.mjs';
import { cache, root } from './place.mjs';
import { bytesIn, part } from './progress.mjs';

/** `download` and `disk` in bytes: what comes over the network, and what is needed while unpacking. */
const variants = {
  cpu: { download: 274e6, disk: 2e9 },
  gpu: { download: 3.3e9, disk: 11e9 },
};

export function chosenVariant() {
  const wish = process.env.BASIN_TF;
  if (wish && !Object.hasOwn(variants, wish)) {
    throw new SetupError(`BASIN_TF: "${wish}" is neither cpu nor gpu. Set one of them, or unset it.`);
  }
  return wish || (nvidiaDriver() ? 'gpu' : 'cpu');
}

/** Resolves to the folder that holds `tensorflow/` (and `nvidia/`); it appears whole or not at all. */
export async function fetchTensorFlow() {
  const variant = chosenVariant();
  const { download, disk } = variants[variant];
  const list = join(root, 'scripts', 'setup', `tensorflow-${variant}.txt`);
  const folder = join(cache, folderName(variant, readFileSync(list, 'utf8')));
  if (existsSync(folder)) return folder;
  needDisk('TensorFlow', cache, disk);
  const wheels = `${folder}.wheels`;
  mkdirSync(wheels, { recursive: true });
  // pip checks each wheel against the checksum in the list, one that an earlier try left included.
  await part(
    `TensorFlow (${variant}, ${download < 1e9 ? `${download / 1e6} MB` : `${download / 1e9} GB`})`,
    () => downloadWheels(list, wheels),
    () => bytesIn(wheels) / download,
  );
  await part('TensorFlow: unpacking', () => wholeFolder(folder, (half) => unpack(wheels, half)));
  rmSync(wheels, { recursive: true, force: true });
  return folder;
}

/** Named after the wheel's checksum (CPU) or the whole list's (GPU), so that a new pin is a new folder. */
function folderName(variant, list) {
  const [, version, hash] = /^tensorflow\S*==(\S+) --hash=sha256:(\w+)/m.exec(list) ?? [];
  const key = variant === 'cpu' ? hash : createHash('sha256').update(list).digest('hex');
  return `tensorflow-${variant}-${version}-${key.slice(0, 12)}`;
}

function downloadWheels(list, wheels) {
  const platforms = ['manylinux_2_27', 'manylinux_2_17', 'manylinux2014', 'manylinux2010', 'manylinux_2_12'];
  const explain = (output) =>
    /DO NOT MATCH THE HASHES/i.test(output)
      ? 'a download does not match its checksum. Run this again; if it stays so, the registry serves other files than were pinned.'
      : undefined;
  return run(
    'TensorFlow',
    'python3',
    [
      ...['-m', 'pip', 'download', '--quiet', '--no-deps', '--only-binary=:all:', '--no-cache-dir'],
      ...['--disable-pip-version-check', '--require-hashes', '-r', list, '-d', wheels],
      ...['--python-version', '3.12', '--implementation', 'cp'],
      ...platforms.flatMap((platform) => ['--platform', `${platform}_x86_64`]),
    ],
    // Where pip collects its downloads before it moves them: on the cache's disk, and seen by the progress.
    { env: { ...process.env, TMPDIR: wheels }, explain },
  );
}

/** The shared libraries and C headers alone; the Python part is a third of the wheel. */
const unpackProgram = `
import os, sys, zipfile
wheel, out = sys.argv[1:]
headers = ['tensorflow/c/', 'tensorflow/core/', 'xla/', 'tsl/']
libraries = ['tensorflow/libtensorflow_cc.so.2', 'tensorflow/libtensorflow_framework.so.2']
def wanted(name):
    if name.startswith('nvidia/'):
        return '/lib/' in name or '/bin/' in name or '/nvvm/' in name
    return name in libraries or any(name.startswith('tensorflow/include/' + h) for h in headers)
with zipfile.ZipFile(wheel) as z:
    for info in z.infolist():
        if wanted(info.filename):
            path = z.extract(info, out)
            mode = info.external_attr >> 16
            if mode & 0o111 and os.path.isfile(path):
                os.chmod(path, 0o755)
`;

async function unpack(wheels, half) {
  const names = readdirSync(wheels).filter((name) => name.endsWith('.whl'));
  for (const name of names) {
    await run('TensorFlow', 'python3', ['-c', unpackProgram, join(wheels, name), half]);
  }
  if (!existsSync(join(half, 'tensorflow', 'libtensorflow_cc.so.2'))) {
    throw new SetupError(
      `TensorFlow: its wheel holds no libtensorflow_cc.so.2. Delete ${wheels} and run this again.`,
    );
  }
}
