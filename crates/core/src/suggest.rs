/// The candidate most like `word`, for "did you mean": close enough that a slip of the fingers explains it.
///
/// At most a third of the word may differ (Damerau-Levenshtein, ignoring case, `-` and `_`), as rustc does.
///
/// ```
/// use enhanced_config_core::suggest;
/// assert_eq!(suggest("prot", ["host", "port"]), Some("port"));
/// assert_eq!(suggest("colour", ["host", "port"]), None);
/// assert_eq!(suggest("x", ["y"]), None);
/// ```
pub fn suggest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    /// A longer word is not a slip, and comparing it costs its square.
    const LONGEST: usize = 64;
    if word.len() > LONGEST {
        return None;
    }
    let folded = fold(word);
    let length = folded.chars().count();
    // Of a single letter nothing would be left.
    let most = (length / 3).max(1).min(length.saturating_sub(1));
    candidates
        .into_iter()
        .filter(|candidate| candidate.len() <= LONGEST)
        .map(|candidate| (typos(&folded, &fold(candidate)), candidate))
        .filter(|&(distance, _)| distance <= most)
        .min()
        .map(|(_, candidate)| candidate)
}

/// How many slips of the fingers lie between two words: a character left out, put in, taken for another, or swapped with
/// the next. Takes time by the product of their lengths.
///
/// The optimal string alignment of Damerau-Levenshtein: nothing is edited twice.
///
/// ```
/// assert_eq!(enhanced_config_core::typos("prot", "port"), 1);
/// ```
pub fn typos(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    // The row before the last, the last, and the one that is filled.
    let (mut before, mut above) = (Vec::new(), (0..=other.len()).collect::<Vec<usize>>());
    let mut last = None;
    for (done, this) in one.chars().enumerate() {
        let mut row = vec![done + 1];
        for (at, &that) in other.iter().enumerate() {
            let of = |row: &[usize], at: usize| row.get(at).copied().unwrap_or(usize::MAX - 1);
            let replaced = of(&above, at) + usize::from(this != that);
            let mut least = replaced.min(of(&above, at + 1) + 1).min(of(&row, at) + 1);
            let previous = at.checked_sub(1).and_then(|at| Some((at, *other.get(at)?)));
            if let Some((at, _)) = previous.filter(|&(_, char)| last == Some(that) && char == this) {
                least = least.min(of(&before, at) + 1);
            }
            row.push(least);
        }
        (before, above, last) = (above, row, Some(this));
    }
    above.last().copied().unwrap_or(0)
}

fn fold(word: &str) -> String {
    word.chars().filter(|c| !matches!(c, '-' | '_')).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_slip_counts_once() {
        for (one, other, expected) in [
            ("", "", 0),
            ("", "port", 4),
            ("port", "", 4),
            ("port", "port", 0),
            ("prot", "port", 1),
            ("por", "port", 1),
            ("poort", "port", 1),
            ("pert", "port", 1),
            ("kitten", "sitting", 3),
            ("größe", "grösse", 2),
            ("ab", "ba", 1),
            ("ca", "abc", 3),
            ("databsae", "database", 1),
        ] {
            assert_eq!((typos(one, other), typos(other, one)), (expected, expected), "{one} {other}");
        }
    }
}
