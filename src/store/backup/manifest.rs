//! What is known of a copy: a JSON file beside the archive, sealed by its own checksum. The manifest is the
//! copy's birth certificate: an archive without one is not a backup.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::archive::{Sums, hexadecimal};
use super::contents::Contents;
use super::durable::io;
use super::error::{BackupError, Damage};
use crate::domain::time::Timestamp;

/// The newest form of manifests that we read.
const MANIFEST_VERSION: u32 = 2;

/// Reason of the copy that a restore makes of what it replaces.
pub const PRE_RESTORE: &str = "pre-restore";

/// How an archive is packed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum ArchiveFormat {
    /// The database, compressed with zstd.
    #[default]
    #[serde(rename = "zst")]
    Zst,
    /// A tar archive of the database, compressed with gzip: larger and slower, but read everywhere.
    #[serde(rename = "tar.gz")]
    TarGz,
}

impl ArchiveFormat {
    /// Every format.
    pub const ALL: [ArchiveFormat; 2] = [ArchiveFormat::Zst, ArchiveFormat::TarGz];

    /// As it is written in manifests and on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            ArchiveFormat::Zst => "zst",
            ArchiveFormat::TarGz => "tar.gz",
        }
    }

    /// How names of archives end.
    pub(super) fn ending(self) -> &'static str {
        match self {
            ArchiveFormat::Zst => ".db.zst",
            ArchiveFormat::TarGz => ".tar.gz",
        }
    }

    /// The oldest form of manifests that knows this format: what was readable before stays so.
    pub(super) fn manifest_version(self) -> u32 {
        match self {
            ArchiveFormat::Zst => 1,
            ArchiveFormat::TarGz => 2,
        }
    }

    fn is_first(&self) -> bool {
        *self == ArchiveFormat::Zst
    }
}

/// The database inside an archive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DatabaseFile {
    /// Length.
    pub bytes: u64,
    /// Checksum, hexadecimal.
    pub sha256: String,
}

/// An archive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArchiveFile {
    /// Length.
    pub bytes: u64,
    /// Checksum, hexadecimal.
    pub sha256: String,
}

/// What is known of a copy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Version of this form.
    pub format_version: u32,
    /// Version of the program that made it.
    pub tool_version: String,
    /// Its id.
    pub id: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// On which host; `None` when the host does not know its name.
    pub host: Option<String>,
    /// Why: what the user said, or `pre-restore`.
    pub reason: String,
    /// The store it is a copy of.
    pub store: String,
    /// Schema version of the store.
    pub schema_version: u32,
    /// Rows of each table.
    pub counts: BTreeMap<String, u64>,
    /// Digest of all rows, independent of the file's layout.
    pub content_sha256: String,
    /// How the archive is packed; manifests of the first form know only one way and do not say.
    #[serde(default, skip_serializing_if = "ArchiveFormat::is_first")]
    pub archive_format: ArchiveFormat,
    /// The database inside the archive.
    pub database: DatabaseFile,
    /// The archive.
    pub archive: ArchiveFile,
}

/// The file: the manifest and the checksum of its text.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sealed {
    manifest: Manifest,
    sha256: String,
}

impl Manifest {
    /// What the copy holds.
    pub(super) fn contents(&self) -> Contents {
        Contents {
            schema_version: self.schema_version,
            counts: self.counts.clone(),
            content_sha256: self.content_sha256.clone(),
        }
    }

    /// Both sides of its archive.
    pub(super) fn sums(&self) -> Sums {
        Sums { format: self.archive_format, database: self.database.clone(), archive: self.archive.clone() }
    }

    /// Rows of one table; 0 when there is none of that name.
    pub fn rows(&self, table: &str) -> u64 {
        self.counts.get(table).copied().unwrap_or(0)
    }

    /// The text of its file.
    pub(super) fn to_text(&self) -> String {
        let body = serde_json::to_string(self).unwrap_or_default();
        let sealed = Sealed { manifest: self.clone(), sha256: hexadecimal(&Sha256::digest(body.as_bytes())) };
        let mut text = serde_json::to_string_pretty(&sealed).unwrap_or_default();
        text.push('\n');
        text
    }

    /// Reads a manifest back. Its text must be, byte for byte, what [`Manifest::to_text`] writes: a flipped
    /// bit in a blank is as much a sign of a dying disk as one in a number.
    pub(super) fn read(path: &Path) -> Result<Result<Manifest, Damage>, BackupError> {
        let bytes = fs::read(path).map_err(io("read", path))?;
        Ok(Manifest::from_bytes(&bytes))
    }

    fn from_bytes(bytes: &[u8]) -> Result<Manifest, Damage> {
        #[derive(Deserialize)]
        struct Form {
            manifest: FormVersion,
        }
        #[derive(Deserialize)]
        struct FormVersion {
            format_version: u32,
        }
        let unreadable = |error: serde_json::Error| Damage::Manifest(format!("cannot be read ({error})"));
        let form: Form = serde_json::from_slice(bytes).map_err(unreadable)?;
        if form.manifest.format_version > MANIFEST_VERSION {
            return Err(Damage::Manifest(format!(
                "has form {}, which only a newer tidetable reads",
                form.manifest.format_version
            )));
        }
        let sealed: Sealed = serde_json::from_slice(bytes).map_err(unreadable)?;
        if sealed.manifest.to_text().as_bytes() == bytes {
            Ok(sealed.manifest)
        } else {
            Err(Damage::Manifest("does not match its own checksum".to_owned()))
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in crate::store::backup) fn sample() -> Manifest {
        Manifest {
            format_version: 1,
            tool_version: "0.1.0".to_owned(),
            id: "20260301T120000Z".to_owned(),
            created_at: Timestamp::clamped(1_772_366_400_000),
            host: None,
            reason: "manual".to_owned(),
            store: "/home/one/store.db".to_owned(),
            schema_version: 1,
            counts: BTreeMap::from([("runs".to_owned(), 12)]),
            content_sha256: "00".repeat(32),
            archive_format: ArchiveFormat::Zst,
            database: DatabaseFile { bytes: 4_096, sha256: "11".repeat(32) },
            archive: ArchiveFile { bytes: 512, sha256: "22".repeat(32) },
        }
    }

    #[test]
    fn a_manifest_reads_back_as_it_was_written() {
        let manifest = sample();
        assert_eq!(Manifest::from_bytes(manifest.to_text().as_bytes()), Ok(manifest.clone()));
        let packed = Manifest { format_version: 2, archive_format: ArchiveFormat::TarGz, ..manifest };
        assert_eq!(Manifest::from_bytes(packed.to_text().as_bytes()), Ok(packed));
    }

    #[test]
    fn a_manifest_of_the_first_form_says_nothing_of_formats() {
        assert!(!sample().to_text().contains("archive_format"), "older programs would not read it");
    }

    #[test]
    fn no_flipped_bit_of_a_manifest_goes_unseen() {
        let text = sample().to_text().into_bytes();
        for position in 0..text.len() {
            for bit in 0..8 {
                let mut flipped = text.clone();
                flipped[position] ^= 1 << bit;
                assert!(Manifest::from_bytes(&flipped).is_err(), "byte {position}, bit {bit}");
            }
        }
    }

    #[test]
    fn a_manifest_of_a_newer_form_is_refused_as_such() {
        let text = sample().to_text().replace("\"format_version\": 1", "\"format_version\": 3");
        let damage = Manifest::from_bytes(text.as_bytes()).expect_err("newer");
        assert!(damage.to_string().contains("newer tidetable"), "{damage}");
    }
}
