//! Figures in the text that servers give to Prometheus.

/// The sum of a figure over all its labels; `None` where it is not there.
pub(super) fn sum_of(text: &str, name: &str) -> Option<f64> {
    let values: Vec<f64> = text
        .lines()
        .filter_map(|line| {
            let rest = line.strip_prefix(name)?;
            // Labels may hold blanks; the value follows them, a stamp may follow the value.
            let rest = match rest.strip_prefix('{') {
                Some(labels) => labels.rsplit_once('}')?.1,
                None if rest.starts_with(' ') => rest,
                None => return None,
            };
            rest.split_whitespace().next()?.parse::<f64>().ok().filter(|value| value.is_finite())
        })
        .collect();
    (!values.is_empty()).then(|| values.iter().sum())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_is_summed_over_its_labels_and_not_over_longer_names() {
        let text = "# HELP vllm:running Requests\nvllm:running{model=\"a b\",engine=\"0\"} 2.0\n\
                    vllm:running{model=\"a b\",engine=\"1\"} 1.0 1700000000\nvllm:running_total 9\nplain 4\n";
        assert_eq!(sum_of(text, "vllm:running"), Some(3.0));
        assert_eq!(sum_of(text, "plain"), Some(4.0));
        assert_eq!(sum_of(text, "absent"), None);
    }
}
