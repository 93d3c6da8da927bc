//! Invented people and places. Comes in: dice. Goes out: names, addresses and numbers that are evidently nobody's: telephone
//! numbers of Ofcom's drama range, addresses at example.org. Deliberately absent: real names.

use crate::demo::dice::Dice;

/// Given names; none is a word that a report would print.
pub const GIVEN_NAMES: [&str; 28] = [
    "Zoë", "Renée", "Tomasz", "Aoife", "Kwame", "Priya", "Siân", "Marek", "Leila", "Idris", "Fiadh", "Osian", "Noémie",
    "Bryony", "Callum", "Dilys", "Eamon", "Farida", "Gethin", "Hanneke", "Imogen", "Jolyon", "Keziah", "Lorcan",
    "Maëlle", "Nadia", "Ottilie", "Rhiannon",
];

/// Family names that nobody bears.
pub const FAMILY_NAMES: [&str; 30] = [
    "Sampleworth",
    "Exemplaris",
    "Mocksley",
    "Testwick",
    "Demoley",
    "Fictionby",
    "Placebury",
    "Inventham",
    "Pretendle",
    "Specimenn",
    "Dummyford",
    "Imaginby",
    "Notareal",
    "Fablesmith",
    "Makebelle",
    "Standinger",
    "Feignham",
    "Simulby",
    "Modelthwaite",
    "Trialborough",
    "Protowell",
    "Draftington",
    "Mimicroft",
    "Shamwick",
    "Phantomley",
    "Syntheby",
    "Artifield",
    "Conjurden",
    "Figmenter",
    "Quasimore",
];

const STREETS: [&str; 10] = [
    "Specimen Row",
    "Placeholder Lane",
    "Sampler Street",
    "Fictional Avenue",
    "Mockup Mews",
    "Dummy Drive",
    "Pretence Place",
    "Testbed Terrace",
    "Invention Close",
    "Makebelieve Way",
];

/// Schools that do not exist: name and phase.
pub const SCHOOLS: [(&str, &str); 14] = [
    ("Little Specimens Nursery", "EY"),
    ("Acorn Mockup Pre-school", "EY"),
    ("Placeholder Primary School", "PRI"),
    ("St Sampler's C of E Primary", "PRI"),
    ("Fictional Green Primary Academy", "PRI"),
    ("Testbed Lane Junior School", "PRI"),
    ("Invention Middle School", "MID"),
    ("Makebelieve High School", "SEC"),
    ("The Mocksley Academy", "SEC"),
    ("Pretence Park School", "SEC"),
    ("Dummyford Community College", "SEC"),
    ("Demoley Through School", "ALL"),
    ("Imaginby College", "P16"),
    ("Draftington Sixth Form", "P16"),
];

/// Initials of the workers; the last one is new, see the planted signal S5.
pub const WORKERS: [&str; 8] = ["QXA", "ZJB", "KWC", "VQD", "XHE", "JZF", "QKG", "ZXN"];

/// The postcode districts of a district, and the town an address names.
#[must_use]
pub fn outward_codes(district: &str) -> (&'static str, &'static [&'static str]) {
    match district {
        "E07000192" => ("Cannock", &["WS11", "WS12"]),
        "E07000193" => ("Burton upon Trent", &["DE13", "DE14"]),
        "E07000194" => ("Lichfield", &["WS13", "WS14"]),
        "E07000195" => ("Newcastle-under-Lyme", &["ST5"]),
        "E07000196" => ("Wombourne", &["WV5", "WV8"]),
        "E07000197" => ("Stafford", &["ST16", "ST17"]),
        "E07000198" => ("Leek", &["ST13"]),
        "E07000199" => ("Tamworth", &["B77", "B79"]),
        _ => ("Stoke-on-Trent", &["ST1", "ST4"]),
    }
}

/// Who a family is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Household {
    /// The family name.
    pub family_name: String,
    /// The parent's given name.
    pub parent: String,
    /// House, street and town.
    pub address: String,
    /// Well formed, and in no postcode directory.
    pub postcode: String,
    /// In Ofcom's range for drama.
    pub phone: String,
    /// At example.org.
    pub email: String,
}

/// An invented household of `district`; `number` keeps its e-mail address apart from others.
pub fn household(dice: &mut Dice, district: &str, number: usize) -> Household {
    let (town, outward) = outward_codes(district);
    let family_name = dice.pick(&FAMILY_NAMES).to_owned();
    let parent = dice.pick(&GIVEN_NAMES).to_owned();
    let address = format!("{} {}, {town}", 1 + dice.below(180), dice.pick(&STREETS));
    let inward = format!("{}{}{}", dice.below(10), dice.pick(&["X", "Z", "Q"]), dice.pick(&["X", "Z", "Y"]));
    let postcode = format!("{} {inward}", dice.pick(outward));
    let prefix = if dice.chance(0.3) { "01632 960" } else { "07700 900" };
    let phone = format!("{prefix}{:03}", dice.below(1000));
    let email = format!("{}{number}@example.org", family_name.to_lowercase());
    Household { family_name, parent, address, postcode, phone, email }
}
