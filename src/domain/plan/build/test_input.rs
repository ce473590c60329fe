//! A small world for the tests of this folder, and what is built from it.

use std::collections::BTreeMap;

use super::{
    Blackout, BuildInput, BuiltProblem, DevicePeak, DurationQuantile, Exclusion, Follow, HorizonForm,
    HostInput, Kin, PlannedWork, SlotChoice, TypicalNeeds, WindowLimit, build_problem,
};
use crate::domain::calendar::Zone;
use crate::domain::patterns::{Quantiles, ResourceProfile};
use crate::domain::prediction::{Prediction, PredictionSource};
use crate::domain::rules::fixture::rule;
use crate::domain::rules::{Capacity, Flexibility, RuleId, RuleSource, StoredRule};
use crate::domain::time::{DAY_MS, HOUR_MS, MINUTE_MS, TimeSpan, Timestamp};

fn at(text: &str) -> Timestamp {
    Timestamp::parse_rfc3339(text).expect("instant")
}

/// What a test may change before it builds.
struct World {
    rules: Vec<StoredRule>,
    expected: Vec<Prediction>,
    follows: Vec<Follow>,
    exclusions: Vec<Exclusion>,
    blackouts: Vec<Blackout>,
    hosts: Vec<HostInput>,
    kin: BTreeMap<String, Kin>,
    device_peaks: BTreeMap<String, DevicePeak>,
    flexibility: BTreeMap<RuleId, Flexibility>,
    horizon: TimeSpan,
    zone: Zone,
    slots: SlotChoice,
}

/// A day from a Monday's midnight on a machine of four cores, with a rule of two cores and half an hour for each line.
fn world(lines: &[(&str, &str)]) -> World {
    let stored = |(number, (task_type, cron)): (usize, &(&str, &str))| StoredRule {
        id: RuleId(number as i64 + 1),
        rule: rule(task_type, cron).taking(2.0, 1800.0),
    };
    let start = at("2026-03-02T00:00:00Z");
    World {
        rules: lines.iter().enumerate().map(stored).collect(),
        expected: Vec::new(),
        follows: Vec::new(),
        exclusions: Vec::new(),
        blackouts: Vec::new(),
        hosts: vec![host("here")],
        kin: BTreeMap::new(),
        device_peaks: BTreeMap::new(),
        flexibility: BTreeMap::new(),
        horizon: TimeSpan { start, end: start.plus_ms(DAY_MS) },
        zone: Zone::UTC,
        slots: SlotChoice::AsFine,
    }
}

fn host(name: &str) -> HostInput {
    let capacity = Capacity { cpu_cores: Some(4.0), ..Capacity::default() };
    HostInput { name: name.to_owned(), capacity, gpu_devices_mib: Vec::new() }
}

impl World {
    fn build(&self) -> BuiltProblem {
        let built = build_problem(&BuildInput {
            rules: &self.rules,
            expected: &self.expected,
            follows: &self.follows,
            exclusions: &self.exclusions,
            blackouts: &self.blackouts,
            hosts: &self.hosts,
            kin: &self.kin,
            device_peaks: &self.device_peaks,
            typical: &TypicalNeeds::default(),
            flexibility: &self.flexibility,
            horizon: self.horizon,
            zone: self.zone,
            price_by_hour: std::array::from_fn(|hour| if hour < 6 { 10 } else { 40 }),
            target_utilization: 0.75,
            duration_quantile: DurationQuantile::P75,
            slots: self.slots,
        });
        assert_eq!(built.problem.validate(), Ok(()));
        assert_eq!(built.work.len(), built.problem.rules.len());
        built
    }
}

fn expected(start: &str, confidence: f64) -> Prediction {
    Prediction {
        task_type: "visitor".to_owned(),
        predicted_start: at(start),
        window_start: at(start),
        window_end: at(start),
        confidence,
        pattern_id: None,
        rule_id: None,
        source: PredictionSource::Pattern,
        resources: ResourceProfile {
            duration_seconds: Quantiles::of([3600.0]),
            cpu_cores: Quantiles::of([1.0]),
            ..ResourceProfile::default()
        },
    }
}

