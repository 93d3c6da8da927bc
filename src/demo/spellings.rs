//! Other ways in which workers write a code. Comes in: a column and a code. Goes out: spellings that the alias table of
//! `config/advice/sources/cases.toml` or the code list knows; an unknown one stops an import, as it should.

/// The column in which a worker sometimes writes a sentence; its source rejects such rows.
pub const FREE_TEXT_COLUMN: &str = "referral_source";

const SPELLINGS: [(&str, &str, &str); 32] = [
    ("need_primary", "ASD", "Autism"),
    ("need_primary", "ASD", "ASC"),
    ("need_primary", "ASD", "asd"),
    ("need_primary", "ASD", "A.S.D"),
    ("need_primary", "ASD", "Autistic spectrum disorder"),
    ("need_primary", "SPLD", "Dyslexia"),
    ("need_primary", "SPLD", "SpLD"),
    ("need_primary", "SLCN", "SLC"),
    ("need_primary", "SLCN", "Speech & Language"),
    ("need_primary", "DS", "Downs"),
    ("need_primary", "HI", "Deaf"),
    ("need_primary", "NR", "N/K"),
    ("sen_stage", "EHCP", "EHC"),
    ("sen_stage", "EHCP", "E"),
    ("sen_stage", "SENS", "K"),
    ("sen_stage", "NONE", "N"),
    ("sen_stage", "ASSESS", "EHCNA"),
    ("intervention_level", "L1", "1"),
    ("intervention_level", "L1", "1.0"),
    ("intervention_level", "L2", "Level 2"),
    ("intervention_level", "L3", "iii"),
    ("district", "E07000195", "Newcastle"),
    ("district", "E07000195", "N-u-L"),
    ("district", "E07000196", "S Staffs"),
    ("district", "E07000198", "Moorlands"),
    ("district", "E07000199", "Tamworth"),
    ("contact_channel", "TEL", "phone"),
    ("contact_channel", "TEL", "T/C"),
    ("contact_channel", "EML", "e-mail"),
    ("contact_channel", "HOM", "HV"),
    ("child_sex", "M", "Boy"),
    ("child_sex", "F", "Girl"),
];

/// The other spellings of a code.
#[must_use]
pub fn of(column: &str, code: &str) -> Vec<&'static str> {
    SPELLINGS.iter().filter(|(of, known, _)| *of == column && *known == code).map(|(_, _, text)| *text).collect()
}
