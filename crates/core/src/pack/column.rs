use super::UnpackError;

/// Appends `value` in LEB128: seven bits a byte, the lowest first.
pub(super) fn push_varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Appends the distance between two places, which may be negative.
pub(super) fn push_distance(out: &mut Vec<u8>, from: u32, to: u32) {
    let distance = to.wrapping_sub(from) as i32;
    push_varint(out, u64::from((distance << 1 ^ distance >> 31) as u32));
}

/// Appends an integer, small ones of either sign in few bytes.
pub(super) fn push_signed(out: &mut Vec<u8>, value: i64) {
    push_varint(out, (value << 1 ^ value >> 63) as u64);
}

/// What is still to be read of a column.
#[derive(Clone, Copy)]
pub(super) struct Column<'a>(&'a [u8]);

const ENDS_EARLY: UnpackError = UnpackError::Malformed("a column ends early");

impl<'a> Column<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(super) fn left(&self) -> &'a [u8] {
        self.0
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    #[inline]
    pub(super) fn byte(&mut self) -> Result<u8, UnpackError> {
        let (&byte, rest) = self.0.split_first().ok_or(ENDS_EARLY)?;
        self.0 = rest;
        Ok(byte)
    }

    pub(super) fn bytes(&mut self, count: usize) -> Result<&'a [u8], UnpackError> {
        let (bytes, rest) = self.0.split_at_checked(count).ok_or(ENDS_EARLY)?;
        self.0 = rest;
        Ok(bytes)
    }

    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N], UnpackError> {
        let (bytes, rest) = self.0.split_first_chunk().ok_or(ENDS_EARLY)?;
        self.0 = rest;
        Ok(*bytes)
    }

    #[inline(always)]
    pub(super) fn varint(&mut self) -> Result<u64, UnpackError> {
        let byte = self.byte()?;
        if byte < 0x80 { Ok(byte.into()) } else { self.long_varint(byte & 0x7f) }
    }

    #[cold]
    fn long_varint(&mut self, first: u8) -> Result<u64, UnpackError> {
        let (mut value, mut shift) = (u64::from(first), 7);
        loop {
            let byte = self.byte()?;
            let bits = u64::from(byte & 0x7f);
            if bits << shift >> shift != bits {
                return Err(UnpackError::Malformed("a number is too large"));
            }
            value |= bits << shift;
            if byte < 0x80 {
                return Ok(value);
            }
            shift += 7;
            if shift > 63 {
                return Err(UnpackError::Malformed("a number is too long"));
            }
        }
    }

    #[inline]
    pub(super) fn varint32(&mut self) -> Result<u32, UnpackError> {
        u32::try_from(self.varint()?).map_err(|_| UnpackError::Malformed("a number is too large"))
    }

    /// What lies at the distance that follows from `from`.
    #[inline]
    pub(super) fn distance(&mut self, from: u32) -> Result<u32, UnpackError> {
        let code = self.varint32()?;
        Ok(from.wrapping_add(code >> 1 ^ (code & 1).wrapping_neg()))
    }

    #[inline]
    pub(super) fn signed(&mut self) -> Result<i64, UnpackError> {
        let code = self.varint()?;
        Ok((code >> 1 ^ (code & 1).wrapping_neg()) as i64)
    }

    /// Refuses a column of which something is left.
    pub(super) fn finish(self) -> Result<(), UnpackError> {
        if self.is_empty() { Ok(()) } else { Err(UnpackError::Malformed("a column goes on too long")) }
    }
}
