use std::path::{Path, PathBuf};

use enhanced_config_core::{Document, LayerKind, MergeOptions, Problem, ProblemKind, Problems};
use enhanced_config_files::{ConfigRoot, Presence, ReadError};
use enhanced_config_format::{Format, Limits};

use crate::include::with_includes;
use crate::near::near_misses;
use crate::source::{Context, unreadable};
use crate::{Input, Source};

/// One file beneath the root.
///
/// Either a file of this very path ([`FileSource::new`]), or the one file of a name, whatever its format
/// ([`FileSource::named`]): two files of one name, such as `app.yaml` and `app.toml`, are an error.
#[derive(Debug, Clone)]
pub struct FileSource {
    file: Finding,
    layer: LayerKind,
    optional: bool,
    allow_empty: bool,
}

#[derive(Debug, Clone)]
enum Finding {
    Path(PathBuf),
    Name(Box<str>),
}

impl FileSource {
    /// The file at `path` beneath the root; its extension names its format.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { file: Finding::Path(path.into()), layer: LayerKind::Base, optional: false, allow_empty: false }
    }

    /// The file called `name`, with the extension of any format.
    pub fn named(name: &str) -> Self {
        Self { file: Finding::Name(name.into()), ..Self::new("") }
    }

    /// Sets the part its layer plays. Default: base file.
    #[must_use]
    pub fn with_layer(mut self, layer: LayerKind) -> Self {
        self.layer = layer;
        self
    }

    /// Gives no layer when there is no such file, instead of an error; the file may also hold comments alone.
    #[must_use]
    pub fn optional(mut self) -> Self {
        self.optional = true;
        self.allow_empty = true;
        self
    }

    /// Takes a file without any value as an empty map.
    #[must_use]
    pub fn with_allow_empty(mut self, allow: bool) -> Self {
        self.allow_empty = allow;
        self
    }

    /// Where the file is, beneath `root`; `None` when there is none yet.
    ///
    /// # Errors
    /// When that cannot be told, or two files have the name.
    pub fn path(&self, root: &ConfigRoot) -> Result<Option<PathBuf>, Problems> {
        let merge = MergeOptions::default();
        let mut context = Context::new(root, None, Limits::default(), &merge);
        self.clone().optional().find(&mut context)
    }

    /// The paths beneath the root at which the file may be: one, or one for each extension that its name may have.
    pub fn candidates(&self) -> Vec<PathBuf> {
        match &self.file {
            Finding::Path(path) => vec![path.clone()],
            Finding::Name(name) => candidates(name).collect(),
        }
    }

    pub(crate) fn find(&self, context: &mut Context<'_>) -> Result<Option<PathBuf>, Problems> {
        let name = match &self.file {
            Finding::Path(path) if self.optional && !context.exists(path)? => return Ok(None),
            Finding::Path(path) => return Ok(Some(path.clone())),
            Finding::Name(name) => name,
        };
        let mut found = Vec::new();
        for path in candidates(name) {
            if context.exists(&path)? {
                found.push(path);
            }
        }
        match found.as_slice() {
            [] if self.optional => Ok(None),
            [] => Err(nothing_called(name, context)),
            [path] => Ok(Some(path.clone())),
            several => {
                // One of them has to go, which is to be seen.
                several.iter().for_each(|path| context.note(path));
                Err(several_called(name, several, context))
            }
        }
    }

    /// The file that was found, with what it includes.
    pub(crate) fn read(&self, path: &Path, context: &mut Context<'_>) -> Result<Vec<Document>, Problems> {
        with_includes(context, path, self.layer, self.allow_empty)
    }
}

impl Source for FileSource {
    fn load(&self, context: &mut Context<'_>) -> Result<Vec<Document>, Problems> {
        match self.find(context)? {
            Some(path) => self.read(&path, context),
            None => Ok(Vec::new()),
        }
    }
}

/// Those of the formats of configurations.
const ENDINGS: &str = ".yaml, .yml, .json, .jsonc or .toml";

