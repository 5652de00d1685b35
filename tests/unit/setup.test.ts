/** Set-up on machines that lack something: one clear line each, and nothing half done. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const scripts = resolve(import.meta.dirname, '..', '..', 'scripts');
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'basin-setup-test-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Runs a line of a module script beside the set-up's own, as set-up itself runs: in a plain Node. */
function evaluate(code: string, env: NodeJS.ProcessEnv = {}) {
  const { stdout, stderr, status } = spawnSync(process.execPath, ['--input-type=module', '-e', code], {
    cwd: scripts,
    encoding: 'utf8',
    env: { ...process.env, ...env },
  });
  return { stdout: stdout.trim(), stderr, status };
}

/** A program of this name that prints `text` on stderr and fails. */
function failing(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\necho '${text}' >&2\nexit 1\n`, { mode: 0o755 });
  return path;
}

describe('a program that fails', () => {
  const run = (text: string) =>
    evaluate(
      `import { run } from './setup/command.mjs';
       await run('TensorFlow', process.argv[1], []).catch((error) => console.log(error.message));`.replace(
        'process.argv[1]',
        JSON.stringify(failing('tool', text)),
      ),
    ).stdout;
  test.each([
    ['getaddrinfo ENOTFOUND registry', /registry cannot be reached.*Check the network/],
    ['Failed to establish a new connection: [Errno 111]', /registry cannot be reached/],
    ['OSError: [Errno 28] No space left on device', /the disk is full.*goes on where it stopped/],
    ['something odd', /ended with 1\. Its last lines:\nsomething odd/],
  ])('%s', (text, expected) => {
    expect(run(text)).toMatch(/^TensorFlow: /);
    expect(run(text)).toMatch(expected);
  });
});

describe('a folder', () => {
  const fill = (body: string) =>
    evaluate(
      `import { wholeFolder } from './setup/files.mjs';
       import { writeFileSync } from 'node:fs';
       await wholeFolder(${JSON.stringify(join(folder, 'whole'))}, async (half) => { ${body} });`,
    );
  test('appears only once it is filled; leftovers of a killed set-up are removed', () => {
    mkdirSync(join(folder, 'whole.part-999999999'));
    expect(fill("writeFileSync(half + '/a', 'a'); throw new Error('stopped');").status).not.toBe(0);
    expect(readdirSync(folder)).toEqual([]);
    expect(fill("writeFileSync(half + '/a', 'a');").status).toBe(0);
    expect(readdirSync(folder)).toEqual(['whole']);
    expect(existsSync(join(folder, 'whole', 'a'))).toBe(true);
  });
});

describe('the machine', () => {
  const setup = (env: NodeJS.ProcessEnv, before = '') =>
    evaluate(
      `${before} const { checkMachine } = await import('./setup/machine.mjs');
       try { checkMachine(); console.log('fits'); } catch (error) { console.log(error.message); }`,
      env,
    ).stdout;
  test('of another platform is refused', () => {
    const other = "Object.defineProperty(process, 'arch', { value: 'arm64' });";
    expect(setup({}, other)).toMatch(
      /^Platform: native parts are built for linux-x64, this is linux-arm64\./,
    );
  });
  test('with an old Node is told which one it needs', () => {
    const old = "Object.defineProperty(process.versions, 'node', { value: '18.20.0' });";
    expect(setup({}, old)).toMatch(/^Node: .* is too old\. Install Node 20 or newer\.$/);
  });
  test('without a compiler is told how to get one', () => {
    for (const tool of ['npm', 'python3']) {
      writeFileSync(join(folder, tool), '#!/bin/sh\nexit 0\n', { mode: 0o755 });
    }
    expect(setup({ PATH: folder })).toBe('g++: not found. Install it: apt-get install g++');
  });
});

test('an unknown BASIN_TF is refused, cpu and gpu are taken as said', () => {
  const choose = (wish: string) =>
    evaluate(
      `import { chosenVariant } from './setup/tensorflow.mjs';
       try { console.log(chosenVariant()); } catch (error) { console.log(error.message); }`,
      { BASIN_TF: wish },
    ).stdout;
  expect(choose('gpu')).toBe('gpu');
  expect(choose('cpu')).toBe('cpu');
  expect(choose('tpu')).toBe('BASIN_TF: "tpu" is neither cpu nor gpu. Set one of them, or unset it.');
});

test('one set-up of a checkout waits for the other; a dead one holds nothing up', () => {
  const alone = `import { alone } from './setup/files.mjs';
    const release = await alone(() => console.log('waits'));
    console.log('in');`;
  const env = { TMPDIR: folder };
  expect(evaluate(`${alone} process.kill(process.pid, 'SIGKILL');`, env).stdout).toBe('in');
  expect(readdirSync(folder)).toHaveLength(1);
  expect(evaluate(`${alone} release();`, env).stdout).toBe('in');
  expect(readdirSync(folder)).toEqual([]);
  const both = `${alone.replace("'in'", "'first'")}
    setTimeout(release, 100);
    await alone(() => console.log('waits')); console.log('second'); process.exit(0);`;
  expect(evaluate(both, env).stdout.split('\n')).toEqual(['first', 'waits', 'second']);
});
