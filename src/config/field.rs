//! Every field that can be configured: what it means and which values are sound, in one table that the check,
//! the generated file and `config show` read.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use clap::ValueEnum;

use super::embedding::check_url;
use super::flexibility::check_covered;
use super::models::time_limit;
use super::timetable::check_names;
use super::{Config, HostConfig, ModelServerConfig};
use crate::cli::{ColorChoice, OutputFormat, parse_duration};
use crate::domain::calendar::{Zone, parse_zone};
use crate::domain::time::{TimeSpan, Timestamp};

/// A field of the configuration.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Where it stands, such as `analysis.days`.
    pub path: &'static str,
    /// What it means, in a few words, with its unit.
    pub meaning: &'static str,
    /// A value to show where the default is to have none, in TOML; of a list of tables, one of them.
    pub example: Option<&'static str>,
    /// Says what is wrong with the value that a configuration has here.
    pub check: fn(&Config) -> Result<(), String>,
}

const fn field(
    path: &'static str,
    meaning: &'static str,
    example: Option<&'static str>,
    check: fn(&Config) -> Result<(), String>,
) -> Field {
    Field { path, meaning, example, check }
}

/// Every field, section by section, in the order of the generated file.
pub const FIELDS: &[Field] = &[
    field("db", "The store", Some("\"/var/lib/tidetable/store.db\""), |_| Ok(())),
    field("timezone", "Zone of local times; the system's when absent", Some("\"Europe/Berlin\""), |config| {
        config.timezone.as_deref().map_or(Ok(()), |name| {
            parse_zone(name)
                .map(|_| ())
                .map_err(|error| format!("{error}; use an IANA name such as Europe/Berlin"))
        })
    }),
    field("output_format", "table, detailed, json or jsonl", Some("\"table\""), |config| {
        one_of::<OutputFormat>(config.output_format.as_deref())
    }),
    field("color", "auto, always or never", Some("\"auto\""), |config| {
        one_of::<ColorChoice>(config.color.as_deref())
    }),
    field("lock_timeout", "How long to wait for another writer of the store", Some("\"10s\""), |config| {
        config.lock_timeout.as_deref().map_or(Ok(()), |text| parse_duration(text).map(|_| ()))
    }),
    field("seed", "Seed of every random choice", Some("0"), |_| Ok(())),
    field("calendar.holidays", "Dates on which schedules may rest, such as \"2026-12-25\"", None, |config| {
        config.calendar.holidays.iter().try_for_each(|text| date(text))
    }),
    field("analysis.days", "Days of history that are looked at, 1 to 3650", None, |config| {
        within(config.analysis.days, 1, 3650)
    }),
    field("analysis.min_confidence", "Least confidence of a pattern that is kept, 0 to 1", None, |config| {
        ratio(config.analysis.min_confidence)
    }),
    field(
        "rules.min_confidence",
        "Least confidence of a pattern that becomes a rule, 0 to 1",
        None,
        |config| ratio(config.rules.min_confidence),
    ),
    field("rules.earlier_minutes", "Minutes that a plan may start a rule earlier", None, |config| {
        within(config.rules.earlier_minutes, 0, 10_080)
    }),
    field("rules.later_minutes", "Minutes that a plan may start a rule later", None, |config| {
        within(config.rules.later_minutes, 0, 10_080)
    }),
    field("prediction.look_ahead_hours", "Hours to predict, 1 to 8784", None, |config| {
        within(config.prediction.look_ahead_hours, 1, 8784)
    }),
    field("prediction.min_confidence", "Least confidence of a prediction, 0 to 1", None, |config| {
        ratio(config.prediction.min_confidence)
    }),
    field("optimize.time_limit", "How long to search for a better plan", None, |config| {
        parse_duration(&config.optimize.time_limit).map(|_| ())
    }),
    field(
        "optimize.target_utilization",
        "Share of a capacity above which load is costly, 0 to 1",
        None,
        |config| ratio(config.optimize.target_utilization),
    ),
    field(
        "optimize.price_per_kwh",
        "What a kWh costs: one price, 24 by local hour, or [{ hours = \"22-6\", price = 0.2 }, ...]",
        None,
        |config| config.optimize.price_per_kwh.cents_by_hour().map(|_| ()),
    ),
    field(
        "optimize.duration_quantile",
        "How long a run is taken to be: the p50, p75 or p95 of its past durations",
        None,
        |config| match config.optimize.duration_quantile.as_str() {
            "p50" | "p75" | "p95" => Ok(()),
            other => Err(format!("\"{other}\" is none of p50, p75, p95")),
        },
    ),
    field(
        "optimize.auto_apply_gain",
        "Least relative gain of a plan that --auto-apply applies, 0 to 1",
        None,
        |config| ratio(config.optimize.auto_apply_gain),
    ),
    field("capacity.cpu_cores", "CPU cores", Some("8"), |config| positive(config.capacity.cpu_cores)),
    field("capacity.memory_mib", "Main memory in MiB", Some("32768"), |config| {
        positive(config.capacity.memory_mib)
    }),
    field("capacity.gpu_count", "GPUs; 0 when there is none", Some("1"), |_| Ok(())),
    field("capacity.gpu_memory_mib", "Memory of one GPU in MiB", Some("24576"), |config| {
        positive(config.capacity.gpu_memory_mib)
    }),
    field(
        "backup.dir",
        "Where copies go; beside the store when absent",
        Some("\"/var/backups/tidetable\""),
        |_| Ok(()),
    ),
    field("backup.keep_days", "Days that a copy is kept, 1 to 36500", None, |config| {
        within(config.backup.keep_days, 1, 36_500)
    }),
    field(
        "backup.automatic",
        "Whether the store is copied before migrations, large imports and prunes",
        None,
        |_| Ok(()),
    ),
    field(
        "backup.keep_automatic",
        "How many automatic copies of each occasion are kept, 1 to 1000",
        None,
        |config| within(config.backup.keep_automatic, 1, 1_000),
    ),
    field("schedulers.crontab", "The program that reads and writes crontabs of users", None, |config| {
        not_empty(&config.schedulers.crontab)
    }),
    field("schedulers.scrontab", "The same program of Slurm", None, |config| {
        not_empty(&config.schedulers.scrontab)
    }),
    field("gpu.warn_ratio", "Share of a GPU's memory in use at which to warn, 0 to 1", None, |config| {
        ratio(config.gpu.warn_ratio)
    }),
    field("gpu.critical_ratio", "Share of a GPU's memory in use that is critical, 0 to 1", None, |config| {
        ratio(config.gpu.critical_ratio)
    }),
    field("gpu.keep_samples", "Readings of each GPU that gpu watch keeps, 2 to 100000", None, |config| {
        within(config.gpu.keep_samples, 2, 100_000)
    }),
    field(
        "gpu.protected",
        "What gpu clear leaves alone, by command, unit or container: names or globs such as \"*vllm serve*\"",
        None,
        |config| {
            config.gpu.protected.iter().try_for_each(|pattern| {
                globset::Glob::new(pattern).map(|_| ()).map_err(|error| error.to_string())
            })
        },
    ),
    field(
        "models.discover",
        "Whether to look for model servers on their default ports of this machine",
        None,
        |_| Ok(()),
    ),
    field("models.timeout", "How long a model server may take to tell what it holds", None, |config| {
        time_limit(&config.models.timeout).map(|_| ())
    }),
    field(
        "models.action_timeout",
        "How long a model server may take to load a model or to let one go",
        None,
        |config| time_limit(&config.models.action_timeout).map(|_| ()),
    ),
    field("embedding.ollama_url", "Where Ollama is", None, |config| check_url(&config.embedding.ollama_url)),
    field("embedding.ollama_model", "A model of it that makes vectors of texts", None, |config| {
        not_empty(&config.embedding.ollama_model)
    }),
    field(
        "embedding.openai_url",
        "Where a server is that speaks OpenAI's protocol, up to its version",
        None,
        |config| check_url(&config.embedding.openai_url),
    ),
    field("embedding.openai_model", "A model of it that makes vectors of texts", None, |config| {
        not_empty(&config.embedding.openai_model)
    }),
    field(
        "embedding.openai_key_file",
        "File that holds its key",
        Some("\"/etc/tidetable/openai.key\""),
        |_| Ok(()),
    ),
    field(
        "embedding.openai_key_command",
        "Program that prints its key, and its arguments, such as [\"pass\", \"show\", \"openai\"]; where no file is named",
        None,
        |_| Ok(()),
    ),
    field("embedding.timeout", "How long one question may take", None, |config| {
        time_limit(&config.embedding.timeout).map(|_| ())
    }),
    field(
        "host",
        "A machine that differs from [capacity], by its name; once for each",
        Some(
            "[[host]]\nname = \"node1\"\ncpu_cores = 16\nmemory_mib = 65536\ngpu_count = 2\ngpu_memory_mib = 24576",
        ),
        |config| {
            config.host.iter().try_for_each(host)?;
            let mut names = BTreeSet::new();
            match config.host.iter().find(|host| !names.insert(host.name.as_str())) {
                Some(twice) => Err(format!("\"{}\" is there twice", twice.name)),
                None => Ok(()),
            }
        },
    ),
    field(
        "blackout",
        "Local hours in which plans let nothing run that they may move; once for each",
        Some(
            "[[blackout]]\nfrom = \"08:00\"\nto = \"18:00\"\ndays = [\"mon\", \"tue\", \"wed\", \"thu\", \"fri\"]\nhosts = []",
        ),
        |config| {
            config.blackout.iter().try_for_each(|blackout| {
                blackout
                    .spans(Zone::UTC, TimeSpan::new(Timestamp::clamped(0), Timestamp::clamped(0)))
                    .map(|_| ())
            })
        },
    ),
    field(
        "flexibility",
        "How far plans may move some task types, names or globs; once for each",
        Some("[[flexibility]]\ntask_types = [\"root: *\"]\nearlier = \"0m\"\nlater = \"4h\""),
        |config| {
            config.flexibility.iter().try_for_each(|entry| {
                check_names(&entry.task_types)?;
                entry.window().map(|_| ())
            })?;
            check_covered(&config.flexibility)
        },
    ),
    field(
        "exclusion",
        "Task types that may not run at the same time; once for each",
        Some("[[exclusion]]\ntag = \"the tape drive\"\ntask_types = [\"backup*\", \"restore\"]"),
        |config| {
            config.exclusion.iter().try_for_each(|entry| {
                not_empty(&entry.tag)?;
                check_names(&entry.task_types)
            })
        },
    ),
    field(
        "model_server",
        "A model server that is not found by its default port, or that wants a key; once for each",
        Some(
            "[[model_server]]\nkind = \"vllm\"\naddress = \"http://127.0.0.1:8001\"\nkey_file = \"/etc/tidetable/vllm.key\"\nkey_command = []",
        ),
        |config| {
            config.model_server.iter().try_for_each(ModelServerConfig::check)?;
            let mut addresses = BTreeSet::new();
            let all = config.model_server.iter().filter_map(|server| server.server_address().ok());
            match all.into_iter().find(|address| !addresses.insert(address.clone())) {
                Some(twice) => Err(format!("{twice} is there twice")),
                None => Ok(()),
            }
        },
    ),
    field(
        "preload",
        "A model that `gpu models --preload-for` loads before runs of some task types; once for each",
        Some("[[preload]]\ntask_types = [\"ml: summarise*\"]\nmodel = \"llama3.1:8b\"\nserver = \"ollama\""),
        |config| {
            config.preload.iter().try_for_each(|entry| {
                check_names(&entry.task_types)?;
                not_empty(&entry.model)
            })
        },
    ),
];

