//! Having a server keep a model until a certain time that it holds already, and looking whether it will.

use std::time::{Duration, Instant};

use super::Change;
use super::carry_out::{Witness, apply};
use super::load::{LoadState, entry_named};
use crate::devices::servers::{Client, read_again};
use crate::domain::device::{Obstacle, ReleaseOffer};
use crate::domain::time::{SECOND_MS, Timestamp};

/// How far a server's time to let a model go may lie from the one asked for, milliseconds: it counts from the end of the
/// request, and its clock is its own.
pub const SAME_TIME_MS: i64 = 60 * SECOND_MS;

/// Has the server keep `model` until `until` unless it is used, which may be sooner or later than it would have.
pub fn keep_until(client: &Client, model: &str, until: Timestamp, witness: &Witness<'_>) -> LoadState {
    if (witness.is_interrupted)() {
        return LoadState::Interrupted;
    }
    let name = match read_again(client, witness.now) {
        Err(error) => return LoadState::Failed(error),
        Ok(reading) => match entry_named(&reading, model) {
            None => return LoadState::Gone,
            Some(held) if held.offer == ReleaseOffer::Impossible(Obstacle::RemoteModel) => {
                return LoadState::RemoteModel;
            }
            Some(held) => held.model.clone(),
        },
    };
    let span = Duration::from_millis(until.since(witness.now).max(SECOND_MS).unsigned_abs());
    if let Err(state) = apply(client, Change::Keep { model: &name, span }) {
        return LoadState::not_made(state);
    }
    let began = Instant::now();
    loop {
        let is_over = began.elapsed() >= witness.patience.longest || (witness.is_interrupted)();
        match read_again(client, witness.now) {
            Err(error) if is_over => return LoadState::Failed(error),
            Err(_) => {}
            Ok(reading) => match entry_named(&reading, &name).map(|held| held.expires) {
                None => return LoadState::NotListed,
                Some(Some(expires)) if expires.since(until).abs() <= SAME_TIME_MS => {
                    return LoadState::Kept;
                }
                Some(expires) if is_over => return LoadState::NotKept { leaves: expires },
                Some(_) => {}
            },
        }
        std::thread::sleep(witness.patience.pause);
    }
}
