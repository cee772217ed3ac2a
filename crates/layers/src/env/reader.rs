use enhanced_config_core::{BuildError, KeyPath, Limit, Problem, ProblemKind, Problems};

use super::convert::convert;
use super::keys::{Keys, Known, MAX_LEVELS, Meaning, Unclear};
use super::outright;
use super::overlay::{self, Setting};
use super::spelling::name_of;
use super::target::Target;
use super::variable::{MAX_NAME, Outright, Variable, not_utf8};
use super::{EnvLayer, EnvSource, Shape};

/// Reads variables one by one, in the order of their names, and keeps everything that is wrong with them.
pub(super) struct Reader<'a> {
    source: &'a EnvSource,
    shape: Shape<'a>,
    outright: Outright,
    keys: Keys<'a>,
    problems: Problems,
}

impl<'a> Reader<'a> {
    pub(super) fn new(source: &'a EnvSource, shape: Shape<'a>) -> Self {
        Self {
            source,
            shape,
            outright: outright::find(source, shape.schema),
            keys: Keys::new(shape),
            problems: Problems::new(),
        }
    }

    pub(super) fn read<'v>(
        mut self,
        choose: impl FnOnce(&Outright, &mut Problems) -> Vec<Variable<'v>>,
    ) -> Result<EnvLayer, Problems> {
        let variables = choose(&self.outright, &mut self.problems);
        let mut settings: Vec<Setting<'_>> =
            variables.iter().filter_map(|variable| self.setting(variable)).collect();
        settings.sort_by(|a, b| (&a.path, &a.variable.folded).cmp(&(&b.path, &b.variable.folded)));
        self.find_conflicts(&settings);
        self.problems.sort();
        let warnings = self.problems.into_result()?;
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
        let path = match self.meaning(variable) {
            Ok(meaning) => {
                self.warn_of_slips(variable, &meaning);
                meaning.path
            }
            Err(unclear) => {
                self.report(variable, unclear);
                return None;
            }
        };
        let Some(text) = variable.text else {
            self.problems.push(variable.problem(not_utf8(variable)).with_path(path));
            return None;
        };
        match convert(text, &Target::at(self.shape, &path)) {
            Ok(Some(value)) => return Some(Setting { path, variable, value }),
            Ok(None) => {
                let kind = ProblemKind::EmptyVariable { variable: variable.name.clone() };
                self.problems.push(Problem::note(kind).with_path(path).with_origin(variable.origin()));
            }
            Err(unfit) => {
                let path = unfit.index.map_or(path.clone(), |index| path.join(index));
                self.problems.push(variable.problem(unfit.kind).with_path(path));
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

    /// A key that nothing knows and that looks like a known one is probably that one, misspelled.
    fn warn_of_slips(&mut self, variable: &Variable<'_>, meaning: &Meaning) {
        let nearest = if meaning.known == Known::No { self.did_you_mean(variable) } else { None };
        if let Some(help) = nearest {
            let kind = ProblemKind::UnknownVariable { variable: variable.name.clone() };
            let warning = Problem::warning(kind).with_path(meaning.path.clone()).with_help(help);
            self.problems.push(warning.with_origin(variable.origin()));
        }
    }

    fn report(&mut self, variable: &Variable<'_>, unclear: Unclear) {
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
                    length => format!("a member from 0 to {}: the list has {length}", length - 1).into(),
                };
                variable.problem(ProblemKind::BadValue { expected }).with_path(list)
            }
            Unclear::TooDeep => variable.problem(limit(Limit::Depth, MAX_LEVELS)),
            Unclear::TooLong => variable.problem(limit(Limit::Key, MAX_NAME)),
            Unclear::TooManyWays => {
                let message = format!("environment variable {name} could mean too many keys").into();
                variable.problem(ProblemKind::Custom { message }).with_help("separate its levels by `__`")
            }
        };
        self.problems.push(problem);
    }

    fn report_unknown(&mut self, variable: &Variable<'_>) {
        if self.source.prefix.is_empty() {
            return;
        }
        if variable.text.is_none() {
            self.problems.push(variable.problem(not_utf8(variable)));
            return;
        }
        let kind = ProblemKind::UnknownVariable { variable: variable.name.clone() };
        let warning = Problem::warning(kind).with_origin(variable.origin());
        let warning = match self.did_you_mean(variable) {
            Some(help) => warning.with_help(help),
            None => warning,
        };
        self.problems.push(warning);
    }

    fn did_you_mean(&mut self, variable: &Variable<'_>) -> Option<String> {
        let name = self.source.behind_prefix(&variable.folded)?;
        let nearest = self.keys.nearest(name)?;
        Some(format!("did you mean `{}{nearest}`?", self.source.prefix))
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

    /// Two settings of one key, or one of a key and one of something inside it. Settings are sorted by path, so that
    /// whatever lies inside a key follows it.
    fn find_conflicts(&mut self, settings: &[Setting<'_>]) {
        let mut outer: Option<&Setting<'_>> = None;
        for setting in settings {
            match outer.filter(|outer| setting.path.starts_with(&outer.path)) {
                None => outer = Some(setting),
                Some(outer) => {
                    let (first, second) = (outer.variable.name.clone(), setting.variable.name.clone());
                    let kind = ProblemKind::ConflictingVariables { first, second };
                    self.problems.push(setting.variable.problem(kind).with_path(setting.path.clone()));
                }
            }
        }
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
