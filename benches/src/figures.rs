//! What was measured, kept beside the programs that measured it, for one table of all.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::{env, fs, io};

use serde::{Deserialize, Serialize};

/// Ours beside one rival.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Figure {
    /// What was asked: `crate/operation/size`.
    pub id: String,
    /// What ours takes, with its unit.
    pub ours: String,
    /// Who or what it is compared with; empty for a promise of ours alone.
    pub rival: String,
    /// What the rival takes, with its unit.
    pub theirs: String,
    /// Ours as a share of theirs.
    pub ratio: Option<f64>,
    /// What was promised; empty for nothing.
    pub target: String,
    /// Whether the promise is kept.
    pub is_met: Option<bool>,
}

impl Figure {
    /// A figure of ours alone, of which nothing was promised.
    pub fn alone(id: impl Into<String>, ours: impl Into<String>) -> Self {
        let (id, ours) = (id.into(), ours.into());
        let (rival, theirs, target) = (String::new(), String::new(), String::new());
        Self { id, ours, rival, theirs, ratio: None, target, is_met: None }
    }

    /// Holds it against a rival.
    #[must_use]
    pub fn beside(self, rival: impl Into<String>, theirs: impl Into<String>, ratio: f64) -> Self {
        Self { rival: rival.into(), theirs: theirs.into(), ratio: Some(ratio), ..self }
    }

    /// Holds it against a promise.
    #[must_use]
    pub fn promised(self, target: impl Into<String>, is_met: bool) -> Self {
        Self { target: target.into(), is_met: Some(is_met), ..self }
    }
}

/// The figures of one program, by what was asked, in the order in which it was.
pub type Figures = Vec<(String, Vec<Figure>)>;

/// Keeps figures of this program, in place of older ones of the same questions.
///
/// # Errors
/// When they cannot be written.
pub fn keep(figures: Vec<Figure>) -> io::Result<()> {
    let exe = env::current_exe()?;
    let program = exe.file_stem().and_then(|name| name.to_str()).unwrap_or("unnamed");
    let program = program.rsplit_once('-').map_or(program, |(name, _)| name);
    let file = directory()?.join(format!("{program}.json"));
    let mut all = read(&file)?;
    let mut new: BTreeMap<String, Vec<Figure>> = BTreeMap::new();
    let mut order = Vec::new();
    for figure in figures {
        if !new.contains_key(&figure.id) {
            order.push(figure.id.clone());
        }
        new.entry(figure.id.clone()).or_default().push(figure);
    }
    for id in order {
        let rows = new.remove(&id).unwrap_or_default();
        match all.iter_mut().find(|(known, _)| *known == id) {
            Some((_, old)) => *old = rows,
            None => all.push((id, rows)),
        }
    }
    fs::create_dir_all(directory()?)?;
    fs::write(file, serde_json::to_vec_pretty(&all)?)
}

/// The figures of all programs that were run, by their names.
///
/// # Errors
/// When they cannot be read.
pub fn all() -> io::Result<Vec<(String, Figures)>> {
    let files = match fs::read_dir(directory()?) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        files => files?,
    };
    let mut all = Vec::new();
    for file in files {
        let path = file?.path();
        let program = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        all.push((program, read(&path)?));
    }
    all.sort_by(|(one, _), (other, _)| one.cmp(other));
    Ok(all)
}

fn read(file: &std::path::Path) -> io::Result<Figures> {
    match fs::read(file) {
        Ok(bytes) => Ok(serde_json::from_slice(&bytes)?),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

/// Beside what is built: `target/figures`, of a program in `target/release/deps`.
fn directory() -> io::Result<PathBuf> {
    let exe = env::current_exe()?;
    let target =
        exe.ancestors().nth(3).ok_or_else(|| io::Error::other("a program outside of a target directory"))?;
    Ok(target.join("figures"))
}
