use std::ops::{ControlFlow, Range};

use enhanced_config_core::{KeyPath, NodeRef, PathError, Redactor, Segment};

use super::RuleFault;

/// A path with wildcards: all the places that it leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Paths(Vec<Step>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    Into(Segment),
    /// Into every member.
    Every,
}

/// One place that a path leads to.
pub(super) struct Place<'a, 'p> {
    pub(super) path: &'p KeyPath,
    /// The value, or the last one on the way to it.
    pub(super) nearest: NodeRef<'a>,
    /// Whether the value is there.
    pub(super) found: bool,
}

type Visit<'v, 'a> = &'v mut dyn FnMut(Place<'a, '_>) -> ControlFlow<()>;

impl Paths {
    pub(super) fn parse(text: &str) -> Result<Self, RuleFault> {
        parse(text).map(Self).map_err(RuleFault::Path)
    }

    /// Calls `visit` for all places in order, until it breaks. A key that is not there is a place too, unless it is
    /// a wildcard that finds no member.
    pub(super) fn visit<'a>(&self, root: NodeRef<'a>, visit: Visit<'_, 'a>) -> ControlFlow<()> {
        walk(&self.0, root, &mut KeyPath::root(), visit)
    }

    /// How many steps these have in common with others, from the root on.
    pub(super) fn alike(&self, others: &Paths) -> usize {
        self.0.iter().zip(&others.0).take_while(|(own, other)| own == other).count()
    }

    /// These paths with their first steps bound to a member.
    pub(super) fn bound_to(&self, member: &KeyPath) -> Self {
        let bound = member.segments().iter().cloned().map(Step::Into);
        Self(bound.chain(self.0.iter().skip(member.segments().len()).cloned()).collect())
    }

    /// A place of these with keys of the document below a secret masked; those that are written here are known.
    pub(super) fn shown(&self, path: &KeyPath, redactor: &Redactor) -> KeyPath {
        let shown = redactor.shown_path(path);
        let steps = path.segments().iter().zip(shown.segments()).zip(&self.0);
        steps.map(|((own, shown), step)| if *step == Step::Every { shown } else { own }.clone()).collect()
    }
}

fn walk<'a>(steps: &[Step], node: NodeRef<'a>, path: &mut KeyPath, visit: Visit<'_, 'a>) -> ControlFlow<()> {
    match steps.split_first() {
        None => visit(Place { path, nearest: node, found: true }),
        Some((Step::Every, rest)) => {
            members(node).try_for_each(|(segment, member)| step(segment, rest, member, path, visit))
        }
        Some((Step::Into(segment), rest)) => match member(node, segment) {
            Some(member) => step(segment.clone(), rest, member, path, visit),
            None => visit_missing(steps, node, path, visit),
        },
    }
}

fn step<'a>(
    segment: Segment,
    rest: &[Step],
    member: NodeRef<'a>,
    path: &mut KeyPath,
    visit: Visit<'_, 'a>,
) -> ControlFlow<()> {
    path.push(segment);
    let flow = walk(rest, member, path, visit);
    path.pop();
    flow
}

fn visit_missing<'a>(
    steps: &[Step],
    nearest: NodeRef<'a>,
    path: &KeyPath,
    visit: Visit<'_, 'a>,
) -> ControlFlow<()> {
    let mut path = path.clone();
    for step in steps {
        let Step::Into(segment) = step else { return ControlFlow::Continue(()) };
        path.push(segment.clone());
    }
    visit(Place { path: &path, nearest, found: false })
}

fn members<'a>(node: NodeRef<'a>) -> impl Iterator<Item = (Segment, NodeRef<'a>)> {
    let items = node.items().enumerate().map(|(index, item)| (Segment::from(index), item));
    items.chain(node.entries().map(|(key, member)| (Segment::from(key), member)))
}

/// The member that a step leads to; an index that meets a map is a key.
pub(super) fn member<'a>(node: NodeRef<'a>, segment: &Segment) -> Option<NodeRef<'a>> {
    match segment {
        Segment::Key(key) => node.get(key),
        Segment::Index(index) => node.index(*index).or_else(|| node.get(&index.to_string())),
    }
}

fn parse(text: &str) -> Result<Vec<Step>, PathError> {
    let mut steps = Vec::new();
    let mut start = 0;
    while let Some(wildcard) = next_wildcard(text, start) {
        steps.extend(piece(text, start..wildcard.start)?);
        steps.push(Step::Every);
        start = wildcard.end;
    }
    steps.extend(piece(text, start..text.len())?);
    Ok(steps)
}

