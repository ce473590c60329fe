//! The marked block of a crontab, taken apart into the lines of each rule and put together again.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::domain::applied::{BLOCK_BEGIN, BLOCK_END, BlockPart, block_part};
use crate::domain::rules::RuleId;

/// The block of a crontab.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Block {
    /// Where it stands, as bytes of the crontab; `None` where there is none yet.
    pub place: Option<Range<usize>>,
    /// The lines of each rule.
    pub lines: BTreeMap<RuleId, Vec<u8>>,
}

/// Why the block cannot be written anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the block of tidetable in it has no end, or there are several: mend its BEGIN and END lines")]
pub struct BrokenBlock;

impl Block {
    /// Finds the block in a crontab.
    pub fn find(bytes: &[u8]) -> Result<Block, BrokenBlock> {
        let mut block = Block::default();
        let mut begun: Option<usize> = None;
        let mut rule: Option<RuleId> = None;
        let mut at = 0;
        for line in bytes.split_inclusive(|byte| *byte == b'\n') {
            let start = at;
            at += line.len();
            match (block_part(line), begun) {
                (BlockPart::Begin, None) if block.place.is_none() => begun = Some(start),
                (BlockPart::End, Some(first)) => {
                    block.place = Some(first..at);
                    begun = None;
                }
                (BlockPart::Other, None) => {}
                (BlockPart::Other, Some(_)) => {
                    rule = rule_of(line).or(rule);
                    if let Some(id) = rule {
                        block.lines.entry(id).or_default().extend_from_slice(line);
                    }
                }
                _ => return Err(BrokenBlock),
            }
        }
        if begun.is_some() { Err(BrokenBlock) } else { Ok(block) }
    }

    /// The crontab with these lines in its block; without a block where there are none.
    pub fn written_into(&self, bytes: &[u8]) -> Vec<u8> {
        let (head, tail) = match &self.place {
            Some(place) => (&bytes[..place.start], &bytes[place.end..]),
            None => (bytes, &[][..]),
        };
        let mut text = head.to_vec();
        if !self.lines.is_empty() {
            // Cron reads no last line that lacks its end, and ours must not become part of it.
            if !text.is_empty() && !text.ends_with(b"\n") {
                text.push(b'\n');
            }
            text.extend_from_slice(
                format!(
                    "{BLOCK_BEGIN}: written by `tidetable rules apply`; change the rules, not these lines\n"
                )
                .as_bytes(),
            );
            self.lines.values().for_each(|lines| text.extend_from_slice(lines));
            text.extend_from_slice(format!("{BLOCK_END}\n").as_bytes());
        }
        text.extend_from_slice(tail);
        text
    }
}

/// The bytes of the block of a crontab, marks and all; `None` where there is none, or none that is whole.
pub fn block_of(crontab: &[u8]) -> Option<&[u8]> {
    Block::find(crontab).ok()?.place.map(|place| &crontab[place])
}

/// The comment above the lines of a rule.
pub(super) fn rule_comment(id: RuleId, name: &str) -> String {
    format!("# rule {}: {name}\n", id.0)
}

fn rule_of(line: &[u8]) -> Option<RuleId> {
    let text = std::str::from_utf8(line.strip_prefix(b"# rule ")?).ok()?;
    text.split_once(':')?.0.parse().ok().map(RuleId)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_is_found_written_and_taken_out_again() {
        let crontab = b"0 1 * * * a".as_slice();
        let mut block = Block::find(crontab).expect("none yet");
        block.lines.insert(RuleId(3), b"# rule 3: b\n0 2 * * * b\n".to_vec());
        let written = block.written_into(crontab);
        let mut again = Block::find(&written).expect("one block");
        assert_eq!(again.lines, block.lines);
        assert_eq!(again.written_into(&written), written);
        again.lines.clear();
        assert_eq!(again.written_into(&written), b"0 1 * * * a\n");
    }

    #[test]
    fn lines_after_the_block_stay_after_it() {
        let crontab =
            b"# BEGIN tidetable\n# rule 1: a\n1 1 * * * a\n# END tidetable\n0 3 * * * c\n".as_slice();
        let mut block = Block::find(crontab).expect("one block");
        block.lines.insert(RuleId(1), b"# rule 1: a\n2 2 * * * a\n".to_vec());
        let written = String::from_utf8(block.written_into(crontab)).expect("text");
        assert!(written.ends_with("2 2 * * * a\n# END tidetable\n0 3 * * * c\n"), "{written}");
    }

    #[test]
    fn a_block_without_an_end_is_left_alone() {
        for broken in [
            "# BEGIN tidetable\n",
            "# END tidetable\n",
            "# BEGIN tidetable\n# BEGIN tidetable\n# END tidetable\n",
        ] {
            assert_eq!(Block::find(broken.as_bytes()), Err(BrokenBlock), "{broken}");
        }
    }
}
