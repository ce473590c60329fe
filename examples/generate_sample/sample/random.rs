//! Random numbers that are the same on every machine: whole-number arithmetic, no logarithms or sines, whose
//! last digits differ between systems.

/// SplitMix64 (Steele, Lea, Flood 2014).
pub struct Random {
    state: u64,
}

impl Random {
    /// The stream of one job; streams of different names do not depend on each other, so that a job can be
    /// added without changing the rest.
    pub fn of(name: &str) -> Random {
        // FNV-1a, 64 bit.
        let seed = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        Random { state: seed }
    }

    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Uniform in 0..1.
    pub fn share(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Uniform among `least..=most`.
    pub fn whole(&mut self, least: i64, most: i64) -> i64 {
        least + (self.share() * (most - least + 1) as f64) as i64
    }

    /// Whether something of this probability happens.
    pub fn happens(&mut self, probability: f64) -> bool {
        self.share() < probability
    }

    /// Around `middle`, bell-shaped, within `spread` (a ratio of it) on either side.
    pub fn around(&mut self, middle: f64, spread: f64) -> f64 {
        let bell = self.share() + self.share() + self.share() + self.share() - 2.0;
        middle * (1.0 + spread * bell / 2.0)
    }
}
