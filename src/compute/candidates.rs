//! The rows that may still be among the nearest of one query, by scores in single precision.

use crate::domain::kernels::{Matrix, Scored, TopK, inner_product, order};

/// Candidates beyond which those that cannot be among the nearest any more are dropped: so many times as are wanted,
/// and some.
const ROOM: (usize, usize) = (2, 32);
/// Candidates beyond which close ones are told apart by their exact scores.
const MOST: usize = 512;

/// Candidates of one query. Scores in single precision are wrong by less than `error`.
#[derive(Clone, Debug)]
pub(super) struct Candidates {
    found: Vec<(f32, u32)>,
    /// Score (single precision) below which nothing can be among the nearest.
    pub(super) least: f32,
    error: f32,
    /// So many candidates are looked through next: twice as many as the last look left, so that where thousands of rows are
    /// equally near not every one of them is worth a look.
    full: u32,
}

impl Candidates {
    pub(super) fn new(error: f32, wanted: &TopK) -> Candidates {
        let least = wanted.least.map_or(f32::NEG_INFINITY, |least| below(least) - error);
        Candidates { found: Vec::new(), least, error, full: 0 }
    }

    /// Looks at the scores of the rows from `first` on.
    pub(super) fn look(&mut self, scores: &[f32], first: usize, query: &Query<'_>) {
        const PART: usize = 64;
        for (part, scores) in scores.chunks(PART).enumerate() {
            // Mostly none is great enough, which one pass without branches tells.
            let greatest = scores.iter().copied().fold(f32::NEG_INFINITY, greater);
            if greatest < self.least {
                continue;
            }
            for (place, score) in scores.iter().enumerate() {
                let index = first + part * PART + place;
                if *score >= self.least && query.may_answer(index) {
                    self.found.push((*score, index as u32));
                }
            }
            self.keep_small(query);
        }
    }

    /// Takes one row whose score may be great enough.
    pub(super) fn add(&mut self, score: f32, index: usize, query: &Query<'_>) {
        if score >= self.least && query.may_answer(index) {
            self.found.push((score, index as u32));
            self.keep_small(query);
        }
    }

    fn keep_small(&mut self, query: &Query<'_>) {
        if self.found.len() > (ROOM.0 * query.wanted.count + ROOM.1).max(self.full as usize) {
            self.prune(query);
            self.full = (2 * self.found.len()).min(MOST) as u32;
        }
    }

    /// Drops what cannot be among the nearest.
    fn prune(&mut self, query: &Query<'_>) {
        let count = query.wanted.count;
        if count == 0 || self.found.len() <= count {
            return;
        }
        let (_, last, _) =
            self.found.select_nth_unstable_by(count - 1, |one, other| other.0.total_cmp(&one.0));
        self.least = self.least.max(last.0 - 2.0 * self.error);
        let least = self.least;
        self.found.retain(|(score, _)| *score >= least);
        if self.found.len() > MOST.max(2 * count) {
            let exact = nearest(self.found.iter().map(|(_, index)| *index), query);
            self.found.clear();
            self.found.extend(exact.iter().map(|scored| (scored.score as f32, scored.index as u32)));
            if let Some(last) = exact.last() {
                self.least = self.least.max(below(last.score) - self.error);
            }
        }
    }

    /// Adds those that another look at other rows found.
    pub(super) fn join(&mut self, other: Candidates, query: &Query<'_>) {
        self.least = self.least.max(other.least);
        self.found.extend(other.found);
        self.prune(query);
    }

    /// The nearest, by their exact scores.
    pub(super) fn finish(mut self, query: &Query<'_>) -> Vec<Scored> {
        self.prune(query);
        nearest(self.found.iter().map(|(_, index)| *index), query)
    }
}

/// A query and what it is compared with.
pub(super) struct Query<'a> {
    pub(super) base: &'a Matrix<'a>,
    pub(super) values: &'a [f32],
    /// Its place among the queries.
    pub(super) index: usize,
    pub(super) wanted: &'a TopK,
}

impl Query<'_> {
    fn may_answer(&self, index: usize) -> bool {
        !self.wanted.is_self_search || index != self.index
    }
}

/// The nearest of `found` by their exact scores.
pub(super) fn nearest(found: impl Iterator<Item = u32>, query: &Query<'_>) -> Vec<Scored> {
    let mut exact: Vec<Scored> = found
        .map(|index| index as usize)
        .map(|index| Scored { index, score: inner_product(query.base.row(index), query.values) })
        .filter(|scored| query.wanted.least.is_none_or(|least| scored.score >= least))
        .collect();
    exact.sort_unstable_by(order);
    exact.truncate(query.wanted.count);
    exact.shrink_to_fit();
    exact
}

/// The greater of two numbers, neither of them NaN: one instruction, which a maximum that minds NaN is not.
#[inline(always)]
pub(super) fn greater(one: f32, other: f32) -> f32 {
    if one > other { one } else { other }
}

/// The greatest single precision value that is not above `value`.
pub(super) fn below(value: f64) -> f32 {
    let nearest = value as f32;
    if f64::from(nearest) > value { nearest.next_down() } else { nearest }
}

/// Bits that are ordered as the values are.
pub(super) fn ordered(value: f32) -> u32 {
    let bits = value.to_bits();
    if bits >> 31 == 1 { !bits } else { bits | 1 << 31 }
}

/// The value whose [`ordered`] bits these are.
pub(super) fn unordered(bits: u32) -> f32 {
    f32::from_bits(if bits >> 31 == 1 { bits & !(1 << 31) } else { !bits })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_are_ordered_as_values_are() {
        let ascending = [f32::NEG_INFINITY, -3.0, -1e-30, 0.0, 1e-30, 7.0, f32::INFINITY];
        assert!(ascending.map(ordered).is_sorted());
        assert_eq!(ascending.map(|value| unordered(ordered(value))), ascending);
    }
}
