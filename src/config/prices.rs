//! What a kWh costs, by local hour.

use serde::{Deserialize, Serialize};

/// Price of a kWh: one for all hours, one for each hour of the day, or one for each of some ranges of hours.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Prices {
    /// The same in all hours.
    Flat(f64),
    /// One for each local hour, midnight first.
    Hourly(Vec<f64>),
    /// One for each range; together they hold every hour once.
    Ranges(Vec<PriceRange>),
}

/// The price of some hours.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PriceRange {
    /// From and to, such as `22-6`: the local hours from 22:00 to 06:00.
    pub hours: String,
    /// Per kWh.
    pub price: f64,
}

impl Default for Prices {
    fn default() -> Self {
        Prices::Flat(0.3)
    }
}

impl Prices {
    /// The price of each local hour in hundredths (cents of a Euro or Dollar), rounded; or what is wrong.
    pub fn cents_by_hour(&self) -> Result<[i64; 24], String> {
        let prices = match self {
            Prices::Flat(price) => vec![*price; 24],
            Prices::Hourly(prices) => prices.clone(),
            Prices::Ranges(ranges) => of_ranges(ranges)?,
        };
        let mut cents = [0; 24];
        if prices.len() != cents.len() {
            return Err(format!("{} prices instead of one, or of 24 by hour", prices.len()));
        }
        for (cents, price) in cents.iter_mut().zip(prices) {
            if !(price.is_finite() && (0.0..=1e6).contains(&price)) {
                return Err(format!("{price} is no price"));
            }
            *cents = (price * 100.0).round() as i64;
        }
        Ok(cents)
    }
}

fn of_ranges(ranges: &[PriceRange]) -> Result<Vec<f64>, String> {
    let mut prices: Vec<Option<f64>> = vec![None; 24];
    for range in ranges {
        let hour = |text: &str| text.trim().parse::<usize>().ok().filter(|hour| *hour <= 24);
        let wrong = || format!("hours \"{}\" are not of the form 22-6", range.hours);
        let (from, to) = range.hours.split_once('-').ok_or_else(wrong)?;
        let (from, to) = hour(from).zip(hour(to)).filter(|(from, to)| from != to).ok_or_else(wrong)?;
        // Around midnight where it ends before it begins.
        let length = if to > from { to - from } else { to + 24 - from };
        for hour in (from..from + length).map(|hour| hour % 24) {
            if prices[hour].replace(range.price).is_some() {
                return Err(format!("hour {hour} has two prices"));
            }
        }
    }
    match prices.iter().position(Option::is_none) {
        Some(hour) => {
            let missing = prices.iter().filter(|price| price.is_none()).count();
            let more = if missing > 1 { format!(", nor have {} others", missing - 1) } else { String::new() };
            Err(format!("hour {hour} has no price{more}; the ranges have to hold all of 0-24"))
        }
        None => Ok(prices.into_iter().flatten().collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(hours: &str, price: f64) -> PriceRange {
        PriceRange { hours: hours.to_owned(), price }
    }

    #[test]
    fn prices_are_flat_by_hour_or_by_range() {
        assert_eq!(Prices::default().cents_by_hour(), Ok([30; 24]));
        let ranges = Prices::Ranges(vec![range("22-6", 0.184), range("6-22", 0.345)]);
        let cents = ranges.cents_by_hour().expect("sound");
        assert_eq!((cents[21], cents[22], cents[0], cents[5], cents[6]), (35, 18, 18, 18, 35));
        let gap = Prices::Ranges(vec![range("0-12", 0.2)]);
        assert_eq!(
            gap.cents_by_hour(),
            Err("hour 12 has no price, nor have 11 others; the ranges have to hold all of 0-24".to_owned())
        );
        let twice = Prices::Ranges(vec![range("0-24", 0.2), range("3-4", 0.3)]);
        assert_eq!(twice.cents_by_hour(), Err("hour 3 has two prices".to_owned()));
        assert!(Prices::Hourly(vec![0.3; 23]).cents_by_hour().is_err());
        assert!(Prices::Flat(f64::NAN).cents_by_hour().is_err());
        assert!(Prices::Ranges(vec![range("6", 0.2)]).cents_by_hour().is_err());
    }
}
