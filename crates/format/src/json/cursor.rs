/// A place in the text, going forward.
///
/// It stands on a character's first byte, save inside a string.
pub(super) struct Cursor<'a> {
    text: &'a str,
    at: usize,
}

const SPACES: u64 = u64::from_le_bytes([b' '; 8]);

impl<'a> Cursor<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    #[inline]
    pub(super) fn at(&self) -> usize {
        self.at
    }

    pub(super) fn is_at_end(&self) -> bool {
        self.at >= self.text.len()
    }

    /// The byte here; NUL, which JSON allows nowhere, at the end of the text.
    #[inline]
    pub(super) fn peek(&self) -> u8 {
        self.text.as_bytes().get(self.at).copied().unwrap_or_default()
    }

    #[inline]
    pub(super) fn step(&mut self) {
        self.advance(1);
    }

    #[inline]
    pub(super) fn advance(&mut self, bytes: usize) {
        self.at += bytes;
    }

    /// The bytes from here on.
    #[inline]
    pub(super) fn rest(&self) -> &'a [u8] {
        self.text.as_bytes().get(self.at..).unwrap_or_default()
    }

    /// The text from `start` up to here.
    #[inline]
    pub(super) fn since(&self, start: usize) -> &'a str {
        self.text.get(start..self.at).unwrap_or_default()
    }

    /// Skips blanks, up to the byte that is returned.
    #[inline]
    pub(super) fn token(&mut self) -> u8 {
        let bytes = self.text.as_bytes();
        let mut at = self.at;
        let token = loop {
            match bytes.get(at) {
                Some(&byte) if byte > b' ' => break byte,
                Some(b'\n') => at += 1 + spaces(bytes.get(at + 1..).unwrap_or_default()),
                Some(b' ' | b'\r' | b'\t') => at += 1,
                other => break other.copied().unwrap_or_default(),
            }
        };
        self.at = at;
        token
    }

    /// Goes past `word` if it stands here, and nothing that would make it part of another one follows.
    #[inline]
    pub(super) fn word(&mut self, word: &str) -> bool {
        let after = self.rest().strip_prefix(word.as_bytes());
        let found = after.is_some_and(|after| !after.first().is_some_and(|&byte| is_word(byte)));
        if found {
            self.advance(word.len());
        }
        found
    }
}

/// How many spaces the bytes start with, or fewer: eight are looked at together, because most of a pretty text is
/// indentation, and the last seven bytes of a text are not worth the trouble.
#[inline]
fn spaces(bytes: &[u8]) -> usize {
    let (words, _) = bytes.as_chunks::<8>();
    for (number, &word) in words.iter().enumerate() {
        let others = u64::from_le_bytes(word) ^ SPACES;
        if others != 0 {
            return number * 8 + others.trailing_zeros() as usize / 8;
        }
    }
    words.len() * 8
}

/// Whether a byte continues a word or a number.
pub(super) fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || !byte.is_ascii()
}
