use enhanced_config_core::NodeRef;

use super::Extent;
use super::same::same;

/// Which item each one that is wanted was before. What both lists start and end with is the same; between, those in the
/// same place.
pub(super) fn twins(before: &[NodeRef<'_>], wanted: &[NodeRef<'_>], extent: Extent) -> Vec<Option<usize>> {
    let same = |(is, wanted): &(&NodeRef<'_>, &NodeRef<'_>)| same(Some(**is), Some(**wanted), extent);
    let start = before.iter().zip(wanted).take_while(same).count();
    let most = before.len().min(wanted.len()) - start;
    let end = before.iter().rev().zip(wanted.iter().rev()).take(most).take_while(same).count();
    let twin = |at: usize| match at {
        at if at >= wanted.len() - end => Some(at + before.len() - wanted.len()),
        at => Some(at).filter(|at| *at < before.len() - end),
    };
    (0..wanted.len()).map(twin).collect()
}
