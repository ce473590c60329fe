//! Vectors as bytes: 32-bit floats, little-endian, one after the other.

/// The bytes of `values`.
pub(super) fn bytes_of(values: &[f32]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

/// Adds the values of `bytes` to `values`; some bytes left over at the end say nothing.
pub(super) fn append_values(bytes: &[u8], values: &mut Vec<f32>) {
    values.extend(bytes.chunks_exact(4).map(|four| f32::from_le_bytes([four[0], four[1], four[2], four[3]])));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_come_back_to_the_last_bit() {
        let values = [0.1_f32, -0.0, f32::MIN_POSITIVE, 1e38];
        let mut back = Vec::new();
        append_values(&bytes_of(&values), &mut back);
        let bits = |values: &[f32]| values.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
        assert_eq!(bits(&back), bits(&values));
        append_values(&[1, 2, 3], &mut back);
        assert_eq!(back.len(), 4);
    }
}
