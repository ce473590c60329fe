//! `search-similar-patterns --use-model`: task types compared by what a model makes of their names.

use std::collections::{BTreeMap, BTreeSet};

use super::search_index::PatternIndex;
use super::{CommandError, Context, Mode};
use crate::cli::parse_duration;
use crate::cli::search::ModelChoice;
use crate::devices::{EmbeddingError, EmbeddingServer, Protocol, Secret, SecretSource};
use crate::domain::patterns::PatternId;
use crate::domain::similarity::with_embedded_name;
use crate::output::quantity;
use crate::store::Store;

/// The patterns of `index` with their names as `choice` sees them, and what that is called; as they are for
/// [`ModelChoice::None`].
pub(super) fn named_by_model(
    context: &Context,
    store: &Store,
    index: PatternIndex,
    choice: ModelChoice,
    warnings: &mut Vec<String>,
) -> anyhow::Result<(PatternIndex, Option<String>)> {
    let Some(server) = server(context, choice)? else { return Ok((index, None)) };
    let texts = texts(store)?;
    let Some(vectors) = vectors(context, store, &server, &texts, warnings)? else { return Ok((index, None)) };
    // A pattern without a task type has no name, in as many numbers as the others have.
    let silent = vec![0.0; vectors.values().next().map_or(0, Vec::len)];
    let named = index.with_rows(|id, row| {
        let vector = texts.get(&id).and_then(|text| vectors.get(text));
        with_embedded_name(row, vector.unwrap_or(&silent))
    });
    Ok((named, Some(server.model)))
}

/// The server that is configured for `choice`.
fn server(context: &Context, choice: ModelChoice) -> anyhow::Result<Option<EmbeddingServer>> {
    let config = &context.config.embedding;
    let timeout = parse_duration(&config.timeout).map_err(|reason| CommandError::Usage {
        message: format!("embedding.timeout: {reason}"),
        hint: "write it as 30s".to_owned(),
    })?;
    let (protocol, url, model, key) = match choice {
        ModelChoice::None => return Ok(None),
        ModelChoice::Ollama => (Protocol::Ollama, &config.ollama_url, &config.ollama_model, None),
        ModelChoice::Openai if context.mode == Mode::DryRun => {
            (Protocol::OpenAi, &config.openai_url, &config.openai_model, None)
        }
        ModelChoice::Openai => {
            (Protocol::OpenAi, &config.openai_url, &config.openai_model, openai_key(context)?)
        }
    };
    Ok(Some(EmbeddingServer { protocol, url: url.clone(), model: model.clone(), key, timeout }))
}

/// The key of the server that speaks OpenAI's protocol; `None` where none is configured, as servers of one's own need none.
fn openai_key(context: &Context) -> Result<Option<Secret>, CommandError> {
    let config = &context.config.embedding;
    let source = match (&config.openai_key_file, config.openai_key_command.as_slice()) {
        (Some(path), _) => SecretSource::File(path.clone()),
        (None, []) => return Ok(None),
        (None, words) => SecretSource::Program(words.to_vec()),
    };
    let refused = |reason: String| CommandError::Refused {
        message: format!("no key for {}: {reason}", config.openai_url),
        hint: "see openai_key_file and openai_key_command under [embedding] in the configuration".to_owned(),
    };
    source.read().map(Some).map_err(refused)
}

/// What a model is told of each pattern: its task types, in their order.
fn texts(store: &Store) -> anyhow::Result<BTreeMap<PatternId, String>> {
    let mut texts: BTreeMap<PatternId, String> = BTreeMap::new();
    for (id, name) in store.pattern_task_types()? {
        let text = texts.entry(id).or_default();
        if !text.is_empty() {
            text.push_str(", then ");
        }
        text.push_str(&name);
    }
    Ok(texts)
}

/// A vector for each text: those that the store keeps, and those that the server gives now, which it keeps from now on.
/// `None` in a dry run that lacks some: nobody is asked.
fn vectors(
    context: &Context,
    store: &Store,
    server: &EmbeddingServer,
    texts: &BTreeMap<PatternId, String>,
    warnings: &mut Vec<String>,
) -> anyhow::Result<Option<BTreeMap<String, Vec<f32>>>> {
    let mut known = store.embeddings(&server.name())?;
    let wanted: BTreeSet<&String> = texts.values().collect();
    // One of zeros only is no answer; earlier versions kept such.
    known.retain(|text, vector| wanted.contains(text) && vector.iter().any(|value| *value != 0.0));
    let missing: Vec<String> =
        wanted.iter().filter(|text| !known.contains_key(**text)).map(|text| (*text).clone()).collect();
    if missing.is_empty() && of_one_length(&known) {
        return Ok(Some(known));
    }
    if context.mode == Mode::DryRun {
        let names = if missing.is_empty() { wanted.len() } else { missing.len() };
        warnings.push(format!(
            "a dry run sends nothing: {} would be asked what {} mean to {}; here names are compared by their letters",
            server.address(),
            quantity(names as u64, "name"),
            server.model
        ));
        return Ok(None);
    }
    let progress = context.progress(None, "{spinner} asking for vectors {elapsed}");
    progress.enable_steady_tick(std::time::Duration::from_millis(100));
    let ask = |texts: Vec<String>| -> anyhow::Result<BTreeMap<String, Vec<f32>>> {
        let given =
            server.embed(&texts, &|| context.interrupt.is_triggered()).map_err(|error| match error {
                EmbeddingError::Interrupted => CommandError::Interrupted("nothing was kept").into(),
                error => anyhow::Error::new(error),
            })?;
        Ok(texts.into_iter().zip(given).collect())
    };
    let mut given = ask(missing)?;
    known.append(&mut given.clone());
    if !of_one_length(&known) {
        // The server has another model under the same name.
        given = ask(wanted.into_iter().cloned().collect())?;
        known = given.clone();
    }
    progress.finish_and_clear();
    if !keep(context, server, &given) {
        warnings.push("the vectors could not be kept, and will be asked for again".to_owned());
    }
    Ok(Some(known))
}

fn of_one_length(vectors: &BTreeMap<String, Vec<f32>>) -> bool {
    let length = vectors.values().next().map(Vec::len);
    vectors.values().all(|vector| Some(vector.len()) == length)
}

/// Whether they were kept. An answer does not depend on it, so that a store that is only read is searched, too.
fn keep(context: &Context, server: &EmbeddingServer, given: &BTreeMap<String, Vec<f32>>) -> bool {
    context.open_writer().is_ok_and(|mut writer| {
        writer
            .in_transaction(|transaction| Store::save_embeddings(transaction, &server.name(), given))
            .is_ok()
    })
}
