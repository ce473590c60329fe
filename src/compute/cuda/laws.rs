//! The GPU against the processor: the same answers. Without a device these tests say so and pass, unless
//! `TIDETABLE_REQUIRE_GPU=1`; `benches/cuda_on_cpu` runs them with the kernels compiled for the processor.

// Skipped tests say so.
#![allow(clippy::print_stderr)]

use super::kernel_cache::SOURCE;
use super::library::{blas, compiler};
use super::{CudaError, Gpus, HostMemory, Precision, device_count};
use crate::compute::Cpu;
use crate::domain::kernels::{
    Band, Events, Kernels, Matrix, MatrixError, Movable, Oscillators, Periodogram, ShiftCosts, Stretch, TopK,
    Window, normalize_rows,
};

fn required() -> bool {
    std::env::var_os("TIDETABLE_REQUIRE_GPU").is_some_and(|value| value != "0")
}

/// All GPUs, open; `None`, said aloud, where there is none.
fn gpus() -> Option<Gpus> {
    let ordinals: Vec<usize> = match device_count() {
        Ok(count) => (0..count).collect(),
        Err(error) => {
            assert!(!required(), "{error}");
            eprintln!("skipped: no device");
            return None;
        }
    };
    Some(Gpus::open(&ordinals, None).expect("GPUs open"))
}

/// Values from -0.5 to 0.5, of `levels` different ones.
fn values(count: usize, seed: u64, levels: u64) -> Vec<f32> {
    let mut state = seed | 1;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state >> 33
    };
    (0..count).map(|_| (next() % levels) as f32 / levels as f32 - 0.5).collect()
}

#[test]
fn without_a_device_opening_one_says_what_is_missing() {
    match device_count() {
        Err(error @ CudaError::NoDevice { .. }) => {
            assert!(error.to_string().starts_with("no CUDA device: "), "{error}");
            assert_eq!(Gpus::open(&[0], None).err(), Some(error));
        }
        Err(other) => panic!("{other}"),
        Ok(devices) => {
            let error = Gpus::open(&[devices], None).err();
            assert_eq!(error, Some(CudaError::NoSuchDevice { wanted: devices, devices }));
        }
    }
}

#[test]
fn the_kernels_compile_for_every_generation_where_there_is_a_compiler() {
    let compiler = match compiler() {
        Ok(compiler) => compiler,
        Err(error) => {
            assert!(!required(), "{error}");
            eprintln!("skipped: {error}");
            return;
        }
    };
    // CUDA 13 has left Volta behind; what knows it must take the kernels for it, too.
    let knows_volta = compiler.compile("extern \"C\" __global__ void none() {}", "sm_70").is_ok();
    let generations = ["sm_70", "sm_75", "sm_80", "sm_86", "sm_89", "sm_90"];
    for architecture in &generations[usize::from(!knows_volta)..] {
        let code = compiler.compile(SOURCE, architecture).expect("machine code");
        assert!(code.starts_with(b"\x7fELF"), "{architecture}");
    }
    let said = compiler.compile("nonsense", "sm_80").expect_err("no program").to_string();
    assert!(said.contains("sm_80") && said.contains("error"), "{said}");
}

#[test]
fn a_gpu_finds_the_same_neighbours_to_the_last_bit() {
    let Some(gpus) = gpus() else { return };
    for (rows, queries, columns, levels) in
        [(1, 1, 1, 7), (700, 3, 5, 1_000_000), (5_000, 40, 33, 1_000_000), (3_000, 5, 16, 3)]
    {
        let (base, asked) = (values(rows * columns, 5, levels), values(queries * columns, 6, levels));
        let (base, asked) = (Matrix::new(&base, columns), Matrix::new(&asked, columns));
        let (base, asked) = (base.expect("rows"), asked.expect("rows"));
        for (count, least) in [(1, None), (10, None), (10, Some(0.1 * columns as f64)), (200, None)] {
            let wanted = TopK { count, least, is_self_search: false };
            assert_eq!(
                gpus.top_k(&base, &asked, &wanted),
                Cpu::default().top_k(&base, &asked, &wanted),
                "{rows}"
            );
        }
        let wanted = TopK { count: 7, least: None, is_self_search: true };
        assert_eq!(
            gpus.top_k(&base, &base, &wanted),
            Cpu::default().top_k(&base, &base, &wanted),
            "{rows} each"
        );
    }
    assert_eq!(gpus.failure(), None);
}

