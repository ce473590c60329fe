//! Ending processes that hold GPU memory: politely, leaders first, by force only when asked; never another process
//! than the one that was planned.

use std::collections::BTreeMap;
#[cfg(not(target_os = "linux"))]
use std::time::Duration;

use crate::domain::device::PlannedEnd;

/// A process to be ended: who it was when it was planned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EndRequest {
    /// Its process id.
    pub pid: u32,
    /// Its start in clock ticks.
    pub start_ticks: u64,
    /// Who runs it.
    pub user_id: u32,
    /// A process of the same plan that is asked first.
    pub leader: Option<u32>,
    /// One of these files it must still have open: those of the GPUs it uses. Not looked at when empty.
    pub device_files: Vec<String>,
}

impl EndRequest {
    /// The request for a planned end, given the files of GPUs by index.
    pub fn new(planned: &PlannedEnd, device_files: &BTreeMap<u32, String>) -> EndRequest {
        EndRequest {
            pid: planned.pid,
            start_ticks: planned.start_ticks,
            user_id: planned.user_id,
            leader: planned.leader,
            device_files: planned.gpus.iter().filter_map(|gpu| device_files.get(gpu).cloned()).collect(),
        }
    }
}

/// What became of a process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EndOutcome {
    /// It ended after SIGTERM, or with its leader.
    Ended,
    /// It ended after SIGKILL.
    Killed,
    /// It was gone before a signal was sent.
    AlreadyGone,
    /// Its id is another process's by now; no signal was sent.
    Reused,
    /// It does not have the device open any more; no signal was sent.
    NotHolding,
    /// It still runs.
    StillRunning,
    /// No signal could be sent.
    Failed {
        /// What the system says.
        reason: String,
    },
}

#[cfg(target_os = "linux")]
pub use linux::{kill_processes, terminate_processes};

/// Ends nothing: only Linux lets a signal be tied to a process rather than to a number.
#[cfg(not(target_os = "linux"))]
pub fn terminate_processes(requests: &[EndRequest], _: Duration, _: &dyn Fn() -> bool) -> Vec<EndOutcome> {
    kill_processes(requests, &|| false)
}

/// Ends nothing: only Linux lets a signal be tied to a process rather than to a number.
#[cfg(not(target_os = "linux"))]
pub fn kill_processes(requests: &[EndRequest], _: &dyn Fn() -> bool) -> Vec<EndOutcome> {
    let reason = "processes can be ended on Linux only".to_owned();
    requests.iter().map(|_| EndOutcome::Failed { reason: reason.clone() }).collect()
}

