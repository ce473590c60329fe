//! Trajectories that are followed side by side: nothing but arithmetic, with an answer known beforehand.

/// Undamped oscillators, each let go at rest from a displacement of 1 and followed by the classical method of Runge
/// and Kutta (Kutta 1901), four evaluations a step, in single precision.
#[derive(Clone, Debug, PartialEq)]
pub struct Oscillators {
    /// Squares of the angular frequencies, one for each oscillator (per squared unit of time).
    pub squared_frequencies: Vec<f32>,
    /// Length of a step (units of time).
    pub step: f32,
    /// Steps to follow each for.
    pub steps: u32,
}

/// Additions and multiplications of one step of one oscillator.
pub const OPERATIONS_PER_STEP: u32 = 28;

impl Oscillators {
    /// `count` oscillators of angular frequencies from 1 to 2, followed over ten units of time in all.
    pub fn spread(count: usize, steps: u32) -> Oscillators {
        let along = |index: usize| 1.0 + index as f64 / count.max(1) as f64;
        Oscillators {
            squared_frequencies: (0..count).map(|index| along(index).powi(2) as f32).collect(),
            step: (10.0 / f64::from(steps.max(1))) as f32,
            steps,
        }
    }

    /// Where an oscillator of this squared frequency is in the end, by the solution in closed form.
    pub fn known(&self, squared_frequency: f32) -> f64 {
        (f64::from(squared_frequency).sqrt() * f64::from(self.step) * f64::from(self.steps)).cos()
    }

    /// Additions and multiplications of all of it.
    pub fn operations(&self) -> f64 {
        self.squared_frequencies.len() as f64 * f64::from(self.steps) * f64::from(OPERATIONS_PER_STEP)
    }
}

/// One step in the arithmetic of the type: displacement and speed after it.
macro_rules! step_of {
    ($name:ident, $type:ty, $what:literal) => {
        #[doc = $what]
        #[inline(always)]
        pub fn $name(displacement: $type, speed: $type, squared: $type, step: $type) -> ($type, $type) {
            let half = step * 0.5;
            let (rise_1, pull_1) = (speed, -squared * displacement);
            let (rise_2, pull_2) = (speed + half * pull_1, -squared * (displacement + half * rise_1));
            let (rise_3, pull_3) = (speed + half * pull_2, -squared * (displacement + half * rise_2));
            let (rise_4, pull_4) = (speed + step * pull_3, -squared * (displacement + step * rise_3));
            let sixth = step / 6.0;
            (
                displacement + sixth * (rise_1 + 2.0 * (rise_2 + rise_3) + rise_4),
                speed + sixth * (pull_1 + 2.0 * (pull_2 + pull_3) + pull_4),
            )
        }
    };
}

step_of!(single_step, f32, "A step in single precision: displacement and speed after it.");
step_of!(double_step, f64, "The same step in double precision.");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_small_steps_come_close_to_the_known_answer() {
        let all = Oscillators::spread(5, 1_000);
        for squared in &all.squared_frequencies {
            let (mut displacement, mut speed) = (1.0, 0.0);
            for _ in 0..all.steps {
                (displacement, speed) =
                    double_step(displacement, speed, f64::from(*squared), f64::from(all.step));
            }
            assert!((displacement - all.known(*squared)).abs() < 1e-6, "{squared}");
        }
    }

    #[test]
    fn half_the_step_leaves_a_sixteenth_of_the_error() {
        let error = |steps: u32| {
            let all = Oscillators { squared_frequencies: vec![1.0], step: 8.0 / steps as f32, steps };
            let (mut displacement, mut speed) = (1.0, 0.0);
            for _ in 0..steps {
                (displacement, speed) = double_step(displacement, speed, 1.0, f64::from(all.step));
            }
            (displacement - all.known(1.0)).abs()
        };
        let ratio = error(64) / error(128);
        assert!((12.0..20.0).contains(&ratio), "{ratio}");
    }
}
