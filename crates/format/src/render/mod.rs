//! Problems as a terminal shows them, with the line that each is about.

mod color;
mod common_lines;
mod diff;
mod exact;
mod guess;
mod harmless;
mod names;
mod secrets;
mod source;

use std::io::IsTerminal;

use annotate_snippets as snippets;
use annotate_snippets::{AnnotationKind, Group, Level, Snippet};
use enhanced_config_core::{Layer, Location, Origin, Problem, Problems, Redactor, Related, Severity};

pub use self::color::Color;
pub use self::diff::unified_diff;
use self::harmless::harmless;
use self::source::{Excerpt, Line, Source};

/// Shows problems in the style of rustc: the sentence, the place, the source line underlined, and what to do.
///
/// A source line is shown only when it holds no secret: no value below a secret key, be it secret by name or by the
/// [`Redactor`], no user and password of a URL, and no part of a longer value of that kind. A text that can be read
/// is judged by its values; any other by its looks, and a line in doubt is hidden. Control characters of texts,
/// names and keys reach no terminal.
///
/// ```
/// use enhanced_config_format::{Format, ParseOptions, Renderer, parse};
/// let text = "[server]\nhost = \"localhost\"\nport: 8080\n";
/// let problems = parse(text.as_bytes(), Format::Toml, "app.toml", &ParseOptions::default()).unwrap_err();
/// let shown = Renderer::new().render(&problems, |_| Some(text));
/// assert_eq!(shown, "\
/// error: `:` where TOML has `=`
///  --> app.toml:3:5
///   |
/// 3 | port: 8080
///   |     ^
///   |
///   = help: write `=` between a key and its value
/// ");
/// ```
#[derive(Debug, Clone)]
pub struct Renderer {
    redactor: Redactor,
    colored: bool,
    columns: usize,
}

impl Default for Renderer {
    fn default() -> Self {
        Self::new()
    }
}

impl Renderer {
    /// Without colours, 140 columns wide, with secrets by name alone.
    pub fn new() -> Self {
        Self { redactor: Redactor::new(), colored: false, columns: snippets::renderer::DEFAULT_TERM_WIDTH }
    }

    /// Sets what is secret.
    #[must_use]
    pub fn with_redactor(mut self, redactor: Redactor) -> Self {
        self.redactor = redactor;
        self
    }

    /// Sets whether there are colours, where `stream` is what the text will be written to. Default: none.
    #[must_use]
    pub fn with_color(mut self, color: Color, stream: &impl IsTerminal) -> Self {
        self.colored = color.suits(stream);
        self
    }

    /// Sets how many columns a line may take. Default: 140.
    #[must_use]
    pub fn with_columns(mut self, columns: usize) -> Self {
        self.columns = columns;
        self
    }

    /// The problems, an empty line between them and a line feed at the end.
    ///
    /// `text_of` gives the text of a layer as it was read; without it a problem is shown with its place alone.
    pub fn render<T: AsRef<str>>(
        &self,
        problems: &Problems,
        text_of: impl Fn(&Layer) -> Option<T>,
    ) -> String {
        let mut sources = Sources { text_of, redactor: &self.redactor, known: Vec::new() };
        let plain = snippets::Renderer::plain();
        let renderer = if self.colored { snippets::Renderer::styled() } else { plain };
        let renderer = renderer.term_width(self.columns);
        let shown = problems.iter().map(|problem| renderer.render(&report(problem, &mut sources)) + "\n");
        shown.collect::<Vec<_>>().join("\n")
    }
}

/// The texts of the layers that were asked for so far.
struct Sources<'r, T, F> {
    text_of: F,
    redactor: &'r Redactor,
    known: Vec<(Layer, Option<Source<T>>)>,
}

