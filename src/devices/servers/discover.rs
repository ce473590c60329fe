//! Which servers to look at, and one look at all of them at once.

use super::model_server::model_server;
use super::{Client, ServerError, ServerLimits};
use crate::devices::SecretSource;
use crate::domain::device::{Obstacle, ServerAddress, ServerKind, ServerReading};
use crate::domain::time::Timestamp;

/// A server to look at.
#[derive(Clone, Debug, PartialEq)]
pub struct ServerConfig {
    /// What it may be: the first that its answers fit.
    pub kinds: Vec<ServerKind>,
    /// Where it is.
    pub address: String,
    /// Where its key comes from.
    pub key: Option<SecretSource>,
    /// Whether somebody said that it is there. Silence is no news of one that nobody did.
    pub is_configured: bool,
}

/// A server that answered.
pub struct Found {
    /// What it holds.
    pub reading: ServerReading,
    /// For further calls.
    pub client: Client,
}

/// A server that did not.
#[derive(Clone, Debug, PartialEq)]
pub struct Trouble {
    /// Where.
    pub address: String,
    /// Why.
    pub error: ServerError,
}

/// The default ports of this machine, without the addresses that `configured` ones have.
pub fn default_servers(configured: &[ServerConfig]) -> Vec<ServerConfig> {
    let mut found: Vec<ServerConfig> = Vec::new();
    // A vLLM knows no /v2 and a Triton no /v1/models; a llama-swap passes /models on, a llama-server knows no /running.
    let kinds = [
        ServerKind::Ollama,
        ServerKind::ComfyUi,
        ServerKind::Triton,
        ServerKind::Vllm,
        ServerKind::SgLang,
        ServerKind::LlamaSwap,
        ServerKind::LlamaServer,
        ServerKind::LmStudio,
        ServerKind::TabbyApi,
        ServerKind::Jupyter,
    ];
    for kind in kinds {
        let address = format!("http://127.0.0.1:{}", kind.default_port());
        let same_port = |server: &&ServerConfig| {
            let port = format!(":{}", kind.default_port());
            ["http://localhost", "http://127.0.0.1", "http://[::1]"]
                .iter()
                .any(|host| server.address == format!("{host}{port}"))
        };
        if configured.iter().any(|server| same_port(&server)) {
            continue;
        }
        match found.iter_mut().find(|server| server.address == address) {
            Some(server) => server.kinds.push(kind),
            None => found.push(ServerConfig { kinds: vec![kind], address, key: None, is_configured: false }),
        }
    }
    found
}

/// Looks at every server at `now`, all at once, and tells what they hold in the order of `servers`; and which
/// configured ones did not answer. Without an answer from a default port there is no server, and that is no trouble.
pub fn look_at(servers: &[ServerConfig], limits: ServerLimits, now: Timestamp) -> (Vec<Found>, Vec<Trouble>) {
    let answers: Vec<Result<Found, ServerError>> = std::thread::scope(|scope| {
        let looks: Vec<_> =
            servers.iter().map(|server| scope.spawn(move || look(server, limits, now))).collect();
        looks
            .into_iter()
            .zip(servers)
            .map(|(look, server)| {
                look.join().unwrap_or_else(|_| {
                    let reason = "the look at it failed".to_owned();
                    Err(ServerError::Unreachable { address: server.address.clone(), reason })
                })
            })
            .collect()
    });
    let mut found = Vec::new();
    let mut troubles = Vec::new();
    for (answer, server) in answers.into_iter().zip(servers) {
        match answer {
            Ok(one) => found.push(one),
            Err(error) if server.is_configured => {
                troubles.push(Trouble { address: server.address.clone(), error });
            }
            Err(_) => {}
        }
    }
    (found, troubles)
}

fn look(server: &ServerConfig, limits: ServerLimits, now: Timestamp) -> Result<Found, ServerError> {
    let key = server
        .key
        .as_ref()
        .map(SecretSource::read)
        .transpose()
        .map_err(|reason| ServerError::NoKey { address: server.address.clone(), reason })?;
    let mut last = ServerError::Unreachable {
        address: server.address.clone(),
        reason: "no kind of server is named".to_owned(),
    };
    for kind in &server.kinds {
        let address = ServerAddress { kind: *kind, address: server.address.clone() };
        let client = Client::new(address, key.clone(), limits);
        match read_again(&client, now) {
            Ok(reading) => return Ok(Found { reading, client }),
            // Whoever named its kind knows what it is; on a default port it may be anybody who refuses.
            Err(error) if error.is_about_key() && server.is_configured => {
                return Ok(Found { reading: locked(client.server()), client });
            }
            // Another kind may fit what answers there; where nothing does, none will.
            Err(error @ (ServerError::Foreign { .. } | ServerError::Status { .. })) => last = error,
            Err(error) => return Err(error),
        }
    }
    Err(last)
}

/// What a server holds now.
pub fn read_again(client: &Client, now: Timestamp) -> Result<ServerReading, ServerError> {
    let server = client.server();
    let holdings = model_server(server.kind).holdings(client, now)?;
    let mut models = holdings.models;
    models.sort_by(|one, other| one.model.cmp(&other.model));
    Ok(ServerReading { server: server.clone(), version: holdings.version, models, refusal: holdings.refusal })
}

fn locked(server: &ServerAddress) -> ServerReading {
    ServerReading {
        server: server.clone(),
        version: None,
        models: Vec::new(),
        refusal: Some(Obstacle::NeedsKey),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn configured(address: &str) -> ServerConfig {
        ServerConfig {
            kinds: vec![ServerKind::Vllm],
            address: address.to_owned(),
            key: None,
            is_configured: true,
        }
    }

    #[test]
    fn every_kind_has_a_default_port_and_shared_ports_are_asked_once() {
        let servers = default_servers(&[]);
        assert_eq!(servers.iter().map(|server| server.kinds.len()).sum::<usize>(), ServerKind::ALL.len());
        let shared: Vec<&str> = servers
            .iter()
            .filter(|server| server.kinds.len() == 2)
            .map(|server| server.address.as_str())
            .collect();
        assert_eq!(shared, ["http://127.0.0.1:8000", "http://127.0.0.1:8080"]);
    }

    #[test]
    fn what_is_configured_is_not_looked_for_again() {
        let servers = default_servers(&[configured("http://localhost:8000")]);
        assert!(servers.iter().all(|server| server.address != "http://127.0.0.1:8000"));
        assert_eq!(default_servers(&[configured("http://gpu1:8000")]).len(), default_servers(&[]).len());
    }
}
