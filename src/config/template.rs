//! The commented configuration file that `config generate` writes.

use super::{CapacityConfig, Config, FIELDS, variable};

/// A configuration file that changes nothing: every field at its default, commented out, with what it means;
/// capacities as `detected` on this machine. Taking the `#` off a line that begins with `#name` sets it.
pub fn template(detected: &CapacityConfig) -> String {
    let defaults = Config { capacity: detected.clone(), ..Config::default() };
    let values = serde_json::to_value(defaults).unwrap_or_default();
    let mut text = format!(
        "# Configuration of tidetable. Options win over variables ({} and the like), those over\n\
         # tidetable.toml in the working folder, that over the user's file. What stands here commented out is the\n\
         # default: take the # off to set it. `tidetable config check` tells whether all is well.\n",
        variable("analysis.days")
    );
    let mut section = "";
    for field in FIELDS {
        if let Some(table) = field.example.filter(|example| example.starts_with("[[")) {
            let lines: String = table.lines().map(|line| format!("#{line}\n")).collect();
            text.push_str(&format!("\n# {}.\n{lines}", field.meaning));
            continue;
        }
        let (of, name) = field.path.split_once('.').unwrap_or(("", field.path));
        if of != section {
            section = of;
            text.push_str(&format!("\n# {}\n[{section}]\n", heading(section)));
        }
        let value =
            values.pointer(&format!("/{}", field.path.replace('.', "/"))).filter(|value| !value.is_null());
        // JSON's numbers and texts are TOML's too.
        let is_detected = section == "capacity" && value.is_some();
        let value = value.map(ToString::to_string).or(field.example.map(str::to_owned)).unwrap_or_default();
        let note = if is_detected { " Detected here:" } else { "" };
        text.push_str(&format!("\n# {}.{note}\n#{name} = {value}\n", field.meaning));
    }
    text
}

fn heading(section: &str) -> &'static str {
    match section {
        "calendar" => "Days that are not like others.",
        "analysis" => "Defaults of analyze-activity-patterns.",
        "rules" => "Defaults of generate-scheduling-rules.",
        "prediction" => "Defaults of predict.",
        "optimize" => "Defaults of optimize-resource-schedule.",
        "capacity" => "What the machine that runs the jobs has; detected at each call where absent.",
        "backup" => "Defaults of backup.",
        "schedulers" => "Programs that `rules apply` calls.",
        "gpu" => "When GPU memory is worth a word, and what `gpu clear` leaves alone.",
        "models" => "How model servers are found and asked by `gpu models`.",
        "embedding" => "Servers of models for search-similar-patterns --use-model.",
        _ => "More.",
    }
}

#[cfg(test)]
mod tests {
    use figment::Figment;
    use figment::providers::{Format, Toml};

    use super::*;
    use crate::config::{problems, read};

    fn detected() -> CapacityConfig {
        CapacityConfig {
            cpu_cores: Some(16.0),
            memory_mib: Some(64_000.5),
            gpu_count: Some(2),
            gpu_memory_mib: None,
        }
    }

    fn uncommented(text: &str) -> String {
        text.lines()
            .map(|line| match line.strip_prefix('#') {
                Some(rest) if !rest.starts_with(' ') => format!("{rest}\n"),
                _ => format!("{line}\n"),
            })
            .collect()
    }

    #[test]
    fn as_it_stands_it_changes_nothing() {
        let config = read(&Figment::from(Toml::string(&template(&detected())))).unwrap();
        assert_eq!(config, Config::default());
    }

    #[test]
    fn every_line_in_it_is_sound_once_uncommented() {
        let text = uncommented(&template(&detected()));
        let config = read(&Figment::from(Toml::string(&text))).unwrap();
        assert_eq!(config.capacity.cpu_cores, Some(16.0));
        assert_eq!(config.capacity.memory_mib, Some(64_000.5));
        for field in FIELDS {
            let (_, name) = field.path.split_once('.').unwrap_or(("", field.path));
            let is_set =
                |line: &str| line.starts_with(&format!("{name} = ")) || line == format!("[[{name}]]");
            assert!(text.lines().any(is_set), "{}", field.path);
        }
        assert_eq!((config.blackout.len(), config.flexibility.len(), config.host.len()), (1, 1, 1));
        assert_eq!(problems(&Figment::from(Toml::string(&text))), [], "and passes the check");
    }

    #[test]
    fn every_section_says_what_it_is_for() {
        assert!(!template(&CapacityConfig::default()).contains("# More."));
    }
}
