use enhanced_config_core::{Problem, ProblemKind, Problems, Severity};

/// Nobody reads further, and a hostile environment would fill memory and logs.
const MOST: usize = 100;

/// Problems as they are found, of which no more are kept than are ever reported.
#[derive(Debug, Default)]
pub(crate) struct Report {
    problems: Problems,
    errors: usize,
    milder: usize,
}

impl Report {
    pub(crate) fn push(&mut self, problem: Problem) {
        let count = if is_error(&problem) { &mut self.errors } else { &mut self.milder };
        *count += 1;
        // One over the bound tells `bounded` that there were more.
        if *count <= MOST + 1 {
            self.problems.push(problem);
        }
    }

    pub(crate) fn into_problems(mut self) -> Problems {
        self.problems.sort();
        bounded(self.problems)
    }
}

/// The first hundred, in which errors go before anything milder, and at the end a note if there are more.
pub(crate) fn bounded(problems: Problems) -> Problems {
    let cut_before = problems.iter().any(is_more);
    if !cut_before && problems.len() <= MOST {
        return problems;
    }
    let errors = problems.iter().filter(|problem| is_error(problem)).count();
    let (mut errors_left, mut milder_left) = (MOST, MOST.saturating_sub(errors));
    let cut = problems.len() > MOST;
    let mut kept: Problems = problems
        .into_iter()
        .filter(|problem| !is_more(problem))
        .filter(|problem| take_one(if is_error(problem) { &mut errors_left } else { &mut milder_left }))
        .collect();
    if cut || cut_before {
        let most = kept.len();
        kept.push(Problem::note(ProblemKind::More { most }));
    }
    kept
}

fn take_one(left: &mut usize) -> bool {
    let some = *left > 0;
    *left = left.saturating_sub(1);
    some
}

fn is_error(problem: &Problem) -> bool {
    problem.severity == Severity::Error
}

fn is_more(problem: &Problem) -> bool {
    matches!(problem.kind, ProblemKind::More { .. })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bounds this many errors and warnings, the warnings first: what is left, and whether it says that there are more.
    #[track_caller]
    fn check((errors, warnings): (usize, usize), expected: (usize, usize, bool)) {
        let problem = |n: usize| ProblemKind::Custom { message: n.to_string().into() };
        let all = (0..warnings).map(|n| Problem::warning(problem(n)));
        let all: Problems = all.chain((0..errors).map(|n| Problem::error(problem(n)))).collect();
        let mut report = Report::default();
        all.iter().for_each(|problem| report.push(problem.clone()));
        let mut again = bounded(all);
        for _ in 0..2 {
            let count = |severity| again.iter().filter(|problem| problem.severity == severity).count();
            let more = again.iter().last().is_some_and(is_more);
            assert_eq!((count(Severity::Error), count(Severity::Warning), more), expected);
            assert_eq!(again, report_of(&again));
            again = bounded(again);
        }
        assert_eq!(report.into_problems().len(), again.len());
    }

    fn report_of(problems: &Problems) -> Problems {
        bounded(problems.clone())
    }

    #[test]
    fn errors_go_first_and_a_hundred_are_kept() {
        check((0, 0), (0, 0, false));
        check((40, 60), (40, 60, false));
        check((40, 61), (40, 60, true));
        check((0, 10_000), (0, 100, true));
        check((10_000, 10_000), (100, 0, true));
    }
}