/// The paths at which the file called `name` may be. A `.env` file is a list of variables, not a configuration.
fn candidates(name: &str) -> impl Iterator<Item = PathBuf> {
    let formats = Format::ALL.into_iter().filter(|format| *format != Format::DotEnv);
    formats.flat_map(Format::extensions).map(move |extension| PathBuf::from(format!("{name}.{extension}")))
}

fn nothing_called(name: &str, context: &Context<'_>) -> Problems {
    let root = context.root();
    let why = format!("no file called {name} ({ENDINGS}) in {}", root.path().display());
    let mut problem = Problem::error(ProblemKind::Unreadable { why: why.into(), transient: false });
    let near = near_misses(root, Path::new(&format!("{name}.yaml")));
    if Format::of_path(Path::new(name)).is_some() {
        problem = problem.with_help("leave off the ending: a name stands for every format");
    } else if !near.is_empty() {
        problem = problem.with_help(format!("did you mean {}?", near.join(" or ")));
    }
    problem.into()
}

fn several_called(name: &str, several: &[PathBuf], context: &Context<'_>) -> Problems {
    let paths: Vec<String> =
        several.iter().map(|path| context.root().path().join(path).display().to_string()).collect();
    let why = format!("several files are called {name}: {}", paths.join(" and "));
    Problem::error(ProblemKind::Unreadable { why: why.into(), transient: false })
        .with_help("keep one of them: two formats of one configuration drift apart")
        .into()
}

/// The files of a drop-in directory, in the order of the bytes of their names, each a layer of its own.
///
/// Hidden files, backup files and a `README` are skipped; so are files of unknown formats, with a warning. A missing
/// directory is an empty one.
#[derive(Debug, Clone)]
pub struct DropInSource {
    directory: PathBuf,
}

impl DropInSource {
    /// The files of this directory beneath the root.
    pub fn new(directory: impl Into<PathBuf>) -> Self {
        Self { directory: directory.into() }
    }

    fn files(&self, context: &mut Context<'_>) -> Result<Vec<PathBuf>, Problems> {
        let root = context.root();
        // Before it is listed: what comes in between is then found out later.
        let was = Presence::of(&root.place(&self.directory));
        context.inputs.push(Input { path: self.directory.clone(), was });
        let files = match root.list(&self.directory) {
            Ok(files) => files,
            Err(ReadError::Missing { .. }) => return Ok(Vec::new()),
            Err(error) => return Err(self.unusable(&error)),
        };
        let (read, skipped): (Vec<_>, Vec<_>) = files.into_iter().partition(|file| is_configuration(file));
        let skipped = skipped.iter().filter(|file| !is_readme(file));
        context.warn(skipped.map(|file| not_read(&root.path().join(file))));
        Ok(read)
    }

    fn unusable(&self, error: &ReadError) -> Problems {
        let ReadError::NotADirectory { .. } = error else { return unreadable(error) };
        let directory = self.directory.display();
        let help = format!("{directory} is the name of a directory of drop-in files: rename this file");
        let kind = ProblemKind::Unreadable { why: error.to_string().into(), transient: false };
        Problem::error(kind).with_help(help).into()
    }
}

impl Source for DropInSource {
    fn load(&self, context: &mut Context<'_>) -> Result<Vec<Document>, Problems> {
        let mut documents = Vec::new();
        let mut problems = Problems::new();
        for file in self.files(context)? {
            match with_includes(context, &file, LayerKind::DropIn, true) {
                Ok(loaded) => documents.extend(loaded),
                Err(found) => problems.extend(found),
            }
        }
        if problems.is_empty() { Ok(documents) } else { Err(problems) }
    }
}

/// Says so, because whoever puts a file there means it to count.
fn not_read(path: &Path) -> Problem {
    let path = path.to_string_lossy().into();
    let kind = ProblemKind::SkippedFile { path, why: "its extension names no format".into() };
    Problem::warning(kind).with_help(format!("files ending in {ENDINGS} are read"))
}

fn is_readme(path: &Path) -> bool {
    path.file_stem().is_some_and(|stem| stem.eq_ignore_ascii_case("readme"))
}

/// Whether a file is of a format of configurations.
pub(crate) fn is_configuration(path: &Path) -> bool {
    Format::of_path(path).is_some_and(|format| format != Format::DotEnv)
}
