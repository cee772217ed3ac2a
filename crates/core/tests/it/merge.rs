//! Merging: every row of the table, and the laws against a naive model.

use enhanced_config_core::*;
use proptest::prelude::*;
use serde_json::{Map, Value as Json, json};

const KINDS: [LayerKind; 4] = [LayerKind::Base, LayerKind::Profile, LayerKind::Local, LayerKind::Runtime];

fn documents(layers: &[Json]) -> Vec<Document> {
    let layer = |kind: LayerKind| Layer::new(kind, kind.name());
    layers
        .iter()
        .zip(KINDS.iter().cycle())
        .map(|(data, kind)| Document::from_serialize(data, layer(*kind)).unwrap())
        .collect()
}

fn fold(layers: &[Json], options: &MergeOptions) -> Result<Merged, Problems> {
    let documents = documents(layers);
    let (lowest, higher) = documents.split_first().unwrap();
    merge(lowest, &higher.iter().collect::<Vec<_>>(), options)
}

fn check(layers: &[Json], expected: Json) -> Merged {
    check_with(layers, &MergeOptions::default(), expected)
}

fn check_with(layers: &[Json], options: &MergeOptions, expected: Json) -> Merged {
    let merged = fold(layers, options).unwrap();
    assert_eq!(Json::from(merged.document.root()), expected, "{layers:?}");
    merged
}

fn silent(layers: &[Json], expected: Json) {
    assert_eq!(check(layers, expected).warnings, Problems::new(), "{layers:?}");
}

#[test]
fn every_row_of_the_table() {
    silent(
        &[json!({"a": {"x": 1, "y": 1}}), json!({"a": {"y": 2, "z": 2}})],
        json!({"a": {"x": 1, "y": 2, "z": 2}}),
    );
    silent(&[json!({"a": {"x": 1}}), json!({"a": null})], json!({"a": null}));
    silent(&[json!({"a": 1}), json!({"a": null})], json!({"a": null}));
    silent(&[json!({"a": {"x": 1}}), json!({"a": null}), json!({"a": {"y": 2}})], json!({"a": {"y": 2}}));
    silent(&[json!({"a": {"x": 1}}), json!({"a": {}})], json!({"a": {"x": 1}}));
    silent(&[json!({"a": [1, 2]}), json!({"a": [3]})], json!({"a": [3]}));
    silent(&[json!({"a": [1, 2]}), json!({"a": []})], json!({"a": []}));
    silent(&[json!({"a": 1}), json!({"a": "x"})], json!({"a": "x"}));
    silent(&[json!({"a": 1}), json!({"a": [1]})], json!({"a": [1]}));
    silent(&[json!({}), json!({"a": {"b": [{}]}})], json!({"a": {"b": [{}]}}));
    silent(&[json!({"a": 1}), json!({})], json!({"a": 1}));
}

#[test]
fn a_warning_hides_the_keys_below_a_secret() {
    let merged = check(
        &[json!({"db": {"secret": {"k3y": 1}}}), json!({"db": {"secret": {"k3y": {}}}})],
        json!({"db": {"secret": {"k3y": {}}}}),
    );
    assert_eq!(merged.warnings.iter().next().unwrap().path.to_string(), "db.secret.***");
}

#[test]
fn a_map_over_something_else_warns_and_names_both_places() {
    for (lower, higher) in
        [(json!({"x": 1}), json!(3)), (json!(3), json!({"x": 1})), (json!([1]), json!({"x": 1}))]
    {
        let layers = [json!({"in": {"a": lower}}), json!({"in": {"a": higher}})];
        let merged = check(&layers, json!({"in": {"a": higher}}));
        let text = merged.warnings.to_string();
        assert!(text.starts_with("warning: in.a: this "), "{text}");
        assert!(text.ends_with("(profile file); the lower layer's value: base file"), "{text}");
        assert!(fold(&layers, &MergeOptions::default().with_strict(true)).is_err());
    }
}

#[test]
fn lists_merge_as_the_rules_say() {
    let append = MergeOptions::default()
        .with_lists(ListRules::new().with("*.list".parse().unwrap(), ListMerge::Append));
    check_with(
        &[json!({"a": {"list": [1]}}), json!({"a": {"list": [2]}})],
        &append,
        json!({"a": {"list": [1, 2]}}),
    );
    check_with(&[json!({"list": [1]}), json!({"list": [2]})], &append, json!({"list": [2]}));

    let rules = ListRules::new()
        .with("hosts".parse().unwrap(), ListMerge::ByKey("name".into()))
        .with("hosts.tags".parse().unwrap(), ListMerge::Append);
    let by_key = MergeOptions::default().with_lists(rules);
    let merged = check_with(
        &[
            json!({"hosts": [{"name": "a", "port": 1, "tags": [1]}, {"name": 7}]}),
            json!({"hosts": [{"name": "b"}, {"name": "a", "port": 2, "tags": [2]}, {"name": 7, "x": null}]}),
        ],
        &by_key,
        json!({"hosts": [{"name": "a", "port": 2, "tags": [1, 2]}, {"name": 7, "x": null}, {"name": "b"}]}),
    );
    assert_eq!(merged.document.get("hosts[0].port").unwrap().origin().to_string(), "profile file");
    assert_eq!(merged.document.get("hosts[0].name").unwrap().origin().to_string(), "profile file");
    assert_eq!(merged.document.get("hosts[1]").unwrap().origin().to_string(), "base file");

    for bad in [json!([1]), json!([{}]), json!([{"name": null}]), json!([{"name": "a"}, {"name": "a"}])] {
        let error = fold(&[json!({"hosts": [{"name": "a"}]}), json!({"hosts": bad})], &by_key).unwrap_err();
        assert!(error.to_string().starts_with("hosts: cannot merge this list by `name`: "), "{error}");
    }
}

