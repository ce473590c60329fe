//! A tar archive of one file, as any `tar` reads it: one header block, the file, blanks to the end of its block, and
//! two blocks of blanks (POSIX.1-1988 ustar; lengths beyond eight octal digits in GNU's binary form).

use std::io::{Read, Write};

/// Bytes of a block.
const BLOCK: usize = 512;
/// The name of the file inside.
const NAME: &[u8] = b"store.db";

/// The block before the file: its name, readable by its owner only, and its length.
pub(super) fn header(bytes: u64) -> [u8; BLOCK] {
    let mut block = [0; BLOCK];
    block[..NAME.len()].copy_from_slice(NAME);
    block[100..108].copy_from_slice(b"0000600\0");
    block[108..116].copy_from_slice(b"0000000\0");
    block[116..124].copy_from_slice(b"0000000\0");
    if bytes < 1 << 33 {
        block[124..136].copy_from_slice(format!("{bytes:011o}\0").as_bytes());
    } else {
        block[124] = 0x80;
        block[128..136].copy_from_slice(&bytes.to_be_bytes());
    }
    block[136..148].copy_from_slice(b"00000000000\0");
    // The sum is taken with blanks in its own place.
    block[148..156].fill(b' ');
    block[156] = b'0';
    block[257..265].copy_from_slice(b"ustar\x0000");
    let sum: u32 = block.iter().map(|byte| u32::from(*byte)).sum();
    block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    block
}

/// What follows a file of this length.
pub(super) fn trailer(bytes: u64) -> Vec<u8> {
    let over = (bytes % BLOCK as u64) as usize;
    vec![0; (BLOCK - over) % BLOCK + 2 * BLOCK]
}

/// Reads the file out of an archive that holds one of `bytes` bytes; anything else is an error.
pub(super) struct TapeReader<R> {
    inner: R,
    left: u64,
    bytes: u64,
    begun: bool,
}

impl<R: Read> TapeReader<R> {
    pub(super) fn new(inner: R, bytes: u64) -> TapeReader<R> {
        TapeReader { inner, left: bytes, bytes, begun: false }
    }
}

impl<R: Read> Read for TapeReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let invalid = |what: &str| std::io::Error::new(std::io::ErrorKind::InvalidData, what);
        if !self.begun {
            let mut block = [0; BLOCK];
            self.inner.read_exact(&mut block)?;
            if block != header(self.bytes) {
                return Err(invalid("another file than a store's lies inside"));
            }
            self.begun = true;
        }
        if self.left == 0 || buffer.is_empty() {
            let mut rest = Vec::new();
            self.inner.by_ref().take(4 * BLOCK as u64).read_to_end(&mut rest)?;
            return match rest.is_empty() || rest == trailer(self.bytes) {
                true => Ok(0),
                false => Err(invalid("more than one file lies inside")),
            };
        }
        let most = buffer.len().min(usize::try_from(self.left).unwrap_or(usize::MAX));
        let read = self.inner.read(&mut buffer[..most])?;
        if read == 0 {
            return Err(invalid("it ends too early"));
        }
        self.left -= read as u64;
        Ok(read)
    }
}

/// Writes what comes before and after the file around what `write` writes.
pub(super) fn write_around<W: Write>(
    target: &mut W,
    bytes: u64,
    write: impl FnOnce(&mut W) -> std::io::Result<()>,
) -> std::io::Result<()> {
    target.write_all(&header(bytes))?;
    write(target)?;
    target.write_all(&trailer(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packed(content: &[u8]) -> Vec<u8> {
        let mut tape = Vec::new();
        write_around(&mut tape, content.len() as u64, |tape| tape.write_all(content)).expect("written");
        tape
    }

    #[test]
    fn a_file_of_any_length_comes_back() {
        for length in [0, 1, 511, 512, 513, 2_000] {
            let content = vec![7_u8; length];
            let tape = packed(&content);
            assert_eq!(tape.len() % BLOCK, 0);
            let mut back = Vec::new();
            TapeReader::new(tape.as_slice(), length as u64).read_to_end(&mut back).expect("read");
            assert_eq!(back, content);
        }
    }

    #[test]
    fn a_tape_that_is_cut_or_holds_another_file_is_refused() {
        let tape = packed(&[7; 700]);
        let read = |tape: &[u8], bytes| TapeReader::new(tape, bytes).read_to_end(&mut Vec::new());
        assert!(read(&tape[..600], 700).is_err());
        assert!(read(&tape, 701).is_err());
        assert!(read(&[tape.as_slice(), &[1]].concat(), 700).is_err());
    }

    #[test]
    fn a_length_beyond_eight_gibibytes_is_binary() {
        let block = header((1 << 33) + 5);
        assert_eq!((block[124], &block[128..136]), (0x80, &((1_u64 << 33) + 5).to_be_bytes()[..]));
    }
}
