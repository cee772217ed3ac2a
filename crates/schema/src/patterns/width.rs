use regex_syntax::hir::{Hir, HirKind, Look};

use super::SIZE;

/// At how many of its places a pattern may be at once: an engine that takes linear time looks at each of them for every
/// character of a text.
///
/// `^[a-z]{1,1000}$` is at one, `[a-z]{0,1000}x` at a thousand, because it may have begun anywhere.
pub(crate) fn width(pattern: &str) -> u64 {
    /// Of a pattern that is written as another language has it.
    const UNKNOWN: u64 = 4_000;
    let Ok(hir) = regex_syntax::parse(pattern) else { return UNKNOWN };
    // No place takes less than 16 bytes when compiled: it is refused for that, in better words.
    if places(&hir) > SIZE as u64 / 16 {
        return 0;
    }
    let begins_anywhere = !hir.properties().look_set_prefix().contains(Look::Start);
    active(&hir, begins_anywhere).0
}

/// The places of a part that may be active at once, and whether what follows may begin anywhere; `anywhere` says whether
/// the part itself may.
fn active(hir: &Hir, anywhere: bool) -> (u64, bool) {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => (0, anywhere),
        HirKind::Capture(capture) => active(&capture.sub, anywhere),
        HirKind::Concat(parts) => parts.iter().fold((0, anywhere), |(most, anywhere), part| {
            let (own, after) = active(part, anywhere);
            (most.saturating_add(own), after)
        }),
        HirKind::Alternation(parts) => {
            let own = parts.iter().map(|part| active(part, anywhere).0);
            (own.fold(0, u64::saturating_add), true)
        }
        HirKind::Repetition(repetition) if !anywhere && places(&repetition.sub) <= 1 => {
            (1, repetition.max != Some(repetition.min))
        }
        HirKind::Repetition(_) => (places(hir), true),
        _ if anywhere => (places(hir), true),
        _ => (1, false),
    }
}

/// All places of a part, with each repetition written out.
fn places(hir: &Hir) -> u64 {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => 0,
        HirKind::Class(_) => 1,
        HirKind::Literal(literal) => literal.0.len() as u64,
        HirKind::Capture(capture) => places(&capture.sub),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => {
            parts.iter().map(places).fold(0, u64::saturating_add)
        }
        HirKind::Repetition(repetition) => {
            let times = repetition.max.unwrap_or(repetition.min).max(1);
            places(&repetition.sub).saturating_mul(times.into())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_begin_anywhere_is_at_many_places() {
        assert_eq!(width("^[a-z]{1,1000}$"), 1);
        assert_eq!(width("[a-z]{0,1000}x"), 1001);
        assert_eq!(width("^[a-z]{4}-[0-9]{4}$"), 3);
        assert_eq!(width("^[a-z]+/[a-z]{1,500}$"), 502);
        assert_eq!(width("^(a{1,10}){1,10}$"), 100);
        assert_eq!(width("^(tcp|udp):[0-9]{1,5}$"), 8);
        assert_eq!(width("^$"), 0);
        assert_eq!(width("(?<!a)b"), 4_000);
        assert_eq!(width("(a{0,1000}){0,60}x"), 60_001);
        assert_eq!(width("((a{0,1000}){0,1000}){0,1000}x"), 0);
    }
}
