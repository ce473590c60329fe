//! A database file to an archive and back, with the SHA-256 of both sides taken on the way.

use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Write};
use std::path::Path;

use flate2::Compression;
use flate2::bufread::GzDecoder;
use flate2::write::GzEncoder;
use sha2::{Digest, Sha256};

use super::durable::io;
use super::error::{BackupError, Damage};
use super::manifest::{ArchiveFile, ArchiveFormat, DatabaseFile};
use super::stop::Stop;
use super::tape::{TapeReader, write_around};

/// Level 3 is zstd's own default: a store shrinks to about a fifth, faster than a disk writes it.
const LEVEL: i32 = 3;

/// gzip's own default.
const GZIP_LEVEL: u32 = 6;

/// Bytes read at a time.
const CHUNK: usize = 1 << 17;

/// The two sides of an archive, as written into its manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Sums {
    /// How it is packed.
    pub(super) format: ArchiveFormat,
    /// The database inside.
    pub(super) database: DatabaseFile,
    /// The archive.
    pub(super) archive: ArchiveFile,
}

/// Passes bytes on and sums them up.
struct Summing<T> {
    inner: T,
    hasher: Sha256,
    bytes: u64,
}

impl<T> Summing<T> {
    fn new(inner: T) -> Summing<T> {
        Summing { inner, hasher: Sha256::new(), bytes: 0 }
    }

    fn sum(self) -> (u64, String) {
        (self.bytes, hexadecimal(&self.hasher.finalize()))
    }

    fn add(&mut self, bytes: &[u8]) {
        self.hasher.update(bytes);
        self.bytes += bytes.len() as u64;
    }
}

impl<R: Read> Read for Summing<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.add(&buffer[..read]);
        Ok(read)
    }
}

