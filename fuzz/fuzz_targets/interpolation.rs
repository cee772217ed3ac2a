//! `${…}` in random texts: a secret shows in no message, and what took one in is known to be secret.

#![no_main]

use enhanced_config_core::{Document, KeyPath, Layer, LayerKind, NodeRef, Redactor};
use enhanced_config_layers::interpolate;
use libfuzzer_sys::fuzz_target;
use serde_json::{Map, Value};

const SECRET: &str = "hunter2-xyzzy";

// Texts with a NUL between them: `a`, `b`, `c` and so on are what they are, and `db.password` is the secret.
fuzz_target!(|input: &str| {
    if input.contains(SECRET) {
        return;
    }
    let mut data = Map::new();
    for (name, text) in ('a'..='h').zip(input.split('\0')) {
        let value = if name == 'd' { Value::from(vec![text, text]) } else { Value::from(text) };
        data.insert(name.to_string(), value);
    }
    data.insert("db".to_owned(), serde_json::json!({ "password": SECRET, "port": 7 }));
    let document = Document::from_serialize(&data, Layer::new(LayerKind::Base, "fuzz")).expect("a map");
    let redactor = Redactor::new();
    let environment = |name: &str| (name == "HOME").then(|| "${a} of the environment".into());
    match interpolate(&document, &environment, &redactor) {
        Err(problems) => assert!(!problems.to_string().contains(SECRET), "a secret in {problems}"),
        Ok(done) => {
            let is_secret = |path: &KeyPath| done.secrets.iter().any(|secret| path.starts_with(secret));
            walk(done.document.root(), KeyPath::root(), &mut |path, text| {
                // Wherever it is copied to, its name tells.
                let is_known = path.last_key() == Some("password") || is_secret(path);
                assert!(is_known || !text.contains(SECRET), "a secret at {path}");
            });
            if !input.contains("${") {
                assert_eq!(*done.document, document, "nothing to replace, and something was");
            }
        }
    }
});

fn walk(node: NodeRef<'_>, path: KeyPath, look: &mut dyn FnMut(&KeyPath, &str)) {
    node.as_str().into_iter().for_each(|text| look(&path, text));
    node.entries().for_each(|(key, member)| walk(member, path.join(key), look));
    node.items().enumerate().for_each(|(at, item)| walk(item, path.join(at), look));
}
