//! The signature of a pattern: a unit vector in which patterns that behave alike lie close together.

use super::blocks::{Block, BlockShare, NAME_START};
use super::period_spectrum::period_spectrum;
use super::resource_block::{regularity, resources};
use super::text_block::name_profile;
use super::week_profile::{reference_starts, week_profile};
use crate::domain::calendar::Schedule;
use crate::domain::kernels::inner_product;
use crate::domain::patterns::Pattern;

/// Components of a signature whose name is hashed: a multiple of 16, for wide registers.
pub const SIGNATURE_LENGTH: usize = NAME_START + 64;

/// Changes with every change of a component's meaning, so that stored signatures can be told apart.
pub const SIGNATURE_VERSION: u32 = 2;

/// How far from 1 the length of a signature may be that was read back.
const LENGTH_TOLERANCE: f64 = 1e-5;

/// A unit vector (to 1e-6) of single precision values.
///
/// | block | components | what they are | weight |
/// |---|---|---|---|
/// | week | 0..168 | share of starts in each hour of the week, smoothed around it | 0.40 |
/// | period | 168..200 | share of gaps between starts by length, two bins to the octave, from 1 minute | 0.25 |
/// | resources | 200..232 | whether known, median and 95 % of duration, cores, memory, GPUs, GPU memory | 0.15 |
/// | regularity | 232..240 | jitter, jitter as a share of the gap, confidence, share of unexplained runs | 0.10 |
/// | name | 240..304 | 3-grams of the task types' letters, hashed; or a model's vector of any length | 0.10 |
///
/// Each block is normalised by itself and scaled by the square root of its weight, then the whole is normalised; a
/// block of which nothing is known is zero, and leaves its weight to the others. Inner products are similarities.
#[derive(Clone, Debug, PartialEq)]
pub struct Signature {
    components: Vec<f32>,
}

/// The signature of `pattern`. `predecessor` is the pattern by which the predecessor of a `Follows` schedule runs;
/// without it nothing is known of the follower's week and period.
pub fn signature(pattern: &Pattern, predecessor: Option<&Pattern>) -> Signature {
    let starts = match &pattern.schedule {
        Schedule::Follows { lag_ms, .. } => predecessor
            .map(|found| reference_starts(&found.schedule, found.zone))
            .map(|starts| starts.delayed(*lag_ms)),
        schedule => Some(reference_starts(schedule, pattern.zone)),
    };
    let mut components = vec![0.0_f32; SIGNATURE_LENGTH];
    if let Some(starts) = &starts {
        place(&mut components, Block::Week, &week_profile(starts));
        place(&mut components, Block::Period, &period_spectrum(starts));
    }
    place(&mut components, Block::Name, &name_profile(&pattern.task_types));
    place(&mut components, Block::Resources, &resources(&pattern.resources));
    place(&mut components, Block::Regularity, &regularity(pattern, starts.as_ref()));
    normalize(&mut components);
    Signature { components }
}

/// The signature `components` with `embedding`, what a model says of the name, in the place of the hashed name. One that
/// says nothing (zeros, or what is no number) leaves the name unknown.
pub fn with_embedded_name(components: &[f32], embedding: &[f32]) -> Vec<f32> {
    let mut made = vec![0.0_f32; NAME_START + embedding.len()];
    for block in Block::ALL.into_iter().filter(|block| *block != Block::Name) {
        let values: Vec<f64> =
            components[block.range(components.len())].iter().copied().map(f64::from).collect();
        place(&mut made, block, &values);
    }
    let name: Vec<f64> = embedding.iter().copied().map(f64::from).collect();
    place(&mut made, Block::Name, &name);
    normalize(&mut made);
    made
}

/// Whether `components` can be a signature of this version: as long as one, all finite, of length 1.
pub fn is_signature(components: &[f32]) -> bool {
    let length = inner_product(components, components).sqrt();
    // What is no number fails the comparison.
    components.len() == SIGNATURE_LENGTH && (length - 1.0).abs() < LENGTH_TOLERANCE
}

