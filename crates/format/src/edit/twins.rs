//! Which item of a list was which one before: what is equal, then what is alike, then what is left in its order.

use std::collections::HashMap;
use std::ops::Range;

use enhanced_config_core::{NodeRef, Value};

/// An item of the old list and the one of the new list that it became, by their numbers, in order. What has no twin was
/// removed, or added.
pub(super) fn twins(old: &[NodeRef<'_>], new: &[NodeRef<'_>]) -> Vec<(usize, usize)> {
    let mut twins = Vec::new();
    let mut behind = (0, 0);
    for (old_at, new_at) in unmoved(old, new).into_iter().chain([(old.len(), new.len())]) {
        between(old, behind.0..old_at, new, behind.1..new_at, &mut twins);
        if old_at < old.len() {
            twins.push((old_at, new_at));
        }
        behind = (old_at + 1, new_at + 1);
    }
    twins
}

/// Items that are equal and there only once, as many as have kept their order.
fn unmoved(old: &[NodeRef<'_>], new: &[NodeRef<'_>]) -> Vec<(usize, usize)> {
    let text = |node: &NodeRef<'_>| serde_json::Value::from(*node).to_string();
    let (old, new) = (old.iter().map(text).collect::<Vec<_>>(), new.iter().map(text).collect::<Vec<_>>());
    let same = old.iter().zip(&new).take_while(|(old, new)| old == new).count();
    let ends = old.iter().rev().zip(new.iter().rev()).take(old.len().min(new.len()) - same);
    let same_ends = ends.take_while(|(old, new)| old == new).count();
    let (old_end, new_end) = (old.len() - same_ends, new.len() - same_ends);
    let mut places: HashMap<&str, (Vec<usize>, Vec<usize>)> = HashMap::new();
    for (at, text) in old.iter().enumerate().take(old_end).skip(same) {
        places.entry(text).or_default().0.push(at);
    }
    for (at, text) in new.iter().enumerate().take(new_end).skip(same) {
        places.entry(text).or_default().1.push(at);
    }
    let once = places.into_values().filter_map(|(old, new)| match (old.as_slice(), new.as_slice()) {
        (&[old], &[new]) => Some((old, new)),
        _ => None,
    });
    let mut once: Vec<_> = once.collect();
    once.sort_unstable();
    let start = (0..same).map(|at| (at, at));
    let end = (old_end..old.len()).zip(new_end..new.len());
    start.chain(rising(&once)).chain(end).collect()
}

/// The longest part of pairs, sorted by their first numbers, in which the second numbers rise too.
fn rising(pairs: &[(usize, usize)]) -> Vec<(usize, usize)> {
    // For each length the pair that ends such a part with the lowest number, and for each pair the one before it.
    let mut ends: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = Vec::new();
    let second = |at: usize| pairs.get(at).map_or(0, |(_, second)| *second);
    for at in 0..pairs.len() {
        let length = ends.partition_point(|&end| second(end) < second(at));
        before.push(length.checked_sub(1).and_then(|shorter| ends.get(shorter).copied()));
        match ends.get_mut(length) {
            Some(end) => *end = at,
            None => ends.push(at),
        }
    }
    let last = ends.last().copied();
    let way = std::iter::successors(last, |&at| before.get(at).copied().flatten());
    let mut part: Vec<_> = way.filter_map(|at| pairs.get(at).copied()).collect();
    part.reverse();
    part
}

/// More pairs are not looked at for what is alike: it would take long.
const MOST_PAIRS: usize = 20_000;

