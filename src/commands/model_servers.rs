//! Model servers for commands: looked at by configuration and default ports, and asked step by step.

use std::time::Duration;

use super::model_sightings::keep_sightings;
use super::{CommandError, Context};
use crate::config::ModelServerConfig;
use crate::devices::SecretSource;
use crate::devices::release::{Patience, ReleaseOutcome, ReleaseState, Witness, carry_out};
use crate::devices::servers::{Client, Found, ServerConfig, ServerLimits, Trouble, default_servers, look_at};
use crate::domain::device::{
    GpuProcess, ModelChange, ModelChangeKind, ModelSighting, ReleaseStep, ServerAddress, with_kernel_memory,
};
use crate::store::Store;

/// To connect to a server that is up takes far less, also across a network.
const CONNECT: Duration = Duration::from_secs(1);

/// Between two looks at memory.
const PAUSE: Duration = Duration::from_millis(250);

/// What a look at model servers found.
pub(super) struct Look {
    /// The servers that answered.
    pub found: Vec<Found>,
    /// All that was ever seen of models.
    pub sightings: Vec<ModelSighting>,
    /// Configured servers that could not be read, so that nobody knows what they hold.
    pub unread: Vec<Trouble>,
}

/// Looks at the model servers that `names` names by kind or address, at all where it names none, and keeps what was
/// seen. `processes` are all that hold GPU memory, where a driver lists them. A configured server that does not answer
/// becomes a warning.
pub(super) fn look(
    context: &Context,
    names: &[String],
    processes: Option<&[GpuProcess]>,
    warnings: &mut Vec<String>,
) -> Result<Look, CommandError> {
    let configured = configured(&context.config.model_server, warnings);
    let others = if context.config.models.discover { default_servers(&configured) } else { Vec::new() };
    let mut servers: Vec<ServerConfig> = configured.into_iter().chain(others).collect();
    if !names.is_empty() {
        for name in names {
            if !servers.iter().any(|server| is_meant(server, name)) {
                return Err(unknown_server(name));
            }
        }
        servers.retain(|server| names.iter().any(|name| is_meant(server, name)));
    }
    let (mut found, troubles) = look_at(&servers, limits(context), context.now);
    // A port that two kinds share may hold the other one.
    found.retain(|one| names.is_empty() || names.iter().any(|name| names_server(&one.reading.server, name)));
    warnings.extend(troubles.iter().map(|trouble| trouble.error.to_string()));
    let sightings = keep_sightings(context, &mut found, warnings);
    if let Some(processes) = processes {
        let here = found.iter_mut().filter(|one| one.client.is_here());
        here.for_each(|one| with_kernel_memory(&mut one.reading, processes));
    }
    Ok(Look { found, sightings, unread: troubles })
}

/// How long calls may take.
pub(super) fn limits(context: &Context) -> ServerLimits {
    let (read, act) = context.config.models.limits();
    ServerLimits { connect: CONNECT.min(read), read, act }
}

/// The servers of the configuration. Reading it has refused what is none.
fn configured(entries: &[ModelServerConfig], warnings: &mut Vec<String>) -> Vec<ServerConfig> {
    entries
        .iter()
        .filter_map(|entry| {
            let (kind, address) = (entry.server_kind().ok()?, entry.server_address().ok()?);
            let key = match (&entry.key_file, entry.key_command.is_empty()) {
                (Some(path), _) => Some(SecretSource::File(path.clone())),
                (None, false) => Some(SecretSource::Program(entry.key_command.clone())),
                (None, true) => None,
            };
            warnings.extend(key.iter().filter_map(SecretSource::exposure));
            if key.is_some() && !is_here(&address) {
                warnings.push(format!("the key for {address} crosses the network unencrypted"));
            }
            Some(ServerConfig { kinds: vec![kind], address, key, is_configured: true })
        })
        .collect()
}

fn is_here(address: &str) -> bool {
    let host = address.trim_start_matches("http://");
    ["localhost", "127.", "[::1]"].iter().any(|here| host.starts_with(here))
}

fn is_meant(server: &ServerConfig, name: &str) -> bool {
    server.address == name.trim_end_matches('/') || server.kinds.iter().any(|kind| kind.as_str() == name)
}

/// Whether `name` is this server's kind or address.
pub(super) fn names_server(server: &ServerAddress, name: &str) -> bool {
    server.kind.as_str() == name || server.address == name.trim_end_matches('/')
}

fn unknown_server(name: &str) -> CommandError {
    CommandError::Refused {
        message: format!("no model server is named {name}"),
        hint:
            "name a kind such as ollama, or an address as `tidetable gpu models` shows it; others go under \
               [[model_server]] in the configuration"
                .to_owned(),
    }
}

/// The client of a server that answered.
pub(super) fn client_of<'a>(found: &'a [Found], server: &ServerAddress) -> Option<&'a Client> {
    found.iter().find(|one| one.reading.server == *server).map(|one| &one.client)
}

/// How a command watches what comes of its requests.
pub(super) fn patience(wait: Duration) -> Patience {
    Patience { pause: PAUSE.min(wait), longest: wait }
}

/// Carries out one step; what is asked is recorded before, so that `gpu models --undo` can take it back.
pub(super) fn release_step(
    context: &Context,
    found: &[Found],
    step: &ReleaseStep,
    reason: &str,
    witness: &Witness<'_>,
) -> anyhow::Result<ReleaseOutcome> {
    let Some(client) = client_of(found, &step.server) else {
        return Ok(ReleaseOutcome { state: ReleaseState::AlreadyGone, freed: None });
    };
    let change = ModelChange {
        at: context.now,
        server: step.server.clone(),
        model: step.model.clone(),
        kind: ModelChangeKind::Release(step.action),
        reason: reason.to_owned(),
    };
    let id = record(context, &change)?;
    let outcome = carry_out(client, step, witness);
    if !outcome.may_have_changed() {
        forget(context, id)?;
    }
    Ok(outcome)
}

/// Records what a server is about to be asked; the store is not kept locked while the server works.
pub(super) fn record(context: &Context, change: &ModelChange) -> anyhow::Result<i64> {
    let mut store = context.open_writer()?;
    Ok(store.in_transaction(|transaction| Store::add_model_change(transaction, change))?)
}

/// Forgets what a server did not do.
pub(super) fn forget(context: &Context, id: i64) -> anyhow::Result<()> {
    let mut store = context.open_writer()?;
    Ok(store.in_transaction(|transaction| Store::forget_model_change(transaction, id))?)
}
