/** Tables of the run store as kysely sees them, and the numbered migrations that make them. */
import type { Generated } from 'kysely';
import type { Study } from '#contract/component.ts';
import type { RunStatus } from '#contract/run.ts';

export interface Tables {
  settings: { key: string; value: string };
  experiments: {
    /** Order of creation. */
    seq: Generated<number>;
    id: string;
    title: string;
    preset: string | null;
    study: Study;
    spec: string;
    created_at: string;
  };
  runs: {
    seq: Generated<number>;
    id: string;
    experiment: string;
    name: string;
    study: Study;
    status: RunStatus;
    step: number;
    steps: number;
    seconds: number;
    seed: number;
    priority: number;
    /** JSON array of strings. */
    tags: string;
    error: string | null;
    created_at: string;
    spec: string;
    provenance: string | null;
    parameters: number | null;
    /** The host that runs it, as `jobs/owner.ts` writes it. */
    owner: string | null;
    /** Library-wide counter at its last change: how other hosts find what changed. */
    revision: number;
  };
  checkpoints: {
    seq: Generated<number>;
    id: string;
    run: string;
    step: number;
    hash: string;
    bytes: number;
    seconds: number;
    created_at: string;
  };
  series: {
    id: Generated<number>;
    run: string;
    name: string;
    points: number;
    last_step: number;
    /** Null stands for NaN, which SQLite cannot hold. */
    last_value: number | null;
    revision: number;
  };
  chunks: {
    id: Generated<number>;
    series: number;
    /** 0: the points themselves; above: M4 extremes of blocks of the level below. */
    level: number;
    first: number;
    last: number;
    count: number;
    /** Of the values that are not NaN; null where there are none. */
    min: number | null;
    max: number | null;
    /** Little-endian float64 each. */
    steps: Buffer;
    vals: Buffer;
  };
  measurements: {
    seq: Generated<number>;
    id: string;
    run: string;
    checkpoint: string | null;
    step: number;
    name: string;
    /** Null stands for NaN. */
    value: number | null;
    stderr: number | null;
    detail: string;
  };
  events: { id: Generated<number>; run: string; at: string; kind: string; message: string };
  /** What a host asks of the host that runs a run. */
  requests: {
    id: Generated<number>;
    run: string;
    kind: 'pause' | 'stop' | 'checkpoint';
    created_at: string;
  };
}

const first = `
CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE experiments (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, title TEXT NOT NULL, preset TEXT,
  study TEXT NOT NULL, spec TEXT NOT NULL, created_at TEXT NOT NULL
) STRICT;
CREATE TABLE runs (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE,
  experiment TEXT NOT NULL REFERENCES experiments (id), name TEXT NOT NULL, study TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN
    ('queued', 'running', 'paused', 'interrupted', 'failed', 'stopped', 'finished')),
  step INTEGER NOT NULL, steps INTEGER NOT NULL, seconds REAL NOT NULL, seed INTEGER NOT NULL,
  priority INTEGER NOT NULL, tags TEXT NOT NULL, error TEXT, created_at TEXT NOT NULL,
  spec TEXT NOT NULL, provenance TEXT, parameters INTEGER, owner TEXT, revision INTEGER NOT NULL
) STRICT;
CREATE INDEX runs_queue ON runs (status, priority DESC, seq);
CREATE INDEX runs_experiment ON runs (experiment);
CREATE TABLE checkpoints (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE,
  run TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE, step INTEGER NOT NULL, hash TEXT NOT NULL,
  bytes INTEGER NOT NULL, seconds REAL NOT NULL, created_at TEXT NOT NULL
) STRICT;
CREATE INDEX checkpoints_run ON checkpoints (run, step);
CREATE INDEX checkpoints_hash ON checkpoints (hash);
CREATE TABLE series (
  id INTEGER PRIMARY KEY, run TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE, name TEXT NOT NULL,
  points INTEGER NOT NULL, last_step REAL NOT NULL, last_value REAL, revision INTEGER NOT NULL,
  UNIQUE (run, name)
) STRICT;
CREATE TABLE chunks (
  id INTEGER PRIMARY KEY, series INTEGER NOT NULL REFERENCES series (id) ON DELETE CASCADE,
  level INTEGER NOT NULL, first REAL NOT NULL, last REAL NOT NULL, count INTEGER NOT NULL,
  min REAL, max REAL, steps BLOB NOT NULL, vals BLOB NOT NULL,
  UNIQUE (series, level, first)
) STRICT;
CREATE TABLE measurements (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE,
  run TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  checkpoint TEXT REFERENCES checkpoints (id) ON DELETE SET NULL, step INTEGER NOT NULL,
  name TEXT NOT NULL, value REAL, stderr REAL, detail TEXT NOT NULL,
  UNIQUE (run, step, name)
) STRICT;
CREATE INDEX measurements_checkpoint ON measurements (checkpoint);
CREATE TABLE events (
  id INTEGER PRIMARY KEY AUTOINCREMENT, run TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  at TEXT NOT NULL, kind TEXT NOT NULL, message TEXT NOT NULL
) STRICT;
CREATE INDEX events_run ON events (run);
CREATE TABLE requests (
  id INTEGER PRIMARY KEY AUTOINCREMENT, run TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  kind TEXT NOT NULL, created_at TEXT NOT NULL
) STRICT;
INSERT INTO settings VALUES ('revision', '0'), ('workers', '1');
`;

/** Migration n (from 1) takes a database from version n − 1 to n. Never edit one that was released. */
export const migrations: readonly string[] = [first];
