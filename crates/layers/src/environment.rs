use std::path::PathBuf;

use enhanced_config_core::{Document, LayerKind, Problems};
use enhanced_config_format::Format;

use crate::env::{EnvLayer, EnvSource, Shape};
use crate::{Context, Source};

impl Source for EnvSource {
    fn load(&self, context: &mut Context<'_>) -> Result<Vec<Document>, Problems> {
        if context.schema().is_none() && !self.has_variables() {
            return Ok(Vec::new());
        }
        let lower = context.lower();
        let layer = self.read(shape(context, lower.as_deref()))?;
        Ok(take(context, layer))
    }
}

/// The variables of a `.env` file, if it exists: below those of the process, by the same rules.
#[derive(Debug, Clone)]
pub struct EnvFileSource {
    path: PathBuf,
    rules: EnvSource,
}

impl EnvFileSource {
    /// The file at `path` beneath the root, read as `rules` says. It may be called otherwise, such as `.env.local`.
    pub fn new(path: impl Into<PathBuf>, rules: EnvSource) -> Self {
        Self { path: path.into(), rules }
    }
}

impl Source for EnvFileSource {
    fn load(&self, context: &mut Context<'_>) -> Result<Vec<Document>, Problems> {
        if !context.exists(&self.path)? {
            return Ok(Vec::new());
        }
        // The extension of `.env.local` names no format.
        let format = Format::of_path(&self.path).unwrap_or(Format::DotEnv);
        let file = context.read_as(format, &self.path, LayerKind::Environment, true)?;
        let lower = context.lower();
        let layer = self.rules.read_document(&file, shape(context, lower.as_deref()))?;
        Ok(take(context, layer))
    }
}

fn shape<'a>(context: &Context<'a>, lower: Option<&'a Document>) -> Shape<'a> {
    Shape { schema: context.schema(), lower: lower.map(Document::root) }
}

fn take(context: &mut Context<'_>, layer: EnvLayer) -> Vec<Document> {
    context.warn(layer.warnings);
    context.replace_lists(layer.whole_lists);
    layer.document.into_iter().collect()
}
