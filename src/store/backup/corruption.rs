//! Seeded damage to copies: whatever a disk, a transfer or a hand does to an archive or a manifest, the copy is
//! refused with an error that says so, and the store stays as it is.

use std::fs;

use super::contents::Contents;
use super::error::BackupError;
use super::laws::Place;
use super::manifest::ArchiveFormat;

/// A generator of numbers below a limit, the same for the same seed (Knuth's MMIX constants).
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % limit.max(1)
    }
}

/// One of the ways in which a file goes bad; never leaves it as it was.
fn damaged(good: &[u8], dice: &mut Dice) -> (String, Vec<u8>) {
    let mut bytes = good.to_vec();
    let at = dice.below(good.len());
    let what = match dice.below(7) {
        0 | 1 => {
            let bit = dice.below(8);
            bytes[at] ^= 1 << bit;
            format!("bit {bit} of byte {at} flipped")
        }
        2 => {
            bytes.truncate(at);
            format!("cut at {at}")
        }
        3 => {
            let end = (at + 1 + dice.below(512)).min(bytes.len());
            bytes[at..end].iter_mut().for_each(|byte| *byte ^= 0x5a);
            format!("bytes {at} to {end} overwritten")
        }
        4 => {
            bytes.extend_from_slice(&good[at..]);
            format!("its end from {at} there twice")
        }
        5 => {
            bytes.remove(at);
            format!("byte {at} gone")
        }
        _ => {
            let end = (at + 1 + dice.below(64)).min(bytes.len());
            bytes[at..end].fill(0);
            format!("bytes {at} to {end} blanked")
        }
    };
    if bytes == good {
        bytes.push(0);
    }
    (what, bytes)
}

#[test]
fn of_six_hundred_damaged_copies_none_is_accepted_and_nothing_is_lost() {
    for (seed, format) in [(1, ArchiveFormat::Zst), (2, ArchiveFormat::TarGz)] {
        let place = Place::with_runs(30);
        let copy = place.back_up_as(format).expect("copied");
        place.add("sync", 5);
        let before = Contents::of_store(&place.store()).expect("intact");
        let mut dice = Dice(seed);
        for path in [place.copies.archive_of(&copy), place.copies.manifest(&copy.id)] {
            let good = fs::read(&path).expect("read");
            for round in 0..150 {
                let (what, bytes) = damaged(&good, &mut dice);
                fs::write(&path, bytes).expect("written");
                let catalog = place.copies.catalog().expect("catalog");
                // As `backup verify` and `restore` find a copy: by the list first, then by its bytes.
                let refused = match catalog.find(&copy.id, &place.copies) {
                    Err(error) => Some(error.to_string()),
                    Ok(listed) => place.copies.verify(listed).expect("read").err().map(|it| it.to_string()),
                };
                let name = path.file_name().expect("named").to_string_lossy();
                let refused = refused.unwrap_or_else(|| panic!("{name} with {what} was accepted"));
                assert!(refused.len() > 10, "{name} with {what}: {refused}");
                if round % 25 == 0 {
                    let error = place.restore(&copy).map(|_| ());
                    // With the manifest of memory, only the archive counts.
                    if path == place.copies.archive_of(&copy) {
                        assert!(matches!(error, Err(BackupError::Damaged { .. })), "{what}: {error:?}");
                    }
                    if error.is_ok() {
                        place
                            .restore(place.copies.catalog().expect("catalog").backups.last().expect("safety"))
                            .expect("undone");
                    }
                }
            }
            fs::write(&path, good).expect("mended");
        }
        assert_eq!(Contents::of_store(&place.store()).expect("intact"), before);
        assert_eq!(place.copies.verify(&copy).expect("read"), Ok(()), "mended, it is good again");
    }
}
