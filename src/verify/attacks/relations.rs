//! What `release.json` says of cells beyond the sums: families are no more than cases, what is open now is what was open
//! before and what was opened less what was closed. Comes in: the relations of all manifests. Goes out: rows of the
//! system, and published figures that break one. Deliberately absent: trust; a relation that cannot be read, or whose
//! numbers are absurd, is left out and said.
//!
//! An inequality is an equation with a variable more, which takes up what is left, is 0 or more, and stands in no table.
//! Worked example: families in North are published as 16, its cases hidden. `families <= cases` makes the cases 16 or
//! more; where both districts have 20 cases together, the other has 4 at most.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use model::manifest::Relation;
use model::{Attack, Finding};

use crate::attacks::closure::bit;
use crate::attacks::codes::Key;
use crate::attacks::system::{Cells, Part};
use crate::readers::folder::MANIFEST;

/// No relation of counts has factors beyond this; larger ones would only overflow.
const LARGEST: u64 = 1_000_000;

/// A relation whose cells have been found in the space.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Stated {
    /// By rising cell, each once.
    terms: Vec<(Key, i64)>,
    is_equal: bool,
    /// The release that states it, and its number there.
    part: usize,
    number: usize,
    /// All that state it.
    stated_by: Vec<usize>,
}

/// What the manifests state, each once; what cannot be read goes into the notes.
pub(super) fn stated(cells: &mut Cells, parts: &[Part<'_>]) -> Vec<Stated> {
    let (mut seen, mut stated): (BTreeMap<_, usize>, Vec<Stated>) = (BTreeMap::new(), Vec::new());
    for (part, number, relation) in parts
        .iter()
        .enumerate()
        .flat_map(|(at, part)| (1..).zip(&part.manifest.relations).map(move |(n, r)| (at, n, r)))
    {
        let terms = terms(cells, &parts[part], relation);
        let is_equal = relation.is == "=";
        let Some(terms) = terms.filter(|_| is_equal || relation.is == "<=") else {
            let name = match parts[part].manifest.release.as_str() {
                "" => "the release",
                name => name,
            };
            cells.notes.push(format!("relation {number} of {name} is not understood, so it was not used"));
            continue;
        };
        match seen.entry((terms.clone(), is_equal)) {
            Entry::Occupied(known) => stated[*known.get()].stated_by.push(part),
            Entry::Vacant(new) => {
                new.insert(stated.len());
                stated.push(Stated { terms, is_equal, part, number, stated_by: vec![part] });
            }
        }
    }
    stated
}

/// The cells of a relation; none where a dimension is in no hierarchy or a factor is absurd.
fn terms(cells: &Cells, part: &Part<'_>, relation: &Relation) -> Option<Vec<(Key, i64)>> {
    let mut terms: Vec<(Key, i64)> = Vec::with_capacity(relation.terms.len());
    for (factor, at) in &relation.terms {
        let is_known = |(name, code): (&String, &String)| {
            cells.codes.place(name).is_some_and(|place| cells.codes.known(place, code).is_some())
        };
        if factor.unsigned_abs() > LARGEST || !at.iter().all(is_known) {
            return None;
        }
        terms.push((cells.key(Some(part.manifest), at), *factor));
    }
    terms.sort_unstable();
    terms.dedup_by(|next, kept| {
        let same = next.0 == kept.0;
        kept.1 += if same { next.1 } else { 0 };
        same
    });
    terms.retain(|&(_, factor)| factor != 0);
    Some(terms)
}

/// Makes cells of those that stand in an equation with a known one and in no table: they can be worked out.
pub(super) fn add_derived(cells: &mut Cells, stated: &[Stated]) {
    for relation in stated.iter().filter(|relation| relation.is_equal) {
        let is_known = relation.terms.iter().any(|&(key, _)| cells.known.get(key).is_some());
        for &(key, _) in relation.terms.iter().filter(|_| is_known) {
            cells.known.add(key, bit(relation.part));
        }
    }
}

/// Adds a row for each relation among known cells; those that published figures break are findings instead.
pub(super) fn add(cells: &mut Cells, parts: &[Part<'_>], stated: &[Stated]) {
    for relation in stated {
        let Some(terms) = among_known(cells, relation) else { continue };
        let (least, most) = range(cells, &terms);
        let is_broken = least.is_some_and(|least| least > 0) || relation.is_equal && most.is_some_and(|most| most < 0);
        if is_broken {
            cells.findings.push(broken(&parts[relation.part], relation.number));
            continue;
        }
        if relation.is_equal {
            cells.system.equation(terms, 0);
        } else {
            cells.system.at_most(terms, 0);
        }
        cells.relations.push(relation.stated_by.clone());
    }
}

/// The terms by variable. Of an inequality, what is added on the smaller side and is in no table may be nothing; what is
/// added on the larger side and is in no table may be anything, and then the relation says nothing.
fn among_known(cells: &Cells, relation: &Stated) -> Option<Vec<(usize, i64)>> {
    let mut terms = Vec::with_capacity(relation.terms.len());
    for &(key, factor) in &relation.terms {
        match cells.known.get(key) {
            Some(at) => terms.push((at, factor)),
            None if !relation.is_equal && factor > 0 => {}
            None => return None,
        }
    }
    (!terms.is_empty()).then_some(terms)
}

/// The least and the most that the terms can come to; none where nothing limits them.
fn range(cells: &Cells, terms: &[(usize, i64)]) -> (Option<i128>, Option<i128>) {
    let end = |at: usize, factor: i64, upwards: bool| {
        let factor = i128::from(factor);
        let bound = if (factor > 0) == upwards { cells.system.upper[at] } else { Some(cells.system.lower[at]) };
        bound.map(|bound| factor * i128::from(bound))
    };
    let sum = |upwards: bool| terms.iter().map(|&(at, factor)| end(at, factor, upwards)).sum::<Option<i128>>();
    (sum(false), sum(true))
}

fn broken(part: &Part<'_>, number: usize) -> Finding {
    Finding {
        attack: Attack::Consistency,
        kind: "relation_broken".to_owned(),
        file: format!("{}{MANIFEST}", part.prefix),
        place: format!("relation {number}"),
        message: "the published figures break a relation that the release states".to_owned(),
        claim: None,
    }
}

#[cfg(test)]
mod tests {
    use crate::tests::{kinds, write};
    use crate::{Attacked, attack};

    /// Cases and families of two places in one quarter.
    const MANIFEST: &str = r#"{"threshold": 5,
      "hierarchies": {"place": {"total": "All", "sums": [["All", ["N", "S"]]]},
                      "place_families": {"total": "All", "sums": []},
                      "measure": {"total": "cases", "sums": []}},
      "tables": [{"file": "data/cases.csv", "dims": ["place"], "markers": {"": [0, null]}},
                 {"file": "data/families.csv", "dims": ["place_families"], "fixed": {"measure": "families"},
                  "markers": {"": [0, null]}}],
      "relations": [RELATIONS]}"#;

    const FAMILIES: &str = r#"{"says": "families <= cases", "is": "<=",
      "terms": [[1, {"measure": "families", "place_families": "N"}], [-1, {"place": "N"}]]}"#;

    /// 20 cases, 4 of them in South, where they are hidden, and so are the 16 of North.
    const CASES: &str = "place,value,symbol\nAll,20,\nN,,c\nS,,c\n";

    fn attacked(relations: &str, families: &str) -> Attacked {
        let place = tempfile::tempdir().expect("a temporary folder");
        let families = format!("place_families,value,symbol\nN,{families},\n");
        let files = [("data/cases.csv", CASES), ("data/families.csv", families.as_str())];
        let folder = write(place.path(), "r1", &MANIFEST.replace("RELATIONS", relations), &files);
        attack(&[folder], &[]).expect("a release")
    }

    #[test]
    fn published_families_narrow_hidden_cases_where_the_release_says_that_they_are_no_more() {
        // At least 16 cases in North, so at most 4 in South: small, unless there are none.
        let attacked_with = attacked(FAMILIES, "16");
        let south: Vec<_> = attacked_with.claims.iter().filter(|claim| claim.cell == "place=S").collect();
        assert_eq!((south.len(), south[0].lowest, south[0].highest), (1, 0, Some(4)));
        assert!(attacked("", "16").claims.is_empty(), "families alone say nothing");
        assert!(attacked(FAMILIES, "15").claims.is_empty(), "five may be published");
    }

    #[test]
    fn figures_that_break_a_relation_are_a_finding_of_their_own() {
        let broken = attacked(FAMILIES, "21");
        assert_eq!(kinds(&broken), ["infeasible"], "21 in North, 20 in all");
        let total = FAMILIES.replace("{\"place\": \"N\"}", "{}");
        let broken = attacked(&total, "21");
        assert_eq!(kinds(&broken), ["relation_broken"], "21 families, 20 cases");
        let finding = &broken.verdict.findings[0];
        assert_eq!((finding.file.as_str(), finding.place.as_str()), ("release.json", "relation 1"));
        assert_eq!(kinds(&attacked(&total, "20")), Vec::<&str>::new());
    }

    #[test]
    fn an_equation_gives_away_a_cell_that_no_table_has() {
        // What is open now is what was open before and what was opened, less what was closed.
        let stock = r#"{"is": "=", "terms": [[1, {"measure": "open"}], [-1, {}], [1, {"measure": "families", "place_families": "N"}]]}"#;
        assert_eq!(kinds(&attacked(stock, "17")), ["derived_small_exact"], "20 - 17 = 3 are open");
        assert_eq!(kinds(&attacked(stock, "12")), Vec::<&str>::new(), "8 are open");
    }

    #[test]
    fn what_cannot_be_read_is_left_out_and_said() {
        for hostile in [
            r#"{"is": ">=", "terms": [[1, {}]]}"#,
            r#"{"is": "<=", "terms": [[1, {"no such": "dimension"}]]}"#,
            r#"{"is": "<=", "terms": [[9223372036854775807, {}], [-9223372036854775808, {"place": "N"}]]}"#,
        ] {
            let attacked = attacked(hostile, "16");
            assert_eq!(kinds(&attacked), Vec::<&str>::new(), "{hostile}");
            let said = "relation 1 of r1 is not understood, so it was not used";
            assert!(attacked.verdict.not_run.iter().any(|note| note == said), "{hostile}");
        }
        let empty = attacked(r#"{"is": "=", "terms": []}, {"is": "<=", "terms": [[1, {}], [-1, {}]]}"#, "16");
        assert_eq!(kinds(&empty), Vec::<&str>::new(), "0 = 0 says nothing");
    }
}