#[test]
fn daily_rules_repeat_and_keep_five_minutes() {
    let built = world(&[("a", "0 2 * * *"), ("b", "0 2 * * *")]).build();
    let problem = &built.problem;
    assert_eq!(built.grid.form, HorizonForm::Repeating);
    assert_eq!((problem.slot_minutes, problem.horizon_slots), (5, 288));
    assert_eq!(problem.rules[0].wanted, [24]);
    assert_eq!((problem.rules[0].earliest, problem.rules[0].latest, problem.rules[0].duration), (-6, 6, 6));
    assert_eq!(problem.rules[0].demand, [200]);
    assert_eq!((problem.price[0], problem.price[72]), (10, 40));
    assert!(built.notes.is_empty(), "{:?}", built.notes);
}

#[test]
fn starts_between_five_minutes_need_slots_of_one_unless_energy_is_priced() {
    let mut odd = world(&[("a", "17 2 * * *")]);
    assert_eq!((odd.build().problem.slot_minutes, odd.build().problem.rules[0].wanted[0]), (1, 137));
    odd.slots = SlotChoice::FiveMinutes;
    let built = odd.build();
    assert_eq!(built.problem.slot_minutes, 5);
    assert_eq!(built.notes, ["starts are rounded down to 5 minutes"]);
}

#[test]
fn a_long_horizon_keeps_slots_that_hold_every_start_and_says_where_it_cannot() {
    let mut long = world(&[("a", "5 1 * * *"), ("b", "25 1 * * *")]);
    let over = |hours: i64, long: &mut World| {
        long.horizon.end = long.horizon.start.plus_ms(hours * HOUR_MS);
        let built = long.build();
        (built.problem.slot_minutes, built.starts_are_rounded)
    };
    assert_eq!(over(1_000, &mut long), (5, false));
    assert_eq!(over(8_784, &mut long), (5, false));
    let mut odd = world(&[("a", "17 1 * * *")]);
    assert_eq!(over(1_000, &mut odd), (1, false));
    assert_eq!(over(8_784, &mut odd), (30, true));
}

#[test]
fn a_rule_that_does_not_fire_again_the_next_day_unrolls_the_horizon() {
    let built = world(&[("a", "50 23 * * *"), ("b", "0 2 * * 1")]).build();
    let grid = built.grid;
    assert_eq!(grid.form, HorizonForm::Unrolled);
    // Half an hour of run and half an hour of window, twice, to either side.
    assert_eq!(grid.horizon.start.since(grid.origin), 2 * HOUR_MS);
    assert_eq!(grid.slots, 288 + 48);
    let nightly = &built.problem.rules[0].wanted;
    assert_eq!(nightly, &[22, 22 + 288], "the run of the evening before reaches into the day");
    assert_eq!(built.problem.rules[1].wanted, [24 + 24]);
    let last = nightly[1] + built.problem.rules[0].latest + built.problem.rules[0].duration;
    assert!(last <= grid.slots, "nothing wraps around");
}

#[test]
fn a_day_on_which_clocks_change_is_unrolled_and_moves_within_its_hours_only() {
    let mut spring = world(&[("a", "30 1 * * *")]);
    spring.rules[0].rule.zone = Zone::Europe__Berlin;
    spring.flexibility.insert(RuleId(1), Flexibility { earlier_minutes: 30, later_minutes: 120 });
    spring.horizon = TimeSpan { start: at("2026-03-28T23:00:00Z"), end: at("2026-03-29T23:00:00Z") };
    let built = spring.build();
    assert_eq!(built.grid.form, HorizonForm::Unrolled);
    let PlannedWork::Rule { earlier, later, .. } = &built.work[0] else { panic!("a rule") };
    assert_eq!((*earlier, *later), (WindowLimit::Flexibility, WindowLimit::ClockChange));
    // 02:00 is 03:00 on that day, half an hour later as on others; 03:30 is one hour later instead of two.
    let latest = built.problem.rules[0].latest;
    assert!((6..18).contains(&latest), "{latest}");
}

