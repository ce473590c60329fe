//! Bytes in words.

/// Bytes as people say them: `512 B`, `3.4 KiB`, `1.2 GiB`.
pub fn byte_size(bytes: u64) -> String {
    let mut value = bytes as f64;
    for unit in ["B", "KiB", "MiB", "GiB"] {
        if value < 1_024.0 {
            return if unit == "B" { format!("{bytes} B") } else { format!("{value:.1} {unit}") };
        }
        value /= 1_024.0;
    }
    format!("{value:.1} TiB")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_told_in_the_unit_that_leaves_few_digits() {
        let told = [0, 1_023, 1_024, 3_500_000, u64::MAX].map(byte_size);
        assert_eq!(told, ["0 B", "1023 B", "1.0 KiB", "3.3 MiB", "16777216.0 TiB"]);
    }
}
