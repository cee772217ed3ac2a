//! JSON Pointers (RFC 6901), alone and as the fragment of a URI.

use super::steps::canonical_index;
use crate::{KeyPath, PathError, PathFault, Segment};

impl KeyPath {
    /// Reads a JSON Pointer (RFC 6901).
    ///
    /// # Errors
    /// When it does not start with `/`, or a `~` is not part of `~0` or `~1`.
    pub fn from_pointer(pointer: &str) -> Result<Self, PathError> {
        let fail = |at, fault| PathError { path: pointer.to_owned(), at, fault };
        if pointer.is_empty() {
            return Ok(Self::root());
        }
        let Some(rest) = pointer.strip_prefix('/') else {
            return Err(fail(0, PathFault::Slash));
        };
        let mut at = 1;
        let mut segments = Vec::new();
        for token in rest.split('/') {
            if let Some(bad) = stray_tilde(token) {
                return Err(fail(at + bad, PathFault::Tilde));
            }
            segments.push(Segment::from_token(&token.replace("~1", "/").replace("~0", "~")));
            at += token.len() + 1;
        }
        Ok(Self(segments))
    }

    /// Writes a JSON Pointer (RFC 6901).
    pub fn to_pointer(&self) -> String {
        let mut out = String::new();
        for segment in &self.0 {
            out.push('/');
            match segment {
                Segment::Key(key) => out.push_str(&key.replace('~', "~0").replace('/', "~1")),
                Segment::Index(index) => out.push_str(&index.to_string()),
            }
        }
        out
    }

    /// Reads a JSON Pointer from the fragment of a URI, in which other characters stand as `%` and two digits.
    ///
    /// ```
    /// use enhanced_config_core::KeyPath;
    /// let path = KeyPath::from_fragment("/a%20b/%C3%A9")?;
    /// assert_eq!(path.to_pointer(), "/a b/é");
    /// assert_eq!(path.to_fragment(), "/a%20b/%C3%A9");
    /// # Ok::<(), enhanced_config_core::PathError>(())
    /// ```
    ///
    /// # Errors
    /// As [`from_pointer`](Self::from_pointer). A `%` without its digits is taken as it is.
    pub fn from_fragment(fragment: &str) -> Result<Self, PathError> {
        if fragment.contains('%') {
            return Self::from_pointer(&percent_decoded(fragment));
        }
        Self::from_pointer(fragment)
    }

    /// Writes a JSON Pointer as the fragment of a URI, without its `#`.
    pub fn to_fragment(&self) -> String {
        let mut out = String::new();
        for byte in self.to_pointer().bytes() {
            match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => out.push(byte.into()),
                _ if b"-._~!$&'()*+,;=:@/?".contains(&byte) => out.push(byte.into()),
                _ => out.push_str(&format!("%{byte:02X}")),
            }
        }
        out
    }
}

impl Segment {
    fn from_token(token: &str) -> Self {
        match canonical_index(token) {
            Some(index) => Segment::Index(index),
            None => Segment::Key(token.into()),
        }
    }
}

fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, behind)) = rest.split_first() {
        let digits = behind.get(..2).filter(|_| first == b'%');
        let byte = digits.and_then(|digits| u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok());
        bytes.push(byte.unwrap_or(first));
        rest = if byte.is_some() { behind.get(2..).unwrap_or_default() } else { behind };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn stray_tilde(token: &str) -> Option<usize> {
    let escaped = |at: usize| matches!(token.as_bytes().get(at + 1), Some(b'0' | b'1'));
    token.bytes().enumerate().find(|&(at, b)| b == b'~' && !escaped(at)).map(|(at, _)| at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(text: &str) -> Segment {
        Segment::Key(text.into())
    }

    #[test]
    fn pointers_follow_rfc_6901() {
        let path = KeyPath::from_pointer("/a~1b/m~0n//7/07").unwrap();
        assert_eq!(path.segments(), [key("a/b"), key("m~n"), key(""), Segment::Index(7), key("07")]);
        assert_eq!(path.to_pointer(), "/a~1b/m~0n//7/07");
        assert_eq!(KeyPath::from_pointer("").unwrap(), KeyPath::root());
        assert_eq!(KeyPath::from_pointer("a").unwrap_err().fault, PathFault::Slash);
        let tilde = KeyPath::from_pointer("/ab/c~2").unwrap_err();
        assert_eq!((tilde.at, tilde.fault), (5, PathFault::Tilde));
    }
}
