use std::path::Path;
use std::sync::Arc;

use enhanced_config_core::{Document, Origin, Problem, ProblemKind, Problems};
use enhanced_config_format::{Editor, Format, ParseOptions};
use enhanced_config_layers::{EnvSource, Layers, Rewritten};
use enhanced_config_migrate::{ConfigMigrator, MigrateError};

use super::{Seen, former};
use crate::recipes::Recipes;

/// Has the base file of a configuration that has migrations brought to the newest version whenever it is read.
pub(crate) fn in_memory(recipes: &Recipes, name: &str, layers: Layers) -> Layers {
    if recipes.migrator.versions(name).is_empty() {
        return layers;
    }
    let options = ParseOptions::default().with_limits(recipes.limits).with_allow_empty(true);
    let (migrator, seen) = (Arc::clone(&recipes.migrator), recipes.seen.share());
    let rewriting = Rewriting { migrator, seen: seen.share(), name: name.to_owned(), options };
    let former = former::Reviewer {
        migrator: Arc::clone(&recipes.migrator),
        seen,
        name: name.to_owned(),
        prefix: recipes.prefix(name).map(|prefix| EnvSource::new(prefix).prefix().to_owned()),
    };
    let layers = layers.with_review(move |review| former.review(review));
    layers.with_rewrite(move |path, text, document| {
        if !rewriting.is_base(path) {
            return Ok(None);
        }
        rewriting.rewritten(path, text, document).map_err(|error| refused(&error, document))
    })
}

/// What it takes to bring a base file to the newest version.
struct Rewriting {
    migrator: Arc<ConfigMigrator>,
    seen: Seen,
    name: String,
    options: ParseOptions,
}

impl Rewriting {
    fn is_base(&self, path: &Path) -> bool {
        path.file_stem().is_some_and(|stem| stem == self.name.as_str())
            && path.parent().is_none_or(|parent| parent == Path::new(""))
    }

    fn rewritten(
        &self,
        path: &Path,
        text: &str,
        document: &Document,
    ) -> Result<Option<Rewritten>, MigrateError> {
        let Self { migrator, name, .. } = self;
        let version = migrator.version(name, document)?;
        if migrator.versions(name).last() == Some(&version) {
            return Ok(None);
        }
        let layer = document.root().layer();
        let options = self.options.with_layer(layer.kind());
        let format = Format::of_path(path).unwrap_or(Format::Yaml);
        let Ok(editor) = Editor::new(text.as_bytes(), format, layer.name(), &options) else {
            return Ok(None);
        };
        let plan = migrator.plan_to_latest(name, &editor)?;
        self.seen.note(name, &plan);
        let words = format!("migrated in memory from version {} to {}", plan.from(), plan.to());
        let note = Problem::note(ProblemKind::Custom { message: words.into() })
            .with_origin(Origin::whole(layer.clone()))
            .with_help("migrate_config_to_latest writes it to the file");
        Ok(Some(Rewritten::new(plan.editor().text(), plan.document(), note)))
    }
}

/// The place is told once: as that of the problem, or in its words.
fn refused(error: &MigrateError, document: &Document) -> Problems {
    let (words, layer) = (error.words(), document.root().layer());
    let whole = || (!words.contains(layer.name())).then(|| Origin::whole(layer.clone()));
    let origin = error.place().cloned().or_else(whole);
    let problem = Problem::error(ProblemKind::Custom { message: words.into() });
    match origin {
        Some(origin) => problem.with_origin(origin).into(),
        None => problem.into(),
    }
}
