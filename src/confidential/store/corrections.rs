//! What was recorded of released months after their release, and the corrections made of it. Comes in: a source, months,
//! a correction to keep. Goes out: every case that reads otherwise now than it was counted, as it was and as it is.
//! Deliberately absent: erased and restricted cases, which stay counted for ever, and late ones, which are counted where they
//! came in.

use rusqlite::{Connection, params};

use model::period::{Month, Period};

use crate::store::cases::{StoredCase, positions, show};
use crate::store::ledger::{deflated, inflated};
use crate::store::restriction::NOT_RESTRICTED;
use crate::store::{Store, StoreError};

/// A correction of released months.
#[derive(Clone, PartialEq, Eq)]
pub struct Correction {
    /// The months it corrects.
    pub period: Period,
    /// What is taken out and what comes in, as `tabulate` writes it.
    pub body: Vec<u8>,
}

impl std::fmt::Debug for Correction {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The body holds counts that nobody protected.
        let Self { period, body: _ } = self;
        write!(formatter, "Correction({}..{})", period.start.0, period.end.0)
    }
}

/// One version of a case that was counted in corrected months.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Version {
    /// As the release, or the last correction, counted it.
    Counted,
    /// As the store has it now.
    Recorded,
}

impl Store {
    /// Every correction, in the order in which they were made.
    ///
    /// # Errors
    /// [`StoreError`] where the store cannot be read.
    pub fn corrections(&self) -> Result<Vec<Correction>, StoreError> {
        self.reading(|connection| {
            let sql = "SELECT period_start, period_end, body FROM corrections ORDER BY id";
            let mut statement = connection.prepare(sql)?;
            let mut rows = statement.query([])?;
            let mut corrections = Vec::new();
            while let Some(row) = rows.next()? {
                let period = Period { start: Month(row.get(0)?), end: Month(row.get(1)?) };
                corrections.push(Correction { period, body: inflated(row.get(2)?)? });
            }
            Ok(corrections)
        })
    }

    /// Visits every case of `source` that an import changed after its event in `period` was counted, once an event:
    /// first all as they were counted, then all as they are recorded now, both in order of case reference.
    ///
    /// # Errors
    /// [`StoreError`] where the store cannot be read.
    pub(crate) fn changed(
        &self,
        source: &str,
        fields: &[&str],
        period: Period,
        visit: &mut dyn FnMut(Version, &str, StoredCase<'_>),
    ) -> Result<(), StoreError> {
        self.reading(|connection| changed(connection, source, fields, period, visit))
    }
}

/// The last import that the counts of a month are made of: that of its freezing, or of the last correction.
fn counted_with() -> String {
    format!(
        "
    WITH months AS (
        SELECT period_start, period_end, imports FROM frozen WHERE source = ?1
        UNION ALL SELECT period_start, period_end, imports FROM corrections
    ), changed AS (
        SELECT history.id, history.case_id, event.name AS event
        FROM history JOIN cases ON cases.id = case_id
        JOIN (SELECT 'opened' AS name UNION ALL SELECT 'closed') AS event
        WHERE cases.source = (SELECT id FROM sources WHERE name = ?1)
        AND {NOT_RESTRICTED}
        AND iif(event.name = 'opened', history.counted_opened, history.counted_closed) BETWEEN ?2 AND ?3 - 1
        AND replaced_by > (
            SELECT max(imports) FROM months
            WHERE iif(event.name = 'opened', history.counted_opened, history.counted_closed)
            BETWEEN period_start AND period_end - 1)
    ), first AS (
        SELECT min(id) AS id, case_id, event FROM changed GROUP BY case_id, event
    )"
    )
}

fn changed(
    connection: &Connection,
    source: &str,
    fields: &[&str],
    period: Period,
    visit: &mut dyn FnMut(Version, &str, StoredCase<'_>),
) -> Result<(), StoreError> {
    let lists = positions(connection, source, fields)?;
    let columns = "family, counted_opened, counted_closed, field_list, field_values";
    let counted_with = counted_with();
    let counted = format!(
        "{counted_with} SELECT cases.id, {}, case_key, first.event FROM first JOIN history ON history.id = first.id
         JOIN cases ON cases.id = first.case_id ORDER BY case_key, first.event",
        columns.split(", ").map(|column| format!("history.{column}")).collect::<Vec<_>>().join(", ")
    );
    let recorded = format!(
        "{counted_with} SELECT cases.id, {columns}, case_key, first.event FROM first
         JOIN cases ON cases.id = first.case_id
         ORDER BY case_key, first.event"
    );
    for (sql, is_counted) in [(counted, true), (recorded, false)] {
        let mut statement = connection.prepare(&sql)?;
        let mut rows = statement.query(params![source, period.start.0, period.end.0])?;
        while let Some(row) = rows.next()? {
            let event: String = row.get(7)?;
            let version = if is_counted { Version::Counted } else { Version::Recorded };
            show(row, &lists, &mut |case| visit(version, &event, case))?;
        }
    }
    Ok(())
}

pub(super) fn enter(connection: &Connection, correction: &Correction, group: i64) -> Result<(), StoreError> {
    let Correction { period, body } = correction;
    connection.execute(
        "INSERT INTO corrections (entered_with, period_start, period_end, imports, body)
         SELECT ?1, ?2, ?3, ifnull(max(id), 0), ?4 FROM imports",
        params![group, period.start.0, period.end.0, deflated(body)?],
    )?;
    Ok(())
}
