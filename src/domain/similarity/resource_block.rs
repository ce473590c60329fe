//! What runs need and how well they keep their times: magnitudes as angles on a logarithmic scale.

use std::f64::consts::PI;

use super::week_profile::ReferenceStarts;
use crate::domain::patterns::{Pattern, Quantiles, ResourceProfile};
use crate::domain::time::SECOND_MS;

/// How much knowing (or not knowing) a resource counts beside its amount.
const KNOWN: f64 = 0.5;

/// 1 s to a million seconds, 1/100 to 10,000 cores, 1 MiB to 1 TiB, 1/10 to 1,000 GPUs: the span of a scale
/// over which two amounts go from equal to opposite.
const SECONDS: (f64, f64) = (1.0, 1e6);
const CORES: (f64, f64) = (0.01, 1e4);
const MEMORY: (f64, f64) = (1.0, 1e6);
const GPUS: (f64, f64) = (0.1, 1e3);

/// 32 components: for each of duration, CPU, memory, GPUs and GPU memory whether it is known, whether it is
/// unknown, and median and 95 % quantile as points on a half circle; two spare. All zero when nothing is known.
pub(super) fn resources(profile: &ResourceProfile) -> Vec<f64> {
    let known = [
        (profile.duration_seconds, SECONDS),
        (profile.cpu_cores, CORES),
        (profile.memory_mib, MEMORY),
        (profile.gpu_count, GPUS),
        (profile.gpu_memory_mib, MEMORY),
    ];
    let mut components = Vec::with_capacity(32);
    if known.iter().all(|(quantiles, _)| quantiles.is_none()) {
        return components;
    }
    for (quantiles, scale) in known {
        match quantiles {
            Some(Quantiles { p50, p95, .. }) => {
                components.extend([KNOWN, 0.0]);
                components.extend(on_scale(p50, scale));
                components.extend(on_scale(p95, scale));
            }
            None => components.extend([0.0, KNOWN, 0.0, 0.0, 0.0, 0.0]),
        }
    }
    components
}

/// 8 components: 95 % jitter in seconds, jitter as a share of the usual gap, confidence, and runs that no slot
/// explains as a share of all; each a point on a half circle.
pub(super) fn regularity(pattern: &Pattern, starts: Option<&ReferenceStarts>) -> Vec<f64> {
    let evidence = &pattern.evidence;
    let jitter = evidence.jitter_seconds.p95.max(0.0);
    let mut components = Vec::with_capacity(8);
    components.extend(on_scale(jitter, (0.5, 86_400.0)));
    match starts.and_then(usual_gap_seconds) {
        Some(gap) => components.extend(on_scale(jitter / gap, (1e-5, 1.0))),
        None => components.extend([0.0, 0.0]),
    }
    components.extend(on_circle(pattern.confidence));
    let explained = evidence.hits.saturating_add(evidence.extra).max(1);
    components.extend(on_circle(evidence.extra as f64 / explained as f64));
    components
}

/// The median gap.
fn usual_gap_seconds(reference: &ReferenceStarts) -> Option<f64> {
    let mut gaps: Vec<i64> = reference.starts.windows(2).map(|pair| pair[1].since(pair[0])).collect();
    gaps.sort_unstable();
    gaps.get(gaps.len() / 2).filter(|gap| **gap > 0).map(|gap| *gap as f64 / SECOND_MS as f64)
}

/// Where `value` lies on a logarithmic scale, as a point on a half circle: amounts that differ by a small
/// factor are near, those at the two ends of the scale opposite.
fn on_scale(value: f64, (least, most): (f64, f64)) -> [f64; 2] {
    on_circle((value.clamp(least, most) / least).ln() / (most / least).ln())
}

fn on_circle(share: f64) -> [f64; 2] {
    if share.is_nan() {
        return [0.0, 0.0];
    }
    let angle = share.clamp(0.0, 1.0) * PI;
    [angle.cos(), angle.sin()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lasting(seconds: f64) -> ResourceProfile {
        ResourceProfile { duration_seconds: Quantiles::of([seconds]), ..ResourceProfile::default() }
    }

    fn cosine(one: &ResourceProfile, other: &ResourceProfile) -> f64 {
        let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(x, y)| x * y).sum::<f64>();
        let (one, other) = (resources(one), resources(other));
        dot(&one, &other) / (dot(&one, &one) * dot(&other, &other)).sqrt()
    }

    #[test]
    fn amounts_are_near_by_their_factor() {
        assert!(cosine(&lasting(600.0), &lasting(720.0)) > 0.99);
        assert!(cosine(&lasting(600.0), &lasting(60_000.0)) < cosine(&lasting(600.0), &lasting(6_000.0)));
        assert!(cosine(&lasting(f64::NAN), &lasting(5.0)).is_nan());
    }

    #[test]
    fn nothing_known_says_nothing() {
        assert!(resources(&ResourceProfile::default()).is_empty());
        assert_eq!(resources(&lasting(5.0)).len(), 30);
    }
}
