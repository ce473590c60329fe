//! What task types are called: character 3-grams hashed into 64 components.

/// Components.
const BINS: usize = 64;

/// Counts of the 3-grams of the names (lower case, with marked ends), each added to or taken from the component
/// that its hash names: the sign comes from the hash too, so that texts without a common 3-gram lie at right
/// angles on average instead of all pointing the same way.
pub(super) fn name_profile(names: &[String]) -> Vec<f64> {
    let mut bins = vec![0.0; BINS];
    for name in names {
        let characters: Vec<char> =
            ['\u{2}'].into_iter().chain(name.to_lowercase().chars()).chain(['\u{3}']).collect();
        for gram in characters.windows(3.min(characters.len())) {
            let hash = fnv1a(gram);
            let sign = if hash >> 63 == 0 { 1.0 } else { -1.0 };
            bins[(hash % BINS as u64) as usize] += sign;
        }
    }
    bins
}

/// Fowler, Noll and Vo's hash (FNV-1a, 64 bits) with a final mix, because its low bits alone are poor. Fixed:
/// the standard library's hasher may change between versions, and stored signatures must not.
fn fnv1a(text: &[char]) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for character in text {
        for byte in u32::from(*character).to_le_bytes() {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
    hash ^= hash >> 33;
    hash = hash.wrapping_mul(0xff51_afd7_ed55_8ccd);
    hash ^ (hash >> 33)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cosine(one: &str, other: &str) -> f64 {
        let (one, other) = (name_profile(&[one.to_owned()]), name_profile(&[other.to_owned()]));
        let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(x, y)| x * y).sum::<f64>();
        dot(&one, &other) / (dot(&one, &one) * dot(&other, &other)).sqrt()
    }

    #[test]
    fn names_with_common_parts_are_near_and_others_are_not() {
        assert!(cosine("nightly-backup-home", "nightly-backup-data") > 0.5);
        assert!(cosine("nightly-backup-home", "train resnet50").abs() < 0.4);
        assert!(cosine("Train", "train") > 0.999);
    }

    #[test]
    fn the_hash_is_fixed() {
        assert_eq!(name_profile(&["a".to_owned()]).iter().map(|value| value.abs()).sum::<f64>(), 1.0);
        assert!(name_profile(&[]).iter().all(|value| *value == 0.0));
        let first = name_profile(&["train".to_owned()]);
        let places: Vec<usize> = (0..BINS).filter(|bin| first[*bin] != 0.0).collect();
        assert_eq!(places.len(), 5, "{places:?}");
    }
}
