//! Protects one folder of counts (`case.json`, `inner.csv.gz`) and writes the tables and a `release.json` that an outside
//! attacker can read: `cargo run --release -p confidential --example protect_case -- CASE_DIR OUT_DIR [hidden|shown [count|sum]]`.
//! A bench for whoever changes the search; nothing of it is in the program.

#![allow(clippy::print_stdout)] // its output is its purpose

use std::collections::HashMap;
use std::error::Error;
use std::path::Path;
use std::time::Instant;

use confidential::protect::{HiddenZeros, Insiders, PlannedTable, Problem, Shown, Space, Weight, suppress};
use confidential::tabulate::{Counter, Counts, Key};
use model::release::Zeros;
use serde_json::{Value, json};

/// Distinct combinations of finest codes, with their counts.
struct Inner {
    rows: Vec<(Vec<u32>, u64)>,
    /// By dimension and code: the finest codes under it.
    under: Vec<Vec<Vec<bool>>>,
}

impl Counter for Inner {
    fn count(&self, keys: &[Key]) -> Vec<Counts> {
        let mut known: HashMap<Vec<u32>, Vec<(Vec<u32>, u64)>> = HashMap::new();
        let count = |key: &Key| {
            // Rows are added up over the dimensions that stand at a total, once for each set of such dimensions.
            let at_total: Vec<u32> =
                (0_u32..).zip(key).filter(|(at, code)| self.all(*at, **code)).map(|(at, _)| at).collect();
            let rows = known.entry(at_total.clone()).or_insert_with(|| self.project(&at_total));
            let inside = |row: &&(Vec<u32>, u64)| {
                key.iter().enumerate().all(|(at, &code)| {
                    at_total.contains(&u32::try_from(at).unwrap_or(u32::MAX))
                        || self.under[at][code as usize][row.0[at] as usize]
                })
            };
            let counted = rows.iter().filter(inside).map(|row| row.1).sum();
            Counts { counted, protected: counted, largest: u64::from(counted > 0) }
        };
        keys.iter().map(count).collect()
    }
}

impl Inner {
    fn all(&self, dimension: u32, code: u32) -> bool {
        self.under[dimension as usize][code as usize].iter().all(|&is_under| is_under)
    }
    fn project(&self, dropped: &[u32]) -> Vec<(Vec<u32>, u64)> {
        let mut sums: HashMap<Vec<u32>, u64> = HashMap::new();
        for (codes, count) in &self.rows {
            let mut codes = codes.clone();
            for &at in dropped {
                codes[at as usize] = 0;
            }
            *sums.entry(codes).or_default() += count;
        }
        sums.into_iter().collect()
    }
}

fn text(value: &Value) -> Result<String, String> {
    value.as_str().map(str::to_owned).ok_or_else(|| format!("{value} is not text"))
}

fn list(value: &Value) -> Result<&Vec<Value>, String> {
    value.as_array().ok_or_else(|| format!("{value} is not a list"))
}

fn spaces(case: &Value) -> Result<Vec<Space>, Box<dyn Error>> {
    let hierarchies = case["hierarchies"].as_object().ok_or("no hierarchies")?;
    let mut spaces = Vec::new();
    for (name, hierarchy) in hierarchies {
        let mut codes = vec![text(&hierarchy["total"])?];
        let mut sums = Vec::new();
        let mut index = |code: String| {
            let at = codes.iter().position(|known| *known == code).unwrap_or_else(|| {
                codes.push(code);
                codes.len() - 1
            });
            u32::try_from(at).unwrap_or(u32::MAX)
        };
        for sum in list(&hierarchy["sums"])? {
            let parent = index(text(&sum[0])?);
            let children: Result<Vec<u32>, String> =
                list(&sum[1])?.iter().map(|child| Ok(index(text(child)?))).collect();
            sums.push((parent, children?));
        }
        spaces.push(Space { name: name.clone(), codes, total: 0, sums });
    }
    Ok(spaces)
}

/// Every code below each code, itself included.
fn below(space: &Space) -> Vec<Vec<bool>> {
    let mut under: Vec<Vec<bool>> =
        (0..space.codes.len()).map(|code| (0..space.codes.len()).map(|other| other == code).collect()).collect();
    under[space.total as usize].fill(true);
    for _ in 0..8 {
        for (parent, children) in &space.sums {
            for &child in children {
                let row = under[child as usize].clone();
                for (have, add) in under[*parent as usize].iter_mut().zip(row) {
                    *have |= add;
                }
            }
        }
    }
    under
}

