//! Reads an outside register: what somebody knows of people from elsewhere, a line a person. Comes in: CSV with a header, the
//! columns of an extract. Goes out: values by person. Deliberately absent: who of them is in the extract; and any value in an
//! error.

use std::path::Path;

use crate::error::VerifyError;
use crate::readers::disk;

/// People as somebody outside knows them.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Register {
    /// Names of the columns.
    pub columns: Vec<String>,
    /// A value for each column, a line a person.
    pub people: Vec<Vec<String>>,
}

impl std::fmt::Debug for Register {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Register({} people)", self.people.len())
    }
}

impl Register {
    /// Reads the file at `path`.
    ///
    /// # Errors
    /// [`VerifyError::Register`] says at which line it is no CSV with as many fields as its header has.
    pub fn read(path: &Path) -> Result<Self, VerifyError> {
        let unreadable = |source| VerifyError::Unreadable { path: path.to_owned(), source };
        if disk::leads_to(path, |facts| !facts.is_file() && !facts.is_dir())? {
            return Err(unreadable(std::io::ErrorKind::InvalidInput.into()));
        }
        let bytes = disk::read_given(path).map_err(unreadable)?;
        let wrong = |line: u64| VerifyError::Register { path: path.to_owned(), line };
        let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(bytes.as_slice());
        let mut register = Self::default();
        for record in reader.records() {
            let record = record.map_err(|error| wrong(error.position().map_or(0, csv::Position::line)))?;
            let fields: Vec<String> = record.iter().map(str::to_owned).collect();
            if register.columns.is_empty() {
                register.columns = fields;
            } else {
                register.people.push(fields);
            }
        }
        if register.columns.is_empty() { Err(wrong(1)) } else { Ok(register) }
    }
}
