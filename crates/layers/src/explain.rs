use std::fmt;
use std::sync::Arc;

use enhanced_config_core::{Document, KeyPath, Kind, LayerKind, NodeRef, Origin, Redactor};

/// Where a value came from: what every layer says about a key, and which of them won.
///
/// Its text is a small table, the effective value first. Secrets are masked.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Explanation {
    /// The key.
    pub path: KeyPath,
    /// The effective value; `None` when no layer sets the key.
    pub effective: Option<Shown>,
    /// What each layer that has the key says, the highest first.
    pub layers: Vec<Contribution>,
}

/// What one layer says about a key.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Contribution {
    /// The part that the layer plays.
    pub layer: LayerKind,
    /// Its value.
    pub value: Shown,
    /// What became of it.
    pub fate: Fate,
}

/// A value as it may be shown.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Shown {
    /// JSON, shortened, with secrets masked.
    pub text: String,
    /// What it is.
    pub kind: Kind,
    /// Where it stands.
    pub origin: Origin,
}

/// What became of a layer's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fate {
    /// It is the effective value.
    Won,
    /// Parts of it are in the effective map or list.
    Merged,
    /// A higher layer replaced it.
    Overridden,
}

impl fmt::Display for Fate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Fate::Won => "wins",
            Fate::Merged => "merged",
            Fate::Overridden => "overridden",
        })
    }
}

pub(crate) fn explain(
    effective: &Document,
    layers: &[Arc<Document>],
    path: &KeyPath,
    redactor: &Redactor,
) -> Explanation {
    let winner = effective.at(path);
    let show = |node: NodeRef<'_>| Shown {
        text: redactor.show(node, path),
        kind: node.kind(),
        origin: node.origin(),
    };
    let layers = layers.iter().rev().filter_map(|document| {
        let node = document.at(path)?;
        let layer = document.layers().first().unwrap_or(node.layer());
        let mut value = show(node);
        if node.layer() != layer {
            // A layer may hold a copy of a lower layer's list in which it replaced a member.
            value.origin = Origin::whole(layer.clone());
        }
        Some(Contribution { layer: layer.kind(), value, fate: fate(node, winner) })
    });
    Explanation { path: path.clone(), effective: winner.map(show), layers: layers.collect() }
}

fn fate(node: NodeRef<'_>, winner: Option<NodeRef<'_>>) -> Fate {
    let Some(winner) = winner else { return Fate::Overridden };
    if node.kind() == winner.kind() && !winner.is_empty() {
        return fate_of_members(node, winner);
    }
    if node.origin() == winner.origin() { Fate::Won } else { Fate::Overridden }
}

/// A map or list has won as far as its members have.
fn fate_of_members(node: NodeRef<'_>, winner: NodeRef<'_>) -> Fate {
    match scalars(winner, &|value| value.layer() == node.layer()) {
        (0, _) => Fate::Overridden,
        (some, all) if some == all => Fate::Won,
        _ => Fate::Merged,
    }
}

/// How many of the scalars inside `node` are `wanted`, and how many there are.
fn scalars(node: NodeRef<'_>, wanted: &impl Fn(NodeRef<'_>) -> bool) -> (usize, usize) {
    let members: Vec<NodeRef<'_>> = match node.kind() {
        Kind::Map => node.entries().map(|(_, member)| member).collect(),
        Kind::List => node.items().collect(),
        _ => return (usize::from(wanted(node)), 1),
    };
    let counts = members.into_iter().map(|member| scalars(member, wanted));
    counts.fold((0, 0), |(some, all), (more, count)| (some + more, all + count))
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = if self.path.is_root() { "(root)".to_owned() } else { self.path.to_string() };
        match &self.effective {
            Some(shown) => writeln!(f, "{name} = {}   from {}", shown.text, shown.origin)?,
            None => return writeln!(f, "{name} is not set by any layer"),
        }
        let width = |text: fn(&Contribution) -> usize| self.layers.iter().map(text).max().unwrap_or_default();
        let (layer, value) =
            (width(|row| row.layer.name().len()), width(|row| row.value.text.chars().count()));
        for row in &self.layers {
            let Contribution { layer: kind, value: shown, fate } = row;
            writeln!(f, "  {fate:<10}  {:<layer$}  {:<value$}  {}", kind.name(), shown.text, shown.origin)?;
        }
        Ok(())
    }
}
