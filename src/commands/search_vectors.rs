//! `search-similar-patterns --vectors`: the nearest rows of any vectors.

use std::path::Path;
use std::time::Instant;

use super::search_device::SearchDevice;
use super::{CommandError, Context, Outcome};
use crate::cli::search::SearchArgs;
use crate::domain::device::SearchSize;
use crate::domain::kernels::{Matrix, MatrixError, TopK};
use crate::ingest::{NpyError, Vectors, read_vectors};
use crate::output::search_vectors::VectorReport;

/// Finds the rows of `path` with the greatest inner products.
pub(super) fn run(context: &Context, args: &SearchArgs, path: &Path) -> anyhow::Result<Outcome> {
    let began = Instant::now();
    let progress = context.progress(None, "{spinner} comparing vectors {elapsed}");
    progress.enable_steady_tick(std::time::Duration::from_millis(100));
    let base = read(path)?;
    let asked =
        args.queries.as_deref().map(|path| Ok::<_, anyhow::Error>((path, read(path)?))).transpose()?;
    let base = matrix(path, &base)?;
    let queries = match &asked {
        Some((path, vectors)) => matrix(path, vectors)?,
        None => base,
    };
    let read_seconds = began.elapsed().as_secs_f64();
    let wanted =
        TopK { count: args.max_results as usize, least: args.similarity, is_self_search: asked.is_none() };
    let size = SearchSize { rows: base.rows(), queries: queries.rows(), columns: base.columns() };
    let mut warnings = Vec::new();
    let device = SearchDevice::choose(args.device, &size, &mut warnings)?;
    let began = Instant::now();
    let found =
        device.kernels().top_k(&base, &queries, &wanted).map_err(|error| refused(error.to_string()))?;
    let search_seconds = began.elapsed().as_secs_f64();
    progress.finish_and_clear();
    let label = device.label(&mut warnings);
    if found.iter().all(Vec::is_empty) {
        warnings.push(match (base.rows(), queries.rows()) {
            (0, _) => format!("{} holds no rows", path.display()),
            (_, 0) => "there are no queries".to_owned(),
            _ => "nothing reaches --similarity, or there are no other rows".to_owned(),
        });
    }
    let report = VectorReport {
        rows: base.rows(),
        columns: base.columns(),
        min_similarity: args.similarity,
        device: label,
        device_reason: device.reason,
        read_seconds,
        search_seconds,
        found,
    };
    Ok(Outcome::done(report, warnings))
}

fn read(path: &Path) -> anyhow::Result<Vectors> {
    read_vectors(path).map_err(|error| match error {
        NpyError::Read { .. } => anyhow::Error::new(error),
        NpyError::Format { .. } => refused(error.to_string()).into(),
    })
}

fn matrix<'a>(path: &Path, vectors: &'a Vectors) -> Result<Matrix<'a>, CommandError> {
    Matrix::new(&vectors.values, vectors.columns).map_err(|error| match error {
        MatrixError::NotFinite { .. } => CommandError::Refused {
            message: format!("{}: {error}", path.display()),
            hint: "rows with NaN or infinities have no neighbours; leave them out".to_owned(),
        },
        error => refused(format!("{}: {error}", path.display())),
    })
}

fn refused(message: String) -> CommandError {
    let hint = "write float32 rows of one length with numpy.save".to_owned();
    CommandError::Refused { message, hint }
}