fn within(value: u32, least: u32, most: u32) -> Result<(), String> {
    if (least..=most).contains(&value) {
        Ok(())
    } else {
        Err(format!("{value} is not within {least} to {most}"))
    }
}

fn date(text: &str) -> Result<(), String> {
    let is_written_so = text.len() == 10 && text.parse::<NaiveDate>().is_ok();
    if is_written_so { Ok(()) } else { Err(format!("\"{text}\" is no date; write it as 2026-12-25")) }
}

fn host(host: &HostConfig) -> Result<(), String> {
    not_empty(&host.name).map_err(|_| "a host has no name".to_owned())?;
    [host.cpu_cores, host.memory_mib, host.gpu_memory_mib].into_iter().try_for_each(positive)
}

fn not_empty(text: &str) -> Result<(), String> {
    if text.trim().is_empty() { Err("it is empty".to_owned()) } else { Ok(()) }
}

fn ratio(value: f64) -> Result<(), String> {
    if (0.0..=1.0).contains(&value) { Ok(()) } else { Err(format!("{value} is not a ratio from 0 to 1")) }
}

fn positive(value: Option<f64>) -> Result<(), String> {
    match value {
        Some(value) if !(value.is_finite() && value > 0.0) => Err(format!("{value} is not more than 0")),
        _ => Ok(()),
    }
}

