//! When a copy last was proven, and how: a small file beside it. A copy without one was proven when it was made.

use std::fs;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::durable::{TemporaryFile, io, sync_folder};
use super::error::{BackupError, Damage};
use super::folder::BackupFolder;
use super::manifest::Manifest;
use crate::domain::time::Timestamp;
use crate::fail_point::reached;

/// How a copy was proven.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProofKind {
    /// Unpacked, and every row compared.
    Verified,
    /// Restored into a place of its own and opened as a store, too.
    Drilled,
}

/// When a copy last was proven.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proof {
    /// Version of this form.
    format_version: u32,
    /// Checksum of the archive that was proven: no other's proof is believed.
    archive_sha256: String,
    /// When it last was unpacked and compared row by row.
    pub verified_at: Timestamp,
    /// When it last was restored into a place of its own.
    pub drilled_at: Option<Timestamp>,
    /// The schema version it was brought to then.
    pub drilled_to_schema: Option<u32>,
    /// What was found wrong when it was last looked at row by row; nothing while it is good.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub damage: Option<String>,
}

impl BackupFolder {
    /// The file of a copy's proof.
    pub(super) fn proof_path(&self, id: &str) -> PathBuf {
        self.path().join(format!("{id}.proof.json"))
    }

    /// When a copy last was proven. What cannot be read proves nothing.
    pub fn proof(&self, manifest: &Manifest) -> Proof {
        let at_birth = Proof {
            format_version: 1,
            archive_sha256: manifest.archive.sha256.clone(),
            // Nothing is published unproven.
            verified_at: manifest.created_at,
            drilled_at: None,
            drilled_to_schema: None,
            damage: None,
        };
        fs::read(self.proof_path(&manifest.id))
            .ok()
            .and_then(|bytes| serde_json::from_slice::<Proof>(&bytes).ok())
            .filter(|proof| proof.format_version == 1 && proof.archive_sha256 == manifest.archive.sha256)
            .unwrap_or(at_birth)
    }

    /// Writes down that a copy has just been proven.
    pub fn record_proof(
        &self,
        manifest: &Manifest,
        kind: ProofKind,
        now: Timestamp,
    ) -> Result<Proof, BackupError> {
        let mut proof = Proof { verified_at: now, damage: None, ..self.proof(manifest) };
        if kind == ProofKind::Drilled {
            proof.drilled_at = Some(now);
            proof.drilled_to_schema = Some(crate::store::SCHEMA_VERSION);
        }
        self.write_proof(manifest, &proof)?;
        Ok(proof)
    }

    /// Writes down that a copy has just been found damaged.
    pub fn record_damage(&self, manifest: &Manifest, damage: &Damage) -> Result<(), BackupError> {
        self.write_proof(manifest, &Proof { damage: Some(damage.to_string()), ..self.proof(manifest) })
    }

    fn write_proof(&self, manifest: &Manifest, proof: &Proof) -> Result<(), BackupError> {
        let file = TemporaryFile::claim(self.unfinished(&manifest.id, ".proof.json"))?;
        let text = serde_json::to_string_pretty(proof).unwrap_or_default() + "\n";
        fs::write(file.path(), text).map_err(io("write", file.path()))?;
        file.sync()?;
        reached("proof-written");
        file.publish(&self.proof_path(&manifest.id))?;
        sync_folder(self.path())
    }
}
