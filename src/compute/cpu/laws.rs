//! The processor against the plain way: the same answers, whatever the number of threads.

use proptest::prelude::{ProptestConfig, any, prop, proptest};

use super::Cpu;
use crate::domain::kernels::{
    Band, Events, Kernels, Matrix, MatrixError, Movable, Oscillators, Periodogram, Reference, Scored,
    ShiftCosts, Stretch, TopK, Window, inner_product, normalize_rows,
};

/// Values that are easily the same, so that scores tie.
fn values(count: usize, seed: u64, levels: u64) -> Vec<f32> {
    let mut state = seed | 1;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state >> 33
    };
    (0..count).map(|_| (next() % levels) as f32 / levels as f32 - 0.5).collect()
}

fn on_some_threads(check: impl Fn(usize) + Send + Sync) {
    for threads in [1, 3] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
        pool.install(|| check(threads));
    }
}

fn same(base: &[f32], queries: &[f32], columns: usize, wanted: &TopK) {
    let (base, queries) = (Matrix::new(base, columns), Matrix::new(queries, columns));
    let (base, queries) = (base.expect("a base"), queries.expect("queries"));
    let plain = Reference.top_k(&base, &queries, wanted).expect("they fit");
    on_some_threads(|threads| {
        assert_eq!(
            Cpu::default().top_k(&base, &queries, wanted).expect("they fit"),
            plain,
            "{threads} threads"
        );
    });
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn the_processor_finds_what_the_reference_finds(
        rows in 0_usize..2_500,
        queries in 0_usize..40,
        columns in 1_usize..70,
        levels in prop::sample::select(vec![2_u64, 5, 1_000_000]),
        count in 0_usize..30,
        seed in any::<u64>(),
    ) {
        let base = values(rows * columns, seed, levels);
        let asked = values(queries * columns, seed ^ 77, levels);
        same(&base, &asked, columns, &TopK { count, least: None, is_self_search: false });
        let least = Some(0.05 * columns as f64);
        same(&base, &asked, columns, &TopK { count, least, is_self_search: false });
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10))]
    #[test]
    fn a_search_among_themselves_finds_what_the_reference_finds(
        rows in 0_usize..900,
        columns in 1_usize..12,
        levels in prop::sample::select(vec![2_u64, 5, 1_000_000]),
        count in 1_usize..30,
        seed in any::<u64>(),
    ) {
        let base = values(rows * columns, seed, levels);
        same(&base, &base, columns, &TopK { count, least: None, is_self_search: true });
        same(&base, &base, columns, &TopK { count, least: None, is_self_search: false });
        let least = Some(0.08 * columns as f64);
        same(&base, &base, columns, &TopK { count, least, is_self_search: true });
    }

    #[test]
    fn pairs_above_a_threshold_are_those_of_the_reference(
        rows in 0_usize..900,
        columns in 1_usize..12,
        levels in prop::sample::select(vec![5_u64, 1_000_000]),
        seed in any::<u64>(),
    ) {
        let base = values(rows * columns, seed, levels);
        let rows = Matrix::new(&base, columns).expect("rows");
        let least = 0.15 * columns as f64;
        let plain = Reference.pairs_above(&rows, least);
        on_some_threads(|threads| assert_eq!(Cpu::default().pairs_above(&rows, least), plain, "{threads} threads"));
        for pair in plain {
            let turned = inner_product(rows.row(pair.second), rows.row(pair.first));
            assert!(pair.first < pair.second && turned.to_bits() == pair.score.to_bits(), "{pair:?}");
        }
    }

    #[test]
    fn near_rows_are_those_of_the_reference(
        rows in 0_usize..900,
        queries in 0_usize..150,
        columns in 1_usize..12,
        levels in prop::sample::select(vec![2_u64, 5, 1_000_000]),
        seed in any::<u64>(),
    ) {
        let (base, asked) = (values(rows * columns, seed, levels), values(queries * columns, seed ^ 9, levels));
        let (base, asked) = (Matrix::new(&base, columns).expect("rows"), Matrix::new(&asked, columns).expect("rows"));
        // Quarters of squares: with few levels scores are exactly there.
        for least in [0.0, 0.25, 0.05 * columns as f64] {
            let plain = Reference.near(&base, &asked, least).expect("they fit");
            on_some_threads(|threads| {
                assert_eq!(Cpu::default().near(&base, &asked, least).expect("they fit"), plain, "{threads} threads");
            });
        }
    }

    #[test]
    fn rows_are_normalised_to_the_last_bit_as_by_the_reference(
        rows in 0_usize..300,
        columns in 1_usize..70,
        seed in any::<u64>(),
    ) {
        let start = values(rows * columns, seed, 3);
        let mut plain = start.clone();
        let said = normalize_rows(&mut plain, columns);
        on_some_threads(|_| {
            let mut fast = start.clone();
            assert_eq!(Cpu::default().normalize_rows(&mut fast, columns), said);
            if said.is_ok() {
                assert_eq!(fast, plain);
            }
        });
    }
}

