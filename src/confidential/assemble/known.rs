//! Figures that readers know anyway, as `known/*.csv` has them. Comes in: the configuration, the axes, a counter. Goes out: cells that
//! are told already, like those of earlier releases. Deliberately absent: who knows what. Releases are passed on, so what one reader knows
//! is used against all of them.

use model::config::Configuration;
use model::config::known::KnownFigure;
use model::edition::{Editions, Figures};
use model::period::Period;
use model::release::Zeros;

use super::AssembleError;
use crate::protect::{EarlierCell, EarlierForm};
use crate::tabulate::axes::{Axes, MEASURE, PERIOD};
use crate::tabulate::{Counter, Frame, Key};

/// A figure of a period that the store can count by now, and that period.
type Dated<'a> = (&'a KnownFigure, Period);

/// Those that are about time up to the end of the report's period; of later ones there is no case yet.
pub(super) fn until(configuration: &Configuration, period: Period) -> Result<Vec<Dated<'_>>, AssembleError> {
    let dated = |figure: &'_ KnownFigure| {
        let name = &figure.codes[PERIOD];
        Period::parse(name, configuration.service.calendar).map_err(|_| unknown(figure, PERIOD))
    };
    let dated: Vec<Dated<'_>> =
        configuration.known.iter().map(|figure| Ok((figure, dated(figure)?))).collect::<Result<_, AssembleError>>()?;
    Ok(dated.into_iter().filter(|(_, of)| of.end <= period.end).collect())
}

/// Their periods, as they were counted first: what somebody else counted knows of no correction.
pub(super) fn figures(known: &[Dated<'_>]) -> Vec<Figures> {
    known.iter().map(|(_, period)| Figures::first(*period)).collect()
}

/// Their cells. `threshold`: the highest of the audiences.
pub(super) fn cells(
    (configuration, frame, axes): (&Configuration, &Frame, &Axes),
    known: &[Dated<'_>],
    (counter, threshold): (&impl Counter, u64),
) -> Result<Vec<EarlierCell>, AssembleError> {
    let measures = &configuration.dimensions.measures;
    let is_told = |(figure, period): &&Dated<'_>| {
        let named = figure.codes.get(MEASURE).and_then(|name| measures.iter().find(|measure| measure.name == *name));
        let is_counted = |event: &str| !frame.is_event_unavailable(event, *period);
        named.or(measures.first()).is_some_and(|measure| is_counted(&measure.event))
    };
    let told: Vec<&Dated<'_>> = known.iter().filter(is_told).collect();
    let keys: Vec<Key> =
        told.iter().map(|(figure, period)| key(configuration, axes, figure, *period)).collect::<Result<_, _>>()?;
    let counts = counter.count(&keys);
    let cell = |((figure, _), (key, counts)): (&Dated<'_>, (Key, crate::tabulate::Counts))| {
        if counts.counted != figure.count {
            return Err(AssembleError::KnownOtherwise { file: figure.file.clone(), line: figure.line });
        }
        let (form, release) = (EarlierForm::Count(figure.count), figure.file.clone());
        Ok(EarlierCell { key, form, zeros: Zeros::Shown, threshold, release })
    };
    told.into_iter().zip(keys.into_iter().zip(counts)).map(cell).collect()
}

fn key(configuration: &Configuration, axes: &Axes, figure: &KnownFigure, period: Period) -> Result<Key, AssembleError> {
    let mut key: Key = axes.axes.iter().map(|axis| axis.space.total).collect();
    let period = Editions::default().newest(period).name(configuration.service.calendar);
    for (dimension, code) in &figure.codes {
        let code = if dimension == PERIOD { &period } else { code };
        let found = axes.position(dimension).and_then(|at| Some((at, axes.axes[at].find(code)?)));
        let (at, code) = found.ok_or_else(|| unknown(figure, dimension))?;
        key[at] = code;
    }
    Ok(key)
}

fn unknown(figure: &KnownFigure, dimension: &str) -> AssembleError {
    let code = figure.codes.get(dimension).cloned().unwrap_or_default();
    AssembleError::KnownCode { file: figure.file.clone(), line: figure.line, dimension: dimension.to_owned(), code }
}
