//! The changes that make one value of another.

use enhanced_config_core::{KeyPath, NodeRef, Segment, Value};

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

/// What both lists start and end with stays; between, items change one by one, and the rest is added or removed.
fn compare_lists<'v>(
    path: &mut KeyPath,
    old: NodeRef<'_>,
    new: NodeRef<'v>,
    steps: &mut Vec<(KeyPath, Step<'v>)>,
) {
    let same = |(old, new): &(NodeRef<'_>, NodeRef<'_>)| old == new;
    let before = old.items().zip(new.items()).take_while(same).count();
    let most = old.len().min(new.len()) - before;
    let ends = (1..=most).map_while(|back| {
        let pair = (old.index(old.len() - back)?, new.index(new.len() - back)?);
        same(&pair).then_some(())
    });
    let behind = ends.count();
    let (old_end, new_end) = (old.len() - behind, new.len() - behind);
    for at in before..old_end.min(new_end) {
        if let (Some(old), Some(new)) = (old.index(at), new.index(at)) {
            path.push(at);
            compare(path, old, new, steps);
            path.pop();
        }
    }
    for (at, value) in new.items().enumerate().take(new_end).skip(before.max(old_end)) {
        steps.push((path.join(Segment::Index(at)), Step::Insert(value)));
    }
    for at in (before.max(new_end)..old_end).rev() {
        steps.push((path.join(Segment::Index(at)), Step::Remove));
    }
}