impl Signature {
    /// The components.
    pub fn components(&self) -> &[f32] {
        &self.components
    }
}

/// Cosine of the angle between two signatures of one length, -1 to 1.
pub fn similarity(one: &[f32], other: &[f32]) -> f64 {
    inner_product(one, other).clamp(-1.0, 1.0)
}

/// What each block says about two signatures of one length; the contributions add up to their [`similarity`].
pub fn explain(one: &[f32], other: &[f32]) -> [BlockShare; 5] {
    // Lengths are 1 only to some digits: where the sum must be cut to 1, its parts are.
    let sum = inner_product(one, other);
    let scale = if sum.abs() > 1.0 { 1.0 / sum.abs() } else { 1.0 };
    Block::ALL.map(|block| {
        let (ours, theirs) = (&one[block.range(one.len())], &other[block.range(other.len())]);
        let product = inner_product(ours, theirs);
        let lengths = (inner_product(ours, ours) * inner_product(theirs, theirs)).sqrt();
        let similarity = (lengths > 0.0).then(|| (product / lengths).clamp(-1.0, 1.0));
        BlockShare { block, similarity, contribution: product * scale }
    })
}

/// Writes a block, normalised and weighted; one without length or with a value that is no number stays zero.
fn place(components: &mut [f32], block: Block, values: &[f64]) {
    let length = values.iter().map(|value| value * value).sum::<f64>().sqrt();
    if !length.is_finite() || length <= 0.0 {
        return;
    }
    let scale = block.weight().sqrt() / length;
    let range = block.range(components.len());
    for (component, value) in components[range].iter_mut().zip(values) {
        *component = (value * scale) as f32;
    }
}

