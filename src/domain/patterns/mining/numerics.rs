//! The few special functions that the evidence needs, in logarithms wherever a value could overflow.

use std::f64::consts::PI;
use std::sync::LazyLock;

/// Natural logarithm of the gamma function for positive `x` (Lanczos, g = 7, nine terms; 1e-13 relative).
pub(super) fn ln_gamma(x: f64) -> f64 {
    const TERMS: [f64; 9] = [
        0.999_999_999_999_809_9,
        676.520_368_121_885_1,
        -1_259.139_216_722_402_8,
        771.323_428_777_653_1,
        -176.615_029_162_140_6,
        12.507_343_278_686_905,
        -0.138_571_095_265_720_12,
        9.984_369_578_019_572e-6,
        1.505_632_735_149_311_6e-7,
    ];
    if x < 0.5 {
        return (PI / (PI * x).sin().abs()).ln() - ln_gamma(1.0 - x);
    }
    let shifted = x - 1.0;
    let base = shifted + 7.5;
    let sum = TERMS[1..]
        .iter()
        .enumerate()
        .fold(TERMS[0], |sum, (index, term)| sum + term / (shifted + index as f64 + 1.0));
    0.5 * (2.0 * PI).ln() + (shifted + 0.5) * base.ln() - base + sum.ln()
}

/// Natural logarithm of the beta function for positive arguments.
pub(super) fn ln_beta(a: f64, b: f64) -> f64 {
    ln_gamma(a) + ln_gamma(b) - ln_gamma(a + b)
}

/// Counts below this have their logarithms tabulated: the choice of days asks for them a million times.
const TABULATED: u64 = 2048;
static LN_GAMMA_HALF: LazyLock<Vec<f64>> =
    LazyLock::new(|| (0..TABULATED).map(|count| ln_gamma(count as f64 + 0.5)).collect());
static LN_FACTORIAL: LazyLock<Vec<f64>> =
    LazyLock::new(|| (0..TABULATED).map(|count| ln_gamma(count as f64 + 1.0)).collect());

/// Natural logarithm of the gamma function at `count` and a half.
pub(super) fn ln_gamma_half(count: u64) -> f64 {
    LN_GAMMA_HALF.get(count as usize).copied().unwrap_or_else(|| ln_gamma(count as f64 + 0.5))
}

/// Natural logarithm of the factorial of `count`.
pub(super) fn ln_factorial(count: u64) -> f64 {
    LN_FACTORIAL.get(count as usize).copied().unwrap_or_else(|| ln_gamma(count as f64 + 1.0))
}

/// Natural logarithm of `n` over `k`.
pub(super) fn ln_choose(n: u32, k: u32) -> f64 {
    if k == 0 || k >= n {
        return 0.0;
    }
    ln_factorial(u64::from(n)) - ln_factorial(u64::from(k)) - ln_factorial(u64::from(n - k))
}

/// Natural logarithm of the regularised incomplete beta function `I_x(a, b)`, by its continued fraction.
pub(super) fn ln_incomplete_beta(x: f64, a: f64, b: f64) -> f64 {
    if x <= 0.0 {
        return f64::NEG_INFINITY;
    }
    if x >= 1.0 {
        return 0.0;
    }
    let ln_front = a * x.ln() + b * (-x).ln_1p() - ln_beta(a, b);
    if x < (a + 1.0) / (a + b + 2.0) {
        ln_front + (beta_fraction(x, a, b) / a).ln()
    } else {
        let complement = (ln_front + (beta_fraction(1.0 - x, b, a) / b).ln()).exp();
        (-complement.min(1.0)).ln_1p()
    }
}

/// Lentz's evaluation of the continued fraction of the incomplete beta function.
fn beta_fraction(x: f64, a: f64, b: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let guard = |value: f64| if value.abs() < TINY { TINY } else { value };
    let mut c = 1.0;
    let mut d = 1.0 / guard(1.0 - (a + b) * x / (a + 1.0));
    let mut fraction = d;
    for step in 1..400 {
        let m = f64::from(step);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        d = 1.0 / guard(1.0 + even * d);
        c = guard(1.0 + even / c);
        fraction *= d * c;
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        d = 1.0 / guard(1.0 + odd * d);
        c = guard(1.0 + odd / c);
        fraction *= d * c;
        if (d * c - 1.0).abs() < 1e-12 {
            break;
        }
    }
    fraction
}

/// Natural logarithm of the modified Bessel function `I0(x)` for `x >= 0`: series, then asymptotic form.
pub(super) fn ln_bessel_i0(x: f64) -> f64 {
    if x < 20.0 {
        let quarter = x * x / 4.0;
        let (mut term, mut sum) = (1.0, 1.0);
        for k in 1..80 {
            term *= quarter / f64::from(k * k);
            sum += term;
            if term < sum * 1e-15 {
                break;
            }
        }
        sum.ln()
    } else {
        let inverse = 1.0 / (8.0 * x);
        x - 0.5 * (2.0 * PI * x).ln() + (inverse * (1.0 + inverse * (4.5 + inverse * 37.5))).ln_1p()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gamma_function_continues_the_factorial() {
        assert!((ln_gamma(11.0) - 3_628_800.0_f64.ln()).abs() < 1e-10);
        assert!((ln_gamma(0.5) - PI.sqrt().ln()).abs() < 1e-12);
        assert!((ln_choose(31, 3) - 4_495.0_f64.ln()).abs() < 1e-9);
    }

    #[test]
    fn the_incomplete_beta_function_agrees_with_closed_forms() {
        // I_x(1, b) = 1 - (1 - x)^b and I_x(a, 1) = x^a.
        assert!((ln_incomplete_beta(0.3, 1.0, 5.0).exp() - (1.0 - 0.7_f64.powi(5))).abs() < 1e-12);
        assert!((ln_incomplete_beta(0.3, 4.0, 1.0) - 4.0 * 0.3_f64.ln()).abs() < 1e-10);
        assert!((ln_incomplete_beta(0.5, 40.0, 40.0).exp() - 0.5).abs() < 1e-10);
    }

    #[test]
    fn the_bessel_function_is_continuous_where_its_forms_meet() {
        assert!((ln_bessel_i0(1.0) - 1.266_065_877_752_008_f64.ln()).abs() < 1e-12);
        assert!((ln_bessel_i0(19.999_999) - ln_bessel_i0(20.000_001)).abs() < 1e-5);
    }
}
