//! Where the bytes of an import come from: a file or standard input, decompressed on the way.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Cursor, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::IngestError;
use crate::domain::time::Timestamp;

/// Decompressed bytes held between the decoder and the reader of a format.
const BUFFER_BYTES: usize = 256 * 1024;

/// Compressed bytes taken from a stream to look at its beginning: fewer may not decode to anything.
const PEEKED_BYTES: usize = 64 * 1024;

/// How the first bytes of a gzip member look.
const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];
/// How the first bytes of a zstd frame look.
const ZSTD_MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

/// A file or standard input, decompressed; can be opened again when a format needs two passes.
///
/// gzip (also of several members) and zstd are known by their first bytes, never by the name.
pub struct Source {
    label: PathBuf,
    origin: Origin,
    bytes_read: Arc<AtomicU64>,
    size_bytes: Option<u64>,
    modified: Option<Timestamp>,
}

enum Origin {
    /// Can be opened as often as one likes.
    File(PathBuf),
    /// Can be read once; `head` was read already, to look at it.
    Stream { head: Vec<u8>, rest: Box<dyn Read + Send> },
    /// A stream that was written to a file without a name, to be read again.
    Spooled(Arc<Mutex<File>>),
}

impl Source {
    /// A file. It is opened here once, so that a missing one is reported before anything else happens.
    pub fn from_path(path: &Path) -> Result<Source, IngestError> {
        let failed = |source: io::Error| IngestError::Read { path: path.to_owned(), source };
        let file = File::open(path).map_err(failed)?;
        let metadata = file.metadata().map_err(failed)?;
        if metadata.is_dir() {
            return Err(failed(io::Error::from(io::ErrorKind::IsADirectory)));
        }
        let modified = metadata.modified().ok().map(|time| Timestamp::from(chrono::DateTime::from(time)));
        let mut source = Source::from_reader(path, Box::new(io::empty()));
        if metadata.is_file() {
            source.origin = Origin::File(path.to_owned());
            source.size_bytes = Some(metadata.len());
            source.modified = modified;
        } else {
            // A named pipe or a process substitution yields its bytes only once.
            source.origin = Origin::Stream { head: Vec::new(), rest: Box::new(file) };
        }
        Ok(source)
    }

    /// Standard input, read as it comes. It is copied to an unlinked temporary file only by
    /// [`Source::open`], which promises to start from the beginning every time.
    pub fn from_stdin() -> Result<Source, IngestError> {
        Ok(Source::from_reader(Path::new("-"), Box::new(io::stdin())))
    }

    /// Any stream of bytes, under a name for messages.
    pub fn from_reader(label: &Path, reader: Box<dyn Read + Send>) -> Source {
        Source {
            label: label.to_owned(),
            origin: Origin::Stream { head: Vec::new(), rest: reader },
            bytes_read: Arc::new(AtomicU64::new(0)),
            size_bytes: None,
            modified: None,
        }
    }

    /// The path as it was given, for messages; `-` for standard input.
    pub fn label(&self) -> &Path {
        &self.label
    }

    /// The file itself, where there is one that can be opened by its path.
    pub fn file_path(&self) -> Option<&Path> {
        match &self.origin {
            Origin::File(path) => Some(path),
            Origin::Stream { .. } | Origin::Spooled(_) => None,
        }
    }

