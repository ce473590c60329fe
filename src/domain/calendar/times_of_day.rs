//! Times of day as hours times minutes, the only shape that one cron or systemd line can write.

/// Every hour of one set at every minute of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TimesOfDay {
    /// Bits 0 to 23.
    pub hours: u32,
    /// Bits 0 to 59.
    pub minutes: u64,
}

/// Bits 0 to 23.
pub(super) const ALL_HOURS: u32 = (1 << 24) - 1;
/// Bits 0 to 59.
pub(super) const ALL_MINUTES: u64 = (1 << 60) - 1;

impl TimesOfDay {
    /// The hours and minutes whose product is exactly `minutes_of_day`; `None` for none such, for an empty
    /// list and for minutes beyond the day.
    pub fn from_minutes_of_day(minutes_of_day: &[u16]) -> Option<TimesOfDay> {
        if minutes_of_day.is_empty() || minutes_of_day.iter().any(|&minute| minute >= 1440) {
            return None;
        }
        let times = TimesOfDay {
            hours: hours_of(minutes_of_day),
            minutes: minutes_of_day.iter().fold(0, |bits, &minute| bits | 1 << (minute % 60)),
        };
        let combinations = times.hours.count_ones() * times.minutes.count_ones();
        let distinct = minutes_of_day.windows(2).filter(|pair| pair[0] != pair[1]).count() + 1;
        // Every listed minute is a combination, so as many distinct ones as combinations are all of them.
        (distinct == combinations as usize && minutes_of_day.is_sorted()).then_some(times)
    }

    /// Minutes after midnight, ascending.
    pub fn minutes_of_day(self) -> Vec<u16> {
        bits_of(u64::from(self.hours))
            .flat_map(|hour| bits_of(self.minutes).map(move |minute| (hour * 60 + minute) as u16))
            .collect()
    }
}

/// The hours in which `minutes_of_day` has a minute, bits 0 to 23.
pub(super) fn hours_of(minutes_of_day: &[u16]) -> u32 {
    minutes_of_day.iter().filter(|&&minute| minute < 1440).fold(0, |bits, &minute| bits | 1 << (minute / 60))
}

/// The places of the set bits, ascending.
pub(super) fn bits_of(bits: u64) -> impl Iterator<Item = u32> + Clone {
    (0..64).filter(move |place| bits & (1 << place) != 0)
}

/// Runs of consecutive set bits as (first, last), ascending.
pub(super) fn ranges_of(bits: u64) -> Vec<(u32, u32)> {
    let mut ranges: Vec<(u32, u32)> = Vec::new();
    for place in bits_of(bits) {
        match ranges.last_mut() {
            Some((_, last)) if *last + 1 == place => *last = place,
            _ => ranges.push((place, place)),
        }
    }
    ranges
}

/// (first, step) when the set bits are `first`, `first + step` and so on up to at most `high`, and there are
/// three or more.
pub(super) fn progression_of(bits: u64, high: u32) -> Option<(u32, u32)> {
    let mut places = bits_of(bits);
    let (first, second) = (places.next()?, places.next()?);
    let step = second - first;
    let expected = (first..=high.min(63)).step_by(step as usize).fold(0, |all, place| all | 1 << place);
    (expected == bits && bits.count_ones() >= 3).then_some((first, step))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_full_product_of_hours_and_minutes_has_this_shape() {
        let product = TimesOfDay::from_minutes_of_day(&[60, 90, 180, 210]).expect("a product");
        assert_eq!(product, TimesOfDay { hours: 0b1010, minutes: 1 | 1 << 30 });
        assert_eq!(product.minutes_of_day(), [60, 90, 180, 210]);
        assert_eq!(TimesOfDay::from_minutes_of_day(&[60, 90, 180]), None);
        assert_eq!(TimesOfDay::from_minutes_of_day(&[]), None);
        assert_eq!(TimesOfDay::from_minutes_of_day(&[1440]), None);
    }

    #[test]
    fn progressions_run_to_the_end_of_their_field() {
        assert_eq!(progression_of(1 << 3 | 1 << 23 | 1 << 43, 59), Some((3, 20)));
        assert_eq!(progression_of(1 << 3 | 1 << 23, 59), None);
        assert_eq!(progression_of(1 << 0 | 1 << 10 | 1 << 20, 59), None);
    }
}
