//! How a search is cut up so that it fits into a GPU's memory.

/// Products that one call computes: 32 MiB of scores, which stay in the cache of a large GPU.
const TILE: usize = 1 << 23;
/// Bytes of the base that are copied at once.
const BLOCK_BYTES: usize = 64 << 20;
/// Most queries at once: the second dimension of a grid has that many blocks at most.
const MOST_QUERIES: usize = 16_384;
/// Most noted rows of a query: what fits into the shared memory of a block of threads.
const MOST_ROOM: usize = 4_096;
/// Noted rows for each wanted one.
const ROOM_FOR_EACH: usize = 16;

/// How a search is cut up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Layout {
    /// Rows of the base that are copied at once.
    pub(super) block_rows: usize,
    /// Whether the whole base stays on the GPU; else two blocks do.
    pub(super) is_resident: bool,
    /// Queries that are searched for at once.
    pub(super) batch: usize,
    /// Rows that are noted for each query.
    pub(super) room: usize,
    /// Products that one call computes.
    pub(super) tile: usize,
}

impl Layout {
    /// For a base and queries of `columns` values each, in `budget` bytes; `None` where that is too little, or more
    /// neighbours are wanted than can be noted.
    pub(super) fn new(
        rows: usize,
        queries: usize,
        columns: usize,
        wanted: usize,
        budget: usize,
    ) -> Option<Layout> {
        const VALUE: usize = size_of::<f32>();
        let room = wanted.checked_mul(ROOM_FOR_EACH)?.checked_next_power_of_two()?.max(512);
        if room > MOST_ROOM || rows == 0 || queries == 0 {
            return None;
        }
        let tile = TILE.min(budget / 16 / VALUE);
        let block_rows = (BLOCK_BYTES.min(budget / 8) / (columns * VALUE)).min(rows);
        if block_rows == 0 {
            return None;
        }
        let base_bytes = rows.div_ceil(block_rows) * block_rows * columns * VALUE;
        let is_resident = base_bytes <= budget / 2;
        let base_bytes = if is_resident { base_bytes } else { 2 * block_rows * columns * VALUE };
        let left = budget.checked_sub(base_bytes + 2 * tile * VALUE)?;
        // Each query: its values, its noted rows with their scores, what is kept of them, and five numbers.
        let query_bytes = columns * VALUE + room * (2 * VALUE + VALUE) + 5 * VALUE;
        let batch = queries.min(left / query_bytes).min(MOST_QUERIES).min(tile / 32);
        (batch > 0).then_some(Layout { block_rows, is_resident, batch, room, tile })
    }

    /// Rows that may be looked at next, of which `seen` have been looked at and `free` of the room is left: before any
    /// bound is known all of them may be noted, later the fewer the more rows the bound comes from.
    pub(super) fn next_rows(&self, seen: usize, wanted: usize, pace: Pace) -> usize {
        let certain = if seen == 0 { self.room } else { self.room / 2 };
        let rows = match pace {
            Pace::Careful => certain,
            Pace::Expectant => certain.max(seen.saturating_mul(self.room / (8 * wanted.max(1)))),
        };
        rows.max(1)
    }
}

/// How many rows are looked at before those that cannot answer are dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pace {
    /// As many as should fit, were the rows in no order.
    Expectant,
    /// As many as surely fit, ties apart.
    Careful,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bytes that a search takes at most.
    fn bytes(layout: &Layout, rows: usize, columns: usize) -> usize {
        let blocks = if layout.is_resident { rows.div_ceil(layout.block_rows) } else { 2 };
        4 * (blocks * layout.block_rows * columns
            + 2 * layout.tile
            + layout.batch * (columns + 3 * layout.room + 5))
    }

    #[test]
    fn whatever_the_size_the_memory_suffices() {
        for budget in [1 << 20, 100 << 20, 8 << 30, 120 << 30_usize] {
            for rows in [1, 1_000, 1_000_000, 100_000_000] {
                for columns in [1, 256, 4_096] {
                    if let Some(layout) = Layout::new(rows, 200_000, columns, 10, budget) {
                        assert!(
                            bytes(&layout, rows, columns) <= budget,
                            "{layout:?} of {rows} x {columns} in {budget}"
                        );
                        assert!(layout.tile / layout.batch >= 32, "{layout:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_large_gpu_keeps_the_base_and_a_small_one_streams_it() {
        let of = |budget| Layout::new(1_000_000, 1_000, 256, 10, budget).expect("it fits");
        assert!(of(8 << 30).is_resident && of(8 << 30).batch == 1_000);
        assert!(!of(512 << 20).is_resident);
    }

    #[test]
    fn what_cannot_be_noted_or_does_not_fit_is_refused() {
        assert_eq!(Layout::new(1_000, 10, 256, 1_000, 8 << 30), None);
        assert_eq!(Layout::new(1_000, 10, 256, usize::MAX, 8 << 30), None);
        assert_eq!(Layout::new(1_000, 10, 1 << 30, 10, 1 << 20), None);
        assert!(Layout::new(1_000, 10, 256, 256, 8 << 30).is_some());
    }

    #[test]
    fn a_careful_pace_never_looks_at_more_rows_than_there_is_room_for() {
        let layout = Layout::new(1_000_000, 1_000, 256, 10, 8 << 30).expect("it fits");
        assert_eq!(layout.next_rows(0, 10, Pace::Careful), layout.room);
        assert_eq!(layout.next_rows(900_000, 10, Pace::Careful), layout.room / 2);
        assert_eq!(layout.next_rows(0, 10, Pace::Expectant), layout.room);
        assert_eq!(layout.next_rows(10_000, 10, Pace::Expectant), 60_000);
    }
}
