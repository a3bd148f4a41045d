//! The catalogue of a folder: an `SQLite` file in which each change is one transaction.

use std::path::Path;

use rusqlite::{Connection, OptionalExtension, Result, Transaction, params};

use crate::role::recorder::library::{Change, Id, Kind, Restored};

/// The catalogue of a folder.
#[derive(Debug)]
pub struct Catalogue(Connection);

impl Catalogue {
    /// Opens it, or makes it.
    pub fn open(path: &Path) -> Result<Self> {
        let connection = Connection::open(path)?;
        // Readers do not wait for writers, and a commit is on the disk when it returns.
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.execute_batch(TABLES)?;
        Ok(Self(connection))
    }

    /// Everything that is in it.
    pub fn restore(&self) -> Result<Restored> {
        let mut documents = Vec::new();
        let mut query = self.0.prepare("SELECT kind, id, json FROM document ORDER BY id")?;
        let mut rows = query.query([])?;
        while let Some(row) = rows.next()? {
            let Some(kind) = Kind::named(&row.get::<_, String>(0)?) else { continue };
            documents.push(Change { kind, id: id(row.get(1)?), document: row.get(2)? });
        }
        let last: Option<i64> =
            self.0.query_row("SELECT max(id) FROM given", [], |row| row.get(0))?;
        Ok(Restored { documents, last_id: last.map(id) })
    }

    /// A recording was begun.
    pub fn begin(&mut self, recording: Id, call_id: &str) -> Result<()> {
        let transaction = self.0.transaction()?;
        give(&transaction, recording)?;
        transaction.execute(
            "INSERT OR REPLACE INTO begun (id, call_id) VALUES (?1, ?2)",
            params![number(recording), call_id],
        )?;
        transaction.commit()
    }

    /// There was nothing to keep.
    pub fn drop_begun(&mut self, recording: Id) -> Result<()> {
        self.0.execute("DELETE FROM begun WHERE id = ?1", [number(recording)]).map(drop)
    }

    /// The recordings that were begun and never ended, and the Call-IDs of their sessions.
    pub fn begun(&self) -> Result<Vec<(Id, String)>> {
        let mut query = self.0.prepare("SELECT id, call_id FROM begun ORDER BY id")?;
        query.query_map([], |row| Ok((id(row.get(0)?), row.get(1)?)))?.collect()
    }

    /// A recording is whole, and stands in this folder.
    pub fn keep(&mut self, recording: Id, json: &str, folder: &str) -> Result<()> {
        let transaction = self.0.transaction()?;
        give(&transaction, recording)?;
        transaction.execute(
            "INSERT OR REPLACE INTO document (kind, id, json, folder) VALUES (?1, ?2, ?3, ?4)",
            params![Kind::Recording.word(), number(recording), json, folder],
        )?;
        transaction.execute("DELETE FROM begun WHERE id = ?1", [number(recording)])?;
        transaction.commit()
    }

    /// Writes down what has changed, all of it or nothing. A recording that is not kept stays so,
    /// and one that is kept is removed by [`remove`](Self::remove) only.
    pub fn note(&mut self, changes: &[Change]) -> Result<()> {
        let transaction = self.0.transaction()?;
        for Change { kind, id, document } in changes {
            give(&transaction, *id)?;
            let (word, number) = (kind.word(), number(*id));
            match (kind, document) {
                (Kind::Recording, None) => 0,
                (Kind::Recording, Some(json)) => transaction.execute(
                    "UPDATE document SET json = ?3 WHERE kind = ?1 AND id = ?2",
                    params![word, number, json],
                )?,
                (_, Some(json)) => transaction.execute(
                    "INSERT OR REPLACE INTO document (kind, id, json) VALUES (?1, ?2, ?3)",
                    params![word, number, json],
                )?,
                (_, None) => transaction.execute(
                    "DELETE FROM document WHERE kind = ?1 AND id = ?2",
                    params![word, number],
                )?,
            };
        }
        transaction.commit()
    }

    /// A recording is to go: it is in the catalogue no more, and its folder, which comes back,
    /// waits to be removed.
    pub fn remove(&mut self, recording: Id) -> Result<Option<String>> {
        let folder = self.folder_of(recording)?;
        let transaction = self.0.transaction()?;
        transaction.execute(
            "DELETE FROM document WHERE kind = ?1 AND id = ?2",
            params![Kind::Recording.word(), number(recording)],
        )?;
        if let Some(folder) = &folder {
            transaction.execute(
                "INSERT OR REPLACE INTO going (id, folder) VALUES (?1, ?2)",
                params![number(recording), folder],
            )?;
        }
        transaction.commit()?;
        Ok(folder)
    }

    /// The folder of a recording was removed.
    pub fn removed(&mut self, recording: Id) -> Result<()> {
        self.0.execute("DELETE FROM going WHERE id = ?1", [number(recording)]).map(drop)
    }

    /// The recordings whose folders wait to be removed.
    pub fn going(&self) -> Result<Vec<(Id, String)>> {
        let mut query = self.0.prepare("SELECT id, folder FROM going ORDER BY id")?;
        query.query_map([], |row| Ok((id(row.get(0)?), row.get(1)?)))?.collect()
    }

    /// Every recording and its folder.
    pub fn folders(&self) -> Result<Vec<(Id, String)>> {
        let mut query =
            self.0.prepare("SELECT id, folder FROM document WHERE folder IS NOT NULL")?;
        query.query_map([], |row| Ok((id(row.get(0)?), row.get(1)?)))?.collect()
    }

    /// The folder of a recording.
    pub fn folder_of(&self, recording: Id) -> Result<Option<String>> {
        let found = self.0.query_row(
            "SELECT folder FROM document WHERE kind = ?1 AND id = ?2",
            params![Kind::Recording.word(), number(recording)],
            |row| row.get(0),
        );
        Ok(found.optional()?.flatten())
    }
}

/// No id is given twice, not even after what it was given to is gone.
fn give(transaction: &Transaction<'_>, given: Id) -> Result<()> {
    transaction.execute("DELETE FROM given WHERE id < ?1", [number(given)])?;
    transaction.execute(
        "INSERT INTO given (id) SELECT ?1 WHERE NOT EXISTS (SELECT 1 FROM given WHERE id >= ?1)",
        [number(given)],
    )?;
    Ok(())
}

fn number(id: Id) -> i64 {
    i64::try_from(id.0).unwrap_or(i64::MAX)
}

fn id(number: i64) -> Id {
    Id(u64::try_from(number).unwrap_or_default())
}

/// `document` has the library, `begun` the recordings of calls that are up, `going` those whose
/// folders are to be removed, `given` the greatest id.
const TABLES: &str = "
    CREATE TABLE IF NOT EXISTS document (
        kind TEXT NOT NULL, id INTEGER NOT NULL, json TEXT NOT NULL, folder TEXT,
        PRIMARY KEY (kind, id)
    );
    CREATE TABLE IF NOT EXISTS begun (id INTEGER PRIMARY KEY, call_id TEXT NOT NULL);
    CREATE TABLE IF NOT EXISTS going (id INTEGER PRIMARY KEY, folder TEXT NOT NULL);
    CREATE TABLE IF NOT EXISTS given (id INTEGER PRIMARY KEY);
";