#[test]
fn large_maps_keep_finding_their_members() {
    let wide = |from: usize, to: usize| {
        Json::Object((from..to).map(|n| (format!("k{n}"), json!({ "n": n }))).collect())
    };
    let merged = check(&[wide(0, 40), wide(30, 90), wide(0, 10)], wide(0, 90));
    for n in 0..90 {
        assert_eq!(merged.document.get(&format!("k{n}.n")).unwrap().as_u64(), Some(n));
    }
}

#[test]
fn values_replaced_again_and_again_do_not_pile_up() {
    let layer = json!({"list": (0..500).map(|n| n.to_string()).collect::<Vec<_>>()});
    let once = fold(std::slice::from_ref(&layer), &MergeOptions::default()).unwrap().document.heap_bytes();
    let often = fold(&vec![layer; 20], &MergeOptions::default()).unwrap().document.heap_bytes();
    assert!(often < once * 2, "{often} bytes after 20 layers, {once} after one");
}

/// The table of [`merge`], over `serde_json`'s tree.
fn model(lower: &mut Json, higher: &Json) {
    match (lower, higher) {
        (Json::Object(lower), Json::Object(higher)) => {
            for (key, value) in higher {
                match lower.get_mut(key) {
                    Some(twin) => model(twin, value),
                    None => drop(lower.insert(key.clone(), value.clone())),
                }
            }
        }
        (lower, higher) => *lower = higher.clone(),
    }
}

fn value() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        "[a-z]{0,8}".prop_map(Json::from)
    ];
    leaf.prop_recursive(4, 40, 24, |inner| {
        prop_oneof![proptest::collection::vec(inner.clone(), 0..5).prop_map(Json::Array), map_of(inner, 24),]
    })
}

fn map_of(inner: impl Strategy<Value = Json>, most: usize) -> impl Strategy<Value = Json> {
    proptest::collection::vec(("[a-f]{1,2}", inner), 0..most)
        .prop_map(|members| Json::Object(members.into_iter().collect::<Map<_, _>>()))
}

/// Documents in which no value is null and a key that ends in `m` is always a map, any other never.
fn steady(depth: u32) -> BoxedStrategy<Json> {
    let leaf = ("[a-d]", any::<u8>().prop_map(Json::from));
    let list = ("[a-d]l", proptest::collection::vec(any::<bool>(), 0..3).prop_map(Json::from));
    let member: BoxedStrategy<(String, Json)> = match depth {
        0 => prop_oneof![leaf, list].boxed(),
        _ => prop_oneof![leaf, list, ("[a-d]m", steady(depth - 1))].boxed(),
    };
    proptest::collection::vec(member, 0..6)
        .prop_map(|members| Json::Object(members.into_iter().collect()))
        .boxed()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn folding_is_the_model(layers in proptest::collection::vec(map_of(value(), 24), 1..6)) {
        let mut expected = layers[0].clone();
        layers.iter().skip(1).for_each(|layer| model(&mut expected, layer));
        let merged = fold(&layers, &MergeOptions::default()).unwrap();
        prop_assert_eq!(Json::from(merged.document.root()), expected.clone());
        prop_assert!(merged.document == documents(&[expected])[0]);
    }

    #[test]
    fn every_value_keeps_the_origin_of_the_layer_that_won(layers in proptest::collection::vec(map_of(value(), 8), 1..4)) {
        let documents = documents(&layers);
        let merged = merge(&documents[0], &documents.iter().skip(1).collect::<Vec<_>>(), &MergeOptions::default()).unwrap();
        for (key, member) in merged.document.root().entries() {
            let mut setters = documents.iter().filter(|document| document.root().get(key).is_some());
            let expected = match member.kind() {
                Kind::Map => continue,
                _ => setters.next_back().unwrap().layers()[0].clone(),
            };
            prop_assert_eq!(member.layer(), &expected);
        }
    }

    #[test]
    fn folding_is_associative_for_steady_documents(a in steady(2), b in steady(2), c in steady(2)) {
        let options = MergeOptions::default();
        let documents = documents(&[a, b, c]);
        let upper = merge(&documents[1], &[&documents[2]], &options).unwrap().document;
        let lower = merge(&documents[0], &[&documents[1]], &options).unwrap().document;
        let left = merge(&lower, &[&documents[2]], &options).unwrap().document;
        let right = merge(&documents[0], &[&upper], &options).unwrap().document;
        prop_assert!(left == right);
    }
}
