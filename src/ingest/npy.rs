//! Vectors in NumPy's file format (`.npy`): single precision, one row after the other.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

/// Rows of equal length.
#[derive(Clone, Debug, PartialEq)]
pub struct Vectors {
    /// All values, one row after the other.
    pub values: Vec<f32>,
    /// Values of a row.
    pub columns: usize,
}

/// Why a file holds no vectors.
#[derive(Debug, thiserror::Error)]
pub enum NpyError {
    /// It cannot be read.
    #[error("cannot read {path}")]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// It is something else.
    #[error("{path}: {reason}")]
    Format {
        /// The file.
        path: PathBuf,
        /// What it is, or lacks.
        reason: String,
    },
}

/// Reads a two-dimensional array of little-endian 32-bit floats in C order. Takes as much memory as its values do.
///
/// # Errors
/// The file cannot be read, is no such array, or ends early or late.
pub fn read_vectors(path: &Path) -> Result<Vectors, NpyError> {
    let failed = |source: std::io::Error| NpyError::Read { path: path.to_owned(), source };
    let wrong = |reason: String| NpyError::Format { path: path.to_owned(), reason };
    let mut reader = BufReader::with_capacity(1 << 20, File::open(path).map_err(failed)?);
    let header = read_header(&mut reader).map_err(|why| wrong(format!("no .npy file: {why}")))?;
    let kind = text_of(&header, "descr").unwrap_or("unknown");
    if kind != "'<f4'" {
        return Err(wrong(format!("holds values of type {}, not float32 (<f4)", kind.trim_matches('\''))));
    }
    let shape = text_of(&header, "shape").and_then(numbers_of);
    let Some(shape) = shape else { return Err(wrong("does not tell its shape".to_owned())) };
    let &[rows, columns] = shape.as_slice() else {
        return Err(wrong(format!("has {} dimensions, not rows and columns", shape.len())));
    };
    if text_of(&header, "fortran_order") != Some("False") && rows > 1 && columns > 1 {
        return Err(wrong("is in Fortran order, not C order".to_owned()));
    }
    if columns == 0 {
        return Err(wrong("has rows without values".to_owned()));
    }
    let bytes = rows.checked_mul(columns).and_then(|count| count.checked_mul(4));
    let size = reader.get_ref().metadata().map_err(failed)?;
    if size.is_file() && bytes.is_none_or(|bytes| bytes as u64 >= size.len()) {
        return Err(wrong(format!(
            "is cut off: {rows} rows of {columns} values do not fit into {} bytes",
            size.len()
        )));
    }
    let mut values = Vec::with_capacity(rows.saturating_mul(columns));
    let mut part = vec![0_u8; (1 << 20).min(bytes.unwrap_or(0).max(4))];
    let mut left = bytes.unwrap_or(0);
    while left > 0 {
        let wanted = left.min(part.len());
        let read = fill(&mut reader, &mut part[..wanted]).map_err(failed)?;
        if read < wanted {
            return Err(wrong(format!("is cut off: {} bytes are missing", left - read)));
        }
        values.extend(
            part[..wanted]
                .chunks_exact(4)
                .map(|word| f32::from_le_bytes([word[0], word[1], word[2], word[3]])),
        );
        left -= wanted;
    }
    if reader.read(&mut part[..1]).map_err(failed)? > 0 {
        return Err(wrong(format!("goes on after its {rows} rows of {columns} values")));
    }
    Ok(Vectors { values, columns })
}

/// Reads until `part` is full or the file ends; how many bytes there were.
fn fill(reader: &mut impl Read, part: &mut [u8]) -> std::io::Result<usize> {
    let mut read = 0;
    while read < part.len() {
        match reader.read(&mut part[read..]) {
            Ok(0) => break,
            Ok(more) => read += more,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(read)
}

/// The header's text: a dictionary as Python writes it.
fn read_header(reader: &mut impl Read) -> Result<String, String> {
    const MAGIC: &[u8; 6] = b"\x93NUMPY";
    const LONGEST: u32 = 1 << 16;
    let told = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::UnexpectedEof => "it ends before its header does".to_owned(),
        _ => error.to_string(),
    };
    let mut start = [0_u8; 8];
    reader.read_exact(&mut start).map_err(told)?;
    if !start.starts_with(MAGIC) {
        return Err("it does not begin as one".to_owned());
    }
    let mut length = [0_u8; 4];
    let size = if start[6] == 1 { 2 } else { 4 };
    reader.read_exact(&mut length[..size]).map_err(told)?;
    let length = u32::from_le_bytes(length);
    if !(1..=3).contains(&start[6]) || length > LONGEST {
        return Err(format!("a header of version {} and {length} bytes", start[6]));
    }
    let mut header = vec![0_u8; length as usize];
    reader.read_exact(&mut header).map_err(told)?;
    String::from_utf8(header).map_err(|_| "its header is no text".to_owned())
}

/// What stands behind `name` in the header, up to the next comma outside brackets.
fn text_of<'a>(header: &'a str, name: &str) -> Option<&'a str> {
    let (_, after) = header.split_once(&format!("'{name}':"))?;
    let after = after.trim_start();
    let end = match after.strip_prefix('(') {
        Some(inside) => inside.find(')')? + 2,
        None => after.find([',', '}'])?,
    };
    Some(after[..end].trim_end())
}

/// The numbers of a tuple; `None` where one does not fit.
fn numbers_of(tuple: &str) -> Option<Vec<usize>> {
    let inside = tuple.strip_prefix('(')?.strip_suffix(')')?;
    let parts = inside.split(',').map(str::trim).filter(|part| !part.is_empty());
    parts.map(|part| part.parse().ok()).collect()
}
