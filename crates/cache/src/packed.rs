use std::hash::BuildHasher;

use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress, Status};
use foldhash::fast::FixedState;

use crate::Compressible;

/// A value as bytes: compressed if that is smaller.
pub(crate) struct Packed<V: Compressible> {
    bytes: Box<[u8]>,
    raw_length: usize,
    /// Of the bytes before compression. zlib has a checksum too, but stored bytes and what was kept have none.
    checksum: u64,
    kept: V::Kept,
    kept_weight: usize,
}

/// What a cold entry takes beside its bytes: its places in the tables.
const OVERHEAD: usize = 256;

impl<V: Compressible> Packed<V> {
    pub(crate) fn new(value: &V, level: u32) -> Self {
        let (raw, kept) = value.pack();
        let (raw_length, checksum) = (raw.len(), checksum(&raw));
        let bytes = deflate(&raw, level).unwrap_or(raw).into_boxed_slice();
        let kept_weight = V::kept_weight(&kept);
        Self { bytes, raw_length, checksum, kept, kept_weight }
    }

    /// The value; `None` if the bytes are damaged.
    pub(crate) fn restore(&self) -> Option<V> {
        let inflated;
        let raw = match self.is_deflated() {
            true => {
                inflated = inflate(&self.bytes, self.raw_length)?;
                &*inflated
            }
            false => &*self.bytes,
        };
        if checksum(raw) == self.checksum { V::restore(raw, &self.kept) } else { None }
    }

    /// Bytes of memory.
    pub(crate) fn weight(&self) -> usize {
        self.bytes.len().saturating_add(self.kept_weight).saturating_add(OVERHEAD)
    }

    pub(crate) fn length(&self) -> usize {
        self.bytes.len()
    }

    pub(crate) fn raw_length(&self) -> usize {
        self.raw_length
    }

    /// What is not smaller is not kept compressed, so that the lengths tell.
    fn is_deflated(&self) -> bool {
        self.bytes.len() < self.raw_length
    }
}

/// The zlib stream of `raw`, if it is smaller.
fn deflate(raw: &[u8], level: u32) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(raw.len().checked_sub(1)?);
    let mut zlib = Compress::new(Compression::new(level.min(9)), true);
    // Never writes beyond the capacity: what does not fit is not smaller.
    let end = zlib.compress_vec(raw, &mut out, FlushCompress::Finish).ok()?;
    (end == Status::StreamEnd && out.len() < raw.len()).then_some(out)
}

/// Exactly `length` bytes; never writes more, whatever the stream says.
fn inflate(bytes: &[u8], length: usize) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(length);
    let end = Decompress::new(true).decompress_vec(bytes, &mut out, FlushDecompress::Finish).ok()?;
    (end == Status::StreamEnd && out.len() == length).then_some(out)
}

fn checksum(bytes: &[u8]) -> u64 {
    FixedState::default().hash_one(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bytes that take anything for granted, so that only what surrounds them can notice damage.
    #[derive(Debug, PartialEq)]
    struct Blob(Vec<u8>);

    impl Compressible for Blob {
        type Kept = u8;

        fn pack(&self) -> (Vec<u8>, u8) {
            (self.0.clone(), 7)
        }

        fn restore(bytes: &[u8], kept: &u8) -> Option<Self> {
            (*kept == 7).then(|| Self(bytes.to_vec()))
        }

        fn weight(&self) -> usize {
            self.0.len()
        }
    }

    fn noise(length: usize) -> Vec<u8> {
        let step = |state: &mut u32| {
            *state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            Some((*state >> 24) as u8)
        };
        std::iter::successors(Some(1u32), |_| Some(1))
            .scan(9u32, |state, _| step(state))
            .take(length)
            .collect()
    }

    fn text(length: usize) -> Vec<u8> {
        b"server: {host: localhost, port: 8080}\n".iter().copied().cycle().take(length).collect()
    }

    fn check(raw: Vec<u8>, deflated: bool) {
        for level in [0, 1, 6, 9, u32::MAX] {
            let packed = Packed::new(&Blob(raw.clone()), level);
            assert!(packed.length() <= raw.len(), "level {level}");
            assert_eq!(packed.is_deflated(), deflated && level > 0, "level {level}");
            assert_eq!(packed.restore(), Some(Blob(raw.clone())), "level {level}");
        }
    }

    #[test]
    fn what_compresses_is_compressed_and_nothing_grows() {
        check(text(5000), true);
        check(vec![0; 1 << 20], true);
        check(noise(5000), false);
        check(b"ab".to_vec(), false);
        check(vec![], false);
    }

    #[test]
    fn every_changed_byte_is_noticed_or_harmless() {
        for raw in [text(700), noise(300)] {
            let mut packed = Packed::new(&Blob(raw.clone()), 6);
            for at in 0..packed.bytes.len() {
                for change in 1..=255 {
                    packed.bytes[at] ^= change;
                    // A few bits of a zlib header say nothing.
                    assert!(packed.restore().is_none_or(|blob| blob.0 == raw), "byte {at} ^ {change}");
                    packed.bytes[at] ^= change;
                }
            }
            assert!(packed.restore().is_some());
        }
    }

    #[test]
    fn every_cut_is_noticed() {
        for raw in [text(700), noise(300)] {
            let mut packed = Packed::new(&Blob(raw.clone()), 6);
            let whole = packed.bytes.clone();
            for end in 0..whole.len() {
                packed.bytes = whole[..end].into();
                assert_eq!(packed.restore(), None, "cut at {end}");
            }
        }
    }

    #[test]
    fn a_stream_that_inflates_beyond_its_length_stops_there() {
        let bomb = deflate(&vec![0; 8 << 20], 1).unwrap();
        assert_eq!(inflate(&bomb, 100), None);
        let out = inflate(&deflate(&text(4000), 6).unwrap(), 4000).unwrap();
        assert_eq!((out.len(), out.capacity()), (4000, 4000));
    }
}
