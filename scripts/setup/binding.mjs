// tfjs's native binding, built against TensorFlow's libraries; it uses their stable C API alone.
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { run } from './command.mjs';
import { modules } from './place.mjs';
import { part } from './progress.mjs';

export async function buildBinding(folder) {
  const tfjs = join(modules, '@tensorflow', 'tfjs-node-gpu');
  const lib = join(folder, 'tensorflow');
  const out = join(tfjs, 'lib', 'napi-v8', 'tfjs_binding.node');
  const stamp = `${out}.for`;
  if (existsSync(out) && existsSync(stamp) && readFileSync(stamp, 'utf8') === folder) return;
  mkdirSync(dirname(out), { recursive: true });
  // Renamed into place: a process that has the old one loaded keeps it.
  const half = `${out}.part`;
  await part('TensorFlow binding', () =>
    run('TensorFlow binding', 'g++', [
      ...['-std=c++17', '-O2', '-shared', '-fPIC', '-DNAPI_VERSION=8'],
      ...[`-I${tfjs}`, `-I${tfjs}/binding`, `-I${lib}/include`, `-I${modules}/node-api-headers/include`],
      ...[`${tfjs}/binding/tfjs_backend.cc`, `${tfjs}/binding/tfjs_binding.cc`],
      ...[`-L${lib}`, '-l:libtensorflow_cc.so.2', '-l:libtensorflow_framework.so.2'],
      ...[`-Wl,-rpath,${lib}`, '-o', half],
    ]),
  );
  renameSync(half, out);
  writeFileSync(stamp, folder);
}
