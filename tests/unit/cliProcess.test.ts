import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { StudyInfo } from '#contract/host.ts';
import { basin, document, start } from '../fixtures/basin.ts';
import { temporaryFolder } from '../fixtures/hosts.ts';

interface Failure {
  readonly error: { readonly code: string; readonly message: string; readonly path?: string };
}

const preset = 'contrastive-digits';

describe('usage', { timeout: 60_000 }, () => {
  test('help and version are results', async () => {
    const library = temporaryFolder();
    const [version, help, ofRun] = await Promise.all([
      basin(library, ['--version']),
      basin(library, ['--help']),
      basin(library, ['run', '--help']),
    ]);
    expect(version).toMatchObject({
      code: 0,
      stderr: '',
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    });
    expect(help).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining('Example:') });
    expect(ofRun).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining('Examples:') });
  });

  test('bad usage ends with 2 and one line that says what to do', async () => {
    const library = temporaryFolder();
    const wrong: Record<string, string[]> = {
      'Did you mean verify?': ['vrify'],
      'no such command': ['transmogrify'],
      'Did you mean --json?': ['runs', '--jsn'],
      "missing required argument 'run'": ['show'],
      'too many arguments': ['runs', 'more'],
      'Give a whole number from 1.': ['metrics', 'a', 'b', '--points', '0'],
      'Allowed choices are': ['completion', 'tcsh'],
      'needs the folder of a library': ['runs', '--library'],
    };
    const ends = await Promise.all(Object.values(wrong).map((args) => basin(library, args)));
    for (const [i, line] of Object.keys(wrong).entries()) {
      const { code, stdout, stderr } = ends[i] ?? { code: null, stdout: '', stderr: '' };
      expect(code, line).toBe(2);
      expect(stdout).toBe('');
      expect(stderr).toMatch(/^basin: [^\n]+\n$/);
      expect(stderr).toContain(line);
    }
  });

  test('with --json an error is the one document on stdout, wherever the flag stands', async () => {
    const library = temporaryFolder();
    const ends = await Promise.all([
      basin(library, ['--json', 'show', 'nothing']),
      basin(library, ['show', 'nothing', '--json']),
      basin(library, ['--json', 'rusn']),
      basin(library, ['--json']),
    ]);
    for (const end of ends) {
      expect(end).toMatchObject({ code: 2, stderr: '' });
      expect(Object.keys(document<Failure>(end))).toEqual(['error']);
    }
    expect(ends.map((end) => document<Failure>(end).error.code)).toEqual([
      'not-found',
      'not-found',
      'bad-input',
      'bad-input',
    ]);
  });

  test('a stack trace appears only with --debug, on stderr', async () => {
    const library = temporaryFolder();
    const { stdout, stderr } = await basin(library, ['show', 'nothing', '--json', '--debug']);
    expect(JSON.parse(stdout)).toHaveProperty('error.code', 'not-found');
    expect(stderr).toMatch(/\n\s+at /);
  });

  test('a reader that closes the pipe early is no error', async () => {
    const library = temporaryFolder();
    const { child, ended } = start(library, ['components', '--json']);
    child.stdout?.destroy();
    expect(await ended).toMatchObject({ code: 0, stderr: '' });
  });
});

