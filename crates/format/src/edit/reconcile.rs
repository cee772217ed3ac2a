//! The changes that make one value of another.

use enhanced_config_core::{KeyPath, NodeRef, Segment, Value};

use super::twins::twins;

/// One change. New values are borrowed from the document that is wanted.
pub(super) enum Step<'v> {
    Set(NodeRef<'v>),
    Insert(NodeRef<'v>),
    Remove,
}

/// What to do, in this order, to make `new` of `old`, which stands at `path`.
pub(super) fn steps<'v>(path: &KeyPath, old: NodeRef<'_>, new: NodeRef<'v>) -> Vec<(KeyPath, Step<'v>)> {
    let mut steps = Vec::new();
    compare(&mut path.clone(), old, new, &mut steps);
    steps
}

fn compare<'v>(path: &mut KeyPath, old: NodeRef<'_>, new: NodeRef<'v>, steps: &mut Vec<(KeyPath, Step<'v>)>) {
    if old == new {
        return;
    }
    match (old.value(), new.value()) {
        // At the root there is nothing to replace.
        (Value::Map(_), Value::Map(_)) if path.is_root() || !(old.is_empty() || new.is_empty()) => {
            compare_maps(path, old, new, steps);
        }
        (Value::List(_), Value::List(_)) if !(old.is_empty() || new.is_empty()) => {
            compare_lists(path, old, new, steps);
        }
        _ => steps.push((path.clone(), Step::Set(new))),
    }
}

/// New keys come before old ones go, so that the map never is empty in between.
fn compare_maps<'v>(
    path: &mut KeyPath,
    old: NodeRef<'_>,
    new: NodeRef<'v>,
    steps: &mut Vec<(KeyPath, Step<'v>)>,
) {
    for (key, value) in new.entries() {
        path.push(key);
        match old.get(key) {
            Some(old) => compare(path, old, value, steps),
            None => steps.push((path.clone(), Step::Insert(value))),
        }
        path.pop();
    }
    for (key, _) in old.entries().filter(|(key, _)| new.get(key).is_none()) {
        steps.push((path.join(key), Step::Remove));
    }
}

/// Items that have a twin change in their place, so that their comments stay with them. New ones come before old ones
/// go, each from the last on, so that a list never is empty in between and the numbers before stay what they are.
fn compare_lists<'v>(
    path: &mut KeyPath,
    old: NodeRef<'_>,
    new: NodeRef<'v>,
    steps: &mut Vec<(KeyPath, Step<'v>)>,
) {
    let (before, wanted): (Vec<_>, Vec<_>) = (old.items().collect(), new.items().collect());
    let twins = twins(&before, &wanted);
    for &(at, to) in &twins {
        if let (Some(old), Some(new)) = (before.get(at), wanted.get(to)) {
            path.push(at);
            compare(path, *old, *new, steps);
            path.pop();
        }
    }
    // How many come before each of the old ones, and behind the last.
    let mut come = vec![0; before.len() + 1];
    let mut added = Vec::new();
    let mut next = twins.iter().peekable();
    for (to, value) in wanted.iter().enumerate() {
        match next.next_if(|(_, twin)| *twin == to) {
            Some(_) => {}
            None => added.push((next.peek().map_or(before.len(), |(at, _)| *at), *value)),
        }
    }
    for (at, value) in added.into_iter().rev() {
        steps.push((path.join(Segment::Index(at)), Step::Insert(value)));
        come.iter_mut().skip(at).take(1).for_each(|come| *come += 1);
    }
    let mut shift = 0;
    let shifted = come.iter().enumerate().map(|(at, come)| {
        shift += come;
        (at, at + shift)
    });
    let has_twin = |at: usize| twins.binary_search_by_key(&at, |(at, _)| *at).is_ok();
    let gone: Vec<_> = shifted.filter(|(at, _)| *at < before.len() && !has_twin(*at)).collect();
    for (_, at) in gone.into_iter().rev() {
        steps.push((path.join(Segment::Index(at)), Step::Remove));
    }
}
