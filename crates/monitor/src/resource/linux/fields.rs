//! The texts of `/proc`. Whatever they are, nothing here fails in another way than with `None`.

use std::time::Duration;

use crate::resource::CpuTimes;

/// The lines of `text`.
pub(super) fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(|byte| *byte == b'\n')
}

/// What stands between spaces in `line`.
pub(super) fn words(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    line.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty())
}

/// A decimal number that fits.
pub(super) fn number(word: &[u8]) -> Option<u64> {
    let digit = |number: u64, byte: &u8| {
        let digit = byte.is_ascii_digit().then(|| u64::from(byte - b'0'))?;
        number.checked_mul(10)?.checked_add(digit)
    };
    if word.is_empty() { None } else { word.iter().try_fold(0, digit) }
}

/// The first line of `/proc/stat`: `cpu user nice system idle iowait irq softirq steal guest guest_nice`. Old kernels
/// have fewer.
pub(super) fn cpu_times(stat: &[u8]) -> Option<CpuTimes> {
    let mut words = words(lines(stat).next()?);
    words.next().filter(|name| *name == b"cpu")?;
    let mut times = [0; 8];
    for (index, (time, word)) in times.iter_mut().zip(words).enumerate() {
        *time = number(word).or_else(|| (index > 3).then_some(0))?;
    }
    Some(CpuTimes::from_array(times))
}

/// How many CPUs `/proc/stat` tells of.
pub(super) fn cpus(stat: &[u8]) -> usize {
    let lines = lines(stat).skip(1).take_while(|line| line.starts_with(b"cpu"));
    lines.count()
}

/// What `/proc/meminfo` says, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct MemInfo {
    pub(super) total: u64,
    pub(super) available: u64,
    pub(super) swap_total: u64,
    pub(super) swap_free: u64,
}

pub(super) fn meminfo(text: &[u8]) -> Option<MemInfo> {
    let (mut total, mut available, mut guess) = (None, None, 0_u64);
    let mut info = MemInfo::default();
    for line in lines(text) {
        let Some(colon) = line.iter().position(|byte| *byte == b':') else { continue };
        let (name, rest) = line.split_at(colon);
        let bytes = || words(rest.get(1..)?).next().and_then(number)?.checked_mul(1024);
        match name {
            b"MemTotal" => total = bytes(),
            b"MemAvailable" => available = bytes(),
            b"MemFree" | b"Buffers" | b"Cached" => guess = guess.saturating_add(bytes()?),
            b"SwapTotal" => info.swap_total = bytes()?,
            b"SwapFree" => {
                info.swap_free = bytes()?;
                break;
            }
            _ => {}
        }
    }
    info.total = total?;
    // Kernels before 3.14 leave it to the reader.
    info.available = available.unwrap_or(guess).min(info.total);
    Some(info)
}

/// What `/proc/<pid>/stat` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stat {
    /// Clock ticks.
    pub(super) cpu: u64,
    /// Clock ticks after the system started: with the number, which process this is.
    pub(super) started: u64,
    /// Bytes.
    pub(super) reserved: u64,
    /// Pages.
    pub(super) resident: u64,
}

/// The name of the program stands in brackets, and may have brackets and spaces in it.
pub(super) fn stat(text: &[u8]) -> Option<Stat> {
    let bracket = text.iter().rposition(|byte| *byte == b')')?;
    let mut fields = words(text.get(bracket + 1..)?);
    // By the numbers of proc_pid_stat(5), where the state, which comes next, is 3.
    let mut next = 3;
    let mut field = |wanted: usize| {
        let word = fields.nth(wanted - next);
        next = wanted + 1;
        word.and_then(number)
    };
    let (user, system) = (field(14)?, field(15)?);
    Some(Stat {
        cpu: user.saturating_add(system),
        started: field(22)?,
        reserved: field(23)?,
        resident: field(24)?,
    })
}

/// `/proc/<pid>/statm`: reserved and resident pages.
pub(super) fn statm(text: &[u8]) -> Option<(u64, u64)> {
    let mut words = words(text);
    Some((words.next().and_then(number)?, words.next().and_then(number)?))
}

/// `/proc/<pid>/io`: bytes that storage was made to read and write.
pub(super) fn io(text: &[u8]) -> Option<(u64, u64)> {
    let value = |name: &[u8]| {
        lines(text).find_map(|line| line.strip_prefix(name)).and_then(|rest| words(rest).next())
    };
    Some((number(value(b"read_bytes:")?)?, number(value(b"write_bytes:")?)?))
}

/// So many clock ticks.
pub(super) fn ticks(ticks: u64, per_second: u64) -> Duration {
    let per_second = per_second.max(1);
    let rest = (ticks % per_second) * 1_000_000_000 / per_second;
    Duration::from_secs(ticks / per_second) + Duration::from_nanos(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_may_be_called_anything() {
        // ") R 1 (" is a name that somebody may choose.
        let text =
            b"42 () R 1 () S 1 42 42 0 -1 4194304 1 2 3 4 70 7 5 6 20 0 1 0 12345 4096000 321 1844674 1";
        assert_eq!(stat(text), Some(Stat { cpu: 77, started: 12345, reserved: 4_096_000, resident: 321 }));
    }

    #[test]
    fn guests_are_not_counted_twice_and_old_kernels_tell_less() {
        let full = cpu_times(b"cpu  10 20 30 40 50 60 70 80 9 9\ncpu0 1 1").unwrap();
        assert_eq!(full, CpuTimes::from_array([10, 20, 30, 40, 50, 60, 70, 80]));
        assert_eq!(cpu_times(b"cpu 1 2 3 4"), Some(CpuTimes::from_array([1, 2, 3, 4, 0, 0, 0, 0])));
        assert_eq!(cpus(b"cpu 1\ncpu0 1\ncpu1 1\nintr 5"), 2);
    }

    #[test]
    fn memory_without_an_estimate_is_estimated() {
        let old = b"MemTotal: 1000 kB\nMemFree: 100 kB\nBuffers: 20 kB\nCached: 300 kB\nSwapTotal: 8 kB\nSwapFree: 2 kB\n";
        let info = meminfo(old).unwrap();
        assert_eq!((info.available, info.swap_total, info.swap_free), (420 * 1024, 8192, 2048));
        let new = b"MemTotal: 1000 kB\nMemFree: 100 kB\nMemAvailable: 700 kB\n";
        assert_eq!(meminfo(new).unwrap().available, 700 * 1024);
    }

    #[test]
    fn a_tick_is_what_the_system_says() {
        assert_eq!(ticks(250, 100), Duration::from_millis(2500));
        assert_eq!(ticks(u64::MAX, 0), Duration::from_secs(u64::MAX));
    }

    #[test]
    fn nonsense_is_none() {
        for text in
            [&b""[..], b"\xff\xff", b"cpu", b"cpu x y z w", b"1 (a", b"1 (a) S 1", b"99999999999999999999 1"]
        {
            assert_eq!(stat(text), None);
            assert_eq!(statm(text), None);
            assert_eq!(meminfo(text), None);
            assert_eq!(io(text), None);
        }
        assert_eq!(cpu_times(b"cpu x y z w"), None);
        assert_eq!(meminfo(b"MemTotal: 99999999999999999999 kB"), None);
    }
}
