//! Having a server load a model or wake up, and looking whether it did.

use std::time::Instant;

use super::carry_out::{ReleaseState, Witness, apply};
use super::{Change, LoadRefusal};
use crate::devices::servers::{Client, ServerError, load_obstacle, read_again};
use crate::domain::device::{HeldModel, Obstacle, ReleaseOffer, ServerReading};
use crate::domain::time::Timestamp;

/// What became of it.
#[derive(Clone, Debug, PartialEq)]
pub enum LoadState {
    /// The server lists it, on a GPU as far as it tells.
    Loaded,
    /// It was there already; nothing was asked.
    AlreadyLoaded,
    /// It was there already, and the server lets it go when it was asked to.
    Kept,
    /// It was there already, and the server said yes and lets it go at another time; `None` where it tells none.
    NotKept {
        /// When it leaves.
        leaves: Option<Timestamp>,
    },
    /// It was there a moment ago; nothing was asked.
    Gone,
    /// The server said yes and does not list it.
    NotListed,
    /// The server holds it in main memory.
    NotOnGpu,
    /// It runs on another machine; nothing was asked.
    RemoteModel,
    /// Nothing was asked: somebody wanted us to stop.
    Interrupted,
    /// The server refused, or did not answer.
    Failed(ServerError),
    /// It has no such call.
    Refused(LoadRefusal),
}

impl LoadState {
    /// Of a change that was not made.
    pub(super) fn not_made(state: ReleaseState) -> LoadState {
        match state {
            ReleaseState::Refused(refusal) => LoadState::Refused(refusal),
            ReleaseState::Failed(error) => LoadState::Failed(error),
            _ => LoadState::Interrupted,
        }
    }

    /// Whether the server was asked and may have done it, also where its answer was lost.
    pub fn may_have_changed(&self) -> bool {
        match self {
            LoadState::Loaded
            | LoadState::Kept
            | LoadState::NotKept { .. }
            | LoadState::NotListed
            | LoadState::NotOnGpu => true,
            LoadState::Failed(error) => error.leaves_open(),
            LoadState::AlreadyLoaded
            | LoadState::Gone
            | LoadState::RemoteModel
            | LoadState::Interrupted
            | LoadState::Refused(_) => false,
        }
    }

    /// Whether the model is where it was wanted.
    pub fn is_done(&self) -> bool {
        matches!(self, LoadState::Loaded | LoadState::AlreadyLoaded | LoadState::Kept)
    }
}

/// The entry for a model that somebody names: as the server calls it, as people do, or without Ollama's usual tag.
pub fn entry_named<'a>(reading: &'a ServerReading, name: &str) -> Option<&'a HeldModel> {
    reading.models.iter().find(|held| {
        held.model == name
            || held.title.as_deref() == Some(name)
            || held.model.strip_suffix(":latest") == Some(name)
    })
}

/// Loads `model`, or wakes its server up, unless it is there already.
pub fn load(client: &Client, model: &str, change: Change<'_>, witness: &Witness<'_>) -> LoadState {
    if (witness.is_interrupted)() {
        return LoadState::Interrupted;
    }
    match read_again(client, witness.now).map(|reading| place(&reading, model)) {
        Err(error) => return LoadState::Failed(error),
        Ok(Place::Gpu) => return LoadState::AlreadyLoaded,
        Ok(Place::MainMemory | Place::Nowhere) => {}
    }
    match load_obstacle(client, model) {
        Ok(Some(Obstacle::RemoteModel)) => return LoadState::RemoteModel,
        Ok(_) => {}
        Err(error) => return LoadState::Failed(error),
    }
    if let Err(state) = apply(client, change) {
        return LoadState::not_made(state);
    }
    let began = Instant::now();
    loop {
        let found = read_again(client, witness.now).map(|reading| place(&reading, model));
        let is_over = began.elapsed() >= witness.patience.longest || (witness.is_interrupted)();
        match found {
            Ok(Place::Gpu) => return LoadState::Loaded,
            Ok(Place::MainMemory) if is_over => return LoadState::NotOnGpu,
            Ok(Place::Nowhere) if is_over => return LoadState::NotListed,
            Err(error) if is_over => return LoadState::Failed(error),
            _ => std::thread::sleep(witness.patience.pause),
        }
    }
}

enum Place {
    Gpu,
    MainMemory,
    Nowhere,
}

fn place(reading: &ServerReading, model: &str) -> Place {
    match entry_named(reading, model).map(|held| held.offer) {
        None => Place::Nowhere,
        Some(ReleaseOffer::Impossible(Obstacle::NotOnGpu)) => Place::MainMemory,
        Some(_) => Place::Gpu,
    }
}
