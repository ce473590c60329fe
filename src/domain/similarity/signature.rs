//! The signature of a pattern: a unit vector in which patterns that behave alike lie close together.

use super::blocks::{Block, BlockShare};
use super::period_spectrum::period_spectrum;
use super::resource_block::{regularity, resources};
use super::text_block::name_profile;
use super::week_profile::{reference_starts, week_profile};
use crate::domain::calendar::{Schedule, Zone};
use crate::domain::patterns::Pattern;

/// Components of a signature: a multiple of 16, for wide registers.
pub const SIGNATURE_LENGTH: usize = 304;

/// Changes with every change of a component's meaning, so that stored signatures can be told apart.
pub const SIGNATURE_VERSION: u32 = 1;

/// A unit vector (to 1e-6) of [`SIGNATURE_LENGTH`] components: week profile (168 hours), period spectrum (32),
/// name (64), resources (32), regularity (8). Each block is normalised by itself and scaled by the square root
/// of its weight, then the whole is normalised; a block of which nothing is known is zero, and leaves its
/// weight to the others.
#[derive(Clone, Debug, PartialEq)]
pub struct Signature {
    components: Vec<f32>,
}

/// The signature of `pattern`, its times read in `zone` so that patterns of different zones can be compared.
/// `predecessor` is the pattern by which the predecessor of a `Follows` schedule runs; without it nothing is
/// known of the follower's week and period.
pub fn signature(pattern: &Pattern, predecessor: Option<&Pattern>, zone: Zone) -> Signature {
    let starts = match &pattern.schedule {
        Schedule::Follows { lag_ms, .. } => predecessor
            .map(|found| reference_starts(&found.schedule, found.zone))
            .map(|starts| starts.delayed(*lag_ms)),
        schedule => Some(reference_starts(schedule, pattern.zone)),
    };
    let mut components = vec![0.0_f32; SIGNATURE_LENGTH];
    if let Some(starts) = &starts {
        place(&mut components, Block::Week, &week_profile(starts, zone));
        place(&mut components, Block::Period, &period_spectrum(starts));
    }
    place(&mut components, Block::Name, &name_profile(&pattern.task_types));
    place(&mut components, Block::Resources, &resources(&pattern.resources));
    place(&mut components, Block::Regularity, &regularity(pattern, starts.as_ref()));
    let norm = length(&components);
    if norm > 0.0 {
        for component in &mut components {
            *component = (f64::from(*component) / norm) as f32;
        }
    }
    Signature { components }
}

impl Signature {
    /// The components.
    pub fn components(&self) -> &[f32] {
        &self.components
    }

    /// Cosine of the angle between the two, -1 to 1.
    pub fn similarity(&self, other: &Signature) -> f64 {
        dot(&self.components, &other.components).clamp(-1.0, 1.0)
    }

    /// What each block says about the two.
    pub fn explain(&self, other: &Signature) -> [BlockShare; 5] {
        Block::ALL.map(|block| {
            let (ours, theirs) = (&self.components[block.range()], &other.components[block.range()]);
            let contribution = dot(ours, theirs);
            let lengths = length(ours) * length(theirs);
            let similarity = (lengths > 0.0).then(|| (contribution / lengths).clamp(-1.0, 1.0));
            BlockShare { block, similarity, contribution }
        })
    }
}

/// Writes a block, normalised and weighted; one without length or with a value that is no number stays zero.
fn place(components: &mut [f32], block: Block, values: &[f64]) {
    let length = values.iter().map(|value| value * value).sum::<f64>().sqrt();
    if !length.is_finite() || length <= 0.0 {
        return;
    }
    let scale = block.weight().sqrt() / length;
    for (component, value) in components[block.range()].iter_mut().zip(values) {
        *component = (value * scale) as f32;
    }
}

fn dot(one: &[f32], other: &[f32]) -> f64 {
    one.iter().zip(other).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum()
}

fn length(values: &[f32]) -> f64 {
    dot(values, values).sqrt()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{ProptestConfig, prop_assert, prop_assert_eq, proptest};

    use super::*;
    use crate::domain::similarity::fixture::{cron, pattern};

    fn of(pattern: &Pattern) -> Signature {
        signature(pattern, None, Zone::UTC)
    }

    #[test]
    fn a_pattern_is_most_like_itself() {
        let nightly = of(&pattern("backup", cron("0 2 * * *")));
        assert!((nightly.similarity(&nightly) - 1.0).abs() < 1e-6);
    }

    #[test]
    fn the_same_time_under_another_name_is_similar_and_the_same_name_at_another_time_is_not() {
        let nightly = of(&pattern("backup-home", cron("0 2 * * *")));
        assert!(nightly.similarity(&of(&pattern("train", cron("10 2 * * *")))) > 0.8);
        assert!(nightly.similarity(&of(&pattern("backup-home", cron("*/5 * * * *")))) < 0.6);
        assert!(nightly.similarity(&of(&pattern("train", cron("0 14 * * *")))) < 0.7);
    }

    #[test]
    fn both_sides_of_midnight_are_near() {
        let before = of(&pattern("a", cron("59 23 * * *")));
        assert!(before.similarity(&of(&pattern("a", cron("1 0 * * *")))) > 0.99);
    }

    #[test]
    fn the_same_instants_in_two_zones_are_near() {
        let mut in_tokyo = pattern("a", cron("0 11 * * *"));
        in_tokyo.zone = crate::domain::calendar::parse_zone("Asia/Tokyo").expect("zone");
        assert!(of(&in_tokyo).similarity(&of(&pattern("a", cron("0 2 * * *")))) > 0.999);
    }

    #[test]
    fn a_follower_runs_by_the_clock_of_its_predecessor() {
        let follows = Schedule::Follows { predecessor: "a".into(), lag_ms: 60_000, from_end: true };
        let follower = pattern("b", follows);
        let nightly = pattern("a", cron("0 2 * * *"));
        let alone = signature(&follower, None, Zone::UTC).explain(&of(&nightly));
        assert_eq!(alone[0].similarity, None);
        let beside = signature(&follower, Some(&nightly), Zone::UTC).explain(&of(&nightly));
        assert!(beside[0].similarity.is_some_and(|similarity| similarity > 0.99));
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn signatures_have_length_one_and_similarity_is_symmetric_and_explained(
            minute in 0_u16..60, hour in 0_u16..24, day in 0_u8..7, names in proptest::collection::vec(".{0,12}", 2),
            seconds in proptest::option::of(proptest::num::f64::ANY), confidence in proptest::num::f64::ANY,
        ) {
            let mut one = pattern(&names[0], cron(&format!("{minute} {hour} * * {day}")));
            one.confidence = confidence;
            one.resources.duration_seconds = seconds.and_then(|seconds| crate::domain::patterns::Quantiles::of([seconds]));
            let other = pattern(&names[1], cron(&format!("{minute} * * * *")));
            let (one, other) = (of(&one), of(&other));
            let norm: f64 = one.components().iter().map(|value| f64::from(*value).powi(2)).sum::<f64>().sqrt();
            prop_assert!((norm - 1.0).abs() < 1e-6, "{}", norm);
            prop_assert_eq!(one.similarity(&other), other.similarity(&one));
            let explained: f64 = one.explain(&other).iter().map(|share| share.contribution).sum();
            prop_assert!((explained - one.similarity(&other)).abs() < 1e-9);
        }
    }
}
