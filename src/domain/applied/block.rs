//! The marked block of a crontab: the lines between its marks are ours, and already rules of the store.

/// How the line begins that opens the block.
pub const BLOCK_BEGIN: &str = "# BEGIN tidetable";
/// How the line begins that closes it.
pub const BLOCK_END: &str = "# END tidetable";

/// What a line is to the block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BlockPart {
    /// It opens the block.
    Begin,
    /// It closes the block.
    End,
    /// Neither.
    Other,
}

/// What `line` is to the block.
pub fn block_part(line: &[u8]) -> BlockPart {
    let line = line.trim_ascii();
    if line.starts_with(BLOCK_BEGIN.as_bytes()) {
        BlockPart::Begin
    } else if line.starts_with(BLOCK_END.as_bytes()) {
        BlockPart::End
    } else {
        BlockPart::Other
    }
}
