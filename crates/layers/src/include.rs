use std::path::{Component, Path, PathBuf};

use enhanced_config_core::{
    Document, DocumentBuilder, LayerKind, Limit, NodeRef, Problem, ProblemKind, Problems, Value,
};

use crate::Context;

/// The key at the root that lists the files to include.
const KEY: &str = "include";
/// Files that include one another.
const MAX_DEPTH: usize = 16;
/// Files that one file may bring in, directly or not: 16 levels of two includes each would be 65,536.
const MAX_FILES: usize = 256;

/// The file at `path`, and before it, as lower layers, the files that it includes.
pub(crate) fn with_includes(
    context: &mut Context<'_>,
    path: &Path,
    layer: LayerKind,
    allow_empty: bool,
) -> Result<Vec<Document>, Problems> {
    if !context.follow_includes {
        return context.read(path, layer, allow_empty).map(|document| vec![document]);
    }
    let mut reader = Reader { context, layer, chain: Vec::new(), files: 0, documents: Vec::new() };
    reader.read(path, allow_empty)?;
    Ok(reader.documents)
}

struct Reader<'a, 'c> {
    context: &'a mut Context<'c>,
    layer: LayerKind,
    /// The files that are being read, the outermost first.
    chain: Vec<PathBuf>,
    /// How many were read so far.
    files: usize,
    documents: Vec<Document>,
}

impl Reader<'_, '_> {
    fn read(&mut self, path: &Path, allow_empty: bool) -> Result<(), Problems> {
        self.files += 1;
        let document = self.context.read(path, self.layer, allow_empty)?;
        let Some(include) = document.root().get(KEY) else {
            self.documents.push(document);
            return Ok(());
        };
        self.chain.push(path.to_owned());
        let mut problems = Problems::new();
        for (file, node) in files(include)? {
            // What is one too many is told once, and not of each that follows.
            let are_too_many = self.files >= MAX_FILES;
            if let Err(found) = self.include(path, file, node) {
                problems.extend(found);
            }
            if are_too_many {
                break;
            }
        }
        self.chain.pop();
        if !problems.is_empty() {
            return Err(problems);
        }
        self.documents.push(without_key(&document)?);
        Ok(())
    }

    fn include(&mut self, from: &Path, file: &str, node: NodeRef<'_>) -> Result<(), Problems> {
        let target = beside(from, file);
        if let Some(start) = self.chain.iter().position(|known| *known == target) {
            let circle: Vec<String> = self
                .chain
                .iter()
                .skip(start)
                .chain([&target])
                .map(|path| path.display().to_string())
                .collect();
            return Err(refuse(node, file, format!("it includes itself: {}", circle.join(" -> "))).into());
        }
        if self.chain.len() == MAX_DEPTH {
            let kind = ProblemKind::Limit { limit: Limit::Includes, most: MAX_DEPTH as u64 };
            return Err(Problem::error(kind).with_origin(node.origin()).into());
        }
        if self.files == MAX_FILES {
            return Err(refuse(node, file, format!("more than {MAX_FILES} files are included")).into());
        }
        self.read(&target, true).map_err(|problems| about_include(problems, node))
    }
}

/// Says which line asked for a file that cannot be read.
fn about_include(problems: Problems, node: NodeRef<'_>) -> Problems {
    let problems = problems.into_iter().map(|problem| match problem.kind {
        ProblemKind::Unreadable { .. } if problem.origin.is_none() => {
            problem.with_path([KEY.into()].into_iter().collect()).with_origin(node.origin())
        }
        _ => problem,
    });
    problems.collect()
}

fn files(include: NodeRef<'_>) -> Result<Vec<(&str, NodeRef<'_>)>, Problems> {
    match include.value() {
        Value::String(file) => Ok(vec![(file, include)]),
        Value::List(items) => {
            items.map(|item| item.as_str().map(|file| (file, item)).ok_or_else(|| not_a_path(item))).collect()
        }
        _ => Err(not_a_path(include)),
    }
}

fn not_a_path(node: NodeRef<'_>) -> Problems {
    let kind = ProblemKind::WrongType {
        expected: "the path of a file, or a list of such paths".into(),
        found: node.kind(),
    };
    Problem::error(kind).with_path([KEY.into()].into_iter().collect()).with_origin(node.origin()).into()
}

fn refuse(node: NodeRef<'_>, file: &str, fault: String) -> Problem {
    let kind = ProblemKind::Include { file: file.into(), fault: fault.into() };
    Problem::error(kind).with_path([KEY.into()].into_iter().collect()).with_origin(node.origin())
}

/// The path of `file` as seen from the file `from`, both beneath the root. What would lead out of the root stays in
/// the path, for the root to refuse.
fn beside(from: &Path, file: &str) -> PathBuf {
    let mut path = from.parent().unwrap_or(Path::new("")).to_owned();
    for component in Path::new(file).components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir if path.file_name().is_some() => drop(path.pop()),
            other => path.push(other),
        }
    }
    path
}

/// The document without its list of includes, which is no part of the configuration.
fn without_key(document: &Document) -> Result<Document, Problems> {
    let root = document.root();
    let mut builder =
        DocumentBuilder::new(root.layer().clone()).with_max_values(usize::MAX).with_max_depth(usize::MAX);
    let built = builder.open_map(root.position()).and_then(|()| {
        for (key, member) in root.entries().filter(|(key, _)| *key != KEY) {
            builder.key(key, member.key_position())?;
            builder.copy(member)?;
        }
        builder.close()
    });
    built
        .and_then(|()| builder.finish())
        .map_err(|error| Problem::error(ProblemKind::Custom { message: error.to_string().into() }).into())
}
