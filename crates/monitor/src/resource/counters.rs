use std::collections::BTreeMap;

/// Turns counters that wrap or restart into ones that only rise.
///
/// A counter that has fallen began anew, and all that it had counted until then is added from there on. Whether it wrapped at
/// 32 bits or was restarted cannot be told, so that what it counted between the last look and its end is lost. A device
/// that is not there any more is forgotten; when it comes back, it is a new one. The rules are those of psutil's
/// `wrap_numbers`.
#[derive(Clone, Debug, Default)]
pub struct Unwrapped<const N: usize> {
    devices: BTreeMap<String, Device<N>>,
    look: u64,
}

#[derive(Clone, Copy, Debug)]
struct Device<const N: usize> {
    raw: [u64; N],
    lost: [u64; N],
    look: u64,
}

impl<const N: usize> Unwrapped<N> {
    /// Without any device.
    #[must_use]
    pub const fn new() -> Self {
        Self { devices: BTreeMap::new(), look: 0 }
    }

    /// Begins a look at all devices.
    pub fn begin(&mut self) {
        self.look += 1;
    }

    /// What `device` counted in all, when its counters read `raw`.
    pub fn advance(&mut self, device: &str, raw: [u64; N]) -> [u64; N] {
        let look = self.look;
        let Some(known) = self.devices.get_mut(device) else {
            self.devices.insert(device.to_owned(), Device { raw, lost: [0; N], look });
            return raw;
        };
        let mut counted = raw;
        let counters = known.lost.iter_mut().zip(&known.raw).zip(&mut counted);
        for ((lost, before), counted) in counters {
            if *counted < *before {
                *lost = lost.wrapping_add(*before);
            }
            *counted = counted.wrapping_add(*lost);
        }
        (known.raw, known.look) = (raw, look);
        counted
    }

    /// Ends a look: forgets the devices that were not there.
    pub fn end(&mut self) {
        let look = self.look;
        self.devices.retain(|_, device| device.look == look);
    }

    /// How many devices there were.
    #[must_use]
    pub fn len(&self) -> usize {
        self.devices.len()
    }

    /// Whether there was none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.devices.is_empty()
    }

    /// Whether `device` was there.
    #[must_use]
    pub fn contains(&self, device: &str) -> bool {
        self.devices.contains_key(device)
    }
}