#[test]
fn what_a_gpu_says_of_two_rows_is_the_same_either_way_round() {
    let Some(gpus) = gpus() else { return };
    let base = values(400 * 19, 31, 1_000_000);
    let rows = Matrix::new(&base, 19).expect("rows");
    let wanted = TopK { count: 200, least: None, is_self_search: true };
    let found = gpus.top_k(&rows, &rows, &wanted).expect("they fit");
    let score = |one: usize, other: usize| {
        found[one].iter().find(|near| near.index == other).map(|near| near.score.to_bits())
    };
    for (one, near) in found.iter().enumerate() {
        assert_eq!(near.len(), 200);
        for near in near {
            assert!(
                score(near.index, one).is_none_or(|turned| turned == near.score.to_bits()),
                "{one} {near:?}"
            );
        }
    }
    assert_eq!(gpus.failure(), None);
}

#[test]
fn rows_in_the_worst_order_are_found_all_the_same() {
    let Some(gpus) = gpus() else { return };
    // Each row is nearer than all before it, so that whatever bound was reached is passed by all that follow.
    let base: Vec<f32> = (0..20_000).flat_map(|row| [1.0, row as f32 / 20_000.0]).collect();
    let (base, asked) = (Matrix::new(&base, 2).expect("rows"), Matrix::new(&[0.1, 1.0], 2).expect("one"));
    let wanted = TopK { count: 10, least: None, is_self_search: false };
    assert_eq!(gpus.top_k(&base, &asked, &wanted), Cpu::default().top_k(&base, &asked, &wanted));
    // All rows are the same: more of them are equally near than anybody notes.
    let same = [1.0_f32, 2.0].repeat(20_000);
    let same = Matrix::new(&same, 2).expect("rows");
    assert_eq!(gpus.top_k(&same, &asked, &wanted), Cpu::default().top_k(&same, &asked, &wanted));
    assert_eq!(gpus.failure(), None);
}

#[test]
fn a_gpu_finds_the_same_pairs() {
    let Some(gpus) = gpus() else { return };
    for (rows, columns, part) in [(1, 3, 0.1), (50, 4, 0.1), (2_500, 8, 0.15), (1_500, 3, -0.6)] {
        let base = values(rows * columns, 9, 1_000_000);
        let rows = Matrix::new(&base, columns).expect("rows");
        let least = part * columns as f64;
        assert_eq!(gpus.pairs_above(&rows, least), Cpu::default().pairs_above(&rows, least));
    }
    assert_eq!(gpus.failure(), None);
}

#[test]
fn a_gpu_normalises_to_the_last_bit_and_names_the_first_row_of_zeros() {
    let Some(gpus) = gpus() else { return };
    for columns in [1, 3, 8, 13, 64] {
        let start: Vec<f32> =
            values(999 * columns, 11, 1_000_000).iter().map(|value| value * 1e-18 + 1e-20).collect();
        let (mut fast, mut plain) = (start.clone(), start);
        assert_eq!(gpus.normalize_rows(&mut fast, columns), Ok(()));
        normalize_rows(&mut plain, columns).expect("no zeros");
        assert_eq!(fast, plain, "{columns}");
        fast[columns * 70..columns * 71].fill(0.0);
        fast[columns * 800..columns * 801].fill(0.0);
        assert_eq!(gpus.normalize_rows(&mut fast, columns), Err(MatrixError::Zero { row: 70 }));
    }
    assert_eq!(gpus.normalize_rows(&mut [], 5), Ok(()));
    assert_eq!(gpus.failure(), None);
}

#[test]
fn a_gpu_follows_trajectories_to_where_the_closed_form_says() {
    let Some(gpus) = gpus() else { return };
    let all = Oscillators::spread(1_000, 500);
    for (found, squared) in gpus.trajectories(&all).iter().zip(&all.squared_frequencies) {
        assert!((f64::from(*found) - all.known(*squared)).abs() < 1e-3, "{squared}");
    }
    assert_eq!(gpus.trajectories(&Oscillators::spread(0, 5)), [0.0_f32; 0]);
}

#[test]
fn a_gpu_finds_the_same_resultants_to_the_last_bit() {
    let Some(gpus) = gpus() else { return };
    let times = |count: usize| -> Vec<i64> {
        values(count, 21, 1 << 20).iter().map(|value| (f64::from(*value) * 1e9) as i64).collect()
    };
    let (long, weights) = (times(701), values(701, 22, 1_000_000));
    let (short, weights) = (times(3), weights.into_iter().map(f64::from).collect::<Vec<f64>>());
    let series = [
        Events { times_ms: &long, weights: None },
        Events { times_ms: &[], weights: None },
        Events { times_ms: &short, weights: None },
        Events { times_ms: &long, weights: Some(&weights) },
    ];
    let band = |number: usize| Band {
        series: number % 4,
        first_per_ms: 1.0 / (60_000.0 + number as f64),
        step_per_ms: 1e-9 * number as f64,
        count: number % 75,
    };
    for count in [0, 1, 150] {
        let bands: Vec<Band> = (0..count).map(band).collect();
        let asked = Periodogram::new(&series, &bands).expect("all can be answered");
        assert_eq!(gpus.resultants(&asked), Cpu::default().resultants(&asked), "{count}");
    }
    assert_eq!(gpus.failure(), None);
}

