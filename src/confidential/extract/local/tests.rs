//! What holds of every local recoding: no class breaks a model, every label covers its records, and the loss is what the labels
//! say.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::{LocalError, Settings, recode};
use crate::extract::hierarchy::Hierarchy;
use crate::extract::loss::Loss;
use crate::extract::metric::Metric;
use crate::extract::microdata::{Microdata, Roles};
use crate::extract::model::{Class, Closeness, Distance, Model};
use crate::extract::outcome::Classes;
use crate::extract::table::Table;

/// Ages with intervals for labels; places where one label stands on two levels; two sexes.
const LINES: [(&str, &[&str]); 3] = [
    ("age", &["5;5-6;0-9;*", "6;5-6;0-9;*", "8;7-9;0-9;*", "9;7-9;0-9;*", "11;10-14;10-19;*", "15;15-19;10-19;*"]),
    ("place", &["0;x;x;*", "1;x;x;*", "2;y;x;*", "3;z;z;*"]),
    ("sex", &["f;*", "m;*"]),
];

/// Numbers of lines of the hierarchies, a sensitive value, a family.
type Record = [usize; 5];

fn value(column: usize, line: usize) -> &'static str {
    LINES[column].1[line].split(';').next().expect("a value")
}

fn microdata(records: &[Record], families: bool) -> Microdata {
    let line = |r: &Record| format!("{};{};{};{};{}\n", value(0, r[0]), value(1, r[1]), value(2, r[2]), r[3], r[4]);
    let lines: String = records.iter().map(line).collect();
    let table = Table::parse(format!("age;place;sex;need;family\n{lines}").as_bytes()).expect("a table");
    let roles = Roles {
        quasi: LINES.map(|(name, _)| name.to_owned()).to_vec(),
        sensitive: vec!["need".to_owned()],
        unit: families.then(|| "family".to_owned()),
    };
    let hierarchies = LINES.map(|(name, lines)| {
        let cut = |line: &&str| line.split(';').map(str::to_owned).collect();
        let rows: Vec<(u64, Vec<String>)> = (1..).zip(lines.iter().map(cut)).collect();
        Hierarchy::new(name, &rows).expect("a hierarchy")
    });
    Microdata::new(&table, &roles, hierarchies.to_vec()).expect("microdata")
}

/// The lines of the hierarchy that a label may stand for, as a reader would find them.
fn covered(column: usize, label: &str) -> BTreeSet<usize> {
    let lines = LINES[column].1;
    if let (0, Some((low, high))) = (column, label.split_once('-')) {
        let number = |text: &str| text.parse::<u32>().expect("a number");
        return (0..lines.len())
            .filter(|line| (number(low)..=number(high)).contains(&number(value(0, *line))))
            .collect();
    }
    (0..lines.len()).filter(|line| lines[*line].split(';').any(|text| text == label)).collect()
}

/// What the class of each record says.
fn cells(microdata: &Microdata, classes: &Classes) -> Vec<[String; 3]> {
    let of_record = |row: &u32| {
        let class = classes.of_row[*row as usize].expect("no record is suppressed");
        [0, 1, 2].map(|column| classes.label(column, class).expect("a label").text.clone())
    };
    microdata.distinct.of_record.iter().map(of_record).collect()
}

/// Whether these records may be a class, by the definitions of the models.
fn holds(records: &[&Record], microdata: &Microdata, models: &[Model], families: bool) -> bool {
    let unit = |at: usize, r: &Record| if families { r[4] } else { 1000 + at };
    let code = |need: usize| {
        let values = &microdata.sensitive[0].values;
        u32::try_from(values.iter().position(|value| *value == need.to_string()).expect("a value")).expect("few")
    };
    let units: BTreeSet<usize> = records.iter().enumerate().map(|(at, r)| unit(at, r)).collect();
    let pairs: BTreeSet<(u32, usize)> = records.iter().enumerate().map(|(at, r)| (code(r[3]), unit(at, r))).collect();
    let mut values: BTreeMap<u32, u64> = BTreeMap::new();
    pairs.iter().for_each(|(value, _)| *values.entry(*value).or_default() += 1);
    let values = [values.into_iter().collect::<Vec<_>>()];
    let class = Class { units: units.len() as u64, population: 0, records: records.len() as u64, values: &values };
    models.iter().all(|model| model.holds(&class))
}

fn models() -> impl Strategy<Value = Vec<Model>> {
    let one = prop_oneof![
        (2_u64..4).prop_map(|l| Model::DistinctDiversity { attribute: 0, l }),
        (1.2..2.5_f64).prop_map(|l| Model::EntropyDiversity { attribute: 0, l }),
        (0.5..3.0_f64, 2_u64..4).prop_map(|(c, l)| Model::RecursiveDiversity { attribute: 0, c, l }),
        (0.2..0.7_f64).prop_map(|t| {
            Model::TCloseness(Closeness { attribute: 0, t, distance: Distance::Equal, overall: Vec::new() })
        }),
        (0.1..0.5_f64).prop_map(|most| Model::AverageRisk { most }),
        (0.2..0.5_f64).prop_map(|most| Model::HighestRisk { most }),
    ];
    (2_u64..5, prop::collection::vec(one, 0..3)).prop_map(|(k, mut more)| {
        more.push(Model::KAnonymity { k });
        more
    })
}

