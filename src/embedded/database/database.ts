/**
 * The one SQLite file under every embedded store. Writes that are asked for in the same moment share one transaction
 * and one sync to disk: 100 in a commit cost about as much as one.
 */
import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { CirrusError, EXIT } from "../../errors.ts";
import { MIGRATIONS } from "./schema.ts";
import { explainSqlite, isBusy } from "./sqlite-failures.ts";

export type SqlValue = null | number | string | Uint8Array;

export interface Database {
  readonly path: string;
  /** Every row; the caller's `Row` names the columns that its SQL selects. */
  all<Row>(sql: string, ...values: SqlValue[]): Row[];
  /** The first row. */
  get<Row>(sql: string, ...values: SqlValue[]): Row | undefined;
  /** The number of rows changed. */
  run(sql: string, ...values: SqlValue[]): number;
  /** Runs `work`, which must be synchronous, whole or not at all. Within another transaction it is a part of that one. */
  transaction<T>(work: () => T): T;
  /**
   * Like `transaction`, but together with everything else that waits to be written; resolves once it is safely on
   * disk. What throws is undone alone.
   */
  write<T>(work: () => T): Promise<T>;
  /** Runs `effect` when the transaction around the call has been committed; never where it was undone. */
  afterCommit(effect: () => void): void;
  /** Writes what still waits, then closes the file. */
  close(): void;
}

/** How long a statement waits for another process's transaction; ours take milliseconds. */
const BUSY_MS = 10_000;

/** At most so many writes in one transaction: about 20 ms, then others get their turn. */
const MOST_WRITES = 1_000;

/** Opens or creates the database; `":memory:"` for one that ends with the process. */
export function openDatabase(path: string): Database {
  const connection = connect(path);
  const statements = new Map<string, StatementSync>();

  function prepare(sql: string): StatementSync {
    const known = statements.get(sql);
    if (known !== undefined) return known;
    const statement = connection.prepare(sql);
    statements.set(sql, statement);
    return statement;
  }

  function explained<T>(work: () => T): T {
    try {
      return work();
    } catch (thrown) {
      throw explainSqlite(thrown, path);
    }
  }

  const run = (sql: string, ...values: SqlValue[]) => explained(() => Number(prepare(sql).run(...values).changes));
  const { transaction, savepoint, afterCommit } = makeTransactions(connection, run);
  const { write, flush } = makeGroupCommit(connection, transaction, savepoint);

  return {
    path,
    // SQLite's rows are untyped: the SQL, next to the Row it is asked for, is what makes these casts true.
    all: <Row>(sql: string, ...values: SqlValue[]) => explained(() => prepare(sql).all(...values)) as Row[],
    get: <Row>(sql: string, ...values: SqlValue[]) => explained(() => prepare(sql).get(...values)) as Row | undefined,
    run,
    transaction,
    write,
    afterCommit,
    close() {
      if (!connection.isOpen) return;
      flush();
      statements.clear();
      connection.close();
    },
  };
}

function connect(path: string): DatabaseSync {
  let connection: DatabaseSync | undefined;
  try {
    if (path !== ":memory:") mkdirSync(dirname(path), { recursive: true });
    connection = new DatabaseSync(path, { timeout: BUSY_MS, enableForeignKeyConstraints: true });
    switchToWal(connection);
    connection.exec("PRAGMA synchronous = FULL");
    // Pages; SQLite moves the log into the database at this length. Four times its default: a fifth more writes a second.
    connection.exec("PRAGMA wal_autocheckpoint = 4000");
    migrate(connection, path);
    return connection;
  } catch (thrown) {
    connection?.close();
    throw explainSqlite(thrown, path);
  }
}

/** The switch needs the file alone and does not wait for it, so processes that start together have to take turns. */
function switchToWal(connection: DatabaseSync): void {
  for (let attempt = 1; ; attempt += 1) {
    try {
      connection.exec("PRAGMA journal_mode = WAL");
      return;
    } catch (thrown) {
      if (!isBusy(thrown) || attempt === 100) throw thrown;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
    }
  }
}

function migrate(connection: DatabaseSync, path: string): void {
  connection.exec("BEGIN IMMEDIATE");
  try {
    const version = Number(connection.prepare("PRAGMA user_version").get()?.user_version);
    if (version > MIGRATIONS.length) {
      throw new CirrusError(`The database ${path} was written by a newer version of Cirrus.`, {
        where: path,
        hint: "Update Cirrus, or use another folder for its data.",
        exitCode: EXIT.config,
      });
    }
    for (const step of MIGRATIONS.slice(version)) connection.exec(step);
    connection.exec(`PRAGMA user_version = ${MIGRATIONS.length}`);
    connection.exec("COMMIT");
  } catch (thrown) {
    if (connection.isTransaction) connection.exec("ROLLBACK");
    throw thrown;
  }
}

type Run = (sql: string) => number;

function makeTransactions(connection: DatabaseSync, run: Run) {
  let effects: (() => void)[] = [];

  /** A part of the transaction around it that can be undone alone. */
  function savepoint<T>(work: () => T): T {
    const before = effects.length;
    run("SAVEPOINT part");
    try {
      const result = work();
      run("RELEASE part");
      return result;
    } catch (thrown) {
      effects.length = before;
      // SQLite undoes the whole transaction itself when the disk is full at a bad moment.
      if (connection.isTransaction) {
        run("ROLLBACK TO part");
        run("RELEASE part");
      }
      throw thrown;
    }
  }

  function outermost<T>(work: () => T): T {
    run("BEGIN IMMEDIATE");
    let result: T;
    try {
      result = work();
      run("COMMIT");
    } catch (thrown) {
      effects = [];
      if (connection.isTransaction) run("ROLLBACK");
      throw thrown;
    }
    const committed = effects;
    effects = [];
    for (const effect of committed) effect();
    return result;
  }

  return {
    savepoint,
    transaction: <T>(work: () => T): T => (connection.isTransaction ? savepoint(work) : outermost(work)),
    afterCommit(effect: () => void): void {
      if (connection.isTransaction) effects.push(effect);
      else effect();
    },
  };
}

interface Waiting {
  /** Runs the work and hands back how to settle its caller once the transaction is on disk. */
  readonly attempt: () => () => void;
  readonly reject: (reason: unknown) => void;
}

function makeGroupCommit(
  connection: DatabaseSync,
  transaction: Database["transaction"],
  savepoint: Database["transaction"],
) {
  let waiting: Waiting[] = [];
  let scheduled = false;

  function schedule(): void {
    if (scheduled) return;
    scheduled = true;
    setImmediate(() => {
      scheduled = false;
      commitSome();
      if (waiting.length > 0) schedule();
    });
  }

  function commitSome(): void {
    if (waiting.length === 0) return;
    const batch = waiting.slice(0, MOST_WRITES);
    waiting = waiting.slice(MOST_WRITES);
    try {
      const settlements = transaction(() => batch.map((one) => one.attempt()));
      for (const settle of settlements) settle();
    } catch (thrown) {
      for (const one of batch) one.reject(thrown);
    }
  }

  function write<T>(work: () => T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const attempt = () => {
        try {
          const result = savepoint(work);
          return () => resolve(result);
        } catch (thrown) {
          if (!connection.isTransaction) throw thrown;
          return () => reject(thrown);
        }
      };
      waiting.push({ attempt, reject });
      schedule();
    });
  }

  function flush(): void {
    while (waiting.length > 0) commitSome();
  }

  return { write, flush };
}
