//! How far events agree on their place on a circle, for many series of events and many lengths of the circle at once.

use super::circle_points::{LANES, point};

/// Frequencies of a band that are reached by turning on from one that is computed anew, so that errors do not add up.
pub const TURNED: usize = 32;
/// Turns from the middle event beyond which a place on the circle is not known to a millionth of a turn.
const MOST_TURNS: f64 = (1_u64 << 33) as f64;
/// How far off [`point`] is, and what turning on by one step adds to that.
const POINT_ERROR: f64 = 2e-10;

/// One series of events.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Events<'a> {
    /// When they are, ms, in any order.
    pub times_ms: &'a [i64],
    /// How much each of them counts; 1 each where nothing is said.
    pub weights: Option<&'a [f64]>,
}

/// Evenly spaced frequencies at which one series is looked at.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Band {
    /// Place of the series among all.
    pub series: usize,
    /// The first frequency, per ms: 1 over the period.
    pub first_per_ms: f64,
    /// From one frequency to the next, per ms.
    pub step_per_ms: f64,
    /// How many there are.
    pub count: usize,
}

/// Why series and bands cannot be looked at.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum PeriodogramError {
    /// There is no such series.
    #[error("band {band}: series {series} of {have}")]
    Series {
        /// Place of the band, from 0.
        band: usize,
        /// The series that it names, from 0.
        series: usize,
        /// How many there are.
        have: usize,
    },
    /// A frequency that is no number, or so great that places on the circle mean nothing.
    #[error("band {band}: frequencies from {first_per_ms} by {step_per_ms} per ms")]
    Frequency {
        /// Place of the band, from 0.
        band: usize,
        /// Its first frequency.
        first_per_ms: f64,
        /// Its step.
        step_per_ms: f64,
    },
    /// Other weights than events.
    #[error("series {series}: {events} events and {weights} weights")]
    Weights {
        /// Place of the series, from 0.
        series: usize,
        /// How many events it has.
        events: usize,
        /// How many weights.
        weights: usize,
    },
    /// A weight that is no number.
    #[error("series {series}, event {event}: a weight of {weight}")]
    Weight {
        /// Place of the series, from 0.
        series: usize,
        /// Place of the event, from 0.
        event: usize,
        /// NaN or an infinity.
        weight: f64,
    },
}

/// Series and the bands to look at them in, all of which can be answered.
#[derive(Clone, Copy, Debug)]
pub struct Periodogram<'a> {
    series: &'a [Events<'a>],
    bands: &'a [Band],
}

impl<'a> Periodogram<'a> {
    /// Looks at each of `bands`.
    ///
    /// # Errors
    /// A band names no series, a frequency or weight is no number, or events are billions of turns apart.
    pub fn new(series: &'a [Events<'a>], bands: &'a [Band]) -> Result<Periodogram<'a>, PeriodogramError> {
        for (place, events) in series.iter().enumerate() {
            let Some(weights) = events.weights else { continue };
            if weights.len() != events.times_ms.len() {
                let (events, weights) = (events.times_ms.len(), weights.len());
                return Err(PeriodogramError::Weights { series: place, events, weights });
            }
            if let Some(event) = weights.iter().position(|weight| !weight.is_finite()) {
                let weight = weights[event];
                return Err(PeriodogramError::Weight { series: place, event, weight });
            }
        }
        let furthest: Vec<f64> = series.iter().map(Events::furthest_ms).collect();
        for (place, band) in bands.iter().enumerate() {
            let Some(furthest) = furthest.get(band.series) else {
                let (series, have) = (band.series, series.len());
                return Err(PeriodogramError::Series { band: place, series, have });
            };
            // What is no number fails the comparison.
            if !band.is_finite() || furthest * band.greatest_per_ms() > MOST_TURNS {
                return Err(PeriodogramError::Frequency {
                    band: place,
                    first_per_ms: band.first_per_ms,
                    step_per_ms: band.step_per_ms,
                });
            }
        }
        Ok(Periodogram { series, bands })
    }

