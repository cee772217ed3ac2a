use enhanced_config_core::Redactor;

/// A name or message without users and passwords of URLs, and with every character replaced by which it could steer
/// a terminal or lie about its order.
pub(super) fn harmless(text: &str) -> String {
    Redactor::new().mask_urls(text).chars().map(harmless_char).collect()
}

/// One character for one, so that columns stay what they are.
pub(super) fn harmless_char(c: char) -> char {
    match c {
        // The pictures of control characters, as rustc shows them.
        '\0'..='\u{1f}' => char::from_u32(0x2400 + c as u32).unwrap_or(char::REPLACEMENT_CHARACTER),
        '\u{7f}' => '\u{2421}',
        // C1 controls, marks that turn the direction of text, and characters without a width.
        '\u{80}'..='\u{9f}'
        | '\u{61c}'
        | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{feff}' => char::REPLACEMENT_CHARACTER,
        c => c,
    }
}
