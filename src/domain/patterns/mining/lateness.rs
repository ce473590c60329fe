//! How late runs start after the minute that names them: the forms over which the likelihood of a minute is averaged.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use crate::domain::time::MINUTE_MS;

/// How lateness is distributed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Shape {
    /// The upper half of a normal distribution.
    HalfNormal,
    /// Exponential.
    Decaying,
    /// Early as often as late: clocks that disagree, for no scheduler is early.
    Normal,
}

impl Shape {
    const ALL: [Shape; 3] = [Shape::HalfNormal, Shape::Decaying, Shape::Normal];

    /// Its share of all schedules.
    pub(super) fn share(self) -> f64 {
        match self {
            Shape::HalfNormal | Shape::Decaying => 0.49,
            Shape::Normal => 0.02,
        }
    }

    /// Share of starts that are late by less than `late`, in units of the spread.
    fn below(self, late: f64) -> f64 {
        match self {
            Shape::HalfNormal => (2.0 * normal_below(late) - 1.0).max(0.0),
            Shape::Decaying => 1.0 - (-late.max(0.0)).exp(),
            Shape::Normal => normal_below(late),
        }
    }

    /// From when to when nearly all starts come, in units of the spread.
    pub(super) fn window(self) -> (f64, f64) {
        match self {
            Shape::HalfNormal => (0.0, 3.2),
            Shape::Decaying => (0.0, 4.5),
            Shape::Normal => (-3.0, 3.0),
        }
    }
}

/// One way in which starts may come after a minute.
pub(super) struct Form {
    /// How lateness is distributed.
    pub(super) shape: Shape,
    /// Its unit.
    pub(super) spread_ms: f64,
    /// Share of starts that are the schedule's own.
    pub(super) own: f64,
    /// ln of the mean density (per ms) in each bin after the minute, around the circle.
    pub(super) ln_density: Vec<f64>,
    /// The same by minutes that lie ever farther back: of each place within a minute in turn, twice around.
    turned: Vec<f64>,
    /// Bins in a minute, and minutes around the circle.
    bins: usize,
    minutes: usize,
}

impl Form {
    fn new((shape, spread_ms, own): (Shape, f64, f64), ln_density: Vec<f64>, bin_ms: i64) -> Form {
        let bins = (MINUTE_MS / bin_ms).max(1) as usize;
        let minutes = ln_density.len() / bins;
        let turned = (0..bins)
            .flat_map(|bin| (0..2 * minutes).map(move |back| (2 * minutes - 1 - back) % minutes * bins + bin))
            .map(|place| ln_density[place])
            .collect();
        Form { shape, spread_ms, own, ln_density, turned, bins, minutes }
    }

    /// For every minute of the circle in turn the ln density of a start in `bin` after the circle's zero, were that
    /// the minute: so that all minutes are worked on side by side.
    #[inline]
    pub(super) fn by_minute(&self, bin: usize) -> &[f64] {
        let (minute, within) = (bin / self.bins, bin % self.bins);
        let first = within * 2 * self.minutes + self.minutes - 1 - minute;
        &self.turned[first..first + self.minutes]
    }
}

/// Forms by circle, bin and half width (ms).
type Forms = BTreeMap<(i64, i64, i64), Rc<Vec<Form>>>;

thread_local! {
    // A few combinations serve all histories, and each takes forty thousand logarithms.
    static FORMS: RefCell<Forms> = const { RefCell::new(BTreeMap::new()) };
}

/// The forms that are averaged over: every shape, spread, and share of starts that are the schedule's own.
pub(super) fn forms(circle_ms: i64, bin_ms: i64, half_width_ms: i64) -> Rc<Vec<Form>> {
    const MOST_KEPT: usize = 32;
    FORMS.with_borrow_mut(|kept| {
        if kept.len() >= MOST_KEPT {
            kept.clear();
        }
        let key = (circle_ms, bin_ms, half_width_ms);
        Rc::clone(kept.entry(key).or_insert_with(|| Rc::new(all_forms(circle_ms, bin_ms, half_width_ms))))
    })
}

/// Spreads tried, in half widths, and shares of own starts.
const SPREADS: [f64; 8] = [0.15, 0.25, 0.4, 0.6, 0.85, 1.2, 1.7, 2.4];
const OWN: [f64; 6] = [0.1, 0.25, 0.45, 0.65, 0.85, 0.97];
/// Forms of each shape.
pub(super) const FORMS_PER_SHAPE: usize = SPREADS.len() * OWN.len();

fn all_forms(circle_ms: i64, bin_ms: i64, half_width_ms: i64) -> Vec<Form> {
    let mut forms = Vec::new();
    for shape in Shape::ALL {
        for spread in SPREADS {
            let spread_ms = (spread * half_width_ms as f64).max(bin_ms as f64 / 2.0);
            let density = density(shape, spread_ms, circle_ms, bin_ms);
            for own in OWN {
                let ln_density = density
                    .iter()
                    .map(|density| (own * density + (1.0 - own) / circle_ms as f64).ln())
                    .collect();
                forms.push(Form::new((shape, spread_ms, own), ln_density, bin_ms));
            }
        }
    }
    forms
}

/// Mean density (per ms) in each bin after the minute, around the circle.
fn density(shape: Shape, spread_ms: f64, circle_ms: i64, bin_ms: i64) -> Vec<f64> {
    let count = circle_ms / bin_ms;
    // Shares between edges, so that bins wider than the spread are right as well.
    let edges: Vec<f64> =
        (-count..=count).map(|edge| shape.below((edge * bin_ms) as f64 / spread_ms)).collect();
    (0..count as usize)
        .map(|bin| {
            let early = edges[bin + 1] - edges[bin];
            let late = edges[bin + count as usize + 1] - edges[bin + count as usize];
            (early + late) / bin_ms as f64
        })
        .collect()
}

/// The standard normal distribution, to about 1e-7 (rational form of the error function, Abramowitz and Stegun
/// 7.1.26).
pub(super) fn normal_below(x: f64) -> f64 {
    let scaled = x.abs() / std::f64::consts::SQRT_2;
    let t = 1.0 / (1.0 + 0.327_591_1 * scaled);
    let polynomial = t
        * (0.254_829_592
            + t * (-0.284_496_736 + t * (1.421_413_741 + t * (-1.453_152_027 + t * 1.061_405_429))));
    let tail = 0.5 * polynomial * (-scaled * scaled).exp();
    if x < 0.0 { tail } else { 1.0 - tail }
}
