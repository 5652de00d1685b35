// Every check of the project, then the totals on a line of their own.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const run = (script, ...args) =>
  spawnSync(process.execPath, [join('node_modules', ...script.split('/')), ...args], { stdio: 'inherit' })
    .status === 0;

let passed = 0;
let failed = 0;
const count = (good) => (good ? passed++ : failed++);

count(run('typescript/bin/tsc', '--noEmit'));

const folder = mkdtempSync(join(tmpdir(), 'basin-test-'));
try {
  const report = join(folder, 'report.json');
  const good = run(
    'vitest/vitest.mjs',
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
  );
  const totals = JSON.parse(readFileSync(report, 'utf8'));
  passed += totals.numPassedTests;
  failed += totals.numFailedTests;
  // A file that does not even load has no failed test of its own.
  if (!good && totals.numFailedTests === 0) failed += 1;
  if (totals.numTotalTests === 0) failed += 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
