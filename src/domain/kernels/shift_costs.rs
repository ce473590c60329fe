//! What moving costs: for many rules at once the cost of every shift, from what each slot costs.

/// Slots of one row of costs that are looked at together; past the end of the horizon they go on at its beginning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// The row.
    pub row: usize,
    /// The first slot, within the horizon.
    pub first: usize,
    /// How many slots, more than the horizon has if need be.
    pub length: usize,
}

/// Slots that are occupied at the first shift; at the next one they lie a slot later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Place of the stretch they lie in.
    pub stretch: usize,
    /// The first of them, counted from the start of the stretch.
    pub start: usize,
    /// How many.
    pub length: usize,
}

/// What is moved as a whole.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Movable {
    /// Number of shifts.
    pub shifts: usize,
    /// The slots that any of them touches.
    pub stretches: Vec<Stretch>,
    /// The slots that are occupied.
    pub windows: Vec<Window>,
}

/// Why costs of shifts cannot be told.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ShiftError {
    /// Costs that are no whole number of rows.
    #[error("{values} costs are no rows of {horizon} slots")]
    Shape {
        /// Costs given.
        values: usize,
        /// Slots of a row.
        horizon: usize,
    },
    /// A cost that is no number: sums beyond it would mean nothing.
    #[error("row {row}, slot {slot}: a cost of {cost}")]
    NotFinite {
        /// From 0.
        row: usize,
        /// From 0.
        slot: usize,
        /// NaN or an infinity.
        cost: f64,
    },
    /// A stretch of no row, or a window that leaves its stretch at some shift.
    #[error("movable {movable}: {what} {place} is out of bounds")]
    Bounds {
        /// Place of the movable, from 0.
        movable: usize,
        /// `stretch` or `window`.
        what: &'static str,
        /// Its place, from 0.
        place: usize,
    },
}

/// Costs per slot and what is moved over them, all of which can be answered.
#[derive(Clone, Copy, Debug)]
pub struct ShiftCosts<'a> {
    costs: &'a [f64],
    horizon: usize,
    movables: &'a [Movable],
}

impl<'a> ShiftCosts<'a> {
    /// Moves `movables` over rows of `horizon` costs each.
    ///
    /// # Errors
    /// Costs fill no whole number of rows or are not finite; a stretch or window is out of bounds.
    pub fn new(
        costs: &'a [f64],
        horizon: usize,
        movables: &'a [Movable],
    ) -> Result<ShiftCosts<'a>, ShiftError> {
        if horizon == 0 || !costs.len().is_multiple_of(horizon) {
            return Err(ShiftError::Shape { values: costs.len(), horizon });
        }
        if let Some(place) = costs.iter().position(|cost| !cost.is_finite()) {
            let (row, slot) = (place / horizon, place % horizon);
            return Err(ShiftError::NotFinite { row, slot, cost: costs[place] });
        }
        for (number, movable) in movables.iter().enumerate() {
            let out = |what, place| ShiftError::Bounds { movable: number, what, place };
            let is_row = |stretch: &Stretch| stretch.row < costs.len() / horizon && stretch.first < horizon;
            if let Some(place) = movable.stretches.iter().position(|stretch| !is_row(stretch)) {
                return Err(out("stretch", place));
            }
            let lies_within = |window: &Window| {
                let needed = window.start.checked_add(window.length)?.checked_add(movable.shifts)?;
                let stretch = movable.stretches.get(window.stretch)?;
                (needed.saturating_sub(1) <= stretch.length).then_some(())
            };
            if let Some(place) = movable.windows.iter().position(|window| lies_within(window).is_none()) {
                return Err(out("window", place));
            }
        }
        Ok(ShiftCosts { costs, horizon, movables })
    }

    /// All costs, row by row.
    pub fn costs(&self) -> &'a [f64] {
        self.costs
    }

    /// Slots of a row.
    pub fn horizon(&self) -> usize {
        self.horizon
    }

    /// What is moved.
    pub fn movables(&self) -> &'a [Movable] {
        self.movables
    }

    /// The cost of one slot of a stretch.
    pub fn slot_cost(&self, stretch: &Stretch, slot: usize) -> f64 {
        self.costs[stretch.row * self.horizon + (stretch.first + slot) % self.horizon]
    }

    /// How far two ways of adding up what a movable costs may differ: each addition rounds what was added before.
    pub fn error(&self, movable: &Movable) -> f64 {
        let of_stretch = |stretch: &Stretch| {
            let sum: f64 = (0..stretch.length).map(|slot| self.slot_cost(stretch, slot).abs()).sum();
            2.0 * f64::EPSILON * (stretch.length + movable.windows.len() + 2) as f64 * sum
        };
        movable.windows.iter().map(|window| of_stretch(&movable.stretches[window.stretch])).sum()
    }
}

