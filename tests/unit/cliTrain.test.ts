import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { RunDetail, RunSummary } from '#contract/host.ts';
import { basin, document, start } from '../fixtures/basin.ts';
import { fakeLoss } from '../fixtures/fakeStudy.ts';
import { temporaryFolder, until } from '../fixtures/hosts.ts';

interface Trained {
  readonly experiment: string;
  readonly runs: readonly RunSummary[];
  readonly report?: { readonly verdict: string };
}

/** A spec of the real registry, trained by the fake worker: 20 steps, a point each, a checkpoint every 8. */
const settings = ['steps=20', 'logEvery=1', 'checkpointEvery=8', 'probes=[]', 'flatness=null'];
const spec = ['contrastive-digits', ...settings.flatMap((setting) => ['--set', setting])];

const behaving = (behaviour: object) => ({ BASIN_FAKE_WORKER: JSON.stringify(behaviour) });
const losses = (seed: number, count: number) =>
  Array.from({ length: count }, (_, i) => fakeLoss(i + 1, seed));

describe('training', { timeout: 60_000 }, () => {
  test('run trains to the end, and its results can be looked at, changed, taken out and deleted', async () => {
    const library = temporaryFolder();
    const json = async <Value>(...args: string[]): Promise<Value> => {
      const end = await basin(library, [...args, '--json']);
      expect([end.code, end.stderr], args.join(' ')).toEqual([0, '']);
      return document<Value>(end);
    };
    const end = await basin(library, ['run', ...spec, '--seed', '3', '--name', 'Fake', '--json']);
    const { experiment, runs, report } = document<Trained>(end);
    expect(end.code).toBe(0);
    expect(end.stderr).toMatch(/^Fake: step 20\/20 \(100 %\), finished$/m);
    expect(runs).toHaveLength(1);
    const [run] = runs as [RunSummary];
    expect(run).toMatchObject({ name: 'Fake', status: 'finished', steps: 20, step: 20, seed: 3, experiment });
    expect(run.metrics.loss).toBe(fakeLoss(20, 3));
    expect(report?.verdict).toMatch(/^(held|not held|not tested)$/);

    expect((await json<RunSummary[]>('runs')).map(({ id }) => id)).toEqual([run.id]);
    const detail = await json<RunDetail & { provenance: { seed: number } }>('show', run.id.slice(0, 8));
    expect(detail).toMatchObject({ id: run.id, provenance: { engine: 'fake', seed: 3 }, parameters: 42 });
    expect(detail.checkpoints.map(({ step }) => step)).toEqual([8, 16, 20]);
    expect(await json('metrics', 'Fake', 'loss', '--from', '3', '--to', '5')).toEqual({
      ...{ series: 'loss', step: [3, 4, 5], value: losses(3, 5).slice(2), reduced: false },
    });

    expect(await json<RunSummary>('tag', 'Fake', 'a', 'b')).toMatchObject({ tags: ['a', 'b'] });
    expect(await json<RunSummary>('tag', 'Fake', 'a', '--remove')).toMatchObject({ tags: ['b'] });
    expect(await json<RunSummary>('rename', run.id, 'Renamed')).toMatchObject({ name: 'Renamed' });

    const compared = await json('compare', run.id, `${run.id}@8`);
    expect(compared).toMatchObject({ checkpoints: [{ step: 20 }, { step: 8 }], differing: [], tests: [] });

    const out = join(library, 'weights');
    expect(await json('checkpoint', run.id, '--out', out)).toEqual({ out, bytes: statSync(out).size });
    const refused = await basin(library, ['checkpoint', run.id, '--out', out]);
    expect(refused).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining(out) });

    expect(await json('verify')).toMatchObject({ ok: true, runs: 1, checkpoints: 3, problems: [] });
    expect(await json<RunSummary>('delete', run.id)).toMatchObject({ id: run.id });
    expect(await json('runs')).toEqual([]);
  });

  test('Ctrl-C pauses at a checkpoint and ends with 130; resume goes on to the same losses', async () => {
    const library = temporaryFolder();
    const { child, ended, stderr } = start(
      library,
      ['run', ...spec, '--seed', '1', '--json'],
      behaving({ stepMilliseconds: 150 }),
    );
    await until(() => /step \d+\/20/.test(stderr()), 'the run has started');
    await until(() => existsSync(join(library, 'basin.db')), 'a library');
    child.kill('SIGINT');
    const paused = await ended;
    expect(paused.code).toBe(130);
    const [run] = document<Trained>(paused).runs as [RunSummary];
    expect(run).toMatchObject({ status: 'paused' });
    expect(run.step).toBeLessThan(20);
    expect(run.checkpoint).not.toBeNull();
    expect(paused.stderr).toContain(`basin resume ${run.id}`);

    const resumed = await basin(library, ['resume', run.id, '--json']);
    expect(resumed.code).toBe(0);
    expect(document<RunSummary>(resumed)).toMatchObject({ id: run.id, status: 'finished', step: 20 });
    const series = document(await basin(library, ['metrics', run.id, 'loss', '--json']));
    const step = Array.from({ length: 20 }, (_, i) => i + 1);
    expect(series).toEqual({ series: 'loss', step, value: losses(1, 20), reduced: false });

    const again = await basin(library, ['resume', run.id, '--json']);
    expect(again.code).toBe(2);
    expect(document(again)).toHaveProperty('error.code', 'conflict');
  });

  test('a second Ctrl-C does not wait: the run is found interrupted', async () => {
    const library = temporaryFolder();
    const { child, ended, stderr } = start(
      library,
      ['run', ...spec],
      behaving({ stepMilliseconds: 20_000, ignorePause: true }),
    );
    await until(() => /step 0\/20/.test(stderr()), 'the run has started');
    child.kill('SIGINT');
    await until(() => stderr().includes('Ctrl-C again'), 'it pauses');
    child.kill('SIGINT');
    expect((await ended).code).toBe(130);
    const [run] = document<RunSummary[]>(await basin(library, ['runs', '--json']));
    expect(run).toMatchObject({ status: 'interrupted' });
  });

  test('a run that fails ends with 1 and its reason; the other runs go on', async () => {
    const library = temporaryFolder();
    const failing = behaving({ failAt: 10 });
    const end = await basin(library, ['run', ...spec, '--set', 'seeds=[1,2]', '--workers', '2'], failing);
    expect(end.code).toBe(1);
    expect(end.stderr).toMatch(/: Step 10: the loss is NaN/);
    const runs = document<RunSummary[]>(await basin(library, ['runs', '--json']));
    expect(runs.map(({ status, step }) => [status, step])).toEqual([
      ['failed', 10],
      ['failed', 10],
    ]);
    const crash = await basin(library, ['run', ...spec, '--json'], behaving({ signalAt: 5 }));
    expect(crash.code).toBe(1);
    const { runs: crashed } = document<Trained>(crash);
    expect(crashed[0]).toMatchObject({ status: 'failed', error: expect.stringContaining('SIGSEGV') });
  });

  test('a report is a folder of its own, and never takes the place of other files', async () => {
    const library = temporaryFolder();
    const { experiment } = document<Trained>(await basin(library, ['run', ...spec, '--json']));
    const out = join(library, 'report');
    const first = await basin(library, ['report', experiment, '--out', out, '--json']);
    expect(document(first)).toMatchObject({ experiment, out, claim: expect.stringMatching(/./) });
    expect(readdirSync(out).sort()).toEqual(['index.html', 'report.json']);
    const page = readFileSync(join(out, 'index.html'), 'utf8');
    expect(page).toContain('<svg');
    // Self-contained: it names nothing to be fetched (a clip path is its own).
    expect(page).not.toMatch(/(src|href)=|url\((?!#)/);
    const written = JSON.parse(readFileSync(join(out, 'report.json'), 'utf8'));
    const step = Array.from({ length: 20 }, (_, i) => i + 1);
    expect(written.charts[0]).toMatchObject({ id: 'loss', curves: [{ step, value: losses(0, 20) }] });
    expect((await basin(library, ['report', experiment, '--out', out])).code).toBe(0);

    const foreign = join(library, 'foreign');
    mkdirSync(foreign);
    writeFileSync(join(foreign, 'index.html'), 'mine');
    const refused = await basin(library, ['report', experiment, '--out', foreign]);
    expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('other files are there') });
    expect(readFileSync(join(foreign, 'index.html'), 'utf8')).toBe('mine');
  });

  test('a library of a newer version is refused, byte for byte as it was', async () => {
    const library = temporaryFolder();
    await basin(library, ['run', ...spec, '--set', 'steps=1']);
    const path = join(library, 'basin.db');
    const database = readFileSync(path);
    // `user_version` in SQLite's header.
    database.writeUInt32BE(99, 60);
    writeFileSync(path, database);
    const ends = await Promise.all([
      basin(library, ['runs', '--json']),
      basin(library, ['run', ...spec, '--json']),
      basin(library, ['doctor', '--json']),
    ]);
    expect(ends.map(({ code }) => code)).toEqual([2, 2, 1]);
    for (const end of ends.slice(0, 2)) {
      expect(document(end)).toMatchObject({ error: { code: 'newer-database', path } });
    }
    expect(ends[2]?.stdout).toContain('newer Basin');
    expect(readFileSync(path).equals(database)).toBe(true);
  });
});
