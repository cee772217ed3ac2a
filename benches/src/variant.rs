//! Overlays and changed copies of a generated configuration.

use crate::{map, prng::Prng, tree::Tree};

/// What a profile file overrides: about two scalars in a hundred, and one new section.
pub fn profile(base: &Tree) -> Tree {
    let mut overlay = overrides(base, 2, 0x9f0f);
    overlay.set("profile", map! { "name" => "staging", "owner" => "platform", "expires_days" => 14 });
    overlay
}

/// What a developer overrides locally: about one scalar in a hundred.
pub fn local(base: &Tree) -> Tree {
    let mut overlay = overrides(base, 1, 0x10ca1);
    overlay.set("debug", true);
    overlay
}

/// The base with exactly ten changes: six replaced scalars, two added members, two removed ones.
///
/// # Panics
/// When the base has fewer than ten scalars at mappings.
pub fn ten_changes(base: &Tree) -> Tree {
    let mut changed = base.clone();
    let mut rng = Prng::new(0xd1ff);
    let mut paths = Vec::new();
    scalar_paths(base, &mut Vec::new(), &mut paths);
    let step = paths.len() / 10;
    assert!(step > 0, "too small to change in ten places");
    for (index, path) in paths.iter().skip(rng.below(step)).step_by(step).take(10).enumerate() {
        let (key, parent) = path.split_last().expect("a scalar is never the root");
        let members = descend(&mut changed, parent).members_mut();
        let at = members.iter().position(|(name, _)| name == key).expect("the path came from this tree");
        match index {
            0..6 => members[at].1 = different(&members[at].1),
            6..8 => members.insert(at, (format!("{key}_added"), Tree::Int(index as i64))),
            _ => drop(members.remove(at)),
        }
    }
    changed
}

/// `percent` of all scalars that are reached through mappings only, with other values of the same kind.
fn overrides(base: &Tree, percent: u64, seed: u64) -> Tree {
    let mut rng = Prng::new(seed);
    let mut paths = Vec::new();
    scalar_paths(base, &mut Vec::new(), &mut paths);
    let mut overlay = Tree::Map(Vec::new());
    for path in paths {
        if rng.chance(percent) {
            let mut value = base;
            for key in &path {
                value =
                    &value.members().iter().find(|(name, _)| name == key).expect("the path came from it").1;
            }
            plant(&mut overlay, &path, different(value));
        }
    }
    overlay
}

fn scalar_paths(tree: &Tree, path: &mut Vec<String>, out: &mut Vec<Vec<String>>) {
    for (key, value) in tree.members() {
        path.push(key.clone());
        if value.is_scalar() {
            out.push(path.clone());
        } else {
            scalar_paths(value, path, out);
        }
        path.pop();
    }
}

fn plant(tree: &mut Tree, path: &[String], value: Tree) {
    let Some((key, rest)) = path.split_first() else { return };
    if rest.is_empty() {
        tree.set(key.as_str(), value);
        return;
    }
    if !tree.members().iter().any(|(name, _)| name == key) {
        tree.set(key.as_str(), Tree::Map(Vec::new()));
    }
    plant(descend(tree, std::slice::from_ref(key)), rest, value);
}

fn descend<'a>(tree: &'a mut Tree, path: &[String]) -> &'a mut Tree {
    path.iter().fold(tree, |tree, key| {
        let member = tree.members_mut().iter_mut().find(|(name, _)| name == key);
        &mut member.expect("the path exists").1
    })
}

fn different(value: &Tree) -> Tree {
    match value {
        Tree::Bool(value) => Tree::Bool(!value),
        Tree::Int(value) => Tree::Int(value + 1),
        // Rounded to a short decimal: serde_json reads long ones one unit in the last place off.
        Tree::Float(value) => Tree::Float((value * 1000.0 + 500.0).round() / 1000.0),
        Tree::Str(text) => Tree::Str(format!("{text}-staging")),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        emit,
        generate::{Size, generate},
    };

    fn value(tree: &Tree) -> serde_json::Value {
        serde_json::from_str(&emit::json(tree)).unwrap()
    }

    #[test]
    fn a_variant_has_ten_changes() {
        for size in Size::ALL {
            let base = generate(size);
            let patch = json_patch::diff(&value(&base), &value(&ten_changes(&base)));
            assert_eq!(patch.0.len(), 10, "{}", size.name());
        }
    }

    #[test]
    fn overlays_are_small_and_change_something() {
        let base = generate(Size::Large);
        for overlay in [profile(&base), local(&base)] {
            let percent = overlay.leaves() as f64 * 100.0 / base.leaves() as f64;
            assert!((0.2..3.0).contains(&percent), "{percent} %");
        }
    }
}
