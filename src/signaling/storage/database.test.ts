import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Database } from './database.ts';

let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'crosspoint-database-'));
  file = join(folder, 'data.sqlite');
});

afterEach(() => rmSync(folder, { recursive: true }));

function openTable(): Database {
  const database = new Database({ file });
  database.exec('CREATE TABLE IF NOT EXISTS word (text TEXT NOT NULL) STRICT');
  return database;
}

const words = (database: Pick<Database, 'prepare'>) =>
  database
    .prepare('SELECT text FROM word')
    .all()
    .map(({ text }) => text);

function add(database: Database, text: string): void {
  database.transaction(() => database.prepare('INSERT INTO word VALUES (?)').run(text));
}

describe('Database', () => {
  it('keeps what was committed, and nothing of what failed', async () => {
    const database = openTable();
    add(database, 'kept');
    const failing = () =>
      database.transaction(() => {
        database.prepare('INSERT INTO word VALUES (?)').run('lost');
        throw new Error('no');
      });
    expect(failing).toThrow('no');
    await database.close();
    await database.close();
    const again = openTable();
    expect(words(again)).toEqual(['kept']);
    await again.close();
  });

  it('writes the log into the database file within moments, without being asked and beside further writes', async () => {
    const database = openTable();
    const atFirst = statSync(file).size;
    for (let count = 0; count < 150; count += 1) add(database, 'x'.repeat(1_000));
    await expect.poll(() => statSync(file).size, { timeout: 5_000 }).toBeGreaterThan(atFirst + 100_000);
    expect(words(database)).toHaveLength(150);
    await database.close();
  });

  it('bounds the log although somebody is always writing', { timeout: 30_000 }, async () => {
    const database = openTable();
    const insert = database.prepare('INSERT INTO word VALUES (?)');
    const text = 'x'.repeat(100_000);
    let longest = 0;
    for (let count = 0; count < 3_000; count += 1) {
      database.transaction(() => insert.run(text));
      longest = Math.max(longest, statSync(`${file}-wal`).size);
      // So that the thread's answers are heard; nothing else ever pauses the writing.
      if (count % 10 === 0) await new Promise(setImmediate);
    }
    expect(longest).toBeLessThan(200_000_000);
    await database.close();
  });

  it('is for nobody else on the machine to read, its log included', async () => {
    const database = openTable();
    add(database, 'private');
    for (const name of [file, `${file}-wal`]) expect(statSync(name).mode & 0o777).toBe(0o600);
    await database.close();
  });

  it('is not opened where the file is no database, a directory, nowhere, or of a later version', () => {
    writeFileSync(file, 'This is a text. '.repeat(1_000));
    expect(() => new Database({ file })).toThrow('file is not a database');
    const directory = join(folder, 'directory');
    mkdirSync(directory);
    expect(() => new Database({ file: directory })).toThrow('EISDIR');
    expect(() => new Database({ file: join(folder, 'nowhere', 'data.sqlite') })).toThrow('ENOENT');
    const later = join(folder, 'later.sqlite');
    const other = new DatabaseSync(later);
    other.exec('PRAGMA user_version = 99');
    other.close();
    expect(() => new Database({ file: later })).toThrow('later version of Crosspoint (schema 99)');
  });
});