    /// Compressed bytes consumed so far, for progress; starts again with every pass.
    pub fn bytes_read(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.bytes_read)
    }

    /// Compressed size, where it is known.
    pub fn size_bytes(&self) -> Option<u64> {
        self.size_bytes
    }

    /// When the file was last written.
    pub fn modified(&self) -> Option<Timestamp> {
        self.modified
    }

    /// Decompressed bytes from the beginning, as often as it is called. A format that needs only one pass
    /// takes [`Source::into_reader`] instead, which never copies standard input to a file.
    pub fn open(&mut self) -> Result<Box<dyn BufRead + Send>, IngestError> {
        if matches!(self.origin, Origin::Stream { .. }) {
            self.spool()?;
        }
        let compressed: Box<dyn Read + Send> = match &self.origin {
            Origin::File(path) => Box::new(File::open(path).map_err(|error| self.failed(error))?),
            Origin::Spooled(file) => Box::new(SpoolReader { file: Arc::clone(file), position: 0 }),
            // Unreachable: spooled above.
            Origin::Stream { .. } => Box::new(io::empty()),
        };
        self.decompressed(compressed)
    }

    /// Decompressed bytes for a single pass.
    pub fn into_reader(mut self) -> Result<Box<dyn BufRead + Send>, IngestError> {
        match std::mem::replace(&mut self.origin, Origin::File(PathBuf::new())) {
            Origin::Stream { head, rest } => self.decompressed(Box::new(Cursor::new(head).chain(rest))),
            other => {
                self.origin = other;
                self.open()
            }
        }
    }

    /// Up to `limit` decompressed bytes from the beginning; a later pass still starts there. A stream that is
    /// torn further on is no error here: the pass that reads it reports it where it happens.
    pub fn peek(&mut self, limit: usize) -> Result<Vec<u8>, IngestError> {
        let compressed: Box<dyn Read + Send> = match &mut self.origin {
            Origin::Stream { head, rest } => {
                let wanted = limit.max(PEEKED_BYTES).saturating_sub(head.len()) as u64;
                rest.by_ref()
                    .take(wanted)
                    .read_to_end(head)
                    .map_err(|source| IngestError::Read { path: self.label.clone(), source })?;
                Box::new(Cursor::new(head.clone()))
            }
            Origin::File(path) => {
                let path = path.clone();
                Box::new(File::open(path).map_err(|error| self.failed(error))?)
            }
            Origin::Spooled(file) => Box::new(SpoolReader { file: Arc::clone(file), position: 0 }),
        };
        let mut reader = self.decompressed(compressed)?.take(limit as u64);
        let mut bytes = Vec::new();
        match reader.read_to_end(&mut bytes) {
            Err(error) if bytes.is_empty() && error.kind() != io::ErrorKind::UnexpectedEof => {
                Err(self.failed(error))
            }
            _ => Ok(bytes),
        }
    }

    /// Copies what is left of a stream to a temporary file that has no name and goes with the process.
    fn spool(&mut self) -> Result<(), IngestError> {
        let origin = std::mem::replace(&mut self.origin, Origin::File(PathBuf::new()));
        let Origin::Stream { head, rest } = origin else {
            self.origin = origin;
            return Ok(());
        };
        let mut file = tempfile::tempfile().map_err(|error| self.failed(error))?;
        io::copy(&mut Cursor::new(head).chain(rest), &mut file).map_err(|error| self.failed(error))?;
        self.origin = Origin::Spooled(Arc::new(Mutex::new(file)));
        Ok(())
    }

    fn decompressed(&self, compressed: Box<dyn Read + Send>) -> Result<Box<dyn BufRead + Send>, IngestError> {
        self.bytes_read.store(0, Ordering::Relaxed);
        let counted = CountingReader { inner: compressed, bytes_read: self.bytes_read() };
        let mut buffered = BufReader::with_capacity(BUFFER_BYTES, counted);
        let magic = first_bytes(&mut buffered).map_err(|error| self.failed(error))?;
        let whole = Cursor::new(magic.clone()).chain(buffered);
        if magic.starts_with(&GZIP_MAGIC) {
            let decoder = flate2::bufread::MultiGzDecoder::new(whole);
            return Ok(Box::new(BufReader::with_capacity(BUFFER_BYTES, decoder)));
        }
        if magic.starts_with(&ZSTD_MAGIC) {
            let decoder =
                zstd::stream::read::Decoder::with_buffer(whole).map_err(|error| self.failed(error))?;
            return Ok(Box::new(BufReader::with_capacity(BUFFER_BYTES, decoder)));
        }
        Ok(Box::new(whole))
    }

    fn failed(&self, source: io::Error) -> IngestError {
        IngestError::Read { path: self.label.clone(), source }
    }
}

