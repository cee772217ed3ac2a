//! What traces say of each step.

use std::fmt::{Debug, Write as _};
use std::sync::{Arc, Mutex};

use serde_json::json;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use crate::dir::Dir;

const CANARY: &str = "c4n4ry";

/// Keeps all that it is told, as text. A subscriber in use would choose, and add the time.
#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<String>>>);

struct Text(String);

impl Visit for Text {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let _ = write!(self.0, " {field}={value:?}");
    }
}

impl Subscriber for Kept {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let mut text = Text(format!("{}/{}", span.metadata().target(), span.metadata().name()));
        span.record(&mut text);
        let mut kept = self.0.lock().unwrap();
        kept.push(text.0);
        Id::from_u64(kept.len() as u64)
    }

    fn record(&self, span: &Id, values: &Record<'_>) {
        let mut text = Text(String::new());
        values.record(&mut text);
        self.0.lock().unwrap()[span.into_u64() as usize - 1] += &text.0;
    }

    fn event(&self, event: &Event<'_>) {
        let mut text = Text("event".to_owned());
        event.record(&mut text);
        self.0.lock().unwrap().push(text.0);
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

/// The spans of what `run` does, one a line, after a look for secrets at these and all events.
fn spans(run: impl FnOnce()) -> String {
    // With one subscriber alone, whether a span is wanted is asked of the thread that comes to it first: another test's.
    let _second = tracing::Dispatch::new(tracing::subscriber::NoSubscriber::default());
    let kept = Kept::default();
    tracing::subscriber::with_default(kept.clone(), run);
    let all = kept.0.lock().unwrap();
    assert!(all.iter().all(|said| !said.contains(CANARY)), "{all:?}");
    let spans: Vec<&str> =
        all.iter().filter_map(|said| said.strip_prefix("enhanced_config/config.")).collect();
    spans.join("\n")
}

#[test]
fn every_step_is_a_span_that_says_whether_it_succeeded() {
    let dir = Dir::new(&[("app.yaml", &format!("port: 1\npassword: {CANARY}\n"))]);
    let system = dir.builder().build().unwrap();
    let said = spans(|| drop(system.load_config("app").unwrap()));
    assert_eq!(said, "load config=\"app\" succeeded=true\nvalidate config=\"app\" succeeded=true");
    assert_eq!(spans(|| drop(system.load_config("app").unwrap())), "", "there is nothing to do");
    assert!(spans(|| drop(system.load_config("no"))).starts_with("load config=\"no\" succeeded=false"));

    let values = json!({"port": 2, "password": CANARY});
    let said = spans(|| drop(system.save_config("app", &values).unwrap()));
    assert!(said.starts_with("save config=\"app\" succeeded=true\n"), "{said}");
    assert!(said.contains("\nreload config=\"app\" succeeded=true"), "{said}");
}

#[cfg(feature = "reload")]
#[test]
fn a_callback_is_a_step_that_says_which() {
    let dir = Dir::new(&[("app.yaml", "port: 1\n")]);
    let system = dir.builder().build().unwrap();
    system.load_config("app").unwrap();
    let _told = system.on_change("app", ["port"], |_| panic!("as a test does")).unwrap();
    dir.write("app.yaml", "port: 2\n");
    let said = spans(|| drop(system.reload("app")));
    let callback = said.lines().find(|span| span.starts_with("callback ")).unwrap();
    assert!(callback.starts_with("callback config=\"app\" kind=on_change registered="), "{said}");
    assert!(callback.contains("trace.rs:") && callback.ends_with(" succeeded=false"), "{said}");
}

/// The rows of the table of spans: name and fields.
#[cfg(all(feature = "reload", feature = "migrate"))]
fn documented() -> Vec<(&'static str, Vec<&'static str>)> {
    let rows =
        include_str!("../../src/lib.rs").lines().filter_map(|line| line.strip_prefix("//! | `config."));
    let row = |row: &'static str| {
        let cells: Vec<_> = row.split('|').collect();
        let fields = cells[2].split('`').skip(1).step_by(2);
        (cells[0].trim().trim_end_matches('`'), fields.collect())
    };
    rows.map(row).collect()
}

#[cfg(all(feature = "reload", feature = "migrate"))]
#[test]
fn every_span_is_documented_with_its_fields() {
    use enhanced_config::migrate::Version;
    let dir = Dir::new(&[("app.yaml", "port: 1\n")]);
    let system = dir.builder().build().unwrap();
    let said = spans(|| {
        system.load_config("app").unwrap();
        let _told = system.on_reload("app", |_| {}).unwrap();
        system.save_config("app", &json!({"port": 2})).unwrap();
        let _ = system.migrate_config("app", &Version::new(1, 0, 0), &Version::new(2, 0, 0));
    });
    let documented = documented();
    for (name, fields) in &documented {
        let span = said.lines().find(|span| span.split(' ').next() == Some(name));
        let span = span.unwrap_or_else(|| panic!("no {name} in\n{said}"));
        let found = span.split(' ').filter_map(|field| field.split_once('=')).map(|(field, _)| field);
        assert_eq!(found.collect::<Vec<_>>(), *fields, "{span}");
    }
    for span in said.lines() {
        assert!(documented.iter().any(|(name, _)| span.starts_with(&format!("{name} "))), "{span}");
    }
}

#[cfg(feature = "reload")]
#[test]
fn what_is_refused_has_not_succeeded() {
    let dir = Dir::new(&[("app.yaml", "port: 1\n")]);
    let system = dir.builder().build().unwrap();
    system.load_config("app").unwrap();
    dir.write("app.yaml", format!("password: {CANARY}\nport: [\n"));
    assert_eq!(spans(|| drop(system.reload("app"))), "reload config=\"app\" succeeded=false");
}

#[cfg(feature = "migrate")]
#[test]
fn a_migration_that_cannot_be_made_says_so() {
    use enhanced_config::migrate::Version;
    let dir = Dir::new(&[("app.yaml", &format!("password: {CANARY}\n"))]);
    let system = dir.builder().build().unwrap();
    let (from, to) = (Version::new(1, 0, 0), Version::new(2, 0, 0));
    let said = spans(|| drop(system.migrate_config("app", &from, &to)));
    assert!(
        said.starts_with("migrate config=\"app\" succeeded=false\nsave config=\"app\" succeeded=false"),
        "{said}"
    );
}
