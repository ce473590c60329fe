//! `search-similar-patterns --vectors`: the nearest rows of any vectors.

use std::path::Path;
use std::time::Instant;

use super::search_device::SearchDevice;
use super::{CommandError, Context, Outcome};
use crate::cli::search::SearchArgs;
use crate::domain::device::SearchSize;
use crate::domain::kernels::{Matrix, MatrixError};
use crate::domain::similarity::nearest_vectors;
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
    let queries = asked.as_ref().map(|(path, vectors)| matrix(path, vectors)).transpose()?;
    if let (Some(queries), Some((queries_path, _))) = (&queries, &asked)
        && base.fits(queries).is_err()
    {
        return Err(unequal((path, &base), (queries_path, queries)).into());
    }
    let asked_rows = queries.as_ref().map_or(base.rows(), Matrix::rows);
    let read_seconds = began.elapsed().as_secs_f64();
    let size = SearchSize { rows: base.rows(), queries: asked_rows, columns: base.columns() };
    let mut warnings = Vec::new();
    let device = SearchDevice::choose(context, args.device, &size, &mut warnings)?;
    let began = Instant::now();
    let most = args.max_results as usize;
    // One more tells whether a list is cut.
    let most_looked_for = if args.all_pairs { most.saturating_add(1) } else { most };
    let nearest =
        nearest_vectors(device.kernels(), &base, queries.as_ref(), most_looked_for, args.similarity)?;
    device.finished()?;
    let search_seconds = began.elapsed().as_secs_f64();
    progress.finish_and_clear();
    let label = device.label(&mut warnings);
    if !nearest.zero_queries.is_empty() {
        warnings.push(zeros(&nearest.zero_queries, "have no neighbours", "has no neighbours"));
    }
    if !nearest.zero_rows.is_empty() && queries.is_some() {
        let text = zeros(&nearest.zero_rows, "are nobody's neighbours", "is nobody's neighbour");
        warnings.push(format!("{}: {text}", path.display()));
    }
    let mut found = nearest.found;
    let is_cut = args.all_pairs.then(|| found.iter().map(|list| list.len() > most).collect());
    found.iter_mut().for_each(|list| list.truncate(most));
    let is_explained = asked_rows == nearest.zero_queries.len() && asked_rows > 0;
    if found.iter().all(Vec::is_empty) && !is_explained {
        warnings.push(match (base.rows(), asked_rows) {
            (0, _) => format!("{} holds no rows", path.display()),
            (_, 0) => "there are no queries".to_owned(),
            (1, _) if queries.is_none() => format!("{} holds no other row", path.display()),
            _ => match args.similarity {
                Some(least) => format!("nothing reaches --similarity {least}"),
                None => "there are no rows but of zeros to compare with".to_owned(),
            },
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
        is_cut,
    };
    Ok(Outcome::done(report, warnings))
}

/// What to say of rows of zeros, which have no direction.
fn zeros(rows: &[usize], many: &str, one: &str) -> String {
    match rows {
        [row] => format!("row {row} is all zeros and {one}"),
        rows => {
            let first: Vec<String> = rows.iter().take(3).map(usize::to_string).collect();
            let more = if rows.len() > 3 { ", ..." } else { "" };
            format!("{} rows ({}{more}) are all zeros and {many}", rows.len(), first.join(", "))
        }
    }
}

fn unequal(base: (&Path, &Matrix<'_>), queries: (&Path, &Matrix<'_>)) -> CommandError {
    let told = |(path, rows): (&Path, &Matrix<'_>)| {
        format!("{} has rows of {} values", path.display(), rows.columns())
    };
    CommandError::Refused {
        message: format!("{}, {}", told(base), told(queries)),
        hint: format!(
            "{} and {} need rows of one length, such as those of one model",
            base.0.display(),
            queries.0.display()
        ),
    }
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
    let hint = "numpy.save(\"rows.npy\", numpy.ascontiguousarray(rows, dtype=\"float32\")) writes rows as they are wanted".to_owned();
    CommandError::Refused { message, hint }
}