#[test]
fn a_gpu_finds_the_same_costs_of_shifts_to_the_last_bit() {
    let Some(gpus) = gpus() else { return };
    const HORIZON: usize = 288;
    let costs: Vec<f64> = values(3 * HORIZON, 23, 1_000_000).into_iter().map(f64::from).collect();
    let movable = |number: usize| {
        let (shifts, length) = (number % 300, 1 + number % 40);
        let reach = shifts.saturating_sub(1) + length;
        let first = |stretch: usize| (number * 37 + stretch * 96) % HORIZON;
        let stretch = |number: usize| Stretch { row: number % 3, first: first(number), length: reach };
        let stretches: Vec<Stretch> = (0..number % 4).map(stretch).collect();
        let windows = (0..stretches.len()).map(|stretch| Window { stretch, start: 0, length }).collect();
        Movable { shifts, stretches, windows }
    };
    for count in [0, 1, 400] {
        let movables: Vec<Movable> = (0..count).map(movable).collect();
        let asked = ShiftCosts::new(&costs, HORIZON, &movables).expect("all can be answered");
        assert_eq!(gpus.shift_costs(&asked), Cpu::default().shift_costs(&asked), "{count}");
    }
    let none = [Movable { shifts: 3, ..Movable::default() }];
    let asked = ShiftCosts::new(&[], 5, &none).expect("nothing to pay");
    assert_eq!(gpus.shift_costs(&asked), [[0.0; 3]]);
    assert_eq!(gpus.failure(), None);
}

#[test]
fn a_search_on_a_gpu_that_is_stopped_begins_no_further_work() {
    let Some(gpus) = gpus() else { return };
    let flag = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(true));
    let gpus = gpus.until(crate::compute::Stop::watching(flag));
    let same = [1.0_f32, 2.0].repeat(3_000);
    let rows = Matrix::new(&same, 2).expect("rows");
    assert_eq!(gpus.pairs_above(&rows, 0.0), []);
    let wanted = TopK { count: 3, least: None, is_self_search: false };
    assert!(gpus.top_k(&rows, &rows, &wanted).expect("they fit").iter().all(Vec::is_empty));
    assert_eq!(gpus.failure(), None);
}

#[test]
fn products_and_copies_can_be_timed() {
    let Some(gpus) = gpus() else { return };
    let device = &gpus.devices()[0];
    let (one, other) = (values(200 * 64, 1, 1_000_000), values(100 * 64, 2, 1_000_000));
    for (precision, bound) in [(Precision::F32, 1e-6), (Precision::Tf32, 2e-3), (Precision::Bf16, 8e-3)] {
        if device.supports(precision) {
            let time = device.product_time(&one, &other, 64, precision).expect("a time");
            assert!(time.seconds > 0.0 && time.error < bound, "{precision:?}: {time:?}");
        }
    }
    for memory in [HostMemory::Pinned, HostMemory::Pageable] {
        let time = device.transfer_time(1 << 20, memory).expect("a time");
        assert!(time.to_device > 0.0 && time.from_device > 0.0);
    }
}

/// Only where `benches/cuda_on_cpu` makes a device fail on purpose, which a real one does not.
#[test]
fn a_device_that_fails_hands_over_to_the_processor_and_says_so() {
    if std::env::var_os("FAKE_CUDA_FAILS_AFTER").is_none() {
        eprintln!("skipped: no device that fails");
        return;
    }
    let Some(gpus) = gpus() else { return };
    let (base, asked) = (values(3_000 * 8, 5, 1_000), values(9 * 8, 6, 1_000));
    let (rows, asked) = (Matrix::new(&base, 8).expect("rows"), Matrix::new(&asked, 8).expect("rows"));
    let wanted = TopK { count: 10, least: None, is_self_search: false };
    for _ in 0..3 {
        assert_eq!(gpus.top_k(&rows, &asked, &wanted), Cpu::default().top_k(&rows, &asked, &wanted));
        let (mut fast, mut plain) = (base.clone(), base.clone());
        assert_eq!(gpus.normalize_rows(&mut fast, 8), normalize_rows(&mut plain, 8));
        assert_eq!(fast, plain);
        assert_eq!(gpus.pairs_above(&rows, 0.5), Cpu::default().pairs_above(&rows, 0.5));
    }
    assert!(gpus.failure().is_some_and(|said| said.contains("LAUNCH_FAILED")), "{:?}", gpus.failure());
    assert_eq!(gpus.label(), "cpu");
}

#[test]
fn a_missing_library_is_named() {
    if let Err(error) = blas() {
        assert!(error.to_string().contains("libcublas.so.13 or libcublas.so.12"), "{error}");
    }
}