/// Makes of costs per slot, in place, the sum of all before each. The last of `slots` is nobody's cost.
pub fn prefix_sums(slots: &mut [f64]) {
    let mut sum = 0.0;
    for entry in slots {
        let here = *entry;
        *entry = sum;
        sum += here;
    }
}

/// Adds to the cost of each shift what `length` slots cost, of which [`prefix_sums`] begin with the first of them at the
/// first shift.
pub fn add_window(sums: &[f64], length: usize, costs: &mut [f64]) {
    for ((cost, end), start) in costs.iter_mut().zip(&sums[length..]).zip(sums) {
        *cost += end - start;
    }
}

/// What each shift of one movable costs: the sum of the costs of the slots it occupies, those that several windows share
/// as often. Work grows with the slots of the stretches and with shifts times windows, not with the windows' length;
/// within [`ShiftCosts::error`] of the exact sums. `room` is kept between calls.
pub fn costs_of_shifts(asked: &ShiftCosts<'_>, movable: &Movable, room: &mut Vec<f64>) -> Vec<f64> {
    let mut costs = vec![0.0; movable.shifts];
    room.clear();
    let mut starts = Vec::with_capacity(movable.stretches.len());
    for stretch in &movable.stretches {
        starts.push(room.len());
        let row = &asked.costs[stretch.row * asked.horizon..(stretch.row + 1) * asked.horizon];
        let (mut slot, mut left) = (stretch.first, stretch.length);
        while left > 0 {
            let part = left.min(asked.horizon - slot);
            room.extend_from_slice(&row[slot..slot + part]);
            left -= part;
            slot = 0;
        }
        room.push(0.0);
        let first = room.len() - stretch.length - 1;
        prefix_sums(&mut room[first..]);
    }
    for window in &movable.windows {
        add_window(&room[starts[window.stretch] + window.start..], window.length, &mut costs);
    }
    costs
}

#[cfg(test)]
mod tests {
    use super::*;

    fn movable(shifts: usize, stretch: Stretch, window: Window) -> Movable {
        Movable { shifts, stretches: vec![stretch], windows: vec![window] }
    }

    fn found(costs: &[f64], horizon: usize, movable: Movable) -> Result<Vec<f64>, ShiftError> {
        let all = [movable];
        let asked = ShiftCosts::new(costs, horizon, &all)?;
        Ok(costs_of_shifts(&asked, &all[0], &mut Vec::new()))
    }

    const STRETCH: Stretch = Stretch { row: 1, first: 3, length: 4 };
    const WINDOW: Window = Window { stretch: 0, start: 0, length: 2 };
    const COSTS: [f64; 10] = [9.0, 9.0, 9.0, 9.0, 9.0, 1.0, 2.0, 4.0, 8.0, 16.0];

    #[test]
    fn shifts_go_on_at_the_beginning_of_the_horizon() {
        assert_eq!(found(&COSTS, 5, movable(3, STRETCH, WINDOW)), Ok(vec![24.0, 17.0, 3.0]));
        let twice = Stretch { row: 1, first: 0, length: 10 };
        let whole = Window { stretch: 0, start: 0, length: 10 };
        assert_eq!(found(&COSTS, 5, movable(1, twice, whole)), Ok(vec![62.0]));
        assert_eq!(found(&COSTS, 5, Movable { shifts: 2, ..Movable::default() }), Ok(vec![0.0; 2]));
        assert_eq!(found(&COSTS, 5, movable(0, STRETCH, WINDOW)), Ok(vec![]));
    }

    #[test]
    fn what_cannot_be_answered_is_refused_with_its_place() {
        let bounds = |what| Err(ShiftError::Bounds { movable: 0, what, place: 0 });
        assert_eq!(found(&COSTS, 5, movable(4, STRETCH, WINDOW)), bounds("window"));
        let huge = Window { start: usize::MAX, ..WINDOW };
        assert_eq!(found(&COSTS, 5, movable(1, STRETCH, huge)), bounds("window"));
        assert_eq!(found(&COSTS, 5, movable(1, Stretch { row: 2, ..STRETCH }, WINDOW)), bounds("stretch"));
        let none = Movable::default();
        assert_eq!(found(&COSTS, 3, none.clone()), Err(ShiftError::Shape { values: 10, horizon: 3 }));
        assert_eq!(found(&[], 0, none.clone()), Err(ShiftError::Shape { values: 0, horizon: 0 }));
        let said = found(&[0.0, f64::NEG_INFINITY], 1, none).expect_err("not finite").to_string();
        assert_eq!(said, "row 1, slot 0: a cost of -inf");
    }
}