fn inner(dir: &Path, case: &Value, spaces: &[Space]) -> Result<Inner, Box<dyn Error>> {
    let file = flate2::read::GzDecoder::new(std::fs::File::open(dir.join("inner.csv.gz"))?);
    let mut reader = csv::Reader::from_reader(file);
    let header = reader.headers()?.clone();
    let column = |name: &str| header.iter().position(|have| have == name).ok_or(format!("no column {name}"));
    let mut columns = Vec::new();
    for space in spaces {
        let finest = list(&case["cols"][&space.name])?.last().ok_or("no column")?;
        columns.push(column(&text(finest)?)?);
    }
    let frequency = column("freq")?;
    let codes: Vec<HashMap<&str, u32>> =
        spaces.iter().map(|space| space.codes.iter().map(String::as_str).zip(0..).collect()).collect();
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record?;
        let row: Option<Vec<u32>> =
            columns.iter().zip(&codes).map(|(&at, codes)| codes.get(&record[at]).copied()).collect();
        rows.push((row.ok_or("a code that no hierarchy has")?, record[frequency].parse()?));
    }
    Ok(Inner { rows, under: spaces.iter().map(below).collect() })
}

fn tables(case: &Value, spaces: &[Space], zeros: Zeros) -> Result<Vec<PlannedTable>, Box<dyn Error>> {
    let threshold = case["threshold"].as_u64().ok_or("no threshold")?;
    let mut tables = Vec::new();
    for table in list(&case["tables"])? {
        let dims: Vec<String> = list(&table["dims"])?.iter().map(text).collect::<Result<_, _>>()?;
        let mut cells: Vec<Vec<u32>> = vec![Vec::new()];
        for space in spaces {
            let codes = if dims.contains(&space.name) { 0..space.codes.len() } else { 0..1 };
            cells = cells
                .iter()
                .flat_map(|cell| codes.clone().map(|code| cell.iter().copied().chain(u32::try_from(code)).collect()))
                .collect();
        }
        let cells = cells.into_iter().map(Vec::into_boxed_slice).collect();
        tables.push(PlannedTable { id: text(&table["file"])?, threshold, zeros, cells, impossible: Vec::new() });
    }
    Ok(tables)
}

fn write(out: &Path, case: &Value, problem: &Problem, cells: &HashMap<Key, Shown>) -> Result<(), Box<dyn Error>> {
    std::fs::create_dir_all(out)?;
    let mut files = Vec::new();
    for table in &problem.tables {
        let mut writer = csv::Writer::from_path(out.join(&table.id))?;
        let names = problem.spaces.iter().map(|space| space.name.as_str());
        writer.write_record(names.chain(["value", "symbol"]))?;
        for key in &table.cells {
            let codes = problem.spaces.iter().zip(key).map(|(space, &code)| space.codes[code as usize].clone());
            let (value, symbol) = match cells[key] {
                Shown::Count(count) => (count.to_string(), ""),
                Shown::Hidden(_) => (String::new(), "c"),
                Shown::Impossible => (String::new(), "z"),
            };
            writer.write_record(codes.chain([value, symbol.to_owned()]))?;
        }
        writer.flush()?;
        files.push(json!({ "file": table.id }));
    }
    let release = json!({ "threshold": case["threshold"], "hierarchies": case["hierarchies"], "tables": files });
    std::fs::write(out.join("release.json"), release.to_string())?;
    Ok(())
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [dir, out, rest @ ..] = arguments.as_slice() else {
        return Err("CASE_DIR OUT_DIR [hidden|shown [count|sum]]".into());
    };
    let (dir, out) = (Path::new(dir), Path::new(out));
    let zeros = if rest.first().is_some_and(|word| word == "shown") { Zeros::Shown } else { Zeros::Hidden };
    let case: Value = serde_json::from_reader(std::fs::File::open(dir.join("case.json"))?)?;
    let spaces = spaces(&case)?;
    let counts = inner(dir, &case, &spaces)?;
    let tables = tables(&case, &spaces, zeros)?;
    let weight = match rest.get(1).map(String::as_str) {
        Some("count") => Weight::Cells,
        Some("sum") => Weight::Sum,
        Some(_) | None => Weight::Information,
    };
    let problem = Problem {
        spaces,
        tables,
        earlier: Vec::new(),
        tie_key: [7; 32],
        hidden_zeros: HiddenZeros::Unprotected,
        weight,
        insiders: if std::env::var_os("INS").is_some() { Insiders::Considered } else { Insiders::Ignored },
        effort: std::env::var("EFFORT").map_or(Ok(0), |text| text.parse())?,
    };
    let start = Instant::now();
    let pattern = suppress(&problem, &counts)?;
    let seconds = start.elapsed().as_secs_f64();
    let sum: u64 = pattern
        .cells
        .iter()
        .filter(|(_, shown)| matches!(shown, Shown::Hidden(confidential::protect::Reason::Secondary)))
        .map(|(key, _)| counts.count(std::slice::from_ref(key))[0].counted)
        .sum();
    println!("{:?}, sum of secondary {sum}, {seconds:.2} s with counting", pattern.statistics);
    write(out, &case, &problem, &pattern.cells)
}
