//! What a program puts around every name of a header: `Cases[Case ref]`, `cases.case_ref`, a second language behind a stroke.
//! Comes in: the cells of a row. Goes out: the same without it, in each way that fits all of them. Deliberately absent: which of
//! these a source knows.

/// Names that have to agree before anything is taken off them.
const LEAST: usize = 3;

/// The row without what all of its names have in common at their ends; and each half of them, where all have two.
pub(super) fn readings(cells: &[String]) -> Vec<Vec<String>> {
    let named: Vec<&str> = cells.iter().map(String::as_str).filter(|name| !name.is_empty()).collect();
    if named.len() < LEAST {
        return Vec::new();
    }
    let mut readings = Vec::new();
    let of = |part: &dyn Fn(&str) -> String| cells.iter().map(|name| part(name)).collect::<Vec<_>>();
    let (front, back) = (front(&named), back(&named));
    if front + back > 0 {
        readings
            .push(of(&|name| name.get(front..name.len().saturating_sub(back)).unwrap_or_default().trim().to_owned()));
    }
    for stroke in [" / ", " | "] {
        if named.iter().all(|name| name.contains(stroke)) {
            let halves =
                |name: &str| name.split_once(stroke).map(|(one, two)| [one.trim().to_owned(), two.trim().to_owned()]);
            readings.push(of(&|name| halves(name).map(|[one, _]| one).unwrap_or_default()));
            readings.push(of(&|name| halves(name).map(|[_, two]| two).unwrap_or_default()));
        }
    }
    readings
}

/// Bytes of what all names begin with, up to a sign that ends the name of a table.
fn front(named: &[&str]) -> usize {
    let first = named[0];
    let ends = first.char_indices().filter(|(_, sign)| matches!(sign, '[' | '.' | ':' | '/' | '|' | '>'));
    let mut starts = ends.map(|(at, sign)| at + sign.len_utf8()).filter(|end| *end < first.len());
    starts.rfind(|end| named.iter().all(|name| name.len() > *end && name.starts_with(&first[..*end]))).unwrap_or(0)
}

/// Bytes of what all names end with, from a sign that begins a remark, or a bracket that closes the name of a table.
fn back(named: &[&str]) -> usize {
    let first = named[0];
    let signs = [" / ", " | ", " (", " [", " - ", "]"].into_iter().filter_map(|sign| first.rfind(sign));
    let all =
        |at: &usize| *at > 0 && named.iter().all(|name| name.len() > first.len() - at && name.ends_with(&first[*at..]));
    signs.filter(all).min().map_or(0, |at| first.len() - at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(cells: &[&str]) -> Vec<Vec<String>> {
        readings(&cells.iter().map(|cell| (*cell).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn what_all_names_have_around_them_is_no_part_of_them() {
        let plain = [["Case ref", "", "Opened", "Closed"]];
        assert_eq!(read(&["Cases[Case ref]", "", "Cases[Opened]", "Cases[Closed]"]), plain);
        assert_eq!(read(&["dbo.cases.Case ref", "", "dbo.cases.Opened", "dbo.cases.Closed"]), plain);
        assert_eq!(read(&["Case ref (new)", "", "Opened (new)", "Closed (new)"]), plain);
        let halves = read(&["Case ref / Cyf", "", "Opened / Agor", "Closed / Cau"]);
        assert_eq!(halves, [plain[0], ["Cyf", "", "Agor", "Cau"]]);
    }

    #[test]
    fn names_that_do_not_agree_stay_as_they_are() {
        let none: [Vec<String>; 0] = [];
        assert_eq!(read(&["Cases[Case ref]", "Opened", "Cases[Closed]"]), none);
        assert_eq!(read(&["a.b", "a.c"]), none, "two say too little");
        assert_eq!(read(&["Case ref", "Case status", "Closed"]), none);
    }
}
