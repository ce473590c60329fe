//! Drawing an option by its Boltzmann weight.

use super::random::Random;

/// Weights below `exp(-30)` are not worth drawing.
const COLDEST: f64 = 30.0;

/// Room for the weights, kept between draws.
#[derive(Clone, Debug, Default)]
pub struct HeatBath {
    weights: Vec<f64>,
}

impl HeatBath {
    /// An option by its weight `exp(-cost / temperature)`; at zero temperature the cheapest, or `old` where
    /// it costs no more than `margin` above that.
    pub fn draw(
        &mut self,
        costs: &[f64],
        old: usize,
        temperature: f64,
        margin: f64,
        random: &mut Random,
    ) -> usize {
        if temperature <= 0.0 {
            let mut cheapest = old;
            for (option, &cost) in costs.iter().enumerate() {
                if cost < costs[cheapest] {
                    cheapest = option;
                }
            }
            return if costs[old] <= costs[cheapest] + margin { old } else { cheapest };
        }
        let least = least_of(costs);
        let scale = -1.0 / temperature;
        self.weights.resize(costs.len(), 0.0);
        for (weight, &cost) in self.weights.iter_mut().zip(costs) {
            let exponent = (cost - least) * scale;
            let worth_drawing = exponent > -COLDEST;
            let power = exponential(if worth_drawing { exponent } else { -COLDEST });
            *weight = if worth_drawing { power } else { 0.0 };
        }
        let sum = sum_up_to(&mut self.weights);
        let target = random.unit() * sum;
        let drawn = self.weights.partition_point(|&weight| weight <= target);
        if drawn < costs.len() { drawn } else { old }
    }
}

/// The least of some costs.
fn least_of(costs: &[f64]) -> f64 {
    let mut lanes = [f64::INFINITY; 4];
    let blocks = costs.chunks_exact(4);
    let rest = blocks.remainder().iter().copied().fold(f64::INFINITY, f64::min);
    for block in blocks {
        for (lane, &cost) in lanes.iter_mut().zip(block) {
            *lane = if cost < *lane { cost } else { *lane };
        }
    }
    lanes.into_iter().fold(rest, f64::min)
}

/// Replaces every entry by the sum up to and with it; the sum of all.
fn sum_up_to(entries: &mut [f64]) -> f64 {
    let mut sum = 0.0;
    // Four at a time: one addition after the other would wait for each of them.
    let mut blocks = entries.chunks_exact_mut(4);
    for block in &mut blocks {
        let pair = block[0] + block[1];
        let triple = pair + block[2];
        let all = pair + (block[2] + block[3]);
        block[0] += sum;
        block[1] = sum + pair;
        block[2] = sum + triple;
        block[3] = sum + all;
        sum += all;
    }
    for entry in blocks.into_remainder() {
        sum += *entry;
        *entry = sum;
    }
    sum
}

/// `e` to the power of `exponent`, which is in `-700.0..=0.0`, to four digits: Taylor's series between two powers of 2.
/// The same on every machine, which the one of the C library is not.
fn exponential(exponent: f64) -> f64 {
    /// Adding it rounds to a whole number, which then is in the lowest bits.
    const ROUNDER: f64 = 6_755_399_441_055_744.0;
    let power = exponent * std::f64::consts::LOG2_E;
    let rounded = power + ROUNDER;
    let rest = (power - (rounded - ROUNDER)) * std::f64::consts::LN_2;
    let series = 1.0 + rest * (1.0 + rest * (0.5 + rest * (1.0 / 6.0 + rest * (1.0 / 24.0 + rest / 120.0))));
    let whole = rounded.to_bits().wrapping_sub(ROUNDER.to_bits());
    series * f64::from_bits(whole.wrapping_add(1023) << 52)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cold_bath_takes_the_cheapest_and_a_hot_one_takes_them_all() {
        let (mut bath, mut random) = (HeatBath::default(), Random::new(1));
        let costs = [3.0, 1.0, 2.0];
        assert_eq!(bath.draw(&costs, 0, 0.0, 1e-9, &mut random), 1);
        let mut seen = [0; 3];
        for _ in 0..300 {
            seen[bath.draw(&costs, 0, 100.0, 0.0, &mut random)] += 1;
        }
        assert!(seen.iter().all(|&times| times > 50));
    }

    #[test]
    fn the_exponential_is_exact_enough_to_draw_by() {
        for step in 0..=3000 {
            let exponent = -0.01 * f64::from(step);
            let ratio = exponential(exponent) / exponent.exp();
            assert!((ratio - 1.0).abs() < 1e-4, "{exponent} {ratio}");
        }
    }

    #[test]
    fn options_are_drawn_as_often_as_their_weights_say_and_never_where_forbidden() {
        let (mut bath, mut random) = (HeatBath::default(), Random::new(5));
        let costs = [0.0, 2.0_f64.ln(), f64::INFINITY, 4.0_f64.ln(), 4.0_f64.ln()];
        let mut seen = [0; 5];
        for _ in 0..8000 {
            seen[bath.draw(&costs, 0, 1.0, 0.0, &mut random)] += 1;
        }
        for (seen, expected) in seen.into_iter().zip([4000, 2000, 0, 1000, 1000]) {
            assert!(i32::abs(seen - expected) <= expected / 8, "{seen} {expected}");
        }
    }

    #[test]
    fn a_cold_bath_leaves_what_gains_nothing() {
        let mut bath = HeatBath::default();
        assert_eq!(bath.draw(&[1.0, 1.0], 1, 0.0, 1e-9, &mut Random::new(1)), 1);
    }
}