#[cfg(target_os = "linux")]
mod linux {
    use std::os::fd::OwnedFd;
    use std::time::{Duration, Instant};

    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    use rustix::io::Errno;
    use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};

    use super::{EndOutcome, EndRequest};
    use crate::devices::device_files::holds;
    use crate::devices::process_table::process_facts;
    use crate::domain::device::ProcessState;

    /// How often a wait looks whether it is to be given up.
    const LOOK: Duration = Duration::from_millis(100);

    /// How long SIGKILL may take: the driver frees a process's memory before the process is gone.
    const KILL_GRACE: Duration = Duration::from_secs(5);

    /// A process held by a descriptor that keeps standing for it, whatever becomes of its number.
    struct Held<'r> {
        request: &'r EndRequest,
        descriptor: Option<OwnedFd>,
        outcome: Option<EndOutcome>,
    }

    /// Asks the processes to end, leaders first, and tells in their order what became of each. `is_interrupted` ends the
    /// waiting early.
    pub fn terminate_processes(
        requests: &[EndRequest],
        grace: Duration,
        is_interrupted: &dyn Fn() -> bool,
    ) -> Vec<EndOutcome> {
        let mut held: Vec<Held<'_>> = requests.iter().map(hold).collect();
        // A leader that ends in order takes its workers along; killed workers would only be replaced by it.
        signal(&mut held, Signal::TERM, |request| request.leader.is_none());
        let leads = |held: &Held<'_>| held.is_open() && held.request.leader.is_none();
        if held.iter().any(leads) {
            wait(&mut held, grace, &EndOutcome::Ended, is_interrupted);
        }
        let has_workers = held.iter().any(|held| held.is_open() && held.request.leader.is_some());
        if has_workers && !is_interrupted() {
            signal(&mut held, Signal::TERM, |request| request.leader.is_some());
            wait(&mut held, grace, &EndOutcome::Ended, is_interrupted);
        }
        outcomes(held)
    }

    /// Kills the processes and tells, in their order, what became of each.
    pub fn kill_processes(requests: &[EndRequest], is_interrupted: &dyn Fn() -> bool) -> Vec<EndOutcome> {
        let mut held: Vec<Held<'_>> = requests.iter().map(hold).collect();
        if !is_interrupted() {
            // Never the leader alone: orphaned workers keep the memory.
            signal(&mut held, Signal::KILL, |_| true);
            wait(&mut held, KILL_GRACE, &EndOutcome::Killed, is_interrupted);
        }
        outcomes(held)
    }

    fn outcomes(held: Vec<Held<'_>>) -> Vec<EndOutcome> {
        held.into_iter().map(|held| held.outcome.unwrap_or(EndOutcome::StillRunning)).collect()
    }

    impl Held<'_> {
        fn is_open(&self) -> bool {
            self.outcome.is_none()
        }
    }

    /// Opens the process, then looks whether it is still the one that was planned: in this order, because opening
    /// itself goes by the number.
    fn hold(request: &EndRequest) -> Held<'_> {
        let opened = i32::try_from(request.pid)
            .ok()
            .and_then(Pid::from_raw)
            .ok_or(Errno::SRCH)
            .and_then(|pid| pidfd_open(pid, PidfdFlags::empty()));
        match opened {
            Ok(descriptor) => Held { request, outcome: identity_lost(request), descriptor: Some(descriptor) },
            Err(Errno::SRCH) => Held { request, descriptor: None, outcome: Some(EndOutcome::AlreadyGone) },
            Err(error) => {
                let outcome = EndOutcome::Failed { reason: error.to_string() };
                Held { request, descriptor: None, outcome: Some(outcome) }
            }
        }
    }

    fn identity_lost(request: &EndRequest) -> Option<EndOutcome> {
        match process_facts(request.pid) {
            None => Some(EndOutcome::AlreadyGone),
            Some(facts) if facts.state == ProcessState::Zombie => Some(EndOutcome::AlreadyGone),
            Some(facts) if facts.start_ticks != request.start_ticks || facts.user_id != request.user_id => {
                Some(EndOutcome::Reused)
            }
            // What has let go of the device since is nothing to end. Where we may not look, start and user have to do.
            Some(_) if !request.device_files.is_empty() => {
                (holds(request.pid, &request.device_files) == Some(false)).then_some(EndOutcome::NotHolding)
            }
            Some(_) => None,
        }
    }

    fn signal(held: &mut [Held<'_>], signal: Signal, chosen: impl Fn(&EndRequest) -> bool) {
        for held in held.iter_mut().filter(|held| held.is_open() && chosen(held.request)) {
            let Some(descriptor) = &held.descriptor else { continue };
            match pidfd_send_signal(descriptor, signal) {
                Ok(()) => {}
                Err(Errno::SRCH) => held.outcome = Some(EndOutcome::Ended),
                Err(error) => held.outcome = Some(EndOutcome::Failed { reason: error.to_string() }),
            }
        }
    }

    /// Waits until all have ended or `time` is over, and writes down those that have.
    fn wait(held: &mut [Held<'_>], time: Duration, outcome: &EndOutcome, is_interrupted: &dyn Fn() -> bool) {
        let deadline = Instant::now() + time;
        loop {
            let open: Vec<usize> = (0..held.len()).filter(|index| held[*index].is_open()).collect();
            let left = deadline.saturating_duration_since(Instant::now());
            let mut watched: Vec<PollFd<'_>> = open
                .iter()
                .filter_map(|index| held[*index].descriptor.as_ref())
                .map(|descriptor| PollFd::new(descriptor, PollFlags::IN))
                .collect();
            if watched.is_empty() {
                return;
            }
            let timeout = Timespec::try_from(left.min(LOOK)).unwrap_or_default();
            // An interrupted call has seen nothing; the next round looks again.
            let seen = poll(&mut watched, Some(&timeout)).unwrap_or(0);
            let ended: Vec<bool> =
                watched.iter().map(|watched| seen > 0 && !watched.revents().is_empty()).collect();
            for (index, _) in open.into_iter().zip(ended).filter(|(_, ended)| *ended) {
                held[index].outcome = Some(outcome.clone());
            }
            if left.is_zero() || is_interrupted() {
                return;
            }
        }
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::process::{Child, Command, Stdio};
    use std::time::Duration;

    use super::*;
    use crate::devices::process_table::process_facts;
    use crate::domain::device::ProcessState;

    const QUICK: Duration = Duration::from_millis(400);

    /// A shell that runs `script` and says when it is ready.
    fn shell(script: &str) -> Child {
        let mut child = Command::new("sh")
            .args(["-c", script])
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .expect("shell started");
        let mut line = String::new();
        let output = child.stdout.take().expect("piped");
        std::io::BufRead::read_line(&mut std::io::BufReader::new(output), &mut line).expect("ready");
        child
    }

    fn request(pid: u32) -> EndRequest {
        let facts = process_facts(pid).expect("runs");
        EndRequest {
            pid,
            start_ticks: facts.start_ticks,
            user_id: facts.user_id,
            leader: None,
            device_files: Vec::new(),
        }
    }

    fn end(requests: &[EndRequest]) -> Vec<EndOutcome> {
        terminate_processes(requests, QUICK, &|| false)
    }

    fn kill(requests: &[EndRequest]) -> Vec<EndOutcome> {
        kill_processes(requests, &|| false)
    }

    #[test]
    fn a_process_that_listens_ends_politely() {
        let mut child = shell("echo ready; exec sleep 600");
        assert_eq!(end(&[request(child.id())]), [EndOutcome::Ended]);
        child.wait().expect("reaped");
    }

    #[test]
    fn a_process_that_ignores_sigterm_is_left_to_sigkill() {
        let mut child = shell("trap '' TERM; echo ready; exec sleep 600");
        assert_eq!(end(&[request(child.id())]), [EndOutcome::StillRunning]);
        assert_eq!(kill(&[request(child.id())]), [EndOutcome::Killed]);
        child.wait().expect("reaped");
    }

    #[test]
    fn a_number_that_now_stands_for_another_process_gets_no_signal() {
        let mut child = shell("echo ready; exec sleep 600");
        let planned = EndRequest { start_ticks: 1, ..request(child.id()) };
        assert_eq!(end(std::slice::from_ref(&planned)), [EndOutcome::Reused]);
        assert_eq!(kill(&[planned]), [EndOutcome::Reused]);
        assert_eq!(child.try_wait().expect("asked"), None, "it still runs");
        child.kill().expect("killed");
        child.wait().expect("reaped");
    }

    #[test]
    fn a_process_that_is_gone_is_said_to_be_gone() {
        let mut child = shell("echo ready; exec sleep 600");
        let planned = request(child.id());
        child.kill().expect("killed");
        // What it leaves until its parent takes notice holds no device any more.
        let deadline = std::time::Instant::now() + Duration::from_secs(10);
        while process_facts(planned.pid).is_some_and(|facts| facts.state != ProcessState::Zombie) {
            assert!(std::time::Instant::now() < deadline, "a killed process ends");
            std::thread::sleep(Duration::from_millis(5));
        }
        assert_eq!(end(std::slice::from_ref(&planned)), [EndOutcome::AlreadyGone]);
        child.wait().expect("reaped");
        assert_eq!(end(&[planned]), [EndOutcome::AlreadyGone]);
    }

    #[test]
    fn a_process_that_has_let_go_of_the_device_gets_no_signal() {
        let device = tempfile::NamedTempFile::new().expect("file made");
        let path = device.path().canonicalize().expect("there").to_string_lossy().into_owned();
        let mut holder = shell(&format!("exec 9<{path}; echo ready; exec sleep 600"));
        let mut other = shell("echo ready; exec sleep 600");
        let on_device = |pid| EndRequest { device_files: vec![path.clone()], ..request(pid) };
        let requests = [on_device(holder.id()), on_device(other.id())];
        assert_eq!(end(&requests), [EndOutcome::Ended, EndOutcome::NotHolding]);
        assert_eq!(other.try_wait().expect("asked"), None, "it still runs");
        other.kill().expect("killed");
        other.wait().expect("reaped");
        holder.wait().expect("reaped");
    }

    #[test]
    #[allow(clippy::print_stderr)] // a skipped test must be seen to be skipped
    fn a_leader_is_asked_before_its_workers() {
        // The leader passes the signal on; a worker asked first would have been started again.
        let mut leader = shell(
            "sleep 600 & worker=$!; trap 'kill $worker; wait $worker; exit 0' TERM; echo ready; wait $worker",
        );
        let worker = std::fs::read_to_string(format!("/proc/{0}/task/{0}/children", leader.id()))
            .ok()
            .and_then(|text| text.split_whitespace().next()?.parse().ok());
        let Some(worker) = worker else {
            eprintln!("skipped: this kernel does not list children");
            leader.kill().expect("killed");
            leader.wait().expect("reaped");
            return;
        };
        let requests = [EndRequest { leader: Some(leader.id()), ..request(worker) }, request(leader.id())];
        assert_eq!(end(&requests), [EndOutcome::Ended, EndOutcome::Ended]);
        leader.wait().expect("reaped");
    }

    #[test]
    fn an_interrupt_keeps_sigkill_from_being_sent() {
        let mut child = shell("trap '' TERM; echo ready; exec sleep 600");
        let outcome = kill_processes(&[request(child.id())], &|| true);
        assert_eq!(outcome, [EndOutcome::StillRunning]);
        child.kill().expect("killed");
        child.wait().expect("reaped");
    }
}
