//! The parts of a signature: where each lies, and how much it counts.

use std::ops::Range;

use serde::Serialize;

/// Where the name begins.
pub(super) const NAME_START: usize = 240;

/// A part of a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Block {
    /// When in the week it runs.
    Week,
    /// At which distances it runs.
    Period,
    /// What its task types are called.
    Name,
    /// What its runs need.
    Resources,
    /// How exactly and how reliably it keeps its times.
    Regularity,
}

impl Block {
    /// All blocks, in the order in which they are told.
    pub const ALL: [Block; 5] =
        [Block::Week, Block::Period, Block::Name, Block::Resources, Block::Regularity];

    /// Components that belong to it in a signature of `length`. The name lies last, because its length is that of
    /// the vectors that a model gives.
    pub fn range(self, length: usize) -> Range<usize> {
        match self {
            Block::Week => 0..168,
            Block::Period => 168..200,
            Block::Resources => 200..232,
            Block::Regularity => 232..NAME_START,
            Block::Name => NAME_START..length.max(NAME_START),
        }
    }

    /// Its share of the similarity of two patterns that know all blocks; these add up to 1. Time counts most:
    /// two jobs at the same times stay similar under different names, and not the other way round.
    pub fn weight(self) -> f64 {
        match self {
            Block::Week => 0.40,
            Block::Period => 0.25,
            Block::Name => 0.10,
            Block::Resources => 0.15,
            Block::Regularity => 0.10,
        }
    }

    /// The word used in output.
    pub fn as_str(self) -> &'static str {
        match self {
            Block::Week => "week",
            Block::Period => "period",
            Block::Name => "name",
            Block::Resources => "resources",
            Block::Regularity => "regularity",
        }
    }
}

/// What one block says about two patterns.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct BlockShare {
    /// The block.
    pub block: Block,
    /// Cosine of the two blocks alone (-1..1); `None` where one of the patterns knows nothing of it.
    pub similarity: Option<f64>,
    /// What it adds to the similarity of the two; the contributions add up to it.
    pub contribution: f64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_lie_side_by_side_and_weigh_one_together() {
        let length = crate::domain::similarity::SIGNATURE_LENGTH;
        let mut ranges = Block::ALL.map(|block| block.range(length));
        ranges.sort_by_key(|range| range.start);
        let mut end = 0;
        for range in ranges {
            assert_eq!(range.start, end);
            end = range.end;
        }
        assert_eq!(end, length);
        assert!((Block::ALL.iter().map(|block| block.weight()).sum::<f64>() - 1.0).abs() < 1e-12);
    }
}
