//! Critical errors (XID), which the driver tells only to those who listen while they happen.

use nvml_wrapper::bitmasks::event::EventTypes;
use nvml_wrapper::enums::event::XidError;
use nvml_wrapper::{Device, EventSet, Nvml};

/// Errors of one GPU that are read at one look: a GPU that falls to pieces must not hold up the others.
const MOST_AT_ONCE: usize = 100;

/// Critical errors that happen while somebody listens.
pub struct XidListener<'n> {
    /// One for each GPU: what one of them refuses leaves the others.
    sets: Vec<EventSet<'n>>,
}

impl<'n> XidListener<'n> {
    /// Listens to those of `devices` that can tell; `None` where none can, as under WSL.
    pub(super) fn new<'d>(
        nvml: &'n Nvml,
        devices: impl Iterator<Item = &'d Device<'n>>,
    ) -> Option<XidListener<'n>>
    where
        'n: 'd,
    {
        let sets: Vec<EventSet<'n>> = devices
            .filter_map(|device| {
                let events = nvml.create_event_set().ok()?;
                device.register_events(EventTypes::CRITICAL_XID_ERROR, events).ok()
            })
            .collect();
        (!sets.is_empty()).then_some(XidListener { sets })
    }

    /// Errors since the last call, by UUID of the GPU; the last of each GPU comes last.
    pub fn heard(&self) -> Vec<(String, u64)> {
        let mut heard = Vec::new();
        for set in &self.sets {
            // Without waiting: an empty queue answers that the time is over.
            for event in std::iter::from_fn(|| set.wait(0).ok()).take(MOST_AT_ONCE) {
                let xid = match event.event_data {
                    Some(XidError::Value(number)) => Some(number),
                    _ => None,
                };
                if let (Ok(uuid), Some(xid)) = (event.device.uuid(), xid) {
                    heard.push((uuid, xid));
                }
            }
        }
        heard
    }
}
