//! Which patterns behave alike: a signature for each, and the angle between two.

mod all_patterns;
mod blocks;
mod cluster_name;
mod clusters;
#[cfg(test)]
pub(crate) mod fixture;
mod nearest;
mod nearest_in_blocks;
mod nearest_vectors;
mod neighbour_graph;
mod period_spectrum;
mod resource_block;
mod signature;
mod spelling;
mod text_block;
mod week_profile;

pub use all_patterns::signatures_of;
pub use blocks::{Block, BlockShare};
pub use cluster_name::{cluster_name, tell_apart};
pub use clusters::{Cluster, Clusters, clusters};
pub use nearest::{Neighbour, Neighbours, SearchLimits, most_similar};
pub use nearest_in_blocks::BlockSearch;
pub use nearest_vectors::{NearestVectors, nearest_vectors};
pub use neighbour_graph::NeighbourGraph;
pub use signature::{
    SIGNATURE_LENGTH, SIGNATURE_VERSION, Signature, explain, is_signature, signature, similarity,
    with_embedded_name,
};
pub use spelling::{closest_names, names_meant};