#[test]
fn sure_runs_take_their_time_and_likely_ones_their_share_of_an_hour() {
    let mut busy = world(&[("a", "0 2 * * *")]);
    busy.expected = vec![expected("2026-03-02T02:00:00Z", 0.9), expected("2026-03-02T04:00:00Z", 0.25)];
    let built = busy.build();
    assert_eq!(built.work[1], PlannedWork::Expected { task_type: "visitor".to_owned() });
    assert_eq!(built.work[2], PlannedWork::Likely);
    let (sure, likely) = (&built.problem.rules[1], &built.problem.rules[2]);
    assert_eq!((sure.wanted.len(), sure.duration, sure.demand[0]), (1, 12, 100));
    assert_eq!(built.grid.at(sure.wanted[0]), at("2026-03-02T02:00:00Z"));
    assert_eq!((likely.wanted.len(), likely.duration, likely.demand[0]), (12, 1, 25));
    assert_eq!((sure.earliest, sure.latest, likely.earliest, likely.latest), (0, 0, 0, 0));
}

#[test]
fn a_rule_whose_runs_tell_nothing_is_planned_with_what_is_said_to_be_assumed() {
    let mut silent = world(&[("a", "0 2 * * *")]);
    silent.rules[0].rule.resources = ResourceProfile::default();
    let built = silent.build();
    assert_eq!((built.problem.rules[0].duration, built.problem.rules[0].demand[0]), (1, 100));
    let told: Vec<(&str, f64)> =
        built.assumed.iter().map(|assumed| (assumed.quantity.as_str(), assumed.value)).collect();
    assert_eq!(told, [("duration_seconds", 300.0), ("cpu_cores", 1.0)]);
}

#[test]
fn rules_run_on_their_hosts_and_one_that_asks_for_what_its_host_lacks_is_left_out() {
    let mut two = world(&[("a", "0 2 * * *"), ("b", "0 2 * * *"), ("c", "0 2 * * *")]);
    two.hosts.push(host("there"));
    two.hosts[1].capacity.gpu_count = Some(1.0);
    two.rules[1].rule.host = Some("there".to_owned());
    two.rules[2].rule.resources.gpu_count = Quantiles::of([1.0]);
    let built = two.build();
    assert_eq!(built.problem.resources, ["cpu_cores", "gpu_count"]);
    assert_eq!((built.problem.rules[0].host, built.problem.rules[1].host), (0, 1));
    assert_eq!(
        built.left_out,
        [(RuleId(3), "it asks for gpu_count, and here is not known to have any".to_owned())]
    );
    let missed = "the plan is made without the load of rule 3 (it asks for gpu_count, and here is not known to have any)";
    assert_eq!(built.warnings, [missed]);
}

#[test]
fn a_crontab_keeps_a_rule_from_times_that_no_line_says() {
    let mut declared = world(&[("a", "0,45 5 * * *")]);
    let free = &declared.build().problem.rules[0];
    assert_eq!((free.earliest, free.latest), (-4, 4), "half of 45 minutes");
    declared.rules[0].rule.source = RuleSource::Declared { origin: "/etc/crontab:3".to_owned() };
    let built = declared.build();
    // A quarter of an hour later the second of the two times crosses the hour.
    assert_eq!((built.problem.rules[0].earliest, built.problem.rules[0].latest), (0, 2));
    let PlannedWork::Rule { earlier, .. } = &built.work[0] else { panic!("a rule") };
    assert_eq!(*earlier, WindowLimit::Crontab);
}

#[test]
fn what_shares_a_lock_or_a_name_or_is_declared_to_does_not_run_together() {
    let mut tagged = world(&[("a", "0 2 * * *"), ("b", "0 3 * * *"), ("c", "0 4 * * *"), ("c", "0 5 * * *")]);
    tagged.rules[0].rule.command = Some("flock /run/x a".to_owned());
    tagged.rules[1].rule.command = Some("flock -n /run/x b".to_owned());
    let declared = vec!["b".to_owned(), "c".to_owned()];
    tagged.exclusions = vec![Exclusion { tag: "disk".to_owned(), task_types: declared }];
    let tags: Vec<Vec<String>> = tagged.build().problem.rules.into_iter().map(|rule| rule.tags).collect();
    assert_eq!(tags[0], ["lock /run/x"]);
    assert_eq!(tags[1], ["disk", "lock /run/x"]);
    assert_eq!(tags[2], ["disk", "runs of c"]);
}

