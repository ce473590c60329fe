//! In which type GPUs multiply.

/// The type that factors are rounded to; sums are in single precision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Precision {
    /// Single precision.
    F32,
    /// Ten bits of fraction, the range of single precision.
    Tf32,
    /// Seven bits of fraction, stored in 16 bits.
    Bf16,
}

impl Precision {
    /// How far an inner product of two rows of `columns` values and these lengths may be off. Tensor cores cut their
    /// sums off instead of rounding them, so a bit more than the rounding of each addition is allowed for.
    pub(super) fn error(self, columns: usize, one: f64, other: f64) -> f32 {
        // A factor that is cut off to n bits is off by less than 2^-n of itself, a product of two by twice that.
        let of_factors = match self {
            Precision::F32 => 0.0,
            Precision::Tf32 => 2.0_f64.powi(-9) * 1.001,
            Precision::Bf16 => 2.0_f64.powi(-7) * 1.001,
        };
        let of_sums = (columns + 2) as f64 * 2.0_f64.powi(-21);
        // Values too small for the type may be lost as a whole, and their products with them.
        let lost = columns as f64 * f64::from(f32::MIN_POSITIVE) * (1.0 + one + other);
        (((of_factors + of_sums) * one * other + lost) as f32).next_up()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::kernels::inner_product;

    /// What a tensor core makes of a factor at worst: it cuts the last bits off.
    fn cut(value: f32, bits: u32) -> f32 {
        f32::from_bits(value.to_bits() & (u32::MAX << (23 - bits)))
    }

    #[test]
    fn products_of_factors_that_were_cut_off_stay_within_the_bound() {
        let mut state = 7_u64;
        let mut next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (state >> 40) as f32 / (1_u64 << 24) as f32
        };
        for _ in 0..200 {
            let rows: Vec<Vec<f32>> = (0..2).map(|_| (0..100).map(|_| next()).collect()).collect();
            let length = |row: &[f32]| inner_product(row, row).sqrt();
            let exact = inner_product(&rows[0], &rows[1]);
            for (precision, bits) in [(Precision::Tf32, 10), (Precision::Bf16, 7), (Precision::F32, 23)] {
                let cuts: Vec<Vec<f32>> =
                    rows.iter().map(|row| row.iter().map(|value| cut(*value, bits)).collect()).collect();
                let sum: f32 = cuts[0].iter().zip(&cuts[1]).map(|(one, other)| one * other).sum();
                let bound = precision.error(100, length(&rows[0]), length(&rows[1]));
                assert!((f64::from(sum) - exact).abs() <= f64::from(bound), "{precision:?}");
            }
        }
    }
}