#[test]
fn thousands_of_equal_rows_are_told_apart_by_their_place() {
    let base = [1.0_f32, 2.0, 3.0].repeat(20_000);
    let wanted = TopK { count: 5, least: None, is_self_search: false };
    let found = Cpu::default()
        .top_k(
            &Matrix::new(&base, 3).expect("rows"),
            &Matrix::new(&[0.5, 0.5, 0.5], 3).expect("one"),
            &wanted,
        )
        .expect("they fit");
    let expected: Vec<Scored> = (0..5).map(|index| Scored { index, score: 3.0 }).collect();
    assert_eq!(found, [expected]);
}

#[test]
fn rows_that_are_all_the_same_are_each_others_neighbours_by_their_places() {
    const ROWS: usize = 1_500;
    let base = [1.0_f32, 2.0].repeat(ROWS);
    let rows = Matrix::new(&base, 2).expect("rows");
    let wanted = TopK { count: 3, least: None, is_self_search: true };
    let found = Cpu::default().top_k(&rows, &rows, &wanted).expect("they fit");
    for (row, found) in found.iter().enumerate() {
        let first = (0..ROWS).filter(|index| *index != row).take(3);
        assert_eq!(*found, first.map(|index| Scored { index, score: 5.0 }).collect::<Vec<_>>(), "{row}");
    }
}

#[test]
fn a_row_is_not_its_own_neighbour_and_most_like_itself_elsewhere() {
    let mut base = values(1_500 * 16, 3, 1_000_000);
    normalize_rows(&mut base, 16).expect("no zeros");
    let rows = Matrix::new(&base, 16).expect("rows");
    let itself = TopK { count: 1, least: None, is_self_search: false };
    for (index, found) in Cpu::default().top_k(&rows, &rows, &itself).expect("they fit").iter().enumerate() {
        assert_eq!(found[0].index, index);
        assert!((found[0].score - 1.0).abs() < 1e-6);
    }
    let others = TopK { is_self_search: true, ..itself };
    let found = Cpu::default().top_k(&rows, &rows, &others).expect("they fit");
    assert!(found.iter().enumerate().all(|(index, found)| found[0].index != index));
}

#[test]
fn rows_of_another_length_do_not_fit() {
    let (base, queries) = ([1.0; 6], [1.0; 4]);
    let (base, queries) = (Matrix::new(&base, 3).expect("rows"), Matrix::new(&queries, 2).expect("rows"));
    let wanted = TopK { count: 1, least: None, is_self_search: false };
    assert_eq!(
        Cpu::default().top_k(&base, &queries, &wanted),
        Err(MatrixError::Columns { base: 3, queries: 2 })
    );
}

#[test]
fn scores_beyond_single_precision_are_still_told_apart() {
    let base = [3e38_f32, 3e38, 3e38, 2e38, -3e38, 3e38];
    let rows = Matrix::new(&base, 2).expect("rows");
    let wanted = TopK { count: 1, least: None, is_self_search: true };
    assert_eq!(Cpu::default().top_k(&rows, &rows, &wanted), Reference.top_k(&rows, &rows, &wanted));
    assert_eq!(Cpu::default().pairs_above(&rows, 0.0), Reference.pairs_above(&rows, 0.0));
    assert_eq!(Cpu::default().near(&rows, &rows, 0.0), Reference.near(&rows, &rows, 0.0));
}

#[test]
fn trajectories_are_where_the_closed_form_says() {
    let all = Oscillators::spread(100, 500);
    let (fast, plain) = (Cpu::default().trajectories(&all), Reference.trajectories(&all));
    for ((fast, plain), squared) in fast.iter().zip(&plain).zip(&all.squared_frequencies) {
        let known = all.known(*squared);
        assert!(
            (f64::from(*fast) - known).abs() < 1e-3 && (f64::from(*plain) - known).abs() < 1e-6,
            "{known}"
        );
    }
    assert_eq!(fast.len(), 100);
}

