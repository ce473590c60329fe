//! What our own looks at model servers tell of a model's last use: servers say what they hold, few say since when
//! nobody asked for it.

use std::collections::BTreeMap;

use super::{HeldModel, ModelActivity, ServerAddress, ServerReading};
use crate::domain::time::Timestamp;

/// What is kept of a model that a server holds.
#[derive(Clone, Debug, PartialEq)]
pub struct ModelSighting {
    /// Who held it.
    pub server: ServerAddress,
    /// Which.
    pub model: String,
    /// The first look that found it, since it was last gone.
    pub first_seen: Timestamp,
    /// The last look that found it.
    pub last_seen: Timestamp,
    /// It was used at or before this look, and not after it as far as was seen.
    pub last_used: Option<Timestamp>,
    /// The trace of its last use.
    pub use_mark: Option<String>,
    /// What it held on GPUs at most, MiB: what loading it again will take.
    pub most_mib: Option<f64>,
    /// Whether the last look at its server found it.
    pub is_held: bool,
}

/// What to keep after the look `reading` at `now`, given what was kept of that server before: every model it holds,
/// and those that it held and does not any more. A server that does not tell changes nothing.
pub fn sighted(before: &[ModelSighting], reading: &ServerReading, now: Timestamp) -> Vec<ModelSighting> {
    if reading.refusal.is_some() {
        return Vec::new();
    }
    let known: BTreeMap<&str, &ModelSighting> = before
        .iter()
        .filter(|sighting| sighting.server == reading.server)
        .map(|sighting| (sighting.model.as_str(), sighting))
        .collect();
    let mut kept: Vec<ModelSighting> = reading
        .models
        .iter()
        .map(|model| seen(known.get(model.model.as_str()).copied(), &reading.server, model, now))
        .collect();
    let is_gone = |sighting: &&&ModelSighting| {
        sighting.is_held && !reading.models.iter().any(|model| model.model == sighting.model)
    };
    kept.extend(
        known
            .values()
            .filter(is_gone)
            .map(|sighting| ModelSighting { is_held: false, ..(*sighting).clone() }),
    );
    kept
}

fn seen(
    before: Option<&ModelSighting>,
    server: &ServerAddress,
    model: &HeldModel,
    now: Timestamp,
) -> ModelSighting {
    let held_before = before.filter(|sighting| sighting.is_held);
    let last_used = match (model.activity, model.last_used, held_before) {
        (ModelActivity::Busy, _, _) => Some(now),
        (_, Some(told), _) => Some(told),
        // It came since the last look: loaded for somebody, at an unknown moment, so at the latest one.
        (_, None, None) => model.use_mark.as_ref().map(|_| now),
        (_, None, Some(sighting)) if sighting.use_mark == model.use_mark => sighting.last_used,
        (_, None, Some(_)) => Some(now),
    };
    let larger = |one: Option<f64>, other: Option<f64>| match (one, other) {
        (Some(one), Some(other)) => Some(one.max(other)),
        (one, other) => one.or(other),
    };
    ModelSighting {
        server: server.clone(),
        model: model.model.clone(),
        first_seen: held_before.map_or(now, |sighting| sighting.first_seen),
        last_seen: now,
        last_used,
        use_mark: model.use_mark.clone(),
        most_mib: larger(before.and_then(|sighting| sighting.most_mib), model.memory_mib),
        is_held: true,
    }
}

/// Fills in when each model was last used, where its server did not tell and `sightings` do.
pub fn with_last_use(reading: &mut ServerReading, sightings: &[ModelSighting]) {
    for model in reading.models.iter_mut().filter(|model| model.last_used.is_none()) {
        model.last_used = sightings
            .iter()
            .find(|sighting| {
                sighting.is_held && sighting.server == reading.server && sighting.model == model.model
            })
            .and_then(|sighting| sighting.last_used);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::device::{Obstacle, ReleaseAction, ReleaseOffer, ServerKind};
    use crate::domain::time::MINUTE_MS;

    fn at(minute: i64) -> Timestamp {
        Timestamp::clamped(1_772_366_400_000 + minute * MINUTE_MS)
    }

    fn reading(mark: Option<&str>) -> ServerReading {
        let server = ServerAddress { kind: ServerKind::Ollama, address: "http://127.0.0.1:11434".to_owned() };
        let model = HeldModel {
            model: "a".to_owned(),
            title: None,
            memory_mib: Some(100.0),
            activity: ModelActivity::Unknown,
            last_used: None,
            expires: None,
            use_mark: mark.map(str::to_owned),
            offer: ReleaseOffer::Possible(ReleaseAction::Unload),
        };
        ServerReading { server, version: None, models: vec![model], refusal: None }
    }

    fn looks(marks: &[Option<&str>]) -> ModelSighting {
        let mut kept = Vec::new();
        for (minute, mark) in (0..).zip(marks) {
            kept = sighted(&kept, &reading(*mark), at(minute));
        }
        kept.remove(0)
    }

    #[test]
    fn the_last_use_is_the_last_look_that_saw_a_new_trace() {
        assert_eq!(looks(&[Some("x"), Some("y"), Some("y"), Some("y")]).last_used, Some(at(1)));
        assert_eq!(looks(&[Some("x")]).last_used, Some(at(0)), "it was loaded for somebody");
    }

    #[test]
    fn without_a_trace_nothing_is_known_of_its_use() {
        assert_eq!(looks(&[None, None]).last_used, None);
        let mut busy = reading(None);
        busy.models[0].activity = ModelActivity::Busy;
        let kept = sighted(&[looks(&[None])], &busy, at(5));
        assert_eq!(kept[0].last_used, Some(at(5)), "but being at work is use");
    }

    #[test]
    fn what_the_server_tells_wins() {
        let mut told = reading(Some("y"));
        told.models[0].last_used = Some(at(-30));
        assert_eq!(sighted(&[looks(&[Some("x")])], &told, at(1))[0].last_used, Some(at(-30)));
    }

    #[test]
    fn a_model_that_went_and_came_back_begins_anew_and_keeps_its_size() {
        let first = looks(&[Some("x"), Some("x")]);
        let mut empty = reading(None);
        empty.models.clear();
        let gone = sighted(&[first], &empty, at(2));
        assert!(!gone[0].is_held);
        let mut smaller = reading(Some("x"));
        smaller.models[0].memory_mib = None;
        let back = sighted(&gone, &smaller, at(3));
        assert_eq!((back[0].first_seen, back[0].last_used), (at(3), Some(at(3))));
        assert_eq!(back[0].most_mib, Some(100.0));
    }

    #[test]
    fn a_server_that_does_not_tell_changes_nothing() {
        let mut silent = reading(None);
        silent.models.clear();
        silent.refusal = Some(Obstacle::NeedsKey);
        assert_eq!(sighted(&[looks(&[Some("x")])], &silent, at(1)), []);
    }

    #[test]
    fn what_is_known_of_its_use_is_filled_in() {
        let mut plain = reading(Some("x"));
        with_last_use(&mut plain, &[looks(&[Some("x"), Some("x")])]);
        assert_eq!(plain.models[0].last_used, Some(at(0)));
    }
}
