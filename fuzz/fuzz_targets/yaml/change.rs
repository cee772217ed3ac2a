//! Changes of a text by what YAML is made of.

use crate::random::Random;

const TOKENS: &[&str] = &[
    ": ", ":", "- ", "-", "? ", "?", "#", " #", "\n", "\r\n", "\r", " ", "  ", "\t", "\n\t", "\n ", "\n  ",
    "\n- ", "|", ">", "|-\n", ">+\n ", "[", "]", "{", "}", ",", "\"", "'", "''", "\\", "\\\n", "&x ", "*x",
    "!t ", "!!str ", "<<: ", "<<", "%", "@", "---", "...", "\n---\n", "\n...\n", "~", "0", "007", "1e400",
    ".inf", "é", "\u{feff}", "\u{85}", "\u{2028}", "\u{a0}", "\u{7}", "\0", "a: ", "k", "\n\n", "  \n",
];

/// Makes a few changes, or none.
pub fn some(text: String, random: &mut Random) -> String {
    let mut text = text;
    for _ in 0..[0, 0, 1, 1, 2, 4][random.below(6)] {
        text = match random.below(6) {
            0 | 1 => with_token(text, random),
            2 => with_lines_changed(&text, random),
            3 => with_line_indented(&text, random),
            4 => without_part(text, random),
            _ => cut(text, random),
        };
    }
    text
}

fn place(text: &str, random: &mut Random) -> usize {
    text.floor_char_boundary(random.below(text.len() + 1))
}

fn with_token(mut text: String, random: &mut Random) -> String {
    let at = place(&text, random);
    text.insert_str(at, random.pick(TOKENS));
    text
}

fn without_part(mut text: String, random: &mut Random) -> String {
    let start = place(&text, random);
    let end = text.ceil_char_boundary(start + random.below(4) + 1);
    text.replace_range(start..end.min(text.len()), "");
    text
}

fn cut(mut text: String, random: &mut Random) -> String {
    text.truncate(place(&text, random));
    text
}

/// A line twice, somewhere else, or gone.
fn with_lines_changed(text: &str, random: &mut Random) -> String {
    let mut lines: Vec<&str> = text.split_inclusive('\n').collect();
    if lines.is_empty() {
        return String::new();
    }
    let (line, other) = (random.below(lines.len()), random.below(lines.len()));
    match random.below(3) {
        0 => lines.insert(other, lines[line]),
        1 => lines.swap(line, other),
        _ => _ = lines.remove(line),
    }
    lines.concat()
}

fn with_line_indented(text: &str, random: &mut Random) -> String {
    let mut lines: Vec<String> = text.split_inclusive('\n').map(str::to_owned).collect();
    let count = lines.len();
    if let Some(line) = lines.get_mut(random.below(count)) {
        match line.strip_prefix(' ') {
            Some(rest) if random.one_in(2) => *line = rest.to_owned(),
            _ => line.insert(0, ' '),
        }
    }
    lines.concat()
}
