//! Whether more fits on the GPUs, as `gpu status --fits` tells it.

use serde_json::{Value, json};

use super::format::quantity;
use super::gpu::mebibytes;
use crate::domain::device::Fit;

/// The answer in JSON.
pub(super) fn fit_value(fit: &Fit) -> Value {
    let growth: Vec<Value> = fit
        .growth
        .iter()
        .map(|growing| {
            let mut value = json!(growing);
            if let Value::Object(fields) = &mut value {
                fields.insert("pending_mib".to_owned(), json!(growing.pending_mib()));
            }
            value
        })
        .collect();
    json!({
        "requested_mib": fit.request.memory_mib,
        "requested_gpus": fit.request.gpus,
        "fits": fit.fits,
        "use_gpus": fit.use_gpus,
        "gpus": fit.gpus,
        "growth": growth,
        "margin_mib": fit.margin_mib,
    })
}

/// The answer for people.
pub(super) fn fit_lines(fit: &Fit) -> String {
    let asked = mebibytes(Some(fit.request.memory_mib));
    let on = quantity(u64::from(fit.request.gpus), "GPU");
    let mut text = if fit.fits {
        format!("\n{asked} on {on}: fits ({})\n", fit.use_gpus.join(", "))
    } else {
        let there = fit.gpus.len();
        let why = match (fit.request.gpus as usize > there, there) {
            (false, _) => String::new(),
            (true, 1) => ": there is one GPU only".to_owned(),
            (true, _) => format!(": there are {there} GPUs only"),
        };
        format!("\n{asked} on {on}: does not fit{why}\n")
    };
    for verdict in &fit.gpus {
        let word = if verdict.fits { "yes" } else { "no" };
        text.push_str(&format!("GPU {}: {word}, {}\n", verdict.gpu_index, verdict.reason));
    }
    text
}
