//! Whether memory came back: the driver's word where there is a driver, else the server's own figures, else nobody's.

use std::time::Duration;

use crate::domain::device::{HeldModel, Obstacle, ReleaseOffer, ServerReading};

/// The share of what was expected that counts as freed; the rest may be taken by others meanwhile.
pub const ENOUGH: f64 = 0.75;

/// What must come back at least where nobody tells how much to expect, MiB: less is noise.
const LEAST_MIB: f64 = 64.0;

/// How often and how long to look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// Between two looks.
    pub pause: Duration,
    /// All in all.
    pub longest: Duration,
}

/// Who measured it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FreedBy {
    /// The GPU's driver.
    Device,
    /// The server, of itself.
    Server,
}

impl FreedBy {
    /// The word used in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            FreedBy::Device => "device",
            FreedBy::Server => "server",
        }
    }
}

/// Memory that came back.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Freed {
    /// MiB.
    pub mib: f64,
    /// Who measured it.
    pub by: FreedBy,
}

/// Where a model is, as its server lists it after a release.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Listed {
    /// Not there any more, or asleep.
    Gone,
    /// Still there, with so much memory (`None` where the server does not tell).
    Held(Option<f64>),
    /// The server does not list such things.
    Untold,
}

/// How a server lists the model after the release of `before`.
pub(super) fn listed(before: &HeldModel, after: &ServerReading) -> Listed {
    if after.refusal.is_some() {
        return Listed::Untold;
    }
    let Some(now) = after.models.iter().find(|model| model.model == before.model) else {
        return Listed::Gone;
    };
    match (now.offer, now.memory_mib) {
        (ReleaseOffer::Impossible(Obstacle::NotOnGpu), _) => Listed::Gone,
        (_, memory_mib) => Listed::Held(memory_mib),
    }
}

/// What came back so far. `device` is how much less the driver sees in use.
pub(super) fn freed(before: &HeldModel, listed: Listed, device_mib: Option<f64>) -> Option<Freed> {
    if let Some(mib) = device_mib {
        return Some(Freed { mib: mib.max(0.0), by: FreedBy::Device });
    }
    let expected = before.memory_mib?;
    let mib = match listed {
        Listed::Gone => expected,
        Listed::Held(Some(still)) => (expected - still).max(0.0),
        Listed::Held(None) | Listed::Untold => return None,
    };
    Some(Freed { mib, by: FreedBy::Server })
}

/// Whether that is enough: the driver's word counts most. `None` where nobody can tell.
pub(super) fn is_enough(expected_mib: Option<f64>, listed: Listed, freed: Option<Freed>) -> Option<bool> {
    match (freed, expected_mib) {
        (Some(freed), Some(expected)) => Some(freed.mib >= ENOUGH * expected),
        (Some(freed), None) => Some(freed.mib >= LEAST_MIB),
        (None, _) => match listed {
            Listed::Gone => Some(true),
            Listed::Held(_) => Some(false),
            Listed::Untold => None,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::device::{ModelActivity, ReleaseAction, ServerAddress, ServerKind};

    fn model(memory_mib: Option<f64>) -> HeldModel {
        HeldModel {
            model: "a".to_owned(),
            title: None,
            memory_mib,
            activity: ModelActivity::Idle,
            last_used: None,
            expires: None,
            use_mark: None,
            offer: ReleaseOffer::Possible(ReleaseAction::Unload),
        }
    }

    fn reading(models: Vec<HeldModel>) -> ServerReading {
        let server = ServerAddress { kind: ServerKind::Ollama, address: "http://127.0.0.1:1".to_owned() };
        ServerReading { server, version: None, models, refusal: None }
    }

    #[test]
    fn the_driver_outweighs_the_server() {
        let held = model(Some(1_000.0));
        let gone = listed(&held, &reading(Vec::new()));
        let told = freed(&held, gone, Some(100.0));
        assert_eq!(told, Some(Freed { mib: 100.0, by: FreedBy::Device }));
        assert_eq!(is_enough(Some(1_000.0), gone, told), Some(false));
    }

    #[test]
    fn without_a_driver_the_servers_own_figures_count() {
        let held = model(Some(1_000.0));
        let part = listed(&held, &reading(vec![model(Some(400.0))]));
        assert_eq!(freed(&held, part, None), Some(Freed { mib: 600.0, by: FreedBy::Server }));
        assert_eq!(is_enough(Some(1_000.0), part, freed(&held, part, None)), Some(false));
    }

    #[test]
    fn without_any_figure_the_list_counts() {
        let held = model(None);
        assert_eq!(is_enough(None, listed(&held, &reading(Vec::new())), None), Some(true));
        assert_eq!(is_enough(None, listed(&held, &reading(vec![model(None)])), None), Some(false));
        let asleep = HeldModel { offer: ReleaseOffer::Impossible(Obstacle::NotOnGpu), ..model(None) };
        assert_eq!(listed(&held, &reading(vec![asleep])), Listed::Gone);
    }

    #[test]
    fn little_memory_from_nobody_knows_how_much_is_noise() {
        let few = Some(Freed { mib: 10.0, by: FreedBy::Device });
        assert_eq!(is_enough(None, Listed::Untold, few), Some(false));
        assert_eq!(is_enough(None, Listed::Untold, None), None);
    }
}
