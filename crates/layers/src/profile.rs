use std::collections::BTreeSet;
use std::path::Path;

use enhanced_config_core::{Document, LayerKind, Problem, ProblemKind, Problems, suggest};

use crate::file::is_configuration;
use crate::{Context, FileSource, Source};

/// The file of a profile of one configuration, such as `app.prod.yaml`, if it exists.
///
/// Many configurations have nothing to say about a profile. A missing file is a warning where it looks like a slip:
/// the configuration has files of other profiles, and one of these is called nearly the same, or no configuration at
/// all has a file of this profile.
#[derive(Debug, Clone)]
pub struct ProfileSource {
    config: Box<str>,
    profile: Box<str>,
    file: FileSource,
}

impl ProfileSource {
    /// The file of `profile` for the configuration called `config`.
    pub fn new(config: &str, profile: &str) -> Self {
        let file =
            FileSource::named(&format!("{config}.{profile}")).with_layer(LayerKind::Profile).optional();
        Self { config: config.into(), profile: profile.into(), file }
    }

    /// What is to be said about the missing file.
    fn warning(&self, context: &Context<'_>) -> Option<Problem> {
        let files = context.root().list("").unwrap_or_default();
        let stems: BTreeSet<&str> =
            files.iter().filter(|file| is_configuration(file)).filter_map(|file| stem(file)).collect();
        let others: Vec<&str> = stems.iter().filter_map(|stem| self.profile_of(stem)).collect();
        let near = suggest(&self.profile, others.iter().copied());
        let ending = format!(".{}", self.profile);
        let help = match (near, others.is_empty() || stems.iter().any(|stem| stem.ends_with(&ending))) {
            (Some(near), _) => format!("did you mean `{near}`?"),
            (None, true) => return None,
            (None, false) => it_has(&others),
        };
        let kind = ProblemKind::UnknownProfile { profile: self.profile.clone(), config: self.config.clone() };
        Some(Problem::warning(kind).with_help(help))
    }

    /// The profile that a file called `stem` is for.
    fn profile_of<'s>(&self, stem: &'s str) -> Option<&'s str> {
        let profile = stem.strip_prefix(&*self.config)?.strip_prefix('.')?;
        Some(profile).filter(|profile| !matches!(*profile, "local" | "schema"))
    }
}

impl Source for ProfileSource {
    fn load(&self, context: &mut Context<'_>) -> Result<Vec<Document>, Problems> {
        if let Some(path) = self.file.find(context)? {
            return self.file.read(&path, context);
        }
        let warning = self.warning(context);
        context.warn(warning);
        Ok(Vec::new())
    }
}

fn stem(file: &Path) -> Option<&str> {
    file.file_stem()?.to_str()
}

fn it_has(profiles: &[&str]) -> String {
    /// More would be a directory listing.
    const MOST: usize = 8;
    let shown: Vec<String> = profiles.iter().take(MOST).map(|profile| format!("`{profile}`")).collect();
    let more = if profiles.len() > MOST { ", …" } else { "" };
    format!("it has files for {}{more}", shown.join(", "))
}
