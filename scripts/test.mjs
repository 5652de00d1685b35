// Every check of the project, then the totals on a line of their own:
//   node scripts/test.mjs [--fast]     without the build and the tests in the real window
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { modules, root } from './setup/place.mjs';

const terminal = process.stdout.isTTY;
const fast = process.argv.includes('--fast');
const totals = { passed: 0, failed: 0 };
const failures = [];

function node(...args) {
  const { ELECTRON_RUN_AS_NODE: _, ...env } = process.env;
  // A log is read as text.
  if (!terminal) env.NO_COLOR = '1';
  return spawnSync(process.execPath, args, { cwd: root, env, stdio: 'inherit' }).status === 0;
}
const tool = (script, ...args) => node(join(modules, ...script.split('/')), ...args);

function report(title, good, seconds) {
  if (good) totals.passed += 1;
  else {
    totals.failed += 1;
    failures.push(title);
  }
  console.log(`${good ? '✓' : '✗'} ${title} (${seconds} s)`);
}

/** One check, which passes or fails as a whole. */
function check(title, work) {
  const started = Date.now();
  const good = work();
  report(title, good, Math.round((Date.now() - started) / 1000));
  return good;
}

/** A part of the test suite: each test counts, and so does a part that ends badly without a failed test. */
function tests(project) {
  const folder = mkdtempSync(join(tmpdir(), 'basin-test-'));
  const file = join(folder, 'report.json');
  try {
    const good = tool(
      'vitest/vitest.mjs',
      ...['run', '--project', project],
      ...['--reporter=default', '--reporter=json', `--outputFile.json=${file}`],
    );
    const found = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
    const { numPassedTests = 0, numFailedTests = 0, numTotalTests = 0 } = found;
    totals.passed += numPassedTests;
    totals.failed += numFailedTests;
    if (numFailedTests > 0) failures.push(`${numFailedTests} tests (${project})`);
    // A file that does not even load has no failed test of its own.
    else if (!good || numTotalTests === 0) report(`Tests (${project}) end well`, false, 0);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const sources = ['src-contract', 'src-main', 'src-renderer', 'scripts', 'tests', 'bench'];
check('Format and lint (biome)', () =>
  tool('@biomejs/biome/bin/biome', 'ci', '--error-on-warnings', ...(terminal ? [] : ['--colors=off'])),
);
check('Layers (dependency-cruiser)', () =>
  tool(
    'dependency-cruiser/bin/dependency-cruiser.mjs',
    ...['--config', '.dependency-cruiser.cjs', '--output-type', 'err'],
    ...sources,
  ),
);
check('Dead code (knip)', () => tool('knip/bin/knip.js', '--no-config-hints'));
check('Types', () => tool('typescript/bin/tsc', '--noEmit'));
check('Types of the page', () => tool('vue-tsc/bin/vue-tsc.js', '--noEmit', '-p', 'src-renderer'));
check('Types of the tests that need a page', () => tool('typescript/bin/tsc', '--noEmit', '-p', 'tests/e2e'));
const built = fast || check('Build', () => node(join(root, 'scripts', 'build.mjs')));
tests('unit');
if (built && !fast) tests('e2e');

if (failures.length > 0) console.log(`Failed: ${failures.join('; ')}`);
console.log(`${totals.passed} passed, ${totals.failed} failed`);
process.exit(totals.failed === 0 ? 0 : 1);
