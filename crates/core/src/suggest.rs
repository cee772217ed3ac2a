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
        .map(|candidate| (strsim::damerau_levenshtein(&folded, &fold(candidate)), candidate))
        .filter(|&(distance, _)| distance <= most)
        .min()
        .map(|(_, candidate)| candidate)
}

fn fold(word: &str) -> String {
    word.chars().filter(|c| !matches!(c, '-' | '_')).flat_map(char::to_lowercase).collect()
}
