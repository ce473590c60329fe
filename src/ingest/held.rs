//! Things that wait for their other half, found by host and process, let go oldest first.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use crate::domain::time::Timestamp;

/// A process of a host.
type Process = (Arc<str>, i64);
/// Instant and order of arrival.
type Place = (Timestamp, u64);

/// Values by the process they belong to and by their time.
pub(super) struct Held<T> {
    values: BTreeMap<Place, (Process, T)>,
    places: HashMap<Process, Vec<Place>>,
    arrivals: u64,
}

impl<T> Held<T> {
    /// Nothing.
    pub(super) fn new() -> Held<T> {
        Held { values: BTreeMap::new(), places: HashMap::new(), arrivals: 0 }
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.values.len()
    }

    /// Keeps a value.
    pub(super) fn insert(&mut self, host: &Arc<str>, process_id: i64, at: Timestamp, value: T) {
        let process = (Arc::clone(host), process_id);
        let place = (at, self.arrivals);
        self.arrivals += 1;
        self.places.entry(process.clone()).or_default().push(place);
        self.values.insert(place, (process, value));
    }

    /// The value of a process that came last among those for which `fits` holds, to be changed in place.
    pub(super) fn find_mut(
        &mut self,
        host: &Arc<str>,
        process_id: i64,
        fits: impl Fn(Timestamp, &T) -> bool,
    ) -> Option<&mut T> {
        let place = self.place_of(host, process_id, fits)?;
        self.values.get_mut(&place).map(|(_, value)| value)
    }

    /// Takes out the value that [`Held::find_mut`] finds, with its instant.
    pub(super) fn take(
        &mut self,
        host: &Arc<str>,
        process_id: i64,
        fits: impl Fn(Timestamp, &T) -> bool,
    ) -> Option<(Timestamp, T)> {
        let place = self.place_of(host, process_id, fits)?;
        self.remove(place)
    }

    /// Takes out the earliest value if it lies before `limit`.
    pub(super) fn take_before(&mut self, limit: Timestamp) -> Option<T> {
        let place = *self.values.first_key_value()?.0;
        (place.0 < limit).then(|| self.remove(place)).flatten().map(|(_, value)| value)
    }

    /// Takes out the earliest value.
    pub(super) fn take_first(&mut self) -> Option<T> {
        let place = *self.values.first_key_value()?.0;
        self.remove(place).map(|(_, value)| value)
    }

    fn place_of(
        &self,
        host: &Arc<str>,
        process_id: i64,
        fits: impl Fn(Timestamp, &T) -> bool,
    ) -> Option<Place> {
        let places = self.places.get(&(Arc::clone(host), process_id))?;
        let fitting = |place: &&Place| self.values.get(place).is_some_and(|(_, value)| fits(place.0, value));
        places.iter().rev().find(fitting).copied()
    }

    fn remove(&mut self, place: Place) -> Option<(Timestamp, T)> {
        let (process, value) = self.values.remove(&place)?;
        if let Some(places) = self.places.get_mut(&process) {
            places.retain(|other| *other != place);
            if places.is_empty() {
                self.places.remove(&process);
            }
        }
        Some((place.0, value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_found_by_process_and_let_go_by_time() {
        let host: Arc<str> = Arc::from("box");
        let at = |seconds| Timestamp::from_seconds(seconds).expect("in range");
        let mut held = Held::new();
        held.insert(&host, 7, at(30), 'c');
        held.insert(&host, 7, at(10), 'a');
        held.insert(&host, 8, at(20), 'b');
        assert_eq!(held.take(&host, 7, |when, _| when > at(20)), Some((at(30), 'c')));
        assert_eq!(held.take(&host, 9, |_, _| true), None);
        assert_eq!(held.take_before(at(15)), Some('a'));
        assert_eq!(held.take_before(at(15)), None);
        assert_eq!(held.take_first(), Some('b'));
        assert_eq!((held.len(), held.places.len()), (0, 0));
    }
}
