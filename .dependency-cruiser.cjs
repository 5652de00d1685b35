// The arrows of docs/architecture.md: an import that crosses a layer fails the build.
//   src-renderer → src-contract ← src-main;   cli, shell → host → contract;   worker → science → engine
const layer = (name, comment, from, to) => ({
  name,
  comment,
  severity: 'error',
  from: { path: from },
  to: { path: to },
});
const main = (...parts) => `^src-main/(${parts.join('|')})/`;

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'Two files that need each other are one file, or three.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'no-unresolved',
      comment: 'Every import exists.',
      severity: 'error',
      from: { path: '^(src-|tests/|scripts/|bench/)' },
      to: { couldNotResolve: true },
    },
    layer(
      'contract-knows-no-process',
      'The contract is read by all and reads none.',
      '^src-contract/',
      '^src-(main|renderer)/',
    ),
    layer(
      'page-reads-contract-and-figures',
      'The page is sandboxed; figures are drawn alike in the window and in files.',
      '^src-renderer/',
      '^src-main/(?!figures/)',
    ),
    layer(
      'figures-read-the-contract-alone',
      'A figure is a function of its data.',
      main('figures'),
      '^src-(renderer|main/(?!figures/))',
    ),
    layer('main-knows-no-page', 'Views are not for processes.', '^src-main/', '^src-renderer/'),
    layer(
      'engine-is-below',
      'The engine knows no science.',
      main('engine'),
      main('science', 'worker', 'host', 'cli', 'shell', 'preload'),
    ),
    layer(
      'science-is-pure',
      'Science runs in any process.',
      main('science'),
      main('worker', 'host', 'cli', 'shell', 'preload'),
    ),
    layer(
      'science-knows-no-process',
      'No SQLite, no Electron, no child process in science.',
      main('science'),
      '(better-sqlite3|kysely|^electron$|node_modules/electron/|^(node:)?(child_process|worker_threads|cluster)$)',
    ),
    layer(
      'worker-knows-no-host',
      'A worker sends what is to be kept; the host keeps it.',
      main('worker'),
      main('host', 'cli', 'shell', 'preload'),
    ),
    layer(
      'bench-loads-what-a-worker-does',
      'A benchmark times the worker’s code.',
      '^bench/',
      main('host', 'cli', 'shell', 'preload'),
    ),
    layer(
      'bench-is-started-not-imported',
      'Its process loads TensorFlow.',
      '^(src-|tests/|scripts/)',
      '^bench/',
    ),
    layer(
      'host-is-below',
      'The host serves its callers and does not know them.',
      main('host'),
      main('worker', 'cli', 'shell', 'preload'),
    ),
    layer(
      'shell-knows-the-host-alone',
      'The shell opens windows.',
      main('shell', 'preload'),
      main('engine', 'science', 'worker', 'cli'),
    ),
    layer(
      'cli-knows-no-worker',
      'Commands speak to the host.',
      main('cli'),
      main('worker', 'shell', 'preload'),
    ),
    layer(
      'electron-in-the-shell-alone',
      'Everything else runs in plain Node.',
      '^src-(main/(?!shell/|preload/)|contract/|renderer/)',
      '(^electron$|node_modules/electron/)',
    ),
    layer(
      'sqlite-in-the-host-alone',
      'The store is written by host code alone; the doctor asks SQLite for its version.',
      '^src-(main/(?!host/|cli/doctor/)|contract/|renderer/)',
      'node_modules/better-sqlite3/',
    ),
    {
      name: 'native-tensorflow-in-the-worker-alone',
      comment: 'A crash in native code must take nothing along but its own job.',
      severity: 'error',
      from: { path: main('host', 'cli', 'shell', 'preload') },
      to: { path: '(^src-main/engine/backend\\.ts$|node_modules/@tensorflow/tfjs-node)', reachable: true },
    },
    {
      name: 'only-declared-packages',
      comment: 'A package that is used is named in package.json.',
      severity: 'error',
      from: { path: '^(src-|bench/)' },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(out|\\.electron)' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      extensions: ['.ts', '.js', '.mjs', '.cjs', '.vue', '.json', '.d.ts'],
    },
  },
};
