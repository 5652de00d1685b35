import * as fs from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import Sqlite from 'better-sqlite3';
import { expect, onTestFinished, test } from 'vitest';
import { BasinError } from '#contract/error.ts';
import { thisOwner } from '#host/jobs/owner.ts';
import { JobQueue } from '#host/jobs/queue.ts';
import { adoptCheckpoint, readCheckpoints } from '#host/store/checkpoints.ts';
import { openDatabase } from '#host/store/database.ts';
import { newSpoolFolder, nextRevision, openLibrary } from '#host/store/library.ts';
import { addEvent, insertExperiment, readRun } from '#host/store/runs.ts';
import { migrations } from '#host/store/schema.ts';
import { appendPoints } from '#host/store/series.ts';
import { querySeries } from '#host/store/seriesQuery.ts';
import { verifyLibrary } from '#host/store/verify.ts';
import { fakeScience, fakeSpec, fakeWorkerEntry } from '../fixtures/fakeStudy.ts';
import { openFakeHost, queueRun, reaches, temporaryFolder, until } from '../fixtures/hosts.ts';

function caught(work: () => unknown): BasinError {
  try {
    work();
  } catch (error) {
    if (error instanceof BasinError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

test('a newer database is refused and left untouched', () => {
  const folder = temporaryFolder();
  openLibrary(folder).db.close();
  const path = join(folder, 'basin.db');
  const connection = new Sqlite(path);
  connection.pragma(`user_version = ${migrations.length + 1}`);
  connection.close();
  const before = fs.readFileSync(path);
  const files = fs.readdirSync(folder).sort();
  const error = caught(() => openLibrary(folder));
  expect(error).toMatchObject({ code: 'newer-database', path });
  expect(error.message).toMatch(/written by a newer Basin/);
  expect(fs.readFileSync(path).equals(before)).toBe(true);
  expect(fs.readdirSync(folder).sort()).toEqual(files);
});

test('a newer version that stands in the write-ahead log alone is refused too', () => {
  const folder = temporaryFolder();
  openLibrary(folder).db.close();
  const path = join(folder, 'basin.db');
  const newer = new Sqlite(path);
  newer.pragma(`user_version = ${migrations.length + 1}`);
  const read = () => [path, `${path}-wal`].map((file) => fs.readFileSync(file).toString('base64'));
  const before = read();
  expect(caught(() => openLibrary(folder)).code).toBe('newer-database');
  expect(read()).toEqual(before);
  newer.close();
});

test('what is not a library is refused and left untouched', () => {
  const folder = temporaryFolder();
  const path = join(folder, 'basin.db');
  fs.writeFileSync(path, 'a text file'.padEnd(200));
  expect(caught(() => openLibrary(folder)).code).toBe('corrupt');
  expect(fs.readFileSync(path, 'utf8')).toBe('a text file'.padEnd(200));
  fs.rmSync(path);
  const foreign = new Sqlite(path);
  foreign.exec('CREATE TABLE somebody (s TEXT)');
  foreign.close();
  expect(caught(() => openLibrary(folder)).code).toBe('corrupt');
});

test('an empty folder, a missing folder and a repeated opening give version-complete libraries', () => {
  const folder = join(temporaryFolder(), 'deep', 'library');
  for (let i = 0; i < 3; i++) {
    const { db } = openLibrary(folder);
    expect(db.pragma('user_version')).toBe(migrations.length);
    expect(db.pragma('journal_mode')).toBe('wal');
    db.close();
  }
});

test('a library in a place that cannot be written', () => {
  const file = join(temporaryFolder(), 'file');
  fs.writeFileSync(file, '');
  const error = caught(() => openDatabase(join(file, 'library')));
  expect(error.code).toBe('disk');
  expect(error.path).toContain(file);
});

test('a full database: what was durable stays', async () => {
  const folder = temporaryFolder();
  const host = await openFakeHost(folder);
  const { id } = await queueRun(host);
  await reaches(host, id, 'finished');
  await host.close();

  const library = openLibrary(folder);
  const { db } = library;
  const pages = Number(db.pragma('page_count'));
  db.pragma(`max_page_count = ${pages + 20}`);
  const append = (start: number) =>
    db.transaction(() => {
      const step = Float64Array.from({ length: 1000 }, (_, i) => start + i);
      appendPoints(db, id, 'loss', { step, value: step }, nextRevision(db));
    });
  let durable = 20;
  const error = caught(() => {
    for (let start = 21; ; start += 1000) {
      append(start);
      durable = start + 999;
    }
  });
  expect(error.code).toBe('disk');
  expect(error.message).toMatch(/the disk is full\. Free some space/);
  expect(querySeries(db, id, 'loss', {}).step.at(-1)).toBe(durable);
  expect((await verifyLibrary(library)).problems).toEqual([]);
  db.pragma('max_page_count = 1000000');
  append(durable + 1);
  db.close();
});

test('a disk that fills up in mid-run fails that run with the reason, once it can be written', async () => {
  const library = openLibrary(temporaryFolder());
  onTestFinished(() => library.db.close());
  const { db } = library;
  const spec = fakeScience.resolveExperiment(fakeSpec({ stepMilliseconds: 1 }, { steps: 100_000 }));
  const { runs } = insertExperiment(library, spec, 'test', fakeScience.expandRuns(spec), 0);
  const id = runs[0] as string;
  const queue = new JobQueue(library, {
    ...{ owner: thisOwner('test'), workerEntry: fakeWorkerEntry, workers: 1 },
    takes: () => true,
    emit: () => undefined,
  });
  db.pragma(`max_page_count = ${Number(db.pragma('page_count')) + 4}`);
  queue.open();
  await until(() => readRun(db, id)?.status === 'running', 'it starts');

  await until(() => queue.progress(id), 'it trains');
  const filled = () => {
    try {
      db.transaction(() => addEvent(library, id, 'note', 'x'.repeat(20_000)));
      return false;
    } catch (error) {
      return error instanceof BasinError && error.code === 'disk';
    }
  };
  await until(filled, 'the database is full');
  // The worker logs on until a write needs a page; the run's end may need one too.
  const until5s = Date.now() + 5000;
  while (readRun(db, id)?.status === 'running' && Date.now() < until5s) await delay(50);
  db.pragma('max_page_count = 1000000');
  const failed = await until(() => {
    const run = readRun(db, id);
    return run?.status === 'failed' ? run : undefined;
  }, 'it fails');
  expect(failed.error).toMatch(/the disk is full/);
  await queue.close(1000);
  expect((await verifyLibrary(library)).problems).toEqual([]);
});

test('a checkpoint that cannot be moved leaves no row and no half file', async () => {
  const folder = temporaryFolder();
  const host = await openFakeHost(folder);
  const { id } = await queueRun(host);
  await reaches(host, id, 'finished');
  await host.close();
  const library = openLibrary(folder);
  const before = readCheckpoints(library.db, id);
  const spool = newSpoolFolder(library, id);
  fs.writeFileSync(join(spool, 'new'), 'weights');
  const full = Object.assign(new Error('ENOSPC: no space left on device, fsync'), { code: 'ENOSPC' });
  for (const failing of ['fsyncSync', 'renameSync'] as const) {
    const files = {
      ...fs,
      [failing]: () => {
        throw full;
      },
    };
    const written = { step: 30, file: 'new', seconds: 1 };
    await expect(adoptCheckpoint(library, id, spool, written, files)).rejects.toMatchObject({ code: 'disk' });
  }
  expect(readCheckpoints(library.db, id)).toEqual(before);
  const outside = { step: 30, file: '../../basin.db', seconds: 1 };
  await expect(adoptCheckpoint(library, id, spool, outside)).rejects.toMatchObject({ code: 'bad-input' });
  await adoptCheckpoint(library, id, spool, { step: 30, file: 'new', seconds: 1 });
  expect((await verifyLibrary(library)).problems).toEqual([]);
  library.db.close();
});

test('verify finds a flipped byte, a missing file, a stray file and a damaged chunk', async () => {
  const folder = temporaryFolder();
  const host = await openFakeHost(folder);
  const { id } = await queueRun(host);
  const run = await reaches(host, id, 'finished');
  const [a, b] = run.checkpoints.map(({ hash }) => join(folder, 'checkpoints', `${hash}.safetensors`));
  const file = fs.openSync(a as string, 'r+');
  fs.writeSync(file, Buffer.from([0xff]), 0, 1, 500);
  fs.closeSync(file);
  fs.rmSync(b as string);
  fs.writeFileSync(join(folder, 'checkpoints', 'stray.safetensors'), '');
  const connection = new Sqlite(join(folder, 'basin.db'));
  connection.exec("UPDATE chunks SET max = 1e6 WHERE series = (SELECT id FROM series WHERE name = 'loss')");
  connection.close();
  const { ok, problems } = await host.api.verify({});
  expect(ok).toBe(false);
  expect(problems).toHaveLength(4);
  expect(problems.join('\n')).toMatch(
    /Series loss of run .* damaged[\s\S]*its contents do not have its checksum|is missing[\s\S]*no run has this file/,
  );
  expect(problems.filter((p) => p.startsWith(a as string))).toHaveLength(1);
  expect(problems.filter((p) => p.startsWith(b as string))).toHaveLength(1);
  const out = join(folder, 'out.safetensors');
  await expect(host.api.exportCheckpoint({ checkpoint: `${id}@8`, out })).rejects.toMatchObject({
    code: 'corrupt',
  });
  expect(fs.existsSync(out)).toBe(false);
});
