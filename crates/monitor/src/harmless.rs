//! Text from outside that is shown to people.

/// Whether a terminal would act on it, or show something else than what is there: control characters, marks that turn
/// the direction of writing ("Trojan Source", CVE-2021-42574), and what takes no room.
fn misleads(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// What misleads becomes a question mark.
pub(crate) fn harmless(text: &str) -> String {
    text.chars().map(|letter| if misleads(letter) { '?' } else { letter }).collect()
}

/// The same of a name, and no more than 128 characters of it.
pub(crate) fn harmless_name(name: &str) -> String {
    harmless(name).chars().take(128).collect()
}

/// Whether it can be a label and a part of a report as it is: nothing but a few letters, none of which misleads, and
/// no space at an end, where nobody sees it.
pub(crate) fn is_plain(name: &str) -> bool {
    (1..=128).contains(&name.len()) && name.trim() == name && !name.chars().any(misleads)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cannot_command_a_terminal() {
        assert_eq!(harmless("app\u{1b}[2J\n\u{202e}x"), "app?[2J??x");
        assert_eq!(harmless_name(&"x".repeat(1000)).len(), 128);
    }

    #[test]
    fn a_name_is_what_it_looks_like() {
        assert!(is_plain("app") && is_plain("日本語") && is_plain("a b"));
        for name in ["", " ", "app ", "a\nb", "\u{202e}ppa", "a\u{200b}pp", &"x".repeat(129)] {
            assert!(!is_plain(name), "{name:?}");
        }
    }
}