fn settings(models: Vec<Model>, microdata: &Microdata) -> Settings {
    let fill = |model: Model| match model {
        Model::TCloseness(closeness) => {
            Model::TCloseness(Closeness { overall: microdata.units_by_value(0), ..closeness })
        }
        other @ (Model::KAnonymity { .. }
        | Model::KMap { .. }
        | Model::DistinctDiversity { .. }
        | Model::EntropyDiversity { .. }
        | Model::RecursiveDiversity { .. }
        | Model::DeltaPresence { .. }
        | Model::AverageRisk { .. }
        | Model::HighestRisk { .. }) => other,
    };
    Settings { models: models.into_iter().map(fill).collect(), metric: Metric::LossArithmetic, weights: Vec::new() }
}

proptest! {
    #![proptest_config(crate::draws::draws(600))]

    #[test]
    fn classes_keep_the_models_labels_cover_their_records_and_the_loss_is_theirs(
        records in prop::collection::vec([0..6_usize, 0..4, 0..2, 0..3, 0..8], 3..60),
        models in models(),
        families: bool,
    ) {
        let microdata = microdata(&records, families);
        let settings = settings(models, &microdata);
        let everybody: Vec<&Record> = records.iter().collect();
        let classes = match recode(&microdata, &settings) {
            Ok(classes) => classes,
            Err(error) => {
                prop_assert_eq!(error, LocalError::None);
                let average = |model: &Model| matches!(model, Model::AverageRisk { .. });
                prop_assert!(
                    !holds(&everybody, &microdata, &settings.models, families) || settings.models.iter().any(average)
                );
                return Ok(());
            }
        };
        let cells = cells(&microdata, &classes);
        let mut alike: BTreeMap<&[String; 3], Vec<&Record>> = BTreeMap::new();
        cells.iter().zip(&records).for_each(|(cells, record)| alike.entry(cells).or_default().push(record));
        prop_assert_eq!(alike.len(), classes.len());
        for class in alike.values() {
            prop_assert!(holds(class, &microdata, &settings.models, families), "a class of {}", class.len());
        }
        let units: u64 = classes.units.iter().sum();
        for model in &settings.models {
            if let Model::AverageRisk { most } = model {
                prop_assert!(classes.len() as f64 <= most * units as f64 + 1e-9);
            }
        }
        let mut lost = [0.0; 3];
        for (cells, record) in cells.iter().zip(&records) {
            for column in 0..3 {
                let covered = covered(column, &cells[column]);
                prop_assert!(covered.contains(&record[column]), "{} is not {}", cells[column], record[column]);
                lost[column] += (covered.len() - 1) as f64 / (LINES[column].1.len() - 1) as f64 / records.len() as f64;
            }
        }
        let told = Loss::of(&microdata, &classes);
        for (lost, told) in lost.iter().zip(&told.columns) {
            prop_assert!((lost - told).abs() < 1e-9, "{lost} is not {told}");
        }
    }

    #[test]
    fn the_order_of_the_records_decides_nothing(
        records in prop::collection::vec([0..6_usize, 0..4, 0..2, 0..3, 0..30], 5..80),
        k in 2_u64..6,
    ) {
        let recoded = |records: &[Record]| {
            let microdata = microdata(records, false);
            let settings = settings(vec![Model::KAnonymity { k }], &microdata);
            recode(&microdata, &settings).map(|classes| cells(&microdata, &classes))
        };
        let mut reversed = records.clone();
        reversed.reverse();
        let mut other = recoded(&reversed);
        other.iter_mut().for_each(|cells| cells.reverse());
        prop_assert_eq!(recoded(&records), other);
    }
}

#[test]
fn three_alike_keep_their_values_and_the_others_lose_what_tells_them_apart() {
    let alike = [[0, 0, 0, 0, 0]; 3];
    let others = [[2, 3, 1, 0, 0], [3, 3, 1, 0, 0], [4, 3, 1, 0, 0]];
    let microdata = microdata(&[alike, others].concat(), false);
    let classes = recode(&microdata, &settings(vec![Model::KAnonymity { k: 3 }], &microdata)).expect("classes");
    let cells = cells(&microdata, &classes);
    assert_eq!(cells[0], ["5", "0", "f"]);
    assert_eq!(cells[5], ["8-11", "3", "m"]);
    // Half of the records have one of 3 values of 6.
    let loss = Loss::of(&microdata, &classes).columns;
    assert!((loss[0] - 0.5 * 2.0 / 5.0).abs() < 1e-9 && loss[1..] == [0.0, 0.0], "{loss:?}");
}

#[test]
fn what_local_recoding_does_not_do_is_refused() {
    let microdata = microdata(&[[0, 0, 0, 0, 0]; 4], false);
    let of = |model: Model| settings(vec![model], &microdata);
    let refused = |settings: &Settings| recode(&microdata, settings).expect_err("a refusal");
    assert_eq!(refused(&of(Model::KAnonymity { k: 5 })), LocalError::None);
    assert_eq!(refused(&of(Model::KMap { k: 2 })), LocalError::Population);
    let entropy = Settings { metric: Metric::Entropy, ..of(Model::KAnonymity { k: 2 }) };
    assert_eq!(refused(&entropy), LocalError::Metric { metric: "entropy" });
}
