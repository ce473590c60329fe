//! `search-similar-patterns --use-model`: task types compared by what a model makes of their names.

use std::collections::{BTreeMap, BTreeSet};

use super::search_index::PatternIndex;
use super::{CommandError, Context, Mode};
use crate::cli::search::ModelChoice;
use crate::devices::{EmbeddingError, EmbeddingServer, Protocol, Secret, SecretSource};
use crate::domain::patterns::{PatternId, PatternType};
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
    let Some(server) = server(context, choice, warnings)? else { return Ok((index, None)) };
    let texts = texts(store, &index)?;
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
fn server(
    context: &Context,
    choice: ModelChoice,
    warnings: &mut Vec<String>,
) -> anyhow::Result<Option<EmbeddingServer>> {
    let config = &context.config.embedding;
    let timeout = config.limit();
    let (protocol, url, model, key) = match choice {
        ModelChoice::None => return Ok(None),
        ModelChoice::Ollama => (Protocol::Ollama, &config.ollama_url, &config.ollama_model, None),
        ModelChoice::Openai if context.mode == Mode::DryRun => {
            (Protocol::OpenAi, &config.openai_url, &config.openai_model, None)
        }
        ModelChoice::Openai => {
            (Protocol::OpenAi, &config.openai_url, &config.openai_model, openai_key(context, warnings)?)
        }
    };
    Ok(Some(EmbeddingServer { protocol, url: url.clone(), model: model.clone(), key, timeout }))
}

/// The key of the server that speaks OpenAI's protocol; `None` where none is configured, as servers of one's own need none.
fn openai_key(context: &Context, warnings: &mut Vec<String>) -> Result<Option<Secret>, CommandError> {
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
    let key = source.read().map_err(refused)?;
    warnings.extend(source.exposure());
    Ok(Some(key))
}

/// What a model is told of each pattern: its task types, in their order; "then" only where one follows the other.
fn texts(store: &Store, index: &PatternIndex) -> anyhow::Result<BTreeMap<PatternId, String>> {
    let chains: BTreeSet<PatternId> = index
        .facts
        .iter()
        .filter(|facts| facts.pattern_type == Some(PatternType::TaskCorrelation))
        .map(|facts| facts.id)
        .collect();
    let mut texts: BTreeMap<PatternId, String> = BTreeMap::new();
    for (id, name) in store.pattern_task_types()? {
        let text = texts.entry(id).or_default();
        if !text.is_empty() {
            text.push_str(if chains.contains(&id) { ", then " } else { ", " });
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
    let mut missing: Vec<String> =
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
    if missing.is_empty() {
        // Of two models, and nobody knows which of them answers now.
        missing = wanted.iter().map(|text| (*text).clone()).collect();
    }
    let mut asking = Asking { context, server, known, unkept: BTreeMap::new(), has_kept: false, length: 0 };
    asking.ask(missing)?;
    if !of_one_length(&asking.known) {
        // The server has another model under the same name, by which all others are to be seen, too.
        let length = asking.length;
        asking.known.retain(|_, vector| vector.len() == length);
        let others = wanted.into_iter().filter(|text| !asking.known.contains_key(*text)).cloned();
        asking.ask(others.collect())?;
    }
    progress.finish_and_clear();
    if !asking.unkept.is_empty() && !keep(context.open_writer().ok(), server, &asking.unkept) {
        warnings.push("the vectors could not be kept, and will be asked for again".to_owned());
    }
    Ok(Some(asking.known))
}

/// Vectors as they come: each part is kept at once, so that what ends the asking loses nothing that was paid for.
struct Asking<'a> {
    context: &'a Context,
    server: &'a EmbeddingServer,
    known: BTreeMap<String, Vec<f32>>,
    /// What could not be kept at once: somebody else wrote, or nobody may.
    unkept: BTreeMap<String, Vec<f32>>,
    has_kept: bool,
    /// Numbers of the vectors that came last.
    length: usize,
}

impl Asking<'_> {
    fn ask(&mut self, texts: Vec<String>) -> anyhow::Result<()> {
        let (context, server) = (self.context, self.server);
        let asked = server.embed(&texts, &|| context.interrupt.is_triggered(), &mut |part, given| {
            self.length = given.first().map_or(self.length, Vec::len);
            let mut new: BTreeMap<String, Vec<f32>> = part.iter().cloned().zip(given).collect();
            self.known.extend(new.clone());
            self.unkept.append(&mut new);
            if keep(context.open_writer_if_free(), server, &self.unkept) {
                self.unkept.clear();
                self.has_kept = true;
            }
        });
        asked.map_err(|error| match error {
            EmbeddingError::Interrupted if self.has_kept => CommandError::Interrupted(
                "the vectors that came are kept; the next search asks for the others",
            )
            .into(),
            EmbeddingError::Interrupted => CommandError::Interrupted("nothing was kept").into(),
            error => anyhow::Error::new(error),
        })
    }
}

fn of_one_length(vectors: &BTreeMap<String, Vec<f32>>) -> bool {
    let length = vectors.values().next().map(Vec::len);
    vectors.values().all(|vector| Some(vector.len()) == length)
}

/// Whether they were kept. An answer does not depend on it, so that a store that is only read is searched, too.
fn keep(writer: Option<Store>, server: &EmbeddingServer, given: &BTreeMap<String, Vec<f32>>) -> bool {
    writer.is_some_and(|mut writer| {
        writer
            .in_transaction(|transaction| Store::save_embeddings(transaction, &server.name(), given))
            .is_ok()
    })
}
