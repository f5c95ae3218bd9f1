/**
 * The tables of the mailboxes: what waits, the ids that were accepted with what became of them, and what each mailbox
 * holds. That is counted by triggers, so that it is part of every transaction and costs the same in a full mailbox.
 */
export const mailboxSchema = `
  CREATE TABLE IF NOT EXISTS entry (
    ordinal INTEGER PRIMARY KEY AUTOINCREMENT,
    room TEXT NOT NULL, identity TEXT NOT NULL, sender TEXT NOT NULL, participant TEXT NOT NULL,
    direct INTEGER NOT NULL, id TEXT NOT NULL, kind TEXT NOT NULL, type TEXT NOT NULL, body TEXT NOT NULL,
    bytes INTEGER NOT NULL, at INTEGER NOT NULL, expires_at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS entry_by_mailbox ON entry (room, identity, ordinal);
  CREATE INDEX IF NOT EXISTS entry_by_expiry ON entry (expires_at);
  CREATE TABLE IF NOT EXISTS accepted (
    room TEXT NOT NULL, sender TEXT NOT NULL, identity TEXT NOT NULL, id TEXT NOT NULL,
    ordinal INTEGER NOT NULL, status TEXT NOT NULL, forget_at INTEGER NOT NULL,
    PRIMARY KEY (room, sender, identity, id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS accepted_by_age ON accepted (forget_at);
  CREATE INDEX IF NOT EXISTS accepted_by_ordinal ON accepted (ordinal);
  CREATE INDEX IF NOT EXISTS accepted_and_settled ON accepted (ordinal) WHERE status <> 'stored';
  CREATE INDEX IF NOT EXISTS accepted_of_server ON accepted (room, id) WHERE sender = '';
  CREATE TABLE IF NOT EXISTS usage (
    room TEXT NOT NULL, identity TEXT NOT NULL,
    messages INTEGER NOT NULL, receipts INTEGER NOT NULL, bytes INTEGER NOT NULL,
    PRIMARY KEY (room, identity)
  ) STRICT, WITHOUT ROWID;
  INSERT OR IGNORE INTO usage VALUES ('', '', 0, 0, 0);
  CREATE TRIGGER IF NOT EXISTS entry_added AFTER INSERT ON entry BEGIN
    INSERT INTO usage VALUES (new.room, new.identity, new.kind = 'message', new.kind = 'receipt', new.bytes)
    ON CONFLICT DO UPDATE SET messages = messages + excluded.messages, receipts = receipts + excluded.receipts,
      bytes = bytes + excluded.bytes;
    UPDATE usage SET messages = messages + (new.kind = 'message'), receipts = receipts + (new.kind = 'receipt'),
      bytes = bytes + new.bytes WHERE room = '' AND identity = '';
  END;
  CREATE TRIGGER IF NOT EXISTS entry_removed AFTER DELETE ON entry BEGIN
    UPDATE usage SET messages = messages - (old.kind = 'message'), receipts = receipts - (old.kind = 'receipt'),
      bytes = bytes - old.bytes
    WHERE (room = old.room AND identity = old.identity) OR (room = '' AND identity = '');
    DELETE FROM usage WHERE room = old.room AND identity = old.identity AND messages = 0 AND receipts = 0;
  END;
`;
