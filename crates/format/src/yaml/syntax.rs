use enhanced_config_core::{DocumentBuilder, Limit, Problem, ProblemKind};
use granit_parser::{ErrorKind, ScanError};

use super::place;
use crate::parse::Reading;

/// How far reading had come when the parser refused to go on.
pub(super) struct Reached {
    /// Where the last event ended. The parser looks ahead of its events.
    pub(super) end: usize,
    /// The bracket of the innermost open flow map or list.
    pub(super) bracket: Option<usize>,
    pub(super) root_is_closed: bool,
    /// Whether the innermost open collection is a list.
    pub(super) is_in_list: bool,
}

/// What is wrong, where a person must look, and what may help.
struct Fault {
    message: &'static str,
    at: usize,
    help: Option<&'static str>,
    related: Option<(&'static str, usize)>,
}

impl Fault {
    fn new(message: &'static str, at: usize) -> Self {
        Self { message, at, help: None, related: None }
    }

    fn help(self, help: &'static str) -> Self {
        Self { help: Some(help), ..self }
    }

    fn related(self, label: &'static str, at: usize) -> Self {
        Self { related: Some((label, at)), ..self }
    }
}

/// The parser's error in our words, which hold none of the text.
pub(super) fn problem(refused: &ScanError, reading: &Reading<'_>, reached: &Reached) -> Problem {
    let at = refused.marker().byte_offset().unwrap_or_default().min(reading.text.len());
    if let Some(problem) = over_limit(refused.kind(), reading, at) {
        return problem;
    }
    let fault = fault(refused.kind(), reading.text, at, reached);
    let mut problem = reading.syntax(fault.message, fault.at);
    if let Some((label, at)) = fault.related {
        problem = problem.with_related(label, reading.origin(at));
    }
    match fault.help {
        Some(help) => problem.with_help(help),
        None => problem,
    }
}

fn over_limit(kind: &ErrorKind, reading: &Reading<'_>, at: usize) -> Option<Problem> {
    let limits = reading.options.limits;
    let limit =
        |limit, most: usize, at| Some(reading.error(ProblemKind::Limit { limit, most: most as u64 }, at));
    let line = place::line(reading.text, at);
    let content = place::indentation(reading.text, at).end;
    match kind {
        ErrorKind::RecursionLimitExceeded => {
            limit(Limit::Depth, limits.depth.min(DocumentBuilder::MAX_DEPTH), at)
        }
        // The parser gave up on a key that it had looked ahead of for too long.
        ErrorKind::MappingValueNotAllowed if at.saturating_sub(content) > super::key_characters(&limits) => {
            limit(Limit::Key, limits.key_bytes, content)
        }
        ErrorKind::SimpleKeyExpected if line.end - at > super::key_characters(&limits) => {
            limit(Limit::Key, limits.key_bytes, at)
        }
        _ => None,
    }
}

pub(super) const TAB: &str = "indent with spaces; YAML forbids tabs";
pub(super) const COMPLEX_KEY: &str = "a map or list as a key; a key must be a scalar";
pub(super) const UNCLOSED_QUOTE: &str = "an unclosed quote";
pub(super) const GOES_ON: &str = "its text goes on without indentation";
pub(super) const MERGE: &str = "`<<` takes a map, or a list of maps";
pub(super) const QUOTE_TAG: &str = "quote a text that starts with `!`";
const BACKSLASH: &str = "write a backslash as `\\\\`, or use single quotes";

fn fault(kind: &ErrorKind, text: &str, at: usize, reached: &Reached) -> Fault {
    layout(kind, text, at, reached)
        .or_else(|| brackets(kind, text, at, reached))
        .or_else(|| quotes(kind, text, at, reached))
        .or_else(|| plain_or_block(kind, text, at))
        .or_else(|| property(kind, at))
        .or_else(|| document(kind, at, reached))
        .unwrap_or_else(|| Fault::new("not valid YAML", at))
}

/// Tabs, keys, list items and their indentation.
fn layout(kind: &ErrorKind, text: &str, at: usize, reached: &Reached) -> Option<Fault> {
    use ErrorKind as E;
    let fault = |message| Fault::new(message, at);
    Some(match kind {
        E::TabNotAllowed
        | E::TabInBlockIndentation
        | E::TabInIndentation
        | E::InvalidBlockEntryWhitespace => Fault::new(TAB, place::tab_before(text, at)),
        E::TabInPlainScalar => Fault::new(TAB, place::tab_below(text, at)),
        E::TabAtBlockScalarStart => Fault::new(TAB, place::find(text, at, "\n\t") + 1),
        E::ExpectedBlockMappingKey => not_a_key(text, at),
        E::MappingValueNotAllowed => misplaced_colon(text, at),
        E::SimpleKeyExpected if reached.is_in_list => not_an_item(at),
        E::SimpleKeyExpected if text.get(at..).is_some_and(|rest| rest.starts_with(['|', '>', '&', '!'])) => {
            not_a_key(text, at)
        }
        E::SimpleKeyExpected | E::InvalidSimpleKey => fault("a key without `:`"),
        E::ExpectedBlockSequenceEntry => not_an_item(at),
        E::BlockSequenceEntryNotAllowed => fault("a list must start on a line of its own"),
        E::MappingKeyNotAllowed => {
            fault("a `?` cannot stand here").help("quote a text that starts with `? `")
        }
        E::InvalidIndentation | E::InvalidFlowScalarIndent => fault("wrong indentation"),
        _ => return None,
    })
}

/// Flow maps and lists, and values that are missing.
fn brackets(kind: &ErrorKind, text: &str, at: usize, reached: &Reached) -> Option<Fault> {
    use ErrorKind as E;
    let fault = |message| Fault::new(message, at);
    Some(match kind {
        E::UnclosedFlowCollection { .. } => fault("an unclosed bracket"),
        E::MismatchedFlowCollectionEnd { .. } => fault("a bracket that is closed by one of the other kind"),
        E::MisplacedFlowCollectionEnd => fault("a closing bracket without an opening one"),
        E::ExpectedFlowMappingSeparator => in_brackets("expected `,` or `}`", text, at, reached),
        E::ExpectedFlowSequenceSeparator => in_brackets("expected `,` or `]`", text, at, reached),
        E::InvalidColonPlacement => in_brackets("a key that is not on one line", text, at, reached),
        E::BlockEntryInFlowCollection => in_brackets("a `- ` inside brackets", text, at, reached),
        E::FlowMappingValueAdjacentCollection => fault("expected a space after `:`"),
        E::PlainScalarStartsWithDashFlowIndicator => fault("a lone `-` inside brackets"),
        E::UnexpectedEofFlowSequence
        | E::UnexpectedEofFlowMapping
        | E::UnexpectedEofImplicitFlowMapping
        | E::UnexpectedEofBlockSequence
        | E::UnexpectedEofBlockMapping
        | E::UnexpectedEndOfPlainScalar
        | E::ExpectedNodeContent => fault("expected a value"),
        _ => return None,
    })
}

/// Quoted texts and their escapes.
fn quotes(kind: &ErrorKind, text: &str, at: usize, reached: &Reached) -> Option<Fault> {
    use ErrorKind as E;
    let fault = |message| Fault::new(message, at);
    Some(match kind {
        E::UnclosedQuotedScalar | E::DocumentIndicatorInQuotedScalar => unclosed_quote(text, at),
        E::InvalidQuotedScalarIndent => match place::unclosed(text, reached.end, at).quote {
            Some(quote) => Fault::new(UNCLOSED_QUOTE, quote).related(GOES_ON, at),
            None => fault("wrong indentation"),
        },
        E::InvalidTrailingSingleQuotedScalar | E::InvalidTrailingDoubleQuotedScalar
            if text.get(at..).is_some_and(|rest| rest.starts_with(':')) =>
        {
            fault("a key that is not on one line")
        }
        E::InvalidTrailingSingleQuotedScalar => {
            fault("unexpected text after a closing quote").help("inside single quotes, write a quote twice")
        }
        E::InvalidTrailingDoubleQuotedScalar => fault("unexpected text after a closing quote")
            .help("inside double quotes, write a quote as `\\\"`"),
        E::UnknownQuotedScalarEscape => {
            Fault::new("an unknown escape", place::bad_escape(text, at)).help(BACKSLASH)
        }
        E::InvalidQuotedScalarHexEscape | E::InvalidLowSurrogateHexEscape => {
            Fault::new("an escape without all its hexadecimal digits", place::bad_escape(text, at))
                .help(BACKSLASH)
        }
        E::InvalidLowSurrogate
        | E::MissingLowSurrogate
        | E::UnpairedLowSurrogate
        | E::InvalidUnicodeEscape => {
            Fault::new("an escape that is no character", place::bad_escape(text, at))
        }
        _ => return None,
    })
}

/// Other texts, comments, and the spaces and characters around them.
fn plain_or_block(kind: &ErrorKind, text: &str, at: usize) -> Option<Fault> {
    use ErrorKind as E;
    let fault = |message| Fault::new(message, at);
    Some(match kind {
        E::InvalidBlockScalarHeader => fault("unexpected text after `|` or `>`")
            .help("start the text on the next line, or quote one that starts so"),
        E::ZeroBlockScalarIndent => fault("an indentation of 0 after `|` or `>`"),
        E::InvalidBlockScalarIndent => fault("a text that is indented less than the blank lines before it"),
        E::UnexpectedCharacter { character: '@' | '`' | '%' | '|' | '>' } => {
            fault("a character that cannot start a value").help("quote the value")
        }
        E::UnexpectedCharacter { character } => {
            let at = place::find(text, at, character.encode_utf8(&mut [0; 4]));
            Fault::new("an unprintable character", at).help("write it as an escape in double quotes")
        }
        E::BomInsideDocument => fault("a byte order mark inside the text"),
        E::CommentInterceptedScalar => fault("a comment inside a value of several lines"),
        E::CommentNotSeparated => fault("expected a space before `#`"),
        E::ExpectedWhitespace | E::InvalidMappingValueWhitespace => fault("expected a space"),
        _ => return None,
    })
}

/// Tags, anchors and aliases.
fn property(kind: &ErrorKind, at: usize) -> Option<Fault> {
    use ErrorKind as E;
    let fault = |message| Fault::new(message, at);
    Some(match kind {
        E::UndeclaredTagHandle => fault("a tag whose prefix is not declared").help(QUOTE_TAG),
        E::ExpectedTagBang
        | E::InvalidGlobalTagCharacter
        | E::InvalidTagTerminator
        | E::MissingTagUri
        | E::UnclosedVerbatimTag
        | E::InvalidTagEscape
        | E::InvalidTagUtf8LeadingByte
        | E::InvalidTagUtf8TrailingByte
        | E::InvalidTagUtf8 => fault("a malformed tag").help(QUOTE_TAG),
        E::MissingAnchorOrAliasName => {
            fault("a `&` or `*` without a name").help("quote a text that starts with `&` or `*`")
        }
        _ => return None,
    })
}

/// Directives, and where the document starts and ends.
fn document(kind: &ErrorKind, at: usize, reached: &Reached) -> Option<Fault> {
    use ErrorKind as E;
    let fault = |message| Fault::new(message, at);
    Some(match kind {
        E::ExpectedDocumentStart if reached.root_is_closed => {
            fault("text after the end of the root map").help("is it indented less than the first key?")
        }
        E::ExpectedDocumentStart => fault("expected `---` after a directive"),
        E::MissingDocumentEndBeforeDirective => fault("a directive after the start of the document"),
        E::InvalidDocumentEnd => fault("text after `...`"),
        E::UnsupportedYamlMajorVersion => fault("a version of YAML that is not 1"),
        E::DuplicateVersionDirective => fault("a second `%YAML` directive"),
        E::DuplicateTagDirective => fault("a second `%TAG` directive for one prefix"),
        E::InvalidDirectiveTerminator
        | E::MissingYamlVersionSeparator
        | E::MissingDirectiveName
        | E::InvalidDirectiveName
        | E::DirectiveByteLimitExceeded { .. }
        | E::TooManyReservedDirectiveParams { .. }
        | E::YamlVersionTooLong
        | E::MissingYamlVersion
        | E::InvalidTagDirectiveTerminator
        | E::ExpectedTagDirectiveBang => fault("a malformed directive"),
        _ => return None,
    })
}

fn unclosed_quote(text: &str, at: usize) -> Fault {
    let fault = Fault::new(UNCLOSED_QUOTE, at);
    let column = place::column(text, place::item(text, at));
    match place::line_indented_at_most(text, at..text.len(), column) {
        Some(line) => fault.related(GOES_ON, line),
        None => fault,
    }
}

/// Something among the keys of a block map.
fn not_a_key(text: &str, at: usize) -> Fault {
    if let Some(dash) = place::dash_before(text, at) {
        return Fault::new("a list item among the keys of a map", dash);
    }
    match text.as_bytes().get(at) {
        _ if at == place::indentation(text, at).end => {
            Fault::new("neither a key nor a part of the value above", at)
                .help("is it indented as the keys above?")
        }
        Some(b'&' | b'!' | b'*') => Fault::new("a second tag, anchor or alias", at),
        _ => Fault::new("unexpected text after a value", at),
    }
}

fn not_an_item(at: usize) -> Fault {
    Fault::new("neither a list item nor a part of the one above", at)
        .help("start it with `- `, or indent it as the item's content")
}

fn misplaced_colon(text: &str, at: usize) -> Fault {
    let start = place::indentation(text, at).end;
    let before = text.get(start..at).unwrap_or_default();
    if before.starts_with("---") {
        Fault::new("a map must start on the line after `---`", at)
    } else if before.contains(": ") {
        Fault::new("a second `: ` in one line", at)
            .help("quote a value that has one, or put the inner map on lines of its own")
    } else {
        Fault::new("a key that cannot stand here", start)
            .help("is its indentation right, and has the line above its `: `?")
    }
}

/// Inside brackets; when the line is not indented more than that of the bracket, it was meant to be outside.
fn in_brackets(message: &'static str, text: &str, at: usize, reached: &Reached) -> Fault {
    let ahead = || place::unclosed(text, reached.end, at).bracket;
    let Some(bracket) = ahead().or(reached.bracket) else { return Fault::new(message, at) };
    let is_outside = place::line(text, at).start > bracket
        && place::indentation(text, at).len() <= place::indentation(text, bracket).len();
    if is_outside {
        Fault::new("an unclosed bracket", bracket).related("its content seems to end before this", at)
    } else {
        Fault::new(message, at).related("the bracket opens here", bracket)
    }
}
