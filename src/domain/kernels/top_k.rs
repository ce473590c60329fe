//! The nearest rows by inner product.

/// Which neighbours are wanted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TopK {
    /// At most so many for each query.
    pub count: usize,
    /// Least score of one, if any will not do.
    pub least: Option<f64>,
    /// Whether queries are the base itself, and no row is its own neighbour.
    pub is_self_search: bool,
}

/// A row of the base, and its inner product with the query.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scored {
    /// Its place in the base.
    pub index: usize,
    /// Inner product: the products of single precision values, summed in double precision.
    pub score: f64,
}

/// Greater scores first, equal ones by place.
pub fn order(one: &Scored, other: &Scored) -> std::cmp::Ordering {
    other.score.total_cmp(&one.score).then(one.index.cmp(&other.index))
}

/// The inner product by which neighbours are ordered in the end: each product of two single precision values is exact
/// in double precision, and eight sums run beside each other in a fixed order.
pub fn inner_product(one: &[f32], other: &[f32]) -> f64 {
    const LANES: usize = 8;
    let mut sums = [0.0_f64; LANES];
    let (heads, heads_other) = (one.chunks_exact(LANES), other.chunks_exact(LANES));
    let rest: f64 = heads
        .remainder()
        .iter()
        .zip(heads_other.remainder())
        .map(|(a, b)| f64::from(*a) * f64::from(*b))
        .sum();
    for (a, b) in heads.zip(heads_other) {
        for lane in 0..LANES {
            sums[lane] += f64::from(a[lane]) * f64::from(b[lane]);
        }
    }
    sums.iter().sum::<f64>() + rest
}
