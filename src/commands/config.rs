//! `config`: what is configured, whether it is sound, and a file to begin with.

use serde_json::Value;

use super::config_check::against_the_store;
use super::{CommandError, Context, Mode, Outcome};
use crate::cli::config::{CheckArgs, ConfigAction, ConfigArgs, GenerateConfigArgs, ShowArgs};
use crate::config::{
    self, CapacityConfig, Config, ConfigError, ConfigFiles, Existing, Layer, Problem, Setting, default_store,
    file_layer, layers, problems, settings, template, write_file,
};
use crate::devices::detect;
use crate::domain::device::HostCapacity;
use crate::output::config::{ConfigReport, SettingShape};

/// Shows, checks or writes the configuration.
pub fn run(context: &Context, args: &ConfigArgs) -> anyhow::Result<Outcome> {
    match &args.action {
        ConfigAction::Show(args) => show(context, args),
        ConfigAction::Check(args) => check(context, args),
        ConfigAction::Generate(args) => generate(context, args),
    }
}

fn show(context: &Context, args: &ShowArgs) -> anyhow::Result<Outcome> {
    let files = ConfigFiles::locate();
    let layers = layers(&files, context.config_file.as_deref())?;
    let config = config::read(&layers)?;
    let mut settings = settings(&config, &layers, &files);
    for setting in &mut settings {
        resolve(setting, context, &config);
    }
    let settings = settings
        .into_iter()
        .map(|setting| SettingShape {
            field: setting.field,
            value: setting.value,
            layer: setting.layer.as_str(),
            source: setting.source,
        })
        .collect();
    Ok(Outcome::done(ConfigReport::Show { settings, with_origin: args.origin }, Vec::new()))
}

/// What an option of this call, or the system, decides where the layers do not have the last word.
fn resolve(setting: &mut Setting, context: &Context, config: &Config) {
    let (effective, untouched) = match setting.field {
        "db" => (
            Value::from(context.store_path.to_string_lossy()),
            default_store().is_ok_and(|default| default == context.store_path),
        ),
        "timezone" => (Value::from(context.zone.name()), config.timezone.is_none()),
        "seed" => (Value::from(context.seed), context.seed == 0),
        "lock_timeout" => (
            Value::from(humantime::format_duration(context.lock_timeout).to_string()),
            context.lock_timeout.as_secs() == 10,
        ),
        "output_format" if setting.value.is_null() => (Value::from("table"), true),
        "color" if setting.value.is_null() => (Value::from("auto"), true),
        _ => return,
    };
    let same_duration = || {
        let text = setting.value.as_str()?;
        Some(crate::cli::parse_duration(text).ok()? == context.lock_timeout)
    };
    if setting.value == effective || (setting.field == "lock_timeout" && same_duration() == Some(true)) {
        return;
    }
    let from_default = setting.layer == Layer::Default && untouched;
    setting.value = effective;
    // By now nobody knows any more which of them gave it.
    let from_outside = setting.field == "timezone" && from_default;
    setting.source = from_outside.then(|| "--timezone, TZ or the system".to_owned());
    setting.layer = if from_default { Layer::Default } else { Layer::CommandLine };
}

fn check(context: &Context, args: &CheckArgs) -> anyhow::Result<Outcome> {
    let files = ConfigFiles::locate();
    let named = args.file.as_ref().or(context.config_file.as_ref());
    let figment = match &args.file {
        Some(file) => file_layer(file)?,
        None => layers(&files, context.config_file.as_deref())?,
    };
    let mut problems = problems(&figment);
    let mut warnings = Vec::new();
    if problems.is_empty() {
        // What the list of problems may have missed.
        let config = config::read(&figment)?;
        (problems, warnings) = against_the_store(context, &figment, &config);
    }
    if !problems.is_empty() {
        return Err(refusal(&problems).into());
    }
    let checked: Vec<_> = match named {
        Some(file) => vec![file.clone()],
        None => files.user.into_iter().chain([files.project]).filter(|path| path.is_file()).collect(),
    };
    if checked.is_empty() {
        warnings
            .push("there is no configuration file; `tidetable config generate --user` writes one".to_owned());
    }
    Ok(Outcome::done(ConfigReport::Check { files: checked }, warnings))
}

fn refusal(problems: &[Problem]) -> CommandError {
    let lines: Vec<String> =
        problems.iter().map(|problem| format!("{}: {}", problem.place(), problem.reason)).collect();
    let message = match lines.as_slice() {
        [line] => line.clone(),
        lines => format!("{} problems in the configuration\n  {}", lines.len(), lines.join("\n  ")),
    };
    let hint = "`tidetable config generate` prints every field with its meaning and default".to_owned();
    CommandError::Refused { message, hint }
}

/// What was detected, in the fields of the configuration: GPUs of several sizes count as the smallest of them.
fn capacity_of(host: &HostCapacity) -> CapacityConfig {
    CapacityConfig {
        cpu_cores: Some(host.cpu_cores),
        memory_mib: host.memory_mib.map(f64::floor),
        gpu_count: u32::try_from(host.gpus.len()).ok().filter(|count| *count > 0),
        gpu_memory_mib: host.gpus.iter().map(|gpu| gpu.memory_mib.floor()).min_by(f64::total_cmp),
    }
}

fn generate(context: &Context, args: &GenerateConfigArgs) -> anyhow::Result<Outcome> {
    let text = template(&capacity_of(&detect()));
    let path = match (&args.write, args.user) {
        (Some(path), _) => Some(path.clone()),
        (None, true) => Some(ConfigFiles::locate().user.ok_or(ConfigError::NoHome)?),
        (None, false) => None,
    };
    let Some(path) = path else {
        return Ok(Outcome::done(ConfigReport::Generate { text, path: None, written: false }, Vec::new()));
    };
    let existing = if args.force { Existing::Replace } else { Existing::Keep };
    let written = context.mode == Mode::Act;
    if written {
        write_file(&path, &text, existing)?;
    } else if existing == Existing::Keep && path.exists() {
        return Err(ConfigError::Exists(path).into());
    }
    Ok(Outcome::done(ConfigReport::Generate { text, path: Some(path), written }, Vec::new()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::device::GpuCapacity;

    #[test]
    fn gpus_of_several_sizes_count_as_the_smallest() {
        let gpu = |memory_mib| GpuCapacity { name: "GPU".to_owned(), memory_mib };
        let host = HostCapacity {
            hostname: None,
            cpu_cores: 8.0,
            memory_mib: Some(32_000.7),
            gpus: vec![gpu(24_576.0), gpu(16_384.5)],
        };
        let capacity = capacity_of(&host);
        assert_eq!((capacity.gpu_count, capacity.gpu_memory_mib), (Some(2), Some(16_384.0)));
        assert_eq!(capacity.memory_mib, Some(32_000.0));
    }

    #[test]
    fn what_was_not_detected_stays_unknown() {
        let host = HostCapacity { hostname: None, cpu_cores: 1.0, memory_mib: None, gpus: Vec::new() };
        let capacity = capacity_of(&host);
        assert_eq!((capacity.memory_mib, capacity.gpu_count, capacity.gpu_memory_mib), (None, None, None));
    }
}
