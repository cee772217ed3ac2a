//! The shortest way from one version to another.

use std::collections::{BTreeMap, VecDeque};

use crate::{MigrateError, Version};

/// What is known of a version on the way: how far it is, and by which versions it is reached in so few migrations.
struct Reached<'v> {
    hops: usize,
    by: Vec<&'v Version>,
}

/// The versions from `from` to `to`, both included, by as few of the `hops` as possible.
pub(crate) fn route<'v>(
    config: &str,
    hops: &[(&'v Version, &'v Version)],
    from: &'v Version,
    to: &'v Version,
) -> Result<Vec<&'v Version>, MigrateError> {
    let reached = reached(hops, from);
    if !reached.contains_key(to) {
        return Err(MigrateError::Gap {
            config: config.to_owned(),
            from: from.clone(),
            to: to.clone(),
            reached: reached.keys().map(|version| (*version).clone()).collect(),
        });
    }
    let mut way = vec![to];
    let mut at = to;
    while let Some(before) = reached.get(at).map(|reached| reached.by.as_slice()) {
        match before {
            [] => break,
            [only] => at = only,
            [first, second, ..] => {
                return Err(MigrateError::Ambiguous {
                    config: config.to_owned(),
                    from: from.clone(),
                    to: at.clone(),
                    first: (*first).clone(),
                    second: (*second).clone(),
                });
            }
        }
        way.push(at);
    }
    way.reverse();
    Ok(way)
}

/// Breadth first.
fn reached<'v>(hops: &[(&'v Version, &'v Version)], from: &'v Version) -> BTreeMap<&'v Version, Reached<'v>> {
    let mut reached = BTreeMap::from([(from, Reached { hops: 0, by: Vec::new() })]);
    let mut next = VecDeque::from([(from, 0)]);
    while let Some((at, count)) = next.pop_front() {
        for (_, to) in hops.iter().filter(|(start, _)| *start == at) {
            match reached.get_mut(to) {
                None => {
                    reached.insert(to, Reached { hops: count + 1, by: vec![at] });
                    next.push_back((to, count + 1));
                }
                Some(known) if known.hops == count + 1 => known.by.push(at),
                Some(_) => {}
            }
        }
    }
    reached
}