/// Twins among items of which none is surely the other.
fn between(
    old: &[NodeRef<'_>],
    old_range: Range<usize>,
    new: &[NodeRef<'_>],
    new_range: Range<usize>,
    twins: &mut Vec<(usize, usize)>,
) {
    let (left, right) = (old.get(old_range.clone()), new.get(new_range.clone()));
    let alike = match (left, right) {
        (Some(left), Some(right)) if left.len() * right.len() <= MOST_PAIRS => alike(left, right),
        _ => Vec::new(),
    };
    let mut behind = (0, 0);
    for (old_at, new_at) in alike.into_iter().chain([(old_range.len(), new_range.len())]) {
        let (gone, come) = (old_at - behind.0, new_at - behind.1);
        // Of fewer than there were nobody knows which are left.
        let changed = if gone <= come { gone } else { 0 };
        let here = |at: usize| (old_range.start + behind.0 + at, new_range.start + behind.1 + at);
        twins.extend((0..changed).map(here));
        if old_at < old_range.len() {
            twins.push((old_range.start + old_at, new_range.start + new_at));
        }
        behind = (old_at + 1, new_at + 1);
    }
}

/// The pairs in order that are alike the most, all in all.
fn alike(old: &[NodeRef<'_>], new: &[NodeRef<'_>]) -> Vec<(usize, usize)> {
    let width = new.len() + 1;
    let mut likes = vec![0; old.len() * new.len()];
    let mut best = vec![0; (old.len() + 1) * width];
    let of = |table: &[u32], at: usize| table.get(at).copied().unwrap_or_default();
    for (at, left) in old.iter().enumerate().rev() {
        for (to, right) in new.iter().enumerate().rev() {
            let like = likeness(*left, *right);
            let with = if like > 0 { like + of(&best, (at + 1) * width + to + 1) } else { 0 };
            let without = of(&best, (at + 1) * width + to).max(of(&best, at * width + to + 1));
            if let (Some(kept), Some(sum)) =
                (likes.get_mut(at * new.len() + to), best.get_mut(at * width + to))
            {
                (*kept, *sum) = (like, with.max(without));
            }
        }
    }
    let (mut at, mut to) = (0, 0);
    let mut pairs = Vec::new();
    while at < old.len() && to < new.len() {
        let (like, sum) = (of(&likes, at * new.len() + to), of(&best, at * width + to));
        if like > 0 && sum == like + of(&best, (at + 1) * width + to + 1) {
            pairs.push((at, to));
            (at, to) = (at + 1, to + 1);
        } else if sum == of(&best, (at + 1) * width + to) {
            at += 1;
        } else {
            to += 1;
        }
    }
    pairs
}

const EQUAL: u32 = 1_000;

/// What people call the items of a list by.
const NAMES: [&str; 3] = ["name", "id", "key"];

/// How much of one value is in another, in thousandths.
fn likeness(old: NodeRef<'_>, new: NodeRef<'_>) -> u32 {
    match (old.value(), new.value()) {
        (Value::Map(members), Value::Map(_)) => {
            let keys = old.len() + new.entries().filter(|(key, _)| old.get(key).is_none()).count();
            let likes = members.filter_map(|(key, member)| Some(likeness(member, new.get(key)?)));
            let mean = likes.sum::<u32>() / (keys.max(1) as u32);
            let names = NAMES.iter().find_map(|name| Some(old.get(name)? == new.get(name)?));
            match names {
                Some(true) => (mean + EQUAL) / 2,
                Some(false) => mean / 2,
                None => mean,
            }
        }
        (Value::List(items), Value::List(others)) => {
            let most = old.len().max(new.len()).max(1) as u32;
            items.zip(others).map(|(item, other)| likeness(item, other)).sum::<u32>() / most
        }
        (Value::String(old), Value::String(new)) => likeness_of_texts(old, new),
        _ if old == new => EQUAL,
        _ => 0,
    }
}

/// Texts are alike that start and end the same for the half of them.
fn likeness_of_texts(old: &str, new: &str) -> u32 {
    if old == new {
        return EQUAL;
    }
    let (old, new) = (old.as_bytes(), new.as_bytes());
    let start = old.iter().zip(new).take_while(|(old, new)| old == new).count();
    let least = old.len().min(new.len()) - start;
    let ends = old.iter().rev().zip(new.iter().rev()).take(least);
    let end = ends.take_while(|(old, new)| old == new).count();
    let like = EQUAL as usize * (start + end) / old.len().max(new.len()).max(1);
    if like * 2 < EQUAL as usize { 0 } else { like as u32 }
}