impl<T: AsRef<str>, F: Fn(&Layer) -> Option<T>> Sources<'_, T, F> {
    /// What may be shown of a place; `None` without a text, or when it has no such line.
    fn excerpt(&mut self, layer: &Layer, location: Location) -> Option<Excerpt> {
        let known = self.known.iter().position(|(known, _)| known == layer);
        let at = known.unwrap_or_else(|| {
            let text = (self.text_of)(layer);
            let source = text.map(|text| Source::new(text, layer.name(), self.redactor));
            self.known.push((layer.clone(), source));
            self.known.len() - 1
        });
        let (_, source) = self.known.get_mut(at)?;
        source.as_mut()?.excerpt(location)
    }

    /// The same, of a problem whose own key decides as well.
    fn excerpt_of(&mut self, problem: &Problem, origin: &Origin) -> Option<Excerpt> {
        let excerpt = self.excerpt(&origin.layer, origin.location()?)?;
        let secret = self.redactor.is_secret(&problem.path);
        Some(if secret { Excerpt::Hidden } else { excerpt })
    }
}

fn report<T: AsRef<str>, F: Fn(&Layer) -> Option<T>>(
    problem: &Problem,
    sources: &mut Sources<'_, T, F>,
) -> Vec<Group<'static>> {
    let level = match problem.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        _ => Level::NOTE,
    };
    let mut group = Group::with_title(level.clone().primary_title(sentence(problem)));
    let mut groups = Vec::new();
    if let Some(origin) = &problem.origin {
        group = match sources.excerpt_of(problem, origin) {
            Some(Excerpt::Line(line)) if line.is_cut => {
                // A snippet counts columns in what it is given, which here is not the whole line.
                groups.push(group.element(place(origin)));
                Group::with_level(level).element(snippet(&line, AnnotationKind::Primary, None))
            }
            Some(Excerpt::Line(line)) => {
                let snippet = snippet(&line, AnnotationKind::Primary, None);
                group.element(snippet.path(harmless(origin.layer.name())))
            }
            Some(Excerpt::Hidden) => group.element(hidden(origin)),
            None => group.element(place(origin)),
        };
    }
    for related in &problem.related {
        let excerpt = sources.excerpt_of(problem, &related.origin);
        group = with_related(group, related, excerpt);
    }
    if let Some(help) = &problem.help {
        group = group.element(Level::HELP.message(harmless(help)));
    }
    groups.push(group);
    groups
}

/// `db.port: expected an integer, found string`
fn sentence(problem: &Problem) -> String {
    match problem.path.is_root() {
        true => harmless(&problem.kind.to_string()),
        false => harmless(&format!("{}: {}", problem.path, problem.kind)),
    }
}

fn with_related(group: Group<'static>, related: &Related, excerpt: Option<Excerpt>) -> Group<'static> {
    match excerpt {
        Some(Excerpt::Line(line)) if !line.is_cut => {
            let snippet = snippet(&line, AnnotationKind::Context, Some(&related.label));
            group.element(snippet.path(harmless(related.origin.layer.name())))
        }
        _ => {
            let text = harmless(&format!("{}: {}", related.label, related.origin));
            group.element(Level::NOTE.message(text))
        }
    }
}

/// `--> app.yaml:3:9`
fn place(origin: &Origin) -> snippets::Origin<'static> {
    snippets::Origin::path(harmless(&origin.to_string()))
}

fn snippet(
    line: &Line,
    kind: AnnotationKind,
    label: Option<&str>,
) -> Snippet<'static, snippets::Annotation<'static>> {
    let annotation = kind.span(line.marked.clone()).label(label.map(harmless));
    Snippet::source(line.text.clone()).line_start(line.number).annotation(annotation)
}

/// The place with the number of its line, and not the line.
fn hidden(origin: &Origin) -> Snippet<'static, snippets::Annotation<'static>> {
    let number = origin.location().map_or(1, |location| location.line as usize);
    let text = "(line hidden: it may hold a secret)";
    Snippet::source(text).line_start(number).path(harmless(&origin.to_string())).fold(false)
}