#[test]
fn a_blackout_keeps_out_what_can_leave_it_and_names_what_cannot() {
    let mut dark = world(&[("a", "0 2 * * *"), ("b", "15 2 * * *"), ("c", "0 9 * * *")]);
    let span = TimeSpan { start: at("2026-03-02T01:30:00Z"), end: at("2026-03-02T02:20:00Z") };
    dark.blackouts =
        vec![Blackout { name: "backup window".to_owned(), spans: vec![span], hosts: Vec::new() }];
    dark.flexibility.insert(RuleId(1), Flexibility { earlier_minutes: 10, later_minutes: 10 });
    let built = dark.build();
    assert_eq!(built.work.last(), Some(&PlannedWork::Blackout { name: "backup window".to_owned() }));
    let rules = &built.problem.rules;
    assert_eq!((rules[0].tags.len(), rules[1].tags.len(), rules[2].tags.len()), (0, 1, 0));
    assert_eq!(rules[3].wanted.len(), 10);
    assert_eq!((rules[0].earliest, rules[0].latest), (0, 0), "a rule that stays has no window");
    let stuck = "backup window: rule 1 cannot leave it within its window, and stays where it is";
    assert_eq!(built.warnings, [stuck]);
    assert_eq!(built.notes.last().map(String::as_str), Some(stuck));
}

#[test]
fn a_rule_moves_by_at_most_half_of_its_spacing() {
    let built = world(&[("a", "*/20 * * * *")]).build();
    assert_eq!((built.problem.rules[0].earliest, built.problem.rules[0].latest), (-2, 2));
}

#[test]
fn a_follower_stays_behind_its_predecessor() {
    let mut chain = world(&[("a", "0 2 * * *"), ("b", "0 3 * * *")]);
    let follow = |least_minutes: i64| Follow {
        predecessor: "a".to_owned(),
        successor: "b".to_owned(),
        from_end: true,
        usual_lag_ms: 30 * MINUTE_MS,
        least_lag_ms: least_minutes * MINUTE_MS,
    };
    let gap = |chain: &World| {
        let built = chain.build();
        assert_eq!((built.problem.precedences.len(), built.orders.len()), (1, 1));
        (
            built.problem.precedence_gap(&built.problem.precedences[0]),
            built.orders[0].least_lag_ms / MINUTE_MS,
        )
    };
    chain.follows = vec![follow(0)];
    assert_eq!(gap(&chain), (-6, 0));
    chain.follows = vec![follow(12)];
    assert_eq!(gap(&chain), (-3, 12), "as many slots as hold the run and the lag");
    chain.follows = vec![follow(60)];
    assert_eq!(gap(&chain), (0, 30), "no more than the timetable leaves now");
}

#[test]
fn memory_of_one_gpu_is_known_from_runs_or_readings_and_has_to_fit_on_one() {
    let gpus = |devices: &[f64]| {
        let mut world = world(&[("a", "0 2 * * *")]);
        world.hosts[0].capacity.gpu_count = Some(devices.len() as f64);
        world.hosts[0].capacity.gpu_memory_mib = Some(devices.iter().sum());
        world.hosts[0].gpu_devices_mib = devices.to_vec();
        world.rules[0].rule.resources.gpu_count = Quantiles::of([2.0]);
        world
    };
    let mut told = gpus(&[24_576.0, 24_576.0]);
    told.rules[0].rule.resources.gpu_memory_mib = Quantiles::of([40_000.0]);
    let built = told.build();
    assert_eq!(built.problem.rules[0].gpu_mem_per_device_gb, 20);
    assert_eq!(built.problem.hosts[0].gpu_mem_per_device_gb, 24);
    assert_eq!(built.assumed, []);
    told.rules[0].rule.resources.gpu_memory_mib = Quantiles::of([50_000.0]);
    let reason = "a run takes 25000 MiB on one GPU, and none of here has more than 24576 MiB";
    assert_eq!(told.build().left_out, [(RuleId(1), reason.to_owned())]);
    let mut seen = gpus(&[24_576.0, 24_576.0]);
    seen.device_peaks.insert("a".to_owned(), DevicePeak { mib: 10_000.0, seen: 3 });
    let built = seen.build();
    assert_eq!(built.problem.rules[0].gpu_mem_per_device_gb, 10);
    let told: Vec<(&str, f64)> =
        built.assumed.iter().map(|assumed| (assumed.quantity.as_str(), assumed.value)).collect();
    assert_eq!(told, [("gpu_memory_mib", 20_000.0)]);
}