fn one_of<Choice: ValueEnum>(text: Option<&str>) -> Result<(), String> {
    let Some(text) = text else { return Ok(()) };
    if Choice::from_str(text, true).is_ok() {
        return Ok(());
    }
    let names: Vec<String> = Choice::value_variants()
        .iter()
        .filter_map(|variant| variant.to_possible_value().map(|value| value.get_name().to_owned()))
        .collect();
    Err(format!("\"{text}\" is none of {}", names.join(", ")))
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn paths_of(value: &Value, prefix: &str, paths: &mut Vec<String>) {
        match value {
            Value::Object(fields) => {
                for (name, value) in fields {
                    let path = if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
                    paths_of(value, &path, paths);
                }
            }
            _ => paths.push(prefix.to_owned()),
        }
    }

    #[test]
    fn the_table_names_every_field_of_the_configuration_and_no_other() {
        let mut paths = Vec::new();
        paths_of(&serde_json::to_value(Config::default()).unwrap(), "", &mut paths);
        let table: Vec<&str> = FIELDS.iter().map(|field| field.path).collect();
        assert_eq!(table, paths);
    }

    #[test]
    fn the_defaults_are_sound() {
        for field in FIELDS {
            assert_eq!((field.check)(&Config::default()), Ok(()), "{}", field.path);
        }
    }
}
