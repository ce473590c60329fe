//! Which patterns behave alike: a signature for each, and the angle between two.

mod blocks;
#[cfg(test)]
mod fixture;
mod nearest;
mod period_spectrum;
mod resource_block;
mod signature;
mod spelling;
mod text_block;
mod week_profile;

pub use blocks::{Block, BlockShare};
pub use nearest::{Neighbour, SearchLimits, most_similar};
pub use signature::{SIGNATURE_LENGTH, SIGNATURE_VERSION, Signature, signature};
pub use spelling::closest_names;
