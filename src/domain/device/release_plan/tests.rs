//! What may go, in which order, and why the rest stays.

use proptest::prelude::*;

use super::*;
use crate::domain::device::ServerKind;
use crate::domain::time::MINUTE_MS;

fn now() -> Timestamp {
    Timestamp::clamped(1_772_366_400_000)
}

fn model(name: &str, idle_minutes: i64) -> HeldModel {
    HeldModel {
        model: name.to_owned(),
        title: None,
        memory_mib: Some(4_096.0),
        activity: ModelActivity::Idle,
        last_used: Some(now().plus_ms(-idle_minutes * MINUTE_MS)),
        expires: None,
        use_mark: None,
        offer: ReleaseOffer::Possible(ReleaseAction::Unload),
    }
}

fn reading(kind: ServerKind, models: Vec<HeldModel>) -> ServerReading {
    let server = ServerAddress { kind, address: format!("http://127.0.0.1:{}", kind.default_port()) };
    ServerReading { server, version: None, models, refusal: None }
}

fn request(models: ModelChoice) -> ReleaseRequest {
    ReleaseRequest { models, need_mib: None, min_idle_ms: 10 * MINUTE_MS, now: now() }
}

fn named(name: &str) -> ModelChoice {
    ModelChoice::Named(BTreeSet::from([name.to_owned()]))
}

fn names(plan: &ReleasePlan) -> Vec<&str> {
    plan.steps.iter().map(|step| step.model.as_str()).collect()
}

fn reason(kind: ServerKind, model: HeldModel) -> Option<ReleaseSpareReason> {
    plan_releases(&[reading(kind, vec![model])], &request(ModelChoice::All)).spared.pop().map(|s| s.reason)
}

#[test]
fn what_is_cheapest_to_undo_comes_first_then_what_was_idle_longest() {
    let asleep = HeldModel { offer: ReleaseOffer::Possible(ReleaseAction::Sleep), ..model("weights", 90) };
    let kernel =
        HeldModel { offer: ReleaseOffer::Possible(ReleaseAction::EndKernel), ..model("kernel", 900) };
    let readings = [
        reading(ServerKind::Jupyter, vec![kernel]),
        reading(ServerKind::Vllm, vec![asleep]),
        reading(ServerKind::Ollama, vec![model("new", 20), model("old", 60)]),
    ];
    let plan = plan_releases(&readings, &request(ModelChoice::All));
    assert_eq!(names(&plan), ["old", "new", "weights", "kernel"]);
    assert_eq!(plan.steps[3].undo, Undo::Lost);
    assert_eq!(plan.expected_mib(), 4.0 * 4_096.0);
}

#[test]
fn a_busy_model_is_left_alone_even_when_it_is_named() {
    let busy = HeldModel { activity: ModelActivity::Busy, ..model("a", 60) };
    let plan = plan_releases(&[reading(ServerKind::Ollama, vec![busy.clone()])], &request(named("a")));
    assert_eq!(plan.spared[0].reason, ReleaseSpareReason::Busy);
    assert_eq!(reason(ServerKind::Ollama, busy), Some(ReleaseSpareReason::Busy));
}

#[test]
fn where_asking_would_cut_work_off_not_knowing_is_enough_to_leave_it_alone() {
    let unclear = HeldModel { activity: ModelActivity::Unknown, ..model("a", 60) };
    assert_eq!(reason(ServerKind::TabbyApi, unclear.clone()), Some(ReleaseSpareReason::MayBeBusy));
    assert_eq!(reason(ServerKind::Ollama, unclear.clone()), None);
    let plan = plan_releases(&[reading(ServerKind::TabbyApi, vec![unclear])], &request(named("a")));
    assert_eq!(names(&plan), ["a"], "somebody who names it wants it gone");
}

