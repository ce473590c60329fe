//! What Jupyter's kernels hold and do on GPUs: the server knows nothing of it, the driver lists their processes.

use super::{GpuProcess, ModelActivity, Obstacle, ReleaseOffer, ServerKind, ServerReading};

/// Fills in what each kernel holds, given all `processes` that hold GPU memory here. A kernel is started with a
/// connection file that bears its id, so its command line names it. One that is not among them holds nothing, unless
/// it is one of those that cannot be seen from here. A kernel that waits for its next cell may still have a thread at work
/// on a GPU: then it is not idle, whatever its server says.
pub fn with_kernel_memory(reading: &mut ServerReading, processes: &[GpuProcess]) {
    if reading.server.kind != ServerKind::Jupyter {
        return;
    }
    for kernel in &mut reading.models {
        let parts: Vec<&GpuProcess> = processes
            .iter()
            .filter(|process| {
                process.facts.as_ref().is_some_and(|facts| facts.command.contains(&kernel.model))
            })
            .collect();
        if !parts.is_empty() {
            kernel.memory_mib = parts.iter().map(|process| process.memory_mib).sum();
            if parts.iter().any(|process| process.utilization.is_some_and(|busy| busy > 0.0)) {
                kernel.activity = ModelActivity::Busy;
            }
        } else if processes.iter().all(|process| process.facts.is_some()) {
            kernel.offer = ReleaseOffer::Impossible(Obstacle::NotOnGpu);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::device::{HeldModel, ModelActivity, ReleaseAction, ServerAddress, fixture};

    fn process(command: &str) -> GpuProcess {
        let mut process = fixture::process(900);
        process.memory_mib = Some(2_048.0);
        process.facts.as_mut().expect("facts").command = command.to_owned();
        process
    }

    fn kernel(id: &str) -> HeldModel {
        HeldModel {
            model: id.to_owned(),
            title: None,
            memory_mib: None,
            activity: ModelActivity::Idle,
            last_used: None,
            expires: None,
            use_mark: None,
            offer: ReleaseOffer::Possible(ReleaseAction::EndKernel),
        }
    }

    #[test]
    fn a_kernel_is_found_by_its_connection_file_and_others_hold_nothing() {
        let server = ServerAddress { kind: ServerKind::Jupyter, address: "http://127.0.0.1:8888".to_owned() };
        let models = vec![kernel("6a1e"), kernel("77bb")];
        let mut reading = ServerReading { server, version: None, models, refusal: None };
        let command = "python3 -m ipykernel_launcher -f /run/user/1000/jupyter/kernel-6a1e.json";
        with_kernel_memory(&mut reading, &[process(command), process("python3 train.py")]);
        assert_eq!(reading.models[0].memory_mib, Some(2_048.0));
        assert_eq!(reading.models[1].offer, ReleaseOffer::Impossible(Obstacle::NotOnGpu));
        reading.models[1].offer = ReleaseOffer::Possible(ReleaseAction::EndKernel);
        let unseen = GpuProcess { facts: None, ..process("") };
        with_kernel_memory(&mut reading, &[process(command), unseen]);
        assert_eq!(reading.models[1].offer, ReleaseOffer::Possible(ReleaseAction::EndKernel));
        assert_eq!(reading.models[1].memory_mib, None);
    }

    #[test]
    fn a_kernel_whose_process_works_on_a_gpu_is_not_idle() {
        let server = ServerAddress { kind: ServerKind::Jupyter, address: "http://127.0.0.1:8888".to_owned() };
        let mut reading =
            ServerReading { server, version: None, models: vec![kernel("6a1e")], refusal: None };
        let at_work =
            |busy| GpuProcess { utilization: Some(busy), ..process("ipykernel -f kernel-6a1e.json") };
        with_kernel_memory(&mut reading, &[at_work(0.0)]);
        assert_eq!(reading.models[0].activity, ModelActivity::Idle);
        with_kernel_memory(&mut reading, &[at_work(0.4)]);
        assert_eq!(reading.models[0].activity, ModelActivity::Busy);
    }
}
