//! From when to when slots that either had their hit or not were kept, and the evidence that says so.

use super::evidence::ln_slot_evidence;
use super::regime::{hazard_per_slot, still_kept};
use crate::domain::patterns::{Evidence, EvidenceDetails, JitterSeconds, Proof, SlotCounts, Test, Tier};
use crate::domain::time::{DAY_MS, Timestamp};

/// One observed slot: when it opens, and the last of its hits.
#[derive(Clone, Copy, Debug)]
pub(super) struct OpenSlot {
    /// When it opens, ms UTC.
    pub(super) opens_ms: i64,
    /// When it was hit, ms UTC.
    pub(super) hit_ms: Option<i64>,
}

/// Slots from the first hit to the last one, or to the end while they are still kept.
#[derive(Clone, Debug)]
pub(super) struct SlotLife {
    /// Slots that count.
    pub(super) slots: u64,
    /// Those with a hit.
    pub(super) hits: u64,
    /// Whether they are still kept.
    pub(super) is_active: bool,
    first_ms: i64,
    last_ms: i64,
}

/// The life of ascending `slots`; `None` without a hit.
pub(super) fn slot_life(slots: &[OpenSlot]) -> Option<SlotLife> {
    let first = slots.iter().position(|slot| slot.hit_ms.is_some())?;
    let last = slots.iter().rposition(|slot| slot.hit_ms.is_some())?;
    let hits = slots[first..=last].iter().filter(|slot| slot.hit_ms.is_some()).count();
    let lived = (last - first + 1) as u64;
    let misses = (slots.len() - 1 - last) as u64;
    let length_ms = (slots[last].opens_ms - slots[first].opens_ms) as f64;
    let distance_ms = if last > first { length_ms / (last - first) as f64 } else { DAY_MS as f64 };
    let is_active = still_kept(hits as u64, lived, misses, hazard_per_slot(distance_ms)) >= 0.5;
    let end = if is_active { slots.len() } else { last + 1 };
    Some(SlotLife {
        slots: (end - first) as u64,
        hits: hits as u64,
        is_active,
        first_ms: slots[first].hit_ms?,
        last_ms: slots[last].hit_ms?,
    })
}

impl SlotLife {
    /// Probability of a hit in the next slot.
    pub(super) fn confidence(&self) -> f64 {
        (self.hits as f64 + 0.5) / (self.slots as f64 + 1.0)
    }

    /// Last hit, ms UTC.
    pub(super) fn last_ms(&self) -> i64 {
        self.last_ms
    }

    /// First hit, ms UTC.
    pub(super) fn first_ms(&self) -> i64 {
        self.first_ms
    }

    /// What the life says, with the test that confirmed it.
    pub(super) fn evidence(&self, test: &SlotTest, details: EvidenceDetails) -> Evidence {
        let SlotCounts { hits, slots, chance } = test.counts;
        let proof = Proof {
            test: Test::Slots(test.counts),
            ln_e: ln_slot_evidence(hits, slots, chance),
            charge_nats: test.charge_nats,
        };
        let first_seen = Timestamp::clamped(self.first_ms);
        Evidence {
            runs: test.runs,
            expected: self.slots,
            hits: self.hits,
            misses: self.slots - self.hits,
            extra: test.extra,
            ln_e_value: proof.net(),
            null_hit_chance: chance,
            tolerance_seconds: test.half_width_ms as f64 / 1000.0,
            first_seen,
            last_seen: Timestamp::clamped(self.last_ms),
            regime_start: first_seen,
            jitter_seconds: test.jitter,
            start_window: None,
            zone_undetermined: Vec::new(),
            tier: Tier::Confirmed,
            p_value: None,
            details: EvidenceDetails { proofs: vec![proof], ..details },
        }
    }
}

/// What confirmed a life.
pub(super) struct SlotTest {
    /// Runs looked at.
    pub(super) runs: u64,
    /// Runs that no slot explains.
    pub(super) extra: u64,
    /// What was counted.
    pub(super) counts: SlotCounts,
    /// Nats that naming it costs.
    pub(super) charge_nats: f64,
    /// Half the length of a slot.
    pub(super) half_width_ms: i64,
    /// How far hits lie from the middle of their slot.
    pub(super) jitter: JitterSeconds,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn daily(hits: &[bool]) -> SlotLife {
        let slots: Vec<OpenSlot> = hits
            .iter()
            .enumerate()
            .map(|(day, hit)| {
                let opens_ms = day as i64 * DAY_MS;
                OpenSlot { opens_ms, hit_ms: hit.then_some(opens_ms + 1000) }
            })
            .collect();
        slot_life(&slots).expect("a hit")
    }

    #[test]
    fn misses_at_the_end_count_while_the_slots_are_still_kept() {
        let mut hits = vec![true; 20];
        hits.push(false);
        let life = daily(&hits);
        assert_eq!((life.slots, life.hits, life.is_active), (21, 20, true));
    }

    #[test]
    fn a_long_silence_ends_a_life_and_is_no_miss() {
        let mut hits = vec![true; 20];
        hits.extend([false; 10]);
        let life = daily(&hits);
        assert_eq!((life.slots, life.hits, life.is_active), (20, 20, false));
    }
}
