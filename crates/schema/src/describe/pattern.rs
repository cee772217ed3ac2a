use regex_syntax::hir::{Class, Hir, HirKind, Literal};

/// A text that matches a pattern and has at least so many characters, if one is easily found: the shortest, or with
/// what may be repeated repeated. Anchors are taken to hold.
pub(super) fn matching(pattern: &str, least: usize) -> Option<String> {
    let hir = regex_syntax::parse(pattern).ok()?;
    let texts = (0..=least.min(MOST)).map(|more| {
        let mut writer = Writer { more, text: String::new() };
        writer.write(&hir).then_some(writer.text)
    });
    texts.flatten().find(|text| text.chars().count() >= least)
}

/// Characters of a text that is made.
const MOST: usize = 4_096;

struct Writer {
    /// How often what has no upper bound is repeated beyond the least.
    more: usize,
    text: String,
}

impl Writer {
    /// Whether a text could be written.
    fn write(&mut self, hir: &Hir) -> bool {
        match hir.kind() {
            HirKind::Empty | HirKind::Look(_) => true,
            HirKind::Literal(Literal(bytes)) => match std::str::from_utf8(bytes) {
                Ok(text) => {
                    self.text.push_str(text);
                    self.text.len() <= MOST
                }
                Err(_) => false,
            },
            HirKind::Class(class) => match plain(class) {
                Some(c) => {
                    self.text.push(c);
                    self.text.len() <= MOST
                }
                None => false,
            },
            HirKind::Repetition(repetition) => {
                let least = repetition.min as usize;
                let most = repetition.max.map_or(usize::MAX, |most| most as usize);
                self.repeat(&repetition.sub, (least + self.more).min(most))
            }
            HirKind::Capture(capture) => self.write(&capture.sub),
            HirKind::Concat(parts) => parts.iter().all(|part| self.write(part)),
            HirKind::Alternation(parts) => parts.first().is_some_and(|part| self.write(part)),
        }
    }

    fn repeat(&mut self, hir: &Hir, times: usize) -> bool {
        for _ in 0..times {
            let before = self.text.len();
            if !self.write(hir) {
                return false;
            }
            // Nothing, however often.
            if self.text.len() == before {
                break;
            }
        }
        true
    }
}

/// A character of a class: a letter or a digit if there is one.
fn plain(class: &Class) -> Option<char> {
    let ranges: Vec<(char, char)> = match class {
        Class::Unicode(class) => class.ranges().iter().map(|range| (range.start(), range.end())).collect(),
        Class::Bytes(class) => {
            class.ranges().iter().map(|range| (range.start().into(), range.end().into())).collect()
        }
    };
    let holds = |c: &char| ranges.iter().any(|(first, last)| first <= c && c <= last);
    let mut plain = ('a'..='z').chain('A'..='Z').chain('0'..='9').chain(' '..='~');
    plain.find(holds).or_else(|| ranges.first().map(|(first, _)| *first))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_match_the_patterns_they_were_made_for() {
        let check = |pattern: &str, least: usize, expected: Option<&str>| {
            assert_eq!(matching(pattern, least).as_deref(), expected, "{pattern}");
        };
        check("^[a-z]+$", 0, Some("a"));
        check("^[a-z]+$", 3, Some("aaa"));
        check("^Agent-[0-9]{2,}$", 0, Some("Agent-00"));
        check("^(tcp|udp)://", 0, Some("tcp://"));
        check(r"^\d{17,20}$", 0, Some("00000000000000000"));
        check(r"^v\d+\.\d+(-rc)?$", 0, Some("v0.0"));
        check("^a{2}$", 3, None);
        check("(?=a)", 0, None);
        check("(", 0, None);
        check("a{1000}{1000}", 0, None);
        check("(a{0}){4000000000}", 0, Some(""));
    }
}
