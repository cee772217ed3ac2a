//! | part | holds |
//! |---|---|
//! | start | `ECLG` and the format, 1 |
//! | length, name | of the configuration, the length in four bytes |
//! | version | of the document, in eight bytes |
//! | seconds, nanoseconds | since 1970, when it was saved, in eight and four bytes |
//! | document | in its packed form, up to the end |
//! | end | CRC-32 of all before, in four bytes |
//!
//! Numbers are little-endian.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::Unusable;
use zlib_rs::crc32::crc32;

const MAGIC: &[u8; 4] = b"ECLG";
const FORMAT: u8 = 1;

/// What a file holds.
#[derive(Debug, PartialEq)]
pub(super) struct Record<'a> {
    pub(super) name: &'a str,
    pub(super) version: u64,
    /// Not before 1970.
    pub(super) saved: SystemTime,
    pub(super) packed: &'a [u8],
}

impl<'a> Record<'a> {
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let since = self.saved.duration_since(UNIX_EPOCH).unwrap_or_default();
        let mut bytes = MAGIC.to_vec();
        bytes.push(FORMAT);
        bytes.extend((self.name.len() as u32).to_le_bytes());
        bytes.extend(self.name.as_bytes());
        bytes.extend(self.version.to_le_bytes());
        bytes.extend(since.as_secs().to_le_bytes());
        bytes.extend(since.subsec_nanos().to_le_bytes());
        bytes.extend(self.packed);
        bytes.extend(crc32(0, &bytes).to_le_bytes());
        bytes
    }

    pub(super) fn parse(bytes: &'a [u8]) -> Result<Self, Unusable> {
        let after = bytes.strip_prefix(MAGIC).ok_or(Unusable::Foreign)?;
        match after.first() {
            None => return Err(Unusable::Damaged),
            Some(&FORMAT) => {}
            Some(&format) => return Err(Unusable::TooNew(format)),
        }
        let (before, checksum) = bytes.split_last_chunk().ok_or(Unusable::Damaged)?;
        if crc32(0, before) != u32::from_le_bytes(*checksum) {
            return Err(Unusable::Damaged);
        }
        before.get(MAGIC.len() + 1..).and_then(Self::fields).ok_or(Unusable::Damaged)
    }

    fn fields(bytes: &'a [u8]) -> Option<Self> {
        let (length, rest) = bytes.split_first_chunk()?;
        let (name, rest) = rest.split_at_checked(u32::from_le_bytes(*length) as usize)?;
        let (version, rest) = rest.split_first_chunk()?;
        let (seconds, rest) = rest.split_first_chunk()?;
        let (nanoseconds, packed) = rest.split_first_chunk()?;
        let seconds = Duration::from_secs(u64::from_le_bytes(*seconds));
        let since = seconds.checked_add(Duration::from_nanos(u32::from_le_bytes(*nanoseconds).into()))?;
        Some(Self {
            name: str::from_utf8(name).ok()?,
            version: u64::from_le_bytes(*version),
            saved: UNIX_EPOCH.checked_add(since)?,
            packed,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_read_is_what_was_written(
            name in any::<String>(), version: u64, seconds in 0..1u64 << 33, nanos in 0..1_000_000_000u32,
            packed: Vec<u8>,
        ) {
            let saved = UNIX_EPOCH + Duration::new(seconds, nanos);
            let expected = Record { name: &name, version, saved, packed: &packed };
            let bytes = expected.to_bytes();
            prop_assert_eq!(Record::parse(&bytes), Ok(expected));
        }

        /// The checksum is right and the lengths are anything: nothing panics.
        #[test]
        fn fields_may_be_anything(mut body: Vec<u8>, tail: Vec<u8>) {
            body.splice(0..0, *b"ECLG\x01");
            body.extend(tail);
            body.extend(crc32(0, &body).to_le_bytes());
            if let Ok(record) = Record::parse(&body) {
                prop_assert!(record.packed.len() < body.len());
            }
        }
    }

    #[test]
    fn a_time_before_1970_counts_as_1970() {
        let record = Record { name: "", version: 0, saved: UNIX_EPOCH - Duration::from_secs(1), packed: &[] };
        assert_eq!(Record::parse(&record.to_bytes()).unwrap().saved, UNIX_EPOCH);
    }

    #[test]
    fn what_is_not_a_record_is_told_apart() {
        let whole = Record { name: "app", version: 1, saved: UNIX_EPOCH, packed: b"packed" }.to_bytes();
        let check = |bytes: &[u8], expected| assert_eq!(Record::parse(bytes), Err(expected));
        check(b"", Unusable::Foreign);
        check(b"ECL", Unusable::Foreign);
        check(b"port: 8080", Unusable::Foreign);
        check(b"ECLG", Unusable::Damaged);
        check(b"ECLG\x02whatever", Unusable::TooNew(2));
        check(b"ECLG\x01\x00\x00\x00\x00", Unusable::Damaged);
        check(&whole[..whole.len() - 1], Unusable::Damaged);
    }
}