    /// All series.
    pub fn series(&self) -> &'a [Events<'a>] {
        self.series
    }

    /// All bands.
    pub fn bands(&self) -> &'a [Band] {
        self.bands
    }

    /// The events that a band looks at.
    pub fn events(&self, band: &Band) -> &'a Events<'a> {
        &self.series[band.series]
    }

    /// How far two ways of computing a band's lengths may differ: by the points and the turning (`POINT_ERROR` for each of
    /// at most 32 turns), by what rounds in the number of turns, and by the additions.
    pub fn error(&self, band: &Band) -> f64 {
        let events = self.events(band);
        let weight: f64 = (0..events.times_ms.len()).map(|event| events.weight(event).abs()).sum();
        let turns = events.furthest_ms() * band.greatest_per_ms();
        let points = POINT_ERROR * (TURNED + 1) as f64;
        weight * (points + (26.0 * turns + events.times_ms.len() as f64) * f64::EPSILON)
    }
}

impl Events<'_> {
    /// The event that all others are counted from: in the middle, so that turns are few.
    pub fn origin_ms(&self) -> i64 {
        self.times_ms.get(self.times_ms.len() / 2).copied().unwrap_or(0)
    }

    /// How much an event counts.
    pub fn weight(&self, event: usize) -> f64 {
        self.weights.map_or(1.0, |weights| weights[event])
    }

    /// Time of an event after the one in the middle, ms.
    pub fn after_origin(&self, event: usize) -> f64 {
        // Exact over any span that both ends of can be told.
        self.times_ms[event].wrapping_sub(self.origin_ms()) as f64
    }

    fn furthest_ms(&self) -> f64 {
        let origin = self.origin_ms();
        self.times_ms.iter().map(|time| time.abs_diff(origin)).max().unwrap_or(0) as f64
    }
}

impl Band {
    /// One of its frequencies, per ms.
    pub fn frequency(&self, index: usize) -> f64 {
        self.first_per_ms + self.step_per_ms * index as f64
    }

    fn is_finite(&self) -> bool {
        self.first_per_ms.is_finite() && self.step_per_ms.is_finite() && self.greatest_per_ms().is_finite()
    }

    fn greatest_per_ms(&self) -> f64 {
        self.first_per_ms.abs() + self.step_per_ms.abs() * self.count as f64
    }
}

/// Times of up to eight events after the origin, and the weight of each that there is.
#[inline(always)]
fn lanes(times_ms: &[i64], weights: Option<&[f64]>, origin_ms: i64) -> ([f64; LANES], [f64; LANES]) {
    let (mut times, mut counts) = ([0.0; LANES], [0.0; LANES]);
    for (lane, time) in times_ms.iter().enumerate() {
        times[lane] = time.wrapping_sub(origin_ms) as f64;
        counts[lane] = 1.0;
    }
    if let Some(weights) = weights {
        counts[..weights.len()].copy_from_slice(weights);
    }
    (times, counts)
}

/// `|sum of w_j exp(2 pi i f t_j)|` at each frequency `f` of a band: the length of the sum of the events' points on a circle
/// of 1/`f` ms, from 0 to the sum of the weights. One complex product per event and frequency; within
/// [`Periodogram::error`] of the exact length. No events: 0.
pub fn resultants(events: &Events<'_>, band: &Band) -> Vec<f64> {
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx2") {
        #[allow(unsafe_code, reason = "the processor has just said that it knows these instructions")]
        return unsafe { resultants_by_fours(events, band) };
    }
    resultants_of(events, band)
}

/// The same code for processors that work on four values at once. They round each operation as others do, so that
/// every machine gets the same bits.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn resultants_by_fours(events: &Events<'_>, band: &Band) -> Vec<f64> {
    resultants_of(events, band)
}

#[inline(always)]
fn resultants_of(events: &Events<'_>, band: &Band) -> Vec<f64> {
    let mut lengths = Vec::with_capacity(band.count);
    let origin_ms = events.origin_ms();
    for first in (0..band.count).step_by(TURNED) {
        let frequency = band.frequency(first);
        let count = TURNED.min(band.count - first);
        let mut sums = vec![([0.0; LANES], [0.0; LANES]); count];
        for (number, some) in events.times_ms.chunks(LANES).enumerate() {
            let own = events.weights.map(|all| &all[number * LANES..number * LANES + some.len()]);
            let (times, weights) = lanes(some, own, origin_ms);
            let (mut sines, mut cosines) = ([0.0; LANES], [0.0; LANES]);
            let (mut step_sines, mut step_cosines) = ([0.0; LANES], [0.0; LANES]);
            for lane in 0..LANES {
                let (sine, cosine) = point(times[lane] * frequency);
                (sines[lane], cosines[lane]) = (sine * weights[lane], cosine * weights[lane]);
                (step_sines[lane], step_cosines[lane]) = point(times[lane] * band.step_per_ms);
            }
            for sum in &mut sums {
                for lane in 0..LANES {
                    sum.0[lane] += sines[lane];
                    sum.1[lane] += cosines[lane];
                    let turned = sines[lane] * step_cosines[lane] + cosines[lane] * step_sines[lane];
                    cosines[lane] = cosines[lane] * step_cosines[lane] - sines[lane] * step_sines[lane];
                    sines[lane] = turned;
                }
            }
        }
        let length = |(sines, cosines): &([f64; LANES], [f64; LANES])| {
            f64::hypot(sines.iter().sum(), cosines.iter().sum())
        };
        lengths.extend(sums.iter().map(length));
    }
    lengths
}

