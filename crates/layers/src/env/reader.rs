use std::collections::BTreeSet;

use enhanced_config_core::variable::name_of;
use enhanced_config_core::{BuildError, KeyPath, Limit, Problem, ProblemKind, Problems};

use super::convert::convert;
use super::keys::{Hint, Keys, Known, MAX_LEVELS, Meaning, Unclear};
use super::overlay::{self, Setting};
use super::target::Target;
use super::variable::{MAX_NAME, Outright, Variable, not_utf8};
use super::{EnvLayer, EnvSource, Shape, outright, service_link};
use crate::report::Report;

/// Reads variables one by one, in the order of their names, and keeps everything that is wrong with them.
pub(super) struct Reader<'a> {
    source: &'a EnvSource,
    shape: Shape<'a>,
    outright: Outright,
    keys: Keys<'a>,
    report: Report,
}

impl<'a> Reader<'a> {
    pub(super) fn new(source: &'a EnvSource, shape: Shape<'a>) -> Self {
        Self {
            source,
            shape,
            outright: outright::find(source, shape.schema),
            keys: Keys::new(shape),
            report: Report::default(),
        }
    }

    pub(super) fn read<'v>(
        mut self,
        choose: impl FnOnce(&Outright, &mut Report) -> Vec<Variable<'v>>,
    ) -> Result<EnvLayer, Problems> {
        let variables = choose(&self.outright, &mut self.report);
        let mut settings: Vec<Setting<'_>> =
            variables.iter().filter_map(|variable| self.setting(variable)).collect();
        settings.sort_by(|a, b| (&a.path, &a.variable.folded).cmp(&(&b.path, &b.variable.folded)));
        let clashing = self.find_conflicts(&settings);
        let new = settings.iter().filter(|setting| setting.known == Known::No);
        new.filter(|new| !clashing.contains(&new.variable.position)).for_each(|new| self.warn_of_new(new));
        let warnings = self.report.into_problems().into_result()?;
        let Some(first) = settings.first() else {
            return Ok(EnvLayer { warnings, ..EnvLayer::default() });
        };
        // The root belongs to the layer and to no single variable.
        let root = (&first.variable.layer, u32::MAX);
        let (document, whole_lists) = overlay::build(&settings, root, self.shape.lower).map_err(refused)?;
        Ok(EnvLayer { document: Some(document), whole_lists, warnings })
    }

    /// What a variable sets, if it sets anything.
    fn setting<'v>(&mut self, variable: &'v Variable<'v>) -> Option<Setting<'v>> {
        let Meaning { path, known } = match self.meaning(variable) {
            Ok(meaning) => meaning,
            Err(unclear) => {
                self.report_unclear(variable, unclear);
                return None;
            }
        };
        let Some(text) = variable.text else {
            self.report.push(variable.problem(not_utf8(variable)).with_path(path));
            return None;
        };
        match convert(text, &Target::at(self.shape, &path)) {
            Ok(Some(value)) => return Some(Setting { path, known, variable, value }),
            Ok(None) => {
                let kind = ProblemKind::EmptyVariable { variable: variable.name.clone() };
                self.report.push(Problem::note(kind).with_path(path).with_origin(variable.origin()));
            }
            Err(unfit) => {
                let path = unfit.index.map_or(path.clone(), |index| path.join(index));
                let problem = variable.problem(unfit.kind).with_path(path);
                self.report.push(match self.is_service_link(variable) {
                    true => problem.with_help(service_link::HELP),
                    false => problem,
                });
            }
        }
        None
    }

    fn meaning(&mut self, variable: &Variable<'_>) -> Result<Meaning, Unclear> {
        let behind = self.source.behind_prefix(&variable.folded);
        let keys = self.outright.get(&*variable.folded).or_else(|| self.outright.get(behind?));
        match (keys.map(Vec::as_slice), behind) {
            (Some([key]), _) => Ok(Meaning { path: key.clone(), known: Known::Yes }),
            (Some(keys), _) => Err(Unclear::Ambiguous(keys.to_vec())),
            (None, Some(name)) => self.keys.find(name).and_then(|meaning| self.ours(meaning)),
            (None, None) => Err(Unclear::Unknown),
        }
    }

    /// Without a prefix, a variable may set known keys only.
    fn ours(&self, meaning: Meaning) -> Result<Meaning, Unclear> {
        let known = meaning.known == Known::Yes || !self.source.prefix.is_empty();
        if known { Ok(meaning) } else { Err(Unclear::Unknown) }
    }

    /// A key that nothing knows is probably another one, misspelled; unless nothing at all is known.
    fn warn_of_new(&mut self, Setting { path, variable, .. }: &Setting<'_>) {
        if self.keys.is_empty() {
            return;
        }
        let help = match self.what_was_meant(variable) {
            Some(help) => help,
            // Whoever wrote a schema that leaves a map open wants new keys in it.
            None if self.shape.schema.is_some() => return,
            None => "if it is meant, set it in a file or the defaults too, or name it in a schema".to_owned(),
        };
        let kind = ProblemKind::NewKey { variable: variable.name.clone() };
        let warning = Problem::warning(kind).with_path(path.clone()).with_origin(variable.origin());
        self.report.push(warning.with_help(help));
    }

    fn report_unclear(&mut self, variable: &Variable<'_>, unclear: Unclear) {
        let name = variable.name.clone();
        let problem = match unclear {
            Unclear::Unknown => return self.report_unknown(variable),
            Unclear::Ambiguous(keys) => {
                let help = self.ways_out(&keys);
                let keys = keys.iter().map(|key| key.to_string().into()).collect();
                variable.problem(ProblemKind::AmbiguousVariable { variable: name, keys }).with_help(help)
            }
            Unclear::NoMember { list, length } => {
                let expected = match length {
                    0 => "no member: the list has none that could be replaced".into(),
                    1 => "member 0: the list has no other".into(),
                    length => format!("a member from 0 to {}: the list has {length}", length - 1).into(),
                };
                let help = format!("`{}{}` sets the whole list", self.source.prefix, name_of(&list));
                variable.problem(ProblemKind::BadValue { expected }).with_path(list).with_help(help)
            }
            Unclear::TooDeep => variable.problem(limit(Limit::Depth, MAX_LEVELS)),
            Unclear::TooLong => variable.problem(limit(Limit::Key, MAX_NAME)),
            Unclear::TooManyWays => {
                let message = format!("environment variable {name} could mean too many keys").into();
                variable.problem(ProblemKind::Custom { message }).with_help("separate its levels by `__`")
            }
        };
        self.report.push(problem);
    }

    fn report_unknown(&mut self, variable: &Variable<'_>) {
        if self.source.prefix.is_empty() {
            return;
        }
        if variable.text.is_none() {
            self.report.push(variable.problem(not_utf8(variable)));
            return;
        }
        let kind = ProblemKind::UnknownVariable { variable: variable.name.clone() };
        let warning = Problem::warning(kind).with_origin(variable.origin());
        let warning = match self.what_was_meant(variable) {
            Some(help) => warning.with_help(help),
            None => warning,
        };
        self.report.push(warning);
    }

    fn what_was_meant(&mut self, variable: &Variable<'_>) -> Option<String> {
        if self.is_service_link(variable) {
            return Some(service_link::HELP.to_owned());
        }
        let prefix = &self.source.prefix;
        Some(match self.keys.hint(self.source.behind_prefix(&variable.folded)?)? {
            Hint::Slip(nearest) => format!("did you mean `{prefix}{nearest}`?"),
            Hint::Inside(key, name) => format!("`{prefix}{name}` would be `{key}`"),
        })
    }

    fn is_service_link(&self, variable: &Variable<'_>) -> bool {
        let name = self.source.behind_prefix(&variable.folded).filter(|_| !self.source.prefix.is_empty());
        name.zip(variable.text).is_some_and(|(name, text)| service_link::is_one(name, text))
    }

    /// The names by which each of several keys can be set alone.
    fn ways_out(&mut self, keys: &[KeyPath]) -> String {
        let mut ways = Vec::new();
        for key in keys {
            let name = name_of(key);
            let alone = Meaning { path: key.clone(), known: Known::Yes };
            if self.keys.find(&name) == Ok(alone) {
                ways.push(format!("`{}{name}` is `{key}`", self.source.prefix));
            }
        }
        ways.push("`x-env` in a schema gives a key a name of its own".to_owned());
        ways.join(", ")
    }

    /// Two settings of one key, or one of a key and one of something inside it; gives the positions of the variables.
    /// Settings are sorted by path, so that whatever lies inside a key follows it.
    fn find_conflicts(&mut self, settings: &[Setting<'_>]) -> BTreeSet<u32> {
        let mut clashing = BTreeSet::new();
        let mut outer: Option<&Setting<'_>> = None;
        for setting in settings {
            match outer.filter(|outer| setting.path.starts_with(&outer.path)) {
                None => outer = Some(setting),
                Some(outer) => {
                    let (first, second) = (outer.variable.name.clone(), setting.variable.name.clone());
                    let kind = ProblemKind::ConflictingVariables { first, second };
                    let problem = setting.variable.problem(kind).with_path(setting.path.clone());
                    self.report.push(problem.with_help("keep one of them"));
                    clashing.extend([outer.variable.position, setting.variable.position]);
                }
            }
        }
        clashing
    }
}

fn limit(limit: Limit, most: usize) -> ProblemKind {
    ProblemKind::Limit { limit, most: most as u64 }
}

fn refused(error: BuildError) -> Problems {
    let kind = match error {
        BuildError::TooDeep { limit: most } => limit(Limit::Depth, most),
        other => ProblemKind::Custom { message: other.to_string().into() },
    };
    Problem::error(kind).into()
}