describe('looking', { timeout: 60_000 }, () => {
  test('presets and components are listed with all that the contract names', async () => {
    const library = temporaryFolder();
    const [studies, losses] = await Promise.all([
      basin(library, ['studies', '--json']),
      basin(library, ['components', 'loss', '--json']),
    ]);
    const all = document<StudyInfo[]>(studies);
    expect(all.map(({ id }) => id)).toContain(preset);
    for (const study of all) {
      expect(study.runs).toBeGreaterThan(0);
      expect(study.estimate.seconds).toBeGreaterThan(0);
    }
    const found = document<{ kind: string; id: string; schema: { type: string } }[]>(losses);
    expect(found.map(({ id }) => id)).toContain('spectral');
    for (const { kind, schema } of found) expect([kind, schema.type]).toEqual(['loss', 'object']);
  });

  test('nothing that only looks, nor bad input, creates a library', async () => {
    const library = join(temporaryFolder(), 'not', 'there');
    const ends = await Promise.all([
      basin(library, ['runs', '--json']),
      basin(library, ['verify', '--json', '--library', library]),
      basin(library, ['run', preset, '--dry-run', '--json']),
      basin(library, ['run', preset, '--set', 'no.such.thing=1', '--json']),
      basin(library, ['run', 'contrastive-digit', '--json']),
    ]);
    expect(ends.map(({ code }) => code)).toEqual([0, 0, 0, 2, 2]);
    expect(ends.slice(0, 2).map((end) => document(end))).toEqual([[], expect.objectContaining({ ok: true })]);
    expect(existsSync(library)).toBe(false);
  });

  test('a dry run answers with the complete spec as it was set', async () => {
    const library = temporaryFolder();
    const settings = ['steps=20', 'probes.0.every=7', 'optimizer.id=sgd', 'flatness=null'];
    const args = settings.flatMap((setting) => ['--set', setting]);
    const end = await basin(library, [
      'run',
      preset,
      '--dry-run',
      '--json',
      '--seed',
      '5',
      '--name',
      'x',
      ...args,
    ]);
    const plan = document<{ spec: Record<string, unknown>; runs: { seed: number }[]; estimate: object }>(end);
    expect(plan.spec).toMatchObject({ steps: 20, seeds: [5], title: 'x', flatness: null });
    expect(plan.spec).toMatchObject({ probes: [{ every: 7 }, {}], optimizer: { id: 'sgd' } });
    // The other optimizer's parameters went with it, and this one's defaults came.
    expect(plan.spec.optimizer).not.toHaveProperty('beta2');
    expect(Object.keys(plan.spec.optimizer as object).length).toBeGreaterThan(1);
    expect(plan.runs.map(({ seed }) => seed)).toEqual([5]);
    expect(readdirSync(library)).toEqual([]);
  });

  test('bad settings and bad files name their place', async () => {
    const library = temporaryFolder();
    const file = join(library, 'spec.json');
    writeFileSync(file, '{"format": "basin/1",');
    mkdirSync(join(library, 'folder.json'));
    const args = [
      [preset, '--set', 'steps=-1'],
      [preset, '--set', 'colour=red'],
      [preset, '--set', 'optimizer.id=adam'],
      [file],
      [join(library, 'folder.json')],
    ];
    const ends = await Promise.all(args.map((each) => basin(library, ['run', ...each, '--json'])));
    expect(ends.map(({ code }) => code)).toEqual([2, 2, 2, 2, 2]);
    const errors = ends.map((end) => document<Failure>(end).error);
    expect(errors.map(({ path }) => path)).toEqual([
      ...['steps', 'colour', 'optimizer.id', file, join(library, 'folder.json')],
    ]);
    expect(existsSync(join(library, 'basin.db'))).toBe(false);
  });

  test('doctor tells each part and creates nothing', async () => {
    const library = join(temporaryFolder(), 'library');
    const end = await basin(library, ['doctor', '--json']);
    const found = document<
      Record<string, unknown> & { checks: { id: string; ok: boolean; detail: string }[] }
    >(end);
    expect(found).toMatchObject({
      ...{ ok: true, node: process.versions.node, tensorflow: expect.stringMatching(/^2\./) },
      ...{ backend: 'tensorflow', library, sqlite: expect.stringMatching(/^3\./) },
      devices: [{ kind: expect.stringMatching(/^[cg]pu$/) }],
    });
    // Whether Electron is there depends on whether a window was ever wanted.
    expect(Object.keys(found.electron as object)).toEqual(['version', 'source']);
    const ids = ['node', 'tensorflow', 'sqlite', 'electron', 'display', 'library', 'disk'];
    expect(found.checks.map(({ id }) => id)).toEqual(ids);
    expect(end.code).toBe(0);
    expect(existsSync(library)).toBe(false);
  });

  test('doctor says what is wrong with a library', async () => {
    const library = temporaryFolder();
    writeFileSync(join(library, 'basin.db'), 'not a database, though long enough to hold a header of one');
    const end = await basin(library, ['doctor', '--json']);
    const { ok, checks } = document<{ ok: boolean; checks: { id: string; ok: boolean; detail: string }[] }>(
      end,
    );
    expect([end.code, ok]).toEqual([1, false]);
    expect(checks.filter((check) => !check.ok)).toEqual([
      { id: 'library', ok: false, detail: expect.stringContaining('not an SQLite database') },
    ]);
  });
});
