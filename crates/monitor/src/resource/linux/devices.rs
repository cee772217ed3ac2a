//! Disks and network interfaces.

use super::fields::{lines, number, words};

/// A sector of `/proc/diskstats` is 512 bytes whatever the disk has; see iostats.rst of the kernel.
const SECTOR: u64 = 512;

/// Every row of `/proc/diskstats`: the name, and bytes read and written.
pub(super) fn diskstats(text: &[u8]) -> impl Iterator<Item = (&str, [u64; 2])> {
    lines(text).filter_map(|line| {
        let mut words = words(line);
        let name = std::str::from_utf8(words.nth(2)?).ok()?;
        // Reads, merged, sectors, time; then the same of writes.
        let (read, written) = (number(words.nth(2)?)?, number(words.nth(3)?)?);
        Some((name, [read.saturating_mul(SECTOR), written.saturating_mul(SECTOR)]))
    })
}

/// Every row of `/proc/net/dev`: the name, and bytes received and sent.
pub(super) fn net_dev(text: &[u8]) -> impl Iterator<Item = (&str, [u64; 2])> {
    lines(text).filter_map(|line| {
        let colon = line.iter().rposition(|byte| *byte == b':')?;
        let (name, rest) = line.split_at(colon);
        let name = std::str::from_utf8(name.trim_ascii()).ok()?;
        let mut words = words(rest.get(1..)?);
        Some((name, [number(words.next()?)?, number(words.nth(7)?)?]))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn disks_count_sectors() {
        let text = b" 254       0 vda 21888 5240 3507986 37274 76768 118931 55954376 299129 0 24892 344268\n  8 0 sda 1\n";
        let rows: Vec<_> = diskstats(text).collect();
        assert_eq!(rows, [("vda", [3_507_986 * 512, 55_954_376 * 512])]);
    }

    #[test]
    fn interfaces_may_have_colons_in_their_names() {
        let text = b"Inter-|   Receive  |  Transmit\n face |bytes    packets\n    lo:    3193      29    0    0    0     0          0         0     77      29    0    0    0     0       0          0\neth0:1:1 2 3 4 5 6 7 8 9\n";
        let rows: Vec<_> = net_dev(text).collect();
        assert_eq!(rows, [("lo", [3193, 77]), ("eth0:1", [1, 9])]);
    }
}
