//! Random documents, with the plain value beside each.

use enhanced_config_core::{Document, DocumentBuilder, KeyPath, Layer, LayerKind, NodeRef};
use proptest::prelude::*;
use serde_json::Value as Json;

/// A value and where its source has it.
#[derive(Debug, Clone)]
pub(crate) struct Tree {
    pub(crate) data: Data,
    pub(crate) layer: usize,
    pub(crate) position: u32,
    pub(crate) key_position: u32,
}

#[derive(Debug, Clone)]
pub(crate) enum Data {
    Scalar(Json),
    List(Vec<Tree>),
    /// Keys may come in any order, each once.
    Map(Vec<(String, Tree)>),
}

impl Tree {
    /// Other data at the same place.
    pub(crate) fn with(&self, data: Data) -> Tree {
        Tree { data, ..*self }
    }
}

impl Data {
    /// A map of the first member for each key.
    pub(crate) fn distinct(mut members: Vec<(String, Tree)>) -> Data {
        let mut seen = std::collections::BTreeSet::new();
        members.retain(|(key, _)| seen.insert(key.clone()));
        Data::Map(members)
    }
}

/// A map of anything, small or large.
pub(crate) fn map() -> impl Strategy<Value = Tree> {
    let leaf = placed(scalar().prop_map(Data::Scalar).boxed());
    let inner = leaf.prop_recursive(5, 60, 6, |inner| {
        let list = proptest::collection::vec(inner.clone(), 0..5).prop_map(Data::List);
        placed(prop_oneof![list, members(inner)].boxed())
    });
    placed(members(inner).boxed())
}

fn placed(data: BoxedStrategy<Data>) -> BoxedStrategy<Tree> {
    let near = (0..2000u32, 0..300u32).prop_map(|(key, gap)| (key + gap, key));
    let place = prop_oneof![9 => near, 1 => any::<(u32, u32)>()];
    let tree = (data, 0..3usize, place);
    tree.prop_map(|(data, layer, (position, key_position))| Tree { data, layer, position, key_position })
        .boxed()
}

fn scalar() -> impl Strategy<Value = Json> {
    prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        (-3i64..3).prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        any::<u64>().prop_map(Json::from),
        prop_oneof![Just(0.0), Just(-0.0), Just(1.0), any::<f64>().prop_filter("finite", |f| f.is_finite())]
            .prop_map(Json::from),
        text("[a-c]{0,2}|\\PC{0,9}").prop_map(Json::from),
    ]
}

/// A pattern read once: as a strategy of its own it would be read again for each text.
fn text(pattern: &str) -> impl Strategy<Value = String> + use<> {
    proptest::string::string_regex(pattern).unwrap()
}

fn members(inner: impl Strategy<Value = Tree> + Clone + 'static) -> impl Strategy<Value = Data> {
    let small = proptest::collection::vec((text("[a-f]|\\PC{0,3}"), inner.clone()), 0..6);
    let large = proptest::collection::vec((text("[a-f][a-f]"), inner), 0..40);
    prop_oneof![4 => small, 1 => large].prop_map(Data::distinct)
}

/// The document of a tree, of three layers.
pub(crate) fn document(tree: &Tree) -> Document {
    let variables = ["A", "B__C", ""].map(Box::from);
    let layers = [
        Layer::of_text(LayerKind::Base, "app.yaml", &"a: é\n\nb: 名\r\nlonger: 😀 x\n".repeat(40)),
        Layer::of_variables(LayerKind::Environment, "environment", variables.into()),
        Layer::new(LayerKind::Runtime, "runtime"),
    ];
    let mut builder = DocumentBuilder::new(layers[0].clone());
    build(&mut builder, tree, &layers);
    builder.finish().unwrap()
}

fn build(builder: &mut DocumentBuilder, tree: &Tree, layers: &[Layer]) {
    match &tree.data {
        Data::Scalar(value) => {
            builder.set_layer(&layers[tree.layer]).unwrap();
            scalar_of(builder, value, tree.position);
        }
        Data::List(items) => {
            builder.open_list(tree.position).unwrap();
            items.iter().for_each(|item| build(builder, item, layers));
            builder.set_layer(&layers[tree.layer]).unwrap();
            builder.close().unwrap();
        }
        Data::Map(members) => {
            builder.open_map(tree.position).unwrap();
            for (key, member) in members {
                builder.key(key, member.key_position).unwrap();
                build(builder, member, layers);
            }
            builder.set_layer(&layers[tree.layer]).unwrap();
            builder.close().unwrap();
        }
    }
}

fn scalar_of(builder: &mut DocumentBuilder, value: &Json, position: u32) {
    match value {
        Json::Null => builder.null(position),
        Json::Bool(value) => builder.bool(*value, position),
        Json::String(value) => builder.string(value, position),
        Json::Number(number) => match (number.as_i64(), number.as_u64(), number.as_f64()) {
            (Some(value), ..) => builder.integer(value, position),
            (_, Some(value), _) => builder.unsigned(value, position),
            (.., value) => builder.float(value.unwrap(), position),
        },
        Json::Array(_) | Json::Object(_) => unreachable!("not a scalar"),
    }
    .unwrap();
}

/// Every value of a document with its path, in order.
pub(crate) fn all(document: &Document) -> Vec<(KeyPath, NodeRef<'_>)> {
    fn walk<'a>(path: KeyPath, node: NodeRef<'a>, out: &mut Vec<(KeyPath, NodeRef<'a>)>) {
        out.push((path.clone(), node));
        node.items().enumerate().for_each(|(at, item)| walk(path.join(at), item, out));
        node.entries().for_each(|(key, member)| walk(path.join(key), member, out));
    }
    let mut out = Vec::new();
    walk(KeyPath::root(), document.root(), &mut out);
    out
}
