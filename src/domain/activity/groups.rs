//! Groups of users, or of task types, whose runs start at like hours of the day.

use linfa::traits::Transformer;
use linfa_clustering::Dbscan;
use linfa_nn::CommonNearestNeighbour;
use linfa_nn::distance::L2Dist;
use ndarray::Array2;
use serde::{Deserialize, Serialize};

use super::behavior::peak_hours;

/// Runs below which a member's hours say too little.
const MIN_RUNS: u64 = 10;

/// Members nearer than this (Hellinger distance, 0 to 1) start at like hours.
const NEAR: f64 = 0.35;

/// Rows beyond which the quadratic clustering would keep a person waiting; the busiest are kept.
const MOST_MEMBERS: usize = 2_000;

/// Members that start at like hours.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ActivityGroup {
    /// Names, ascending.
    pub members: Vec<String>,
    /// Runs of all members.
    pub runs: u64,
    /// The fewest hours that hold at least half of their runs, ascending.
    pub peak_hours: Vec<u8>,
}

/// Groups by density (DBSCAN) over the square roots of hour shares, smoothed around the clock so that 23:59 is
/// near 00:01. Only groups of two or more; largest first, then by first member.
pub fn activity_groups(hours_of: &[(String, [u64; 24])]) -> Vec<ActivityGroup> {
    let total = |hours: &[u64; 24]| hours.iter().sum::<u64>();
    let mut rows: Vec<&(String, [u64; 24])> =
        hours_of.iter().filter(|(_, hours)| total(hours) >= MIN_RUNS).collect();
    rows.sort_by(|a, b| total(&b.1).cmp(&total(&a.1)).then_with(|| a.0.cmp(&b.0)));
    rows.truncate(MOST_MEMBERS);
    if rows.len() < 2 {
        return Vec::new();
    }
    let mut features = Array2::<f64>::zeros((rows.len(), 24));
    for (row, (_, hours)) in rows.iter().enumerate() {
        for (hour, share) in smoothed(hours).into_iter().enumerate() {
            // Hellinger distance is the Euclidean one between these, up to the factor.
            features[[row, hour]] = (share / 2.0).sqrt();
        }
    }
    // A tree finds nothing quicker among rows of so many columns.
    let clustering = Dbscan::params_with(2, L2Dist, CommonNearestNeighbour::LinearSearch);
    let Ok(labels) = clustering.tolerance(NEAR).transform(&features) else { return Vec::new() };
    let mut groups: Vec<(Vec<String>, [u64; 24])> = Vec::new();
    for (row, label) in labels.iter().enumerate() {
        let Some(label) = label else { continue };
        if groups.len() <= *label {
            groups.resize(*label + 1, (Vec::new(), [0; 24]));
        }
        let (members, hours) = &mut groups[*label];
        members.push(rows[row].0.clone());
        for (sum, count) in hours.iter_mut().zip(rows[row].1) {
            *sum += count;
        }
    }
    let mut groups: Vec<ActivityGroup> = groups
        .into_iter()
        .filter(|(members, _)| members.len() >= 2)
        .map(|(mut members, hours)| {
            members.sort();
            ActivityGroup { members, runs: total(&hours), peak_hours: peak_hours(&hours, total(&hours)) }
        })
        .collect();
    groups.sort_by(|a, b| b.members.len().cmp(&a.members.len()).then_with(|| a.members.cmp(&b.members)));
    groups
}

/// Shares of the hours, a quarter of each handed to either neighbour.
fn smoothed(hours: &[u64; 24]) -> [f64; 24] {
    let total = hours.iter().sum::<u64>().max(1) as f64;
    std::array::from_fn(|hour| {
        let at = |index: usize| hours[index % 24] as f64 / total;
        0.5 * at(hour) + 0.25 * at(hour + 1) + 0.25 * at(hour + 23)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(hours: &[usize]) -> [u64; 24] {
        let mut counts = [0; 24];
        for hour in hours {
            counts[*hour] += 20;
        }
        counts
    }

    #[test]
    fn members_of_like_hours_are_grouped_and_loners_are_not() {
        let groups = activity_groups(&[
            ("backup".into(), at(&[2])),
            ("prune".into(), at(&[2])),
            ("mail".into(), at(&[9, 10, 11])),
            ("report".into(), at(&[9, 10, 11])),
            ("lonely".into(), at(&[18])),
        ]);
        let members: Vec<&[String]> = groups.iter().map(|group| group.members.as_slice()).collect();
        assert_eq!(members, [["backup", "prune"], ["mail", "report"]]);
        assert_eq!(groups[0].peak_hours, [2]);
    }

    #[test]
    fn too_few_members_make_no_group() {
        assert!(activity_groups(&[("backup".into(), at(&[2]))]).is_empty());
    }
}
