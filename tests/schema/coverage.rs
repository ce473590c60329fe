//! Whether the answers are rich enough: a schema that is only ever shown null and empty lists proves little.

use serde_json::Value;

use crate::answers::answers;

#[test]
fn the_answers_have_something_of_everything_to_tell() {
    for (schema, place) in [
        ("analyze-activity-patterns", "/data/patterns/0/resources/gpu_memory_mib/p95"),
        ("analyze-activity-patterns", "/data/saved/added"),
        ("analyze-activity-patterns", "/data/user_behavior/0/preferred_task_types/0"),
        ("analyze-activity-patterns", "/data/task_type_groups/0"),
        ("backup", "/data/backups/0"),
        ("backup", "/data/debris/0"),
        ("backup", "/data/keep/0"),
        ("backup", "/data/remove/0"),
        ("config", "/data/files/0"),
        ("config", "/data/config/blackout/0/days/0"),
        ("config", "/data/config/flexibility/0/later"),
        ("config", "/data/config/exclusion/0/tag"),
        ("config", "/data/config/host/0/cpu_cores"),
        ("config", "/data/config/optimize/price_per_kwh/0/hours"),
        ("config", "/data/config/model_server/0/key_file"),
        ("config", "/data/config/model_server/1/key_command/0"),
        ("config", "/data/config/preload/0/server"),
        ("gpu", "/data/servers/0/models/0/last_used"),
        ("gpu", "/data/servers/0/refusal"),
        ("gpu", "/data/release/0/measured_by"),
        ("gpu", "/data/keep/0/code"),
        ("gpu", "/data/changes/0/outcome"),
        ("gpu", "/data/predicted_start"),
        ("generate-scheduling-rules", "/data/conflicts/0"),
        ("generate-scheduling-rules", "/data/conflict_strategy"),
        ("generate-scheduling-rules", "/data/precedences/0"),
        ("generate-scheduling-rules", "/data/rules/0/resolution/action"),
        ("generate-scheduling-rules", "/data/skipped/0"),
        ("generate-scheduling-rules", "/data/skipped/0"),
        ("import", "/data/files/0/error"),
        ("import", "/data/files/0/rejects/0/field"),
        ("optimize-resource-schedule", "/data/delta/0"),
        ("optimize-resource-schedule", "/data/improvement/objective"),
        ("optimize-resource-schedule", "/data/capacity_doubts/0/held_at_once"),
        ("optimize-resource-schedule", "/data/problem_orders/0/least_lag_seconds"),
        ("optimize-resource-schedule", "/data/moves/0/relief/resource"),
        ("optimize-resource-schedule", "/data/moves/0/relief/together_with/0"),
        ("optimize-resource-schedule", "/data/problem/rules/0"),
        ("optimize-resource-schedule", "/data/problem/precedences/0"),
        ("optimize-resource-schedule", "/data/unmoved/0"),
        ("predict", "/data/predictions/0/rule_id"),
        ("predict", "/data/predictions/0/follows/task_type"),
        ("predict", "/data/spike_buffer/cpu_cores/factor"),
        ("predict-evaluate", "/data/calibration/0"),
        ("predict-evaluate", "/data/gpu_memory_mib/above_p95"),
        ("predict-evaluate", "/data/judgeable_from"),
        ("predict-evaluate", "/data/start_error_seconds/p50"),
        ("restore", "/data/safety_copy/id"),
        ("rules", "/data/actions/0/before/schedule"),
        ("rules", "/data/conflicts/0"),
        ("rules", "/data/files/0/text"),
        ("rules", "/data/not_expressible/0"),
        ("rules", "/data/rules/0/origin"),
        ("rules", "/data/rules/0/reason"),
        ("rules", "/data/rules/0/effect"),
        ("rules", "/data/places/0/change_id"),
        ("rules", "/data/applied_at"),
        ("search-similar-patterns", "/data/results/0/neighbours/0/blocks/4"),
        ("search-similar-patterns", "/data/graph/pairs"),
        ("search-similar-patterns", "/data/clusters/0/members/1/similarity_to_medoid"),
        ("search-similar-patterns", "/data/noise/0"),
    ] {
        let of_schema = answers().iter().filter(|answer| answer.schema == schema);
        assert!(of_schema.clone().any(|answer| tells(&answer.document, place)), "no {schema} has {place}");
    }
}

/// Whether there is a value at `place`, in which `0` stands for any entry of a list.
fn tells(value: &Value, place: &str) -> bool {
    let Some(rest) = place.strip_prefix('/') else { return !value.is_null() };
    let (name, rest) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    match value {
        Value::Array(entries) => match name {
            "0" => entries.iter().any(|entry| tells(entry, rest)),
            _ => name.parse().is_ok_and(|at: usize| entries.get(at).is_some_and(|entry| tells(entry, rest))),
        },
        value => value.get(name).is_some_and(|field| tells(field, rest)),
    }
}
