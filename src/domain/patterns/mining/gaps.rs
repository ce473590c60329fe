//! Distances between starts that occur often: guesses at a period.

/// Lengths (ms) around which gaps between starts up to `apart` apart crowd, most frequent first, at most six.
/// `bin` is how far the logarithms of gaps that count as equal may differ.
pub(super) fn likely_gaps(starts: &[i64], apart: usize, bin: f64) -> Vec<f64> {
    const SHORTEST_MS: i64 = 5_000;
    const KEPT: usize = 6;
    const USED: usize = 20_000;
    let used = &starts[starts.len().saturating_sub(USED)..];
    let mut gaps: Vec<i64> = (1..=apart)
        .flat_map(|apart| used.windows(apart + 1).map(move |part| part[apart] - part[0]))
        .filter(|gap| *gap >= SHORTEST_MS)
        .collect();
    gaps.sort_unstable();
    let logarithms: Vec<f64> = gaps.into_iter().map(|gap| (gap as f64).ln()).collect();
    let mut windows: Vec<(usize, f64)> = Vec::with_capacity(logarithms.len());
    let mut end = 0;
    for start in 0..logarithms.len() {
        while end < logarithms.len() && logarithms[end] - logarithms[start] <= bin {
            end += 1;
        }
        if end - start >= 3 {
            windows.push((end - start, logarithms[(start + end) / 2]));
        }
    }
    let mut chosen: Vec<f64> = Vec::new();
    // The fullest window, of equally full ones that of the shortest gaps, and again among those beside it.
    while chosen.len() < KEPT {
        let fullest = windows.iter().max_by(|one, other| one.0.cmp(&other.0).then(other.1.total_cmp(&one.1)));
        let Some(&(_, logarithm)) = fullest else { break };
        chosen.push(logarithm);
        windows.retain(|window| (window.1 - logarithm).abs() > 1.5 * bin);
    }
    chosen.into_iter().map(f64::exp).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_distance_of_a_loop_comes_first() {
        let starts: Vec<i64> = (0..50).map(|index| index * 1_500_000 + index % 3 * 4_000).collect();
        assert!((likely_gaps(&starts, 5, 0.02)[0] / 1_500_000.0 - 1.0).abs() < 0.02);
    }
}