/// The first four bytes, fewer where there are no more; a pipe may hand them over one by one.
fn first_bytes(reader: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(ZSTD_MAGIC.len());
    reader.take(ZSTD_MAGIC.len() as u64).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Tells progress how much of the compressed input is consumed.
struct CountingReader {
    inner: Box<dyn Read + Send>,
    bytes_read: Arc<AtomicU64>,
}

impl Read for CountingReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.bytes_read.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}

/// One pass over a spooled stream. The position is kept here: handles to one file share theirs.
struct SpoolReader {
    file: Arc<Mutex<File>>,
    position: u64,
}

impl Read for SpoolReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.seek(SeekFrom::Start(self.position))?;
        let count = file.read(buffer)?;
        self.position += count as u64;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn gzip(text: &str) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(text.as_bytes()).unwrap();
        encoder.finish().unwrap()
    }

    fn stream(bytes: Vec<u8>) -> Source {
        Source::from_reader(Path::new("-"), Box::new(Cursor::new(bytes)))
    }

    fn text_of(source: Source) -> String {
        let mut text = String::new();
        source.into_reader().unwrap().read_to_string(&mut text).unwrap();
        text
    }

    #[test]
    fn plain_gzip_of_two_members_and_zstd_read_alike() {
        let mut two_members = gzip("one\n");
        two_members.extend(gzip("two\n"));
        let compressed = zstd::encode_all("one\ntwo\n".as_bytes(), 1).unwrap();
        for bytes in [b"one\ntwo\n".to_vec(), two_members, compressed] {
            assert_eq!(text_of(stream(bytes)), "one\ntwo\n");
        }
    }

    #[test]
    fn an_empty_and_a_one_byte_stream_are_plain() {
        assert_eq!(text_of(stream(Vec::new())), "");
        assert_eq!(text_of(stream(b"x".to_vec())), "x");
    }

    #[test]
    fn a_stream_can_be_peeked_and_opened_twice() {
        let mut source = stream(gzip("one\ntwo\n"));
        assert_eq!(source.peek(5).unwrap(), b"one\nt");
        for _ in 0..2 {
            let mut text = String::new();
            source.open().unwrap().read_to_string(&mut text).unwrap();
            assert_eq!(text, "one\ntwo\n");
        }
        assert_eq!(text_of(source), "one\ntwo\n");
    }

    #[test]
    fn a_peeked_stream_is_read_from_its_beginning() {
        let mut source = stream(b"one\ntwo\n".to_vec());
        assert_eq!(source.peek(3).unwrap(), b"one");
        assert_eq!(text_of(source), "one\ntwo\n");
    }

    #[test]
    fn a_torn_gzip_stream_yields_what_it_holds_then_an_error() {
        let whole = gzip(&"some text that repeats\n".repeat(5000));
        let mut reader = stream(whole[..whole.len() - 10].to_vec()).into_reader().unwrap();
        let mut bytes = Vec::new();
        assert!(reader.read_to_end(&mut bytes).is_err());
        assert!(bytes.starts_with(b"some text that repeats\n"));
    }

    #[test]
    fn progress_counts_compressed_bytes() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let bytes = gzip(&"x".repeat(100_000));
        std::fs::write(file.path(), &bytes).unwrap();
        let source = Source::from_path(file.path()).unwrap();
        let read = source.bytes_read();
        assert_eq!(source.size_bytes(), Some(bytes.len() as u64));
        assert!(source.modified().is_some());
        assert_eq!(text_of(source).len(), 100_000);
        assert_eq!(read.load(Ordering::Relaxed), bytes.len() as u64);
    }

    #[test]
    fn a_missing_file_and_a_folder_are_errors() {
        assert!(matches!(Source::from_path(Path::new("no/such/file")), Err(IngestError::Read { .. })));
        assert!(matches!(Source::from_path(&std::env::temp_dir()), Err(IngestError::Read { .. })));
    }
}
