//! The order of rows. Comes in: a case-level file. Goes out: a finding where rows are not sorted by what they show: any other
//! order comes from somewhere, and that of a store says who came before whom. Deliberately absent: a guess of which order it is.

use model::Attack;

use super::Found;
use crate::readers::microdata::Microdata;

pub(super) fn check(data: &Microdata, found: &mut Found) {
    let later = data.lines.windows(2).position(|pair| matches!(pair, [one, next] if one > next));
    found.tried(Attack::Linkage, format!("the order of {} rows", data.rows.len()));
    if let Some(row) = later {
        let message = "rows are not sorted by what they show, so their order may be that in which cases came in";
        found.find(Attack::Linkage, "extract_row_order", &data.entry.file, Some(row + 1), message.to_owned());
    }
}
