/**
 * One SQLite connection. Queries are written with kysely, which here only compiles them: they run
 * synchronously, so that a transaction is an ordinary function that nothing can interleave with.
 */
import { closeSync, existsSync, mkdirSync, openSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import {
  type Compilable,
  DummyDriver,
  Kysely,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';
import { BasinError } from '#contract/error.ts';
import { asBasinError } from './failures.ts';
import { migrations, type Tables } from './schema.ts';

/** `Basn`: tells our databases from anybody's, in the file's header. */
const applicationId = 0x4261736e;

export class Database {
  /** Starts a query: `db.all(db.from.selectFrom('runs').selectAll())`. */
  readonly from: Kysely<Tables>;
  private readonly connection: Sqlite.Database;
  private readonly statements = new Map<string, Sqlite.Statement>();
  private readonly path: string;

  constructor(connection: Sqlite.Database, path: string) {
    this.connection = connection;
    this.path = path;
    this.from = new Kysely<Tables>({
      dialect: {
        createAdapter: () => new SqliteAdapter(),
        createDriver: () => new DummyDriver(),
        createIntrospector: (kysely) => new SqliteIntrospector(kysely),
        createQueryCompiler: () => new SqliteQueryCompiler(),
      },
    });
  }

  all<Row>(query: Compilable<Row>): Row[] {
    const { sql, parameters } = query.compile();
    return this.guarded(() => this.statement(sql).all(...parameters) as Row[]);
  }

  first<Row>(query: Compilable<Row>): Row | undefined {
    const { sql, parameters } = query.compile();
    return this.guarded(() => this.statement(sql).get(...parameters) as Row | undefined);
  }

  /** Number of rows changed. */
  run(query: Compilable<unknown>): number {
    const { sql, parameters } = query.compile();
    return this.guarded(() => this.statement(sql).run(...parameters).changes);
  }

  /** Takes the write lock at once (readers go on), so that what `work` reads stays true until it commits. */
  transaction<T>(work: () => T): T {
    if (this.connection.inTransaction) return work();
    return this.guarded(() => this.connection.transaction(work).immediate());
  }

  /** Reads one state of the database, whatever other hosts write meanwhile. */
  snapshot<T>(read: () => T): T {
    if (this.connection.inTransaction) return read();
    return this.guarded(() => this.connection.transaction(read).deferred());
  }

  /** A PRAGMA's first value. */
  pragma(text: string): unknown {
    return this.guarded(() => this.connection.pragma(text, { simple: true }));
  }

  pragmaRows(text: string): readonly unknown[] {
    return this.guarded(() => this.connection.pragma(text) as readonly unknown[]);
  }

  close(): void {
    this.connection.close();
  }

  private statement(sql: string): Sqlite.Statement {
    let statement = this.statements.get(sql);
    if (!statement) {
      statement = this.connection.prepare(sql);
      // `IN (…)` lists of changing length would let this grow without end.
      if (this.statements.size > 500) this.statements.clear();
      this.statements.set(sql, statement);
    }
    return statement;
  }

  private guarded<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw asBasinError(error, this.path);
    }
  }
}

/**
 * Opens `folder/basin.db`, creating or migrating it. A database of a newer version is not opened at all.
 * @throws BasinError `newer-database`, `corrupt` (not a Basin library), `disk` (not writable, full).
 */
export function openDatabase(folder: string): Database {
  const path = join(folder, 'basin.db');
  try {
    mkdirSync(folder, { recursive: true });
    refuseForeign(path);
    refuseNewer(path);
    const connection = new Sqlite(path, { timeout: 10_000 });
    try {
      // WAL lets other hosts read while one writes. FULL, because a worker that has been answered
      // counts on its points after a power cut: in WAL mode NORMAL does not sync at a commit. One
      // sync a flush of many series is cheap: a flush is one transaction.
      connection.pragma('journal_mode = WAL');
      connection.pragma('synchronous = FULL');
      connection.pragma('foreign_keys = ON');
      connection.pragma('cache_size = -32000');
      migrate(connection, path);
    } catch (error) {
      connection.close();
      throw error;
    }
    return new Database(connection, path);
  } catch (error) {
    throw asBasinError(error, path);
  }
}

/** Reads the header without SQLite: opening a database in WAL mode may already write to it. */
function refuseForeign(path: string): void {
  if (!existsSync(path) || statSync(path).size === 0) return;
  const header = Buffer.alloc(100);
  const file = openSync(path, 'r');
  try {
    readSync(file, header, 0, 100, 0);
  } finally {
    closeSync(file);
  }
  if (header.toString('latin1', 0, 16) !== 'SQLite format 3\0' || header.readUInt32BE(68) !== applicationId) {
    throw new BasinError(
      'corrupt',
      `Cannot open ${path}: it is not a Basin library. Choose another folder.`,
      path,
    );
  }
  refuseVersion(header.readUInt32BE(60), path);
}

/**
 * A newer host may have migrated without its pages having left the write-ahead log yet. A connection
 * that may write would move them when it closes.
 */
function refuseNewer(path: string): void {
  if ((statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0) === 0) return;
  const connection = new Sqlite(path, { readonly: true, timeout: 10_000 });
  try {
    refuseVersion(Number(connection.pragma('user_version', { simple: true })), path);
  } finally {
    connection.close();
  }
}

function refuseVersion(version: number, path: string): void {
  if (version <= migrations.length) return;
  throw new BasinError(
    'newer-database',
    `Cannot open ${path}: it was written by a newer Basin (database version ${version}, this one knows ${migrations.length}). Update Basin, or choose another library.`,
    path,
  );
}

function migrate(connection: Sqlite.Database, path: string): void {
  if (Number(connection.pragma('user_version', { simple: true })) === migrations.length) return;
  const step = connection.transaction(() => {
    // Another host may have migrated while this one waited for the lock.
    const version = Number(connection.pragma('user_version', { simple: true }));
    refuseVersion(version, path);
    for (const sql of migrations.slice(version)) connection.exec(sql);
    connection.pragma(`application_id = ${applicationId}`);
    connection.pragma(`user_version = ${migrations.length}`);
  });
  step.exclusive();
  // The header tells the version to hosts that must not open the file (`refuseForeign`).
  connection.pragma('wal_checkpoint(TRUNCATE)');
}