/// The first `*` or `[*]` from `start` on that is a step of its own and not within quotes, with the dot before it.
fn next_wildcard(text: &str, start: usize) -> Option<Range<usize>> {
    let (mut quoted, mut escaped) = (false, false);
    for (at, c) in text.char_indices().filter(|&(at, _)| at >= start) {
        let rest = text.get(at..).unwrap_or_default();
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            '[' if !quoted && rest.starts_with("[*]") => return Some(at..at + "[*]".len()),
            '*' if at == 0 && is_wildcard(rest) => return Some(at..at + "*".len()),
            '.' if !quoted && at > 0 && rest.strip_prefix('.').is_some_and(is_wildcard) => {
                return Some(at..at + ".*".len());
            }
            _ => {}
        }
    }
    None
}

/// Whether a `*` at the start of `rest` is all of its step.
fn is_wildcard(rest: &str) -> bool {
    rest.strip_prefix('*').is_some_and(|rest| matches!(rest.bytes().next(), None | Some(b'.' | b'[')))
}

/// The steps of a part without wildcards.
fn piece(text: &str, range: Range<usize>) -> Result<Vec<Step>, PathError> {
    // An index stands in for the wildcard before, so that what may follow it is decided in one place.
    let before = if range.start == 0 { "" } else { "[0]" };
    let start = range.start;
    let piece = format!("{before}{}", text.get(range).unwrap_or_default());
    let path: KeyPath = piece.parse().map_err(|mut error: PathError| {
        error.at = start + error.at.saturating_sub(before.len());
        error.path = text.to_owned();
        error
    })?;
    let skipped = usize::from(!before.is_empty());
    Ok(path.segments().iter().skip(skipped).cloned().map(Step::Into).collect())
}

#[cfg(test)]
mod tests {
    use enhanced_config_core::PathFault;
    use proptest::prelude::*;

    use super::*;

    fn check(text: &str, expected: &[&str]) {
        let steps = parse(text).unwrap();
        let step = |step: &Step| match step {
            Step::Into(segment) => KeyPath::from_iter([segment.clone()]).to_string(),
            Step::Every => "*".to_owned(),
        };
        assert_eq!(steps.iter().map(step).collect::<Vec<_>>(), expected, "{text}");
    }

    fn refused(text: &str, at: usize, fault: PathFault) {
        let error = parse(text).unwrap_err();
        assert_eq!((error.path.as_str(), error.at, error.fault), (text, at, fault));
    }

    #[test]
    fn wildcards_are_steps_of_their_own() {
        check("", &[]);
        check("*", &["*"]);
        check("[*]", &["*"]);
        check("servers[*].port", &["servers", "*", "port"]);
        check("servers.*.port", &["servers", "*", "port"]);
        check("a[*][*].b.*.*", &["a", "*", "*", "b", "*", "*"]);
        check("a[3].*[4]", &["a", "[3]", "*", "[4]"]);
        check("*[*].*", &["*", "*", "*"]);
        check("a*.*b.c*d", &["a*", "*b", "c*d"]);
        check(r#""*".a."[*]".*"#, &["*", "a", r#""[*]""#, "*"]);
        check(r#""\"*".*"#, &[r#""\"*""#, "*"]);
    }

    #[test]
    fn broken_paths_say_where() {
        refused("a..*", 2, PathFault::Empty);
        refused(".*", 0, PathFault::Empty);
        refused("*.", 2, PathFault::Empty);
        refused("*..a", 2, PathFault::Empty);
        refused("a[*].[0]", 5, PathFault::Empty);
        refused("a.[*]", 2, PathFault::Empty);
        refused("a[*]b", 4, PathFault::Separator);
        refused("a[*].b[x]", 6, PathFault::Index);
        refused("a.*.\"b", 4, PathFault::OpenQuote);
    }

    proptest! {
        #[test]
        fn a_path_without_wildcards_reads_as_ever(text in "[a-c0-9.\\[\\]\"\\\\]{0,12}") {
            let path = text.parse::<KeyPath>();
            let steps = path.map(|path| path.segments().iter().cloned().map(Step::Into).collect::<Vec<_>>());
            prop_assert_eq!(parse(&text), steps);
        }

        #[test]
        fn no_text_panics(text in "[*.\\[\\]\"\\\\aé]{0,20}") {
            let _ = parse(&text);
        }
    }
}
