//! The best plan so far, and when another is better.

/// The best valid options a chain has seen.
#[derive(Clone, Debug)]
pub struct Incumbent {
    /// Value under the strategy (for `PeakMitigation` the peak, 0..1).
    pub value: f64,
    /// Variance of the load, the tie-break of `PeakMitigation`; 0 elsewhere.
    pub tie: f64,
    /// Option of every rule.
    pub options: Vec<usize>,
}

impl Incumbent {
    /// Whether a value, or with an equal value a tie-break, is better by more than rounding.
    pub fn is_beaten_by(&self, value: f64, tie: f64) -> bool {
        let margin = 1e-9 * self.value.abs().max(1e-9);
        let tie_margin = 1e-9 * self.tie.abs().max(1e-9);
        value < self.value - margin || (value <= self.value + margin && tie < self.tie - tie_margin)
    }
}
