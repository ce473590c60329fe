//! What `gpu models` answers.

use serde::Serialize;
use serde_json::{Value, json};

use super::format::{duration, quantity, shorten};
use super::gpu::mebibytes;
use super::{Report, Style};
use crate::domain::device::{
    HeldModel, ModelActivity, Obstacle, ReleaseOffer, ReleaseSpareReason, ServerReading,
};
use crate::domain::time::{SECOND_MS, Timestamp};

/// What model servers hold.
#[derive(Clone, Debug, PartialEq)]
pub struct ModelsReport {
    /// The servers that answered.
    pub servers: Vec<ServerReading>,
    /// Configured ones that could not be read.
    pub unread: Vec<UnreadServer>,
}

/// A configured server that could not be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct UnreadServer {
    /// Where it should be.
    pub address: String,
    /// Why it could not be read.
    pub reason: String,
}

fn word(obstacle: Obstacle) -> &'static str {
    ReleaseSpareReason::Impossible { obstacle }.as_str()
}

fn model_value(model: &HeldModel) -> Value {
    let (release, obstacle) = match model.offer {
        ReleaseOffer::Possible(action) => (Some(action.as_str()), None),
        ReleaseOffer::Impossible(obstacle) => (None, Some(word(obstacle))),
    };
    json!({
        "model": model.model,
        "title": model.title,
        "memory_mib": model.memory_mib,
        "activity": model.activity,
        "last_used": model.last_used,
        "expires": model.expires,
        "release": release,
        "obstacle": obstacle,
    })
}

fn server_value(reading: &ServerReading) -> Value {
    let models: Vec<Value> = reading.models.iter().map(model_value).collect();
    json!({
        "server": reading.server.kind,
        "address": reading.server.address,
        "version": reading.version,
        "refusal": reading.refusal.map(word),
        "models": models,
    })
}

/// How long ago, or how long until; `-` when unknown.
fn span(style: &Style, from: Option<Timestamp>, to: Option<Timestamp>) -> String {
    let seconds = |from: Timestamp, to: Timestamp| (to.since(from).max(0) / SECOND_MS) as f64;
    // Ollama writes "never" as an instant centuries away.
    const FAR_SECONDS: f64 = 10.0 * 365.0 * 86_400.0;
    match (from, to) {
        (Some(from), None) => duration(seconds(from, style.now)),
        (None, Some(to)) if seconds(style.now, to) > FAR_SECONDS => "never".to_owned(),
        (None, Some(to)) => duration(seconds(style.now, to)),
        _ => "-".to_owned(),
    }
}

impl ModelsReport {
    fn known_mib(&self) -> f64 {
        let sizes =
            self.servers.iter().flat_map(|server| &server.models).filter_map(|model| model.memory_mib);
        // Not sum(): that of nothing is -0.
        sizes.fold(0.0, |sum, mib| sum + mib)
    }

    fn row(style: &Style, reading: &ServerReading, model: &HeldModel) -> Vec<String> {
        let state = match model.offer {
            ReleaseOffer::Impossible(Obstacle::NotOnGpu) => "not on a GPU".to_owned(),
            ReleaseOffer::Impossible(Obstacle::RemoteModel) => "remote".to_owned(),
            _ => match model.activity {
                ModelActivity::Idle => "idle".to_owned(),
                ModelActivity::Busy => "busy".to_owned(),
                ModelActivity::Unknown => "-".to_owned(),
            },
        };
        let title = model.title.as_ref().map(|title| format!(" ({title})")).unwrap_or_default();
        vec![
            reading.server.kind.to_string(),
            shorten(&format!("{}{title}", model.model), 60),
            mebibytes(model.memory_mib),
            state,
            span(style, model.last_used, None),
            span(style, None, model.expires),
            reading.server.address.clone(),
        ]
    }
}

impl Report for ModelsReport {
    fn data(&self) -> Value {
        let servers: Vec<Value> = self.servers.iter().map(server_value).collect();
        json!({ "action": "models", "servers": servers, "known_mib": self.known_mib(), "unread": self.unread })
    }

    fn records(&self) -> Vec<Value> {
        let servers = self.servers.iter().map(server_value).collect();
        let mut records = super::report::typed_records("server", servers);
        let unread = self.unread.iter().map(|unread| json!(unread)).collect();
        records.extend(super::report::typed_records("unread_server", unread));
        records
    }

    fn table(&self, style: &Style) -> String {
        let addresses: Vec<&str> = self.unread.iter().map(|unread| unread.address.as_str()).collect();
        let not_read = match addresses.is_empty() {
            true => String::new(),
            false => format!("Not read: {}\n", addresses.join(", ")),
        };
        if self.servers.is_empty() {
            // One that hangs or answers nonsense is there.
            let text = if addresses.is_empty() { "No model server answers.\n" } else { "" };
            return format!("{text}{not_read}");
        }
        let headers = ["SERVER", "MODEL", "GPU MEMORY", "STATE", "UNUSED FOR", "LEAVES IN", "ADDRESS"];
        let mut table = style.new_table(&headers);
        for reading in &self.servers {
            if reading.models.is_empty() {
                let text = match reading.refusal {
                    Some(_) => "(wants a key)",
                    None => "(holds nothing)",
                };
                let dash = || "-".to_owned();
                let kind = reading.server.kind.to_string();
                let address = reading.server.address.clone();
                table.add_row(vec![kind, text.to_owned(), dash(), dash(), dash(), dash(), address]);
            }
            for model in &reading.models {
                table.add_row(Self::row(style, reading, model));
            }
        }
        let count: usize = self.servers.iter().map(|server| server.models.len()).sum();
        let unknown = self
            .servers
            .iter()
            .flat_map(|server| &server.models)
            .filter(|model| {
                model.memory_mib.is_none() && model.offer != ReleaseOffer::Impossible(Obstacle::NotOnGpu)
            })
            .count();
        let mut summary =
            format!("{} holding {}", quantity(count as u64, "model"), mebibytes(Some(self.known_mib())));
        if unknown > 0 {
            summary.push_str(&format!(", and {} of unknown size", quantity(unknown as u64, "model")));
        }
        format!("{}\n{summary}\n{not_read}", style.finish_table(table))
    }

    fn detailed(&self, style: &Style) -> String {
        let mut text = self.table(style);
        for reading in &self.servers {
            let version = reading.version.as_ref().map(|version| format!(" {version}")).unwrap_or_default();
            text.push_str(&format!("\n{}{version} at {}\n", reading.server.kind, reading.server.address));
            if let Some(obstacle) = reading.refusal {
                text.push_str(&format!("  {}\n", ReleaseSpareReason::Impossible { obstacle }));
            }
            for model in &reading.models {
                let offer = match model.offer {
                    ReleaseOffer::Possible(action) => {
                        format!("can be asked to {}", action.as_str().replace('_', " "))
                    }
                    ReleaseOffer::Impossible(obstacle) => {
                        ReleaseSpareReason::Impossible { obstacle }.to_string()
                    }
                };
                let used = model.last_used.map(|used| format!("; last used by {}", style.time(used)));
                text.push_str(&format!("  {}: {offer}{}\n", model.model, used.unwrap_or_default()));
            }
        }
        text
    }
}