impl<W: Write> Write for Summing<W> {
    fn write(&mut self, buffer: &[u8]) -> std::io::Result<usize> {
        let written = self.inner.write(buffer)?;
        self.add(&buffer[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.inner.flush()
    }
}

/// Compresses `database` into `archive`, which is synced.
pub(super) fn compress(
    database: &Path,
    archive: &Path,
    format: ArchiveFormat,
    stop: &Stop,
) -> Result<Sums, BackupError> {
    let source = File::open(database).map_err(io("read", database))?;
    let length = source.metadata().map_err(io("read", database))?.len();
    let mut source = Summing::new(BufReader::with_capacity(CHUNK, stop.watching(source)));
    let target = File::create(archive).map_err(io("create", archive))?;
    let target = Summing::new(BufWriter::with_capacity(CHUNK, target));
    let packed = match format {
        ArchiveFormat::Zst => pack_zst(&mut source, target, length),
        ArchiveFormat::TarGz => pack_tar_gz(&mut source, target, length),
    };
    let mut target = packed.map_err(io("write", archive))?;
    target.flush().map_err(io("write", archive))?;
    target.inner.get_ref().sync_all().map_err(io("sync", archive))?;
    let (database_bytes, database_sha256) = source.sum();
    let (archive_bytes, archive_sha256) = target.sum();
    Ok(Sums {
        format,
        database: DatabaseFile { bytes: database_bytes, sha256: database_sha256 },
        archive: ArchiveFile { bytes: archive_bytes, sha256: archive_sha256 },
    })
}

fn pack_zst<W: Write>(source: &mut dyn Read, target: W, length: u64) -> std::io::Result<W> {
    let mut encoder = zstd::Encoder::new(target, LEVEL)?;
    encoder.include_checksum(true)?;
    encoder.set_pledged_src_size(Some(length))?;
    pump(source, &mut encoder)?;
    encoder.finish()
}

fn pack_tar_gz<W: Write>(source: &mut dyn Read, target: W, length: u64) -> std::io::Result<W> {
    let mut encoder = GzEncoder::new(target, Compression::new(GZIP_LEVEL));
    write_around(&mut encoder, length, |encoder| pump(source, encoder))?;
    encoder.finish()
}

/// Decompresses `archive` into `target` and checks both sides against `sums` on the way. Nothing that comes
/// out is to be trusted unless this succeeds. Never writes more than the manifest's number of bytes.
pub(super) fn decompress(
    archive: &Path,
    sums: &Sums,
    target: &mut dyn Write,
    stop: &Stop,
) -> Result<Result<(), Damage>, BackupError> {
    let source = match open(archive, &sums.archive)? {
        Ok(source) => source,
        Err(damage) => return Ok(Err(damage)),
    };
    let mut source = BufReader::with_capacity(CHUNK, Summing::new(source));
    let mut target = stop.watching(target);
    let mut target: Summing<&mut dyn Write> = Summing::new(&mut target);
    let found = match sums.format {
        ArchiveFormat::Zst => match zstd::Decoder::with_buffer(&mut source) {
            Ok(decoder) => unpack(decoder.single_frame(), sums, &mut target),
            Err(error) => Ok(Some(Damage::Decompression(error.to_string()))),
        },
        ArchiveFormat::TarGz => {
            unpack(TapeReader::new(GzDecoder::new(&mut source), sums.database.bytes), sums, &mut target)
        }
    };
    let found = found.map_err(io("write what is unpacked from", archive))?;
    // What the decoder left (nothing, in a good archive) belongs to the archive's sum.
    std::io::copy(&mut source, &mut std::io::sink()).map_err(io("read", archive))?;
    let (_, archive_sha256) = source.into_inner().sum();
    if archive_sha256 != sums.archive.sha256 {
        return Ok(Err(Damage::ArchiveChecksum));
    }
    if let Some(damage) = found {
        return Ok(Err(damage));
    }
    let (bytes, sha256) = target.sum();
    if bytes != sums.database.bytes || sha256 != sums.database.sha256 {
        return Ok(Err(Damage::DatabaseChecksum));
    }
    Ok(Ok(()))
}

/// Passes on what `decoder` yields. Reading and writing are told apart: the one is damage, the other a full disk.
fn unpack(
    mut decoder: impl Read,
    sums: &Sums,
    target: &mut Summing<&mut dyn Write>,
) -> std::io::Result<Option<Damage>> {
    let mut buffer = vec![0; CHUNK];
    loop {
        let read = match decoder.read(&mut buffer) {
            Ok(0) => return Ok(None),
            Ok(read) => read,
            Err(error) => return Ok(Some(Damage::Decompression(error.to_string()))),
        };
        if target.bytes + read as u64 > sums.database.bytes {
            return Ok(Some(Damage::DatabaseChecksum));
        }
        target.write_all(&buffer[..read])?;
    }
}

/// Compares the archive's checksum only: seconds for what decompressing takes minutes for.
pub(super) fn check_sum(
    archive: &Path,
    expected: &ArchiveFile,
    stop: &Stop,
) -> Result<Result<(), Damage>, BackupError> {
    let source = match open(archive, expected)? {
        Ok(source) => source,
        Err(damage) => return Ok(Err(damage)),
    };
    let mut source = Summing::new(stop.watching(source));
    pump(&mut source, &mut std::io::sink()).map_err(io("read", archive))?;
    let (_, sha256) = source.sum();
    Ok(if sha256 == expected.sha256 { Ok(()) } else { Err(Damage::ArchiveChecksum) })
}

/// Opens an archive that has the length it should have.
fn open(archive: &Path, expected: &ArchiveFile) -> Result<Result<File, Damage>, BackupError> {
    let file = match File::open(archive) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Err(Damage::ArchiveMissing)),
        Err(error) => return Err(io("read", archive)(error)),
    };
    let found = file.metadata().map_err(io("read", archive))?.len();
    if found != expected.bytes {
        return Ok(Err(Damage::ArchiveSize { expected: expected.bytes, found }));
    }
    Ok(Ok(file))
}

fn pump(source: &mut dyn Read, target: &mut dyn Write) -> std::io::Result<()> {
    let mut buffer = vec![0; CHUNK];
    loop {
        match source.read(&mut buffer)? {
            0 => return Ok(()),
            read => target.write_all(&buffer[..read])?,
        }
    }
}

/// Bytes as lower-case hexadecimal digits.
pub(in crate::store) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
