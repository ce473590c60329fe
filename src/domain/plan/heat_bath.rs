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
        let (mut least, mut cheapest) = (costs[old], old);
        for (option, &cost) in costs.iter().enumerate() {
            if cost < least {
                (least, cheapest) = (cost, option);
            }
        }
        if temperature <= 0.0 {
            return if costs[old] <= least + margin { old } else { cheapest };
        }
        let scale = -1.0 / temperature;
        self.weights.clear();
        let mut sum = 0.0;
        for &cost in costs {
            let exponent = (cost - least) * scale;
            if exponent > -COLDEST {
                sum += exponent.exp();
            }
            self.weights.push(sum);
        }
        let target = random.unit() * sum;
        self.weights.iter().position(|&weight| weight > target).unwrap_or(cheapest)
    }
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
    fn a_cold_bath_leaves_what_gains_nothing() {
        let mut bath = HeatBath::default();
        assert_eq!(bath.draw(&[1.0, 1.0], 1, 0.0, 1e-9, &mut Random::new(1)), 1);
    }
}