/// The place and length of the longest, the first of equal ones; `None` where there are none.
pub fn longest_resultant(lengths: &[f64]) -> Option<(usize, f64)> {
    lengths.iter().copied().enumerate().reduce(|best, next| if next.1 > best.1 { next } else { best })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TIMES: [i64; 5] = [0, 600_000, 1_200_000, 1_800_000, 2_400_000];

    fn events(weights: Option<&[f64]>) -> Events<'_> {
        Events { times_ms: &TIMES, weights }
    }

    #[test]
    fn wider_instructions_give_the_same_bits() {
        let times: Vec<i64> = (0..1_003_i64).map(|index| index * 97_003 + index * index % 7_919).collect();
        let events = Events { times_ms: &times, weights: None };
        let band = Band { series: 0, first_per_ms: 1.0 / 700_000.0, step_per_ms: 1e-11, count: 70 };
        let bits = |found: Vec<f64>| -> Vec<u64> { found.into_iter().map(f64::to_bits).collect() };
        assert_eq!(bits(resultants(&events, &band)), bits(resultants_of(&events, &band)));
    }

    #[test]
    fn what_is_kept_has_the_longest_resultant() {
        let band = Band { series: 0, first_per_ms: 1.0 / 700_000.0, step_per_ms: 1e-8, count: 70 };
        let lengths = resultants(&events(None), &band);
        let (best, length) = longest_resultant(&lengths).expect("some");
        assert!((1.0 / band.frequency(best) / 600_000.0 - 1.0).abs() < 0.01 && length > 4.99, "{length}");
        assert_eq!(longest_resultant(&[]), None);
        assert_eq!(longest_resultant(&[1.0, 2.0, 2.0]), Some((1, 2.0)));
    }

    #[test]
    fn weights_count_and_no_events_have_no_length() {
        let band = Band { series: 0, first_per_ms: 1.0 / 600_000.0, step_per_ms: 0.0, count: 2 };
        let weighted = resultants(&events(Some(&[0.5, 0.0, 2.0, 0.0, 1.0])), &band);
        assert!(weighted.iter().all(|length| (length - 3.5).abs() < 1e-8), "{weighted:?}");
        assert_eq!(resultants(&Events { times_ms: &[], weights: None }, &band), [0.0, 0.0]);
    }

    #[test]
    fn what_cannot_be_answered_is_refused_with_its_place() {
        let band = Band { series: 0, first_per_ms: 1e-6, step_per_ms: 1e-9, count: 3 };
        let refused = |series: &[Events<'_>], band: Band| {
            Periodogram::new(series, &[band]).map(|_| ()).expect_err("no answer").to_string()
        };
        let of = |first_per_ms: f64, step_per_ms: f64| Band { first_per_ms, step_per_ms, ..band };
        let one = [events(None)];
        assert_eq!(refused(&one, Band { series: 1, ..band }), "band 0: series 1 of 1");
        for wrong in [of(f64::NAN, 0.0), of(1e-6, f64::INFINITY), of(1e9, 0.0), of(0.0, f64::MAX)] {
            assert!(refused(&one, wrong).starts_with("band 0: frequencies from"), "{wrong:?}");
        }
        assert_eq!(refused(&[events(Some(&[1.0]))], band), "series 0: 5 events and 1 weights");
        let weights = [1.0, f64::NAN, 1.0, 1.0, 1.0];
        assert_eq!(refused(&[events(Some(&weights))], band), "series 0, event 1: a weight of NaN");
        assert!(Periodogram::new(&[], &[]).is_ok());
    }
}
