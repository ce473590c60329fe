//! Pairs of rows that are near each other.

/// Two rows and their inner product.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pair {
    /// The row that comes first.
    pub first: usize,
    /// The other one.
    pub second: usize,
    /// Inner product: the products of single precision values, summed in double precision.
    pub score: f64,
}

/// By the places of the rows.
pub fn pair_order(one: &Pair, other: &Pair) -> std::cmp::Ordering {
    (one.first, one.second).cmp(&(other.first, other.second))
}