#[test]
fn a_search_that_is_stopped_looks_at_no_further_block() {
    let flag = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let stopped = Cpu::until(crate::compute::Stop::watching(flag.clone()));
    let values: Vec<f32> = (0..2_000_u16).map(f32::from).collect();
    let (rows, asked) = (Matrix::new(&values, 2).expect("rows"), [1.0, 2.0]);
    let asked = Matrix::new(&asked, 2).expect("one");
    let wanted = |is_self_search| TopK { count: 3, least: None, is_self_search };
    let found = |is_stopped| {
        flag.store(is_stopped, std::sync::atomic::Ordering::SeqCst);
        let others = stopped.top_k(&rows, &rows, &wanted(true)).expect("they fit");
        let nearest = stopped.top_k(&rows, &asked, &wanted(false)).expect("they fit");
        let pairs = stopped.pairs_above(&rows, 1_000.0).len();
        (others.concat().len(), nearest.concat().len(), pairs > 0)
    };
    assert_eq!(found(false), (3_000, 3, true));
    assert_eq!(found(true), (0, 0, false));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn resultants_are_those_of_the_reference_within_the_stated_error(
        counts in prop::collection::vec(0_usize..200, 1..5),
        bands in prop::collection::vec((0_usize..5, 1e-9_f64..1e-2, -1e-5_f64..1e-5, 0_usize..80), 0..9),
        has_weights in any::<bool>(),
        seed in any::<u64>(),
    ) {
        let times: Vec<Vec<i64>> = counts.iter().map(|count| {
            values(*count, seed, 1 << 20).iter().map(|value| 1_700_000_000_000 + (f64::from(*value) * 1e10) as i64).collect()
        }).collect();
        let weights: Vec<Vec<f64>> =
            counts.iter().map(|count| values(*count, seed ^ 5, 1_000).into_iter().map(f64::from).collect()).collect();
        let series: Vec<Events<'_>> = times.iter().zip(&weights).map(|(times_ms, weights)| {
            Events { times_ms, weights: has_weights.then_some(weights.as_slice()) }
        }).collect();
        let bands: Vec<Band> = bands.into_iter().map(|(series, first_per_ms, step_per_ms, count)| {
            Band { series: series % counts.len(), first_per_ms, step_per_ms, count }
        }).collect();
        let asked = Periodogram::new(&series, &bands).expect("all can be answered");
        let plain = Reference.resultants(&asked);
        let found = Cpu::default().resultants(&asked);
        for ((band, found), plain) in bands.iter().zip(&found).zip(&plain) {
            let bound = asked.error(band);
            assert_eq!(found.len(), band.count);
            for (found, plain) in found.iter().zip(plain) {
                assert!((found - plain).abs() <= bound, "{found} {plain} {bound} {band:?}");
            }
        }
        on_some_threads(|_| assert_eq!(Cpu::default().resultants(&asked), found));
        // Whoever asks for one band alone gets the same.
        for (band, found) in bands.iter().zip(found) {
            let alone = Periodogram::new(&series, std::slice::from_ref(band)).expect("as before");
            assert_eq!(Cpu::default().resultants(&alone), [found]);
        }
    }

    #[test]
    fn costs_of_shifts_are_those_of_the_reference_within_the_stated_error(
        rows in 1_usize..4,
        horizon in 1_usize..50,
        drawn in prop::collection::vec((0_usize..30, prop::collection::vec((0_usize..4, 0_usize..50, 0_usize..70, 0_usize..9), 0..4)), 0..9),
        seed in any::<u64>(),
    ) {
        let costs: Vec<f64> = values(rows * horizon, seed, 1_000_000).into_iter().map(|cost| f64::from(cost) * 1e4).collect();
        let movables: Vec<Movable> = drawn.into_iter().map(|(shifts, drawn)| Movable {
            shifts,
            stretches: drawn.iter().map(|(row, first, length, start)| {
                Stretch { row: row % rows, first: first % horizon, length: length + start + shifts }
            }).collect(),
            windows: drawn.iter().enumerate().map(|(stretch, (_, _, length, start))| {
                Window { stretch, start: *start, length: *length }
            }).collect(),
        }).collect();
        let asked = ShiftCosts::new(&costs, horizon, &movables).expect("all can be answered");
        let plain = Reference.shift_costs(&asked);
        let found = Cpu::default().shift_costs(&asked);
        for ((movable, found), plain) in movables.iter().zip(&found).zip(&plain) {
            let bound = asked.error(movable);
            assert_eq!(found.len(), movable.shifts);
            for (found, plain) in found.iter().zip(plain) {
                assert!((found - plain).abs() <= bound, "{found} {plain} {bound}");
            }
        }
        on_some_threads(|_| assert_eq!(Cpu::default().shift_costs(&asked), found));
        for (movable, found) in movables.iter().zip(found) {
            let alone = ShiftCosts::new(&costs, horizon, std::slice::from_ref(movable)).expect("as before");
            assert_eq!(Cpu::default().shift_costs(&alone), [found]);
        }
    }
}