#[test]
fn recent_or_unknown_use_is_left_alone_unless_it_is_named() {
    assert_eq!(
        reason(ServerKind::Ollama, model("a", 3)),
        Some(ReleaseSpareReason::NotIdleLongEnough { idle_ms: 3 * MINUTE_MS })
    );
    let unseen = HeldModel { last_used: None, ..model("a", 0) };
    assert_eq!(reason(ServerKind::Ollama, unseen), Some(ReleaseSpareReason::IdleUnknown));
    let plan = plan_releases(&[reading(ServerKind::Ollama, vec![model("a", 0)])], &request(named("a")));
    assert_eq!(names(&plan), ["a"]);
}

#[test]
fn a_kernel_of_unknown_memory_is_ended_only_when_it_is_named() {
    let kernel = HeldModel {
        offer: ReleaseOffer::Possible(ReleaseAction::EndKernel),
        memory_mib: None,
        title: Some("work.ipynb".to_owned()),
        ..model("k", 60)
    };
    assert_eq!(reason(ServerKind::Jupyter, kernel.clone()), Some(ReleaseSpareReason::MemoryUnknown));
    let plan = plan_releases(&[reading(ServerKind::Jupyter, vec![kernel])], &request(named("work.ipynb")));
    assert_eq!(names(&plan), ["k"]);
}

#[test]
fn what_the_server_cannot_be_asked_is_said() {
    let remote = HeldModel { offer: ReleaseOffer::Impossible(Obstacle::RemoteModel), ..model("a", 60) };
    let spared = reason(ServerKind::Ollama, remote).unwrap();
    assert_eq!(spared.as_str(), "remote_model");
}

#[test]
fn steps_end_once_enough_is_expected() {
    let readings = [reading(ServerKind::Ollama, vec![model("a", 60), model("b", 50), model("c", 40)])];
    let plan =
        plan_releases(&readings, &ReleaseRequest { need_mib: Some(5_000.0), ..request(ModelChoice::All) });
    assert_eq!(names(&plan), ["a", "b"]);
    assert_eq!(plan.spared[0].reason, ReleaseSpareReason::NotNeeded);
    let nothing = ReleaseRequest { need_mib: Some(0.0), ..request(ModelChoice::All) };
    assert!(plan_releases(&readings, &nothing).steps.is_empty());
}

#[test]
fn the_least_recently_used_goes_first_and_one_never_seen_in_use_last() {
    let unseen = HeldModel { last_used: None, ..model("unseen", 0) };
    let readings = [reading(ServerKind::Ollama, vec![unseen, model("new", 5), model("old", 50)])];
    let lru = |count| ReleaseRequest { min_idle_ms: 0, ..request(ModelChoice::LeastRecentlyUsed(count)) };
    assert_eq!(names(&plan_releases(&readings, &lru(1))), ["old"]);
    assert_eq!(names(&plan_releases(&readings, &lru(9))), ["old", "new", "unseen"]);
}

proptest! {
    #[test]
    fn every_model_is_released_or_spared_and_the_order_of_readings_does_not_matter(
        seeds in proptest::collection::vec((0_usize..10, 0_u8..4, 0_i64..40, 0_u8..3), 0..20),
        need in proptest::option::of(0.0_f64..50_000.0),
    ) {
        let readings: Vec<ServerReading> = seeds.iter().enumerate().map(|(position, (kind, offer, idle, at_work))| {
            let mut held = model(&format!("m{position}"), *idle);
            held.offer = match offer {
                0 => ReleaseOffer::Impossible(Obstacle::NeedsKey),
                index => ReleaseOffer::Possible(ReleaseAction::ALL[usize::from(*index) - 1]),
            };
            held.activity = [ModelActivity::Idle, ModelActivity::Busy, ModelActivity::Unknown][usize::from(*at_work)];
            reading(ServerKind::ALL[*kind], vec![held])
        }).collect();
        let request = ReleaseRequest { need_mib: need, ..request(ModelChoice::All) };
        let plan = plan_releases(&readings, &request);
        prop_assert_eq!(plan.steps.len() + plan.spared.len(), readings.len());
        let mut turned = readings.clone();
        turned.reverse();
        prop_assert_eq!(&plan, &plan_releases(&turned, &request));
        let ranks: Vec<u8> = plan.steps.iter().map(|step| step.action.undo_rank()).collect();
        prop_assert!(ranks.is_sorted());
    }
}
