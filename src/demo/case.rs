//! A synthetic case as it truly is, before anyone types it. Deliberately absent: spelling and file formats.

use jiff::civil::Date;

/// Everything that an export says of a case, in clean codes. Blank codes are empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// Quarter of the first contact, from 1.
    pub quarter: usize,
    /// `PPS-2025-00417`, in the order of first contact.
    pub reference: String,
    /// `F03318`.
    pub family: String,
    /// The parent's full name.
    pub parent_name: String,
    /// The child's full name.
    pub child_name: String,
    /// Date of birth.
    pub born: Date,
    /// House, street, town.
    pub address: String,
    /// Of the address.
    pub postcode: String,
    /// Of the parent.
    pub phone: String,
    /// Of the parent.
    pub email: String,
    /// All direct identifiers but the reference are blank.
    pub anonymous: bool,
    /// The parent asked for removal.
    pub deletion_requested: bool,
    /// May others be contacted.
    pub consent: bool,
    /// First contact.
    pub opened: Date,
    /// First answer.
    pub responded: Option<Date>,
    /// Closing.
    pub closed: Option<Date>,
    /// `OPEN`, `INACT` or `CLOSED`.
    pub status: String,
    /// `NEW`, `REP`, `REO`.
    pub contact_type: String,
    /// Who called.
    pub caller: String,
    /// How they found the service.
    pub referral: String,
    /// How they called.
    pub channel: String,
    /// `L1` to `L4`.
    pub level: String,
    /// Main issue.
    pub issue: String,
    /// Further issues.
    pub issues_other: Vec<String>,
    /// Main need.
    pub need: String,
    /// Further needs.
    pub needs_other: Vec<String>,
    /// SEN stage.
    pub stage: String,
    /// `M`, `F`, `U`.
    pub sex: String,
    /// `R`, `1`, ...
    pub year_group: String,
    /// Census code.
    pub ethnicity: String,
    /// In care.
    pub looked_after: bool,
    /// Free typing.
    pub school: String,
    /// Phase.
    pub phase: String,
    /// Type.
    pub school_type: String,
    /// GSS code, `z` or `x`.
    pub district: String,
    /// What an amended export has in place of it.
    pub amended_district: Option<String>,
    /// Initials.
    pub worker: String,
    /// Staff, volunteer, administration.
    pub role: String,
    /// Minutes of work.
    pub minutes: Option<u32>,
    /// How it ended.
    pub outcome: String,
    /// 1 to 5.
    pub satisfaction: String,
    /// Narrative.
    pub notes: String,
}