fn normalize(components: &mut [f32]) {
    let length = inner_product(components, components).sqrt();
    if length > 0.0 {
        components.iter_mut().for_each(|value| *value = (f64::from(*value) / length) as f32);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{ProptestConfig, prop_assert, prop_assert_eq, proptest};

    use super::*;
    use crate::domain::similarity::fixture::{cron, pattern};

    fn of(pattern: &Pattern) -> Signature {
        signature(pattern, None)
    }

    fn likeness(one: &Pattern, other: &Pattern) -> f64 {
        similarity(of(one).components(), of(other).components())
    }

    #[test]
    fn a_pattern_is_most_like_itself() {
        let nightly = pattern("backup", cron("0 2 * * *"));
        assert!((likeness(&nightly, &nightly) - 1.0).abs() < 1e-6);
    }

    #[test]
    fn the_same_time_under_another_name_is_similar_and_the_same_name_at_another_time_is_not() {
        let nightly = pattern("backup-home", cron("0 2 * * *"));
        assert!(likeness(&nightly, &pattern("train", cron("10 2 * * *"))) > 0.8);
        assert!(likeness(&nightly, &pattern("backup-home", cron("*/5 * * * *"))) < 0.6);
        assert!(likeness(&nightly, &pattern("train", cron("0 14 * * *"))) < 0.7);
    }

    #[test]
    fn both_sides_of_midnight_are_near() {
        let before = pattern("a", cron("59 23 * * *"));
        assert!(likeness(&before, &pattern("a", cron("1 0 * * *"))) > 0.99);
    }

    #[test]
    fn the_same_instants_in_two_zones_are_near() {
        let mut in_tokyo = pattern("a", cron("0 11 * * *"));
        in_tokyo.zone = crate::domain::calendar::parse_zone("Asia/Tokyo").expect("zone");
        assert!(likeness(&in_tokyo, &pattern("a", cron("0 2 * * *"))) > 0.999);
    }

    #[test]
    fn a_follower_runs_by_the_clock_of_its_predecessor() {
        let follows = Schedule::Follows { predecessor: "a".into(), lag_ms: 60_000, from_end: true };
        let follower = pattern("b", follows);
        let nightly = pattern("a", cron("0 2 * * *"));
        let (alone, night) = (signature(&follower, None), of(&nightly));
        assert_eq!(explain(alone.components(), night.components())[0].similarity, None);
        let beside = signature(&follower, Some(&nightly));
        let week = explain(beside.components(), night.components())[0].similarity;
        assert!(week.is_some_and(|similarity| similarity > 0.99));
    }

    #[test]
    fn a_model_replaces_the_name_and_nothing_else() {
        let one = of(&pattern("backup", cron("0 2 * * *")));
        let other = of(&pattern("train", cron("0 2 * * *")));
        let hashed = explain(one.components(), other.components());
        let named = |embedding: &[f32], of: &Signature| with_embedded_name(of.components(), embedding);
        let (a, b) = (named(&[3.0, 0.0, 4.0], &one), named(&[3.0, 0.0, 4.1], &other));
        assert_eq!(a.len(), NAME_START + 3);
        let embedded = explain(&a, &b);
        assert!(embedded[2].similarity.is_some_and(|similarity| similarity > 0.999));
        for block in [0, 1, 3, 4] {
            let (before, after) = (hashed[block], embedded[block]);
            assert_eq!(before.similarity.is_some(), after.similarity.is_some());
            assert!((before.contribution - after.contribution).abs() < 1e-6, "{before:?} {after:?}");
        }
        let silent = with_embedded_name(one.components(), &[0.0, f32::NAN]);
        assert_eq!(explain(&silent, &silent)[2].similarity, None);
        assert!((inner_product(&silent, &silent) - 1.0).abs() < 1e-6);
    }

    #[test]
    fn what_is_no_signature_is_known() {
        let mut components = of(&pattern("a", cron("0 2 * * *"))).components().to_vec();
        assert!(is_signature(&components));
        assert!(!is_signature(&components[1..]), "wrong length");
        assert!(!is_signature(&vec![0.0; SIGNATURE_LENGTH]), "zero");
        components[7] = f32::NAN;
        assert!(!is_signature(&components));
        components[7] = f32::INFINITY;
        assert!(!is_signature(&components));
        components[7] = 1.0;
        assert!(!is_signature(&components), "not of length 1");
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn signatures_have_length_one_and_similarity_is_symmetric_and_explained(
            minute in 0_u16..60, hour in 0_u16..24, day in 0_u8..7, names in proptest::collection::vec(".{0,12}", 2),
            seconds in proptest::option::of(proptest::num::f64::ANY), confidence in proptest::num::f64::ANY,
            embedding in proptest::collection::vec(proptest::num::f32::ANY, 2),
        ) {
            let mut one = pattern(&names[0], cron(&format!("{minute} {hour} * * {day}")));
            one.confidence = confidence;
            one.resources.duration_seconds = seconds.and_then(|seconds| crate::domain::patterns::Quantiles::of([seconds]));
            let other = pattern(&names[1], cron(&format!("{minute} * * * *")));
            let (one, other) = (of(&one), of(&other));
            let embedded = [with_embedded_name(one.components(), &embedding), with_embedded_name(other.components(), &embedding)];
            let hashed = [one.components().to_vec(), other.components().to_vec()];
            prop_assert!(is_signature(&hashed[0]) && is_signature(&hashed[1]));
            for [one, other] in [hashed, embedded] {
                let norm: f64 = one.iter().map(|value| f64::from(*value).powi(2)).sum::<f64>().sqrt();
                prop_assert!((norm - 1.0).abs() < 1e-6, "{}", norm);
                prop_assert_eq!(similarity(&one, &other), similarity(&other, &one));
                prop_assert!((similarity(&one, &one) - 1.0).abs() < 1e-6);
                for (left, right) in [(&one, &other), (&one, &one)] {
                    let explained: f64 = explain(left, right).iter().map(|share| share.contribution).sum();
                    prop_assert!((explained - similarity(left, right)).abs() < 1e-9);
                }
            }
        }
    }
}
