use std::borrow::Cow;
use std::cell::OnceCell;

use enhanced_config_core::{KeyPath, Kind, MASK, NodeRef, Redactor};
use serde_json::Value as Json;

/// The document that rules are looking at, and what of it may be shown.
pub(super) struct View<'a> {
    pub(super) root: NodeRef<'a>,
    pub(super) redactor: &'a Redactor,
    /// Found when first asked for: most rules are kept, or say something that no value went into.
    secrets: OnceCell<Option<Vec<String>>>,
}

/// So much is searched for secrets; a message that is longer, or a document that has more, gets the words below.
const LONGEST_MESSAGE: usize = 2000;
const MOST_SECRETS: usize = 1000;

const UNSHOWN: &str = "not kept, in words that may quote a secret";

impl<'a> View<'a> {
    pub(super) fn new(root: NodeRef<'a>, redactor: &'a Redactor) -> Self {
        Self { root, redactor, secrets: OnceCell::new() }
    }

    /// A message about `path` without secrets. A text of the program holds none.
    pub(super) fn shown(&self, path: &KeyPath, message: Cow<'static, str>) -> Cow<'static, str> {
        let Cow::Owned(text) = message else { return message };
        match self.secrets.get_or_init(|| secrets(self.root, self.redactor)) {
            Some(secrets) if text.len() <= LONGEST_MESSAGE && !self.redactor.is_secret(path) => {
                let masked = secrets.iter().fold(text, |text, secret| masked(text, secret));
                self.redactor.mask_urls(&masked).into_owned().into()
            }
            _ => UNSHOWN.into(),
        }
    }
}

/// All secrets of a document as texts, the longest first; none if there are too many.
fn secrets(root: NodeRef<'_>, redactor: &Redactor) -> Option<Vec<String>> {
    let mut secrets = Secrets { redactor, texts: Vec::new() };
    secrets.gather(root, &mut KeyPath::root(), false);
    if secrets.texts.len() > MOST_SECRETS {
        return None;
    }
    secrets.texts.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
    secrets.texts.dedup();
    Some(secrets.texts)
}

struct Secrets<'r> {
    redactor: &'r Redactor,
    texts: Vec<String>,
}

impl Secrets<'_> {
    fn gather(&mut self, node: NodeRef<'_>, path: &mut KeyPath, is_secret: bool) {
        if self.texts.len() > MOST_SECRETS {
            return;
        }
        let is_secret = is_secret || self.redactor.is_secret(path);
        match node.kind() {
            Kind::List => node.items().for_each(|item| self.gather(item, path, is_secret)),
            Kind::Map => node.entries().for_each(|(key, member)| {
                path.push(key);
                self.gather(member, path, is_secret);
                path.pop();
            }),
            // Whether something is on or off tells nothing of use, and its words are everywhere.
            Kind::Null | Kind::Bool => {}
            _ if is_secret => self.add(node),
            _ => self.add_userinfo(node.as_str().unwrap_or_default()),
        }
    }

    /// What is masked in the URLs of a text, and the passwords in that.
    fn add_userinfo(&mut self, text: &str) {
        let shown = self.redactor.mask_urls(text);
        let Cow::Owned(shown) = shown else { return };
        let mut kept = shown.split(MASK);
        let mut rest = kept.next().and_then(|start| text.strip_prefix(start)).unwrap_or_default();
        for piece in kept {
            let end = if piece.is_empty() { Some((rest, "")) } else { rest.split_once(piece) };
            let Some((userinfo, behind)) = end else { return };
            let password = userinfo.split_once(':').map(|(_, password)| password);
            let parts = [Some(userinfo), password].into_iter().flatten().filter(|part| !part.is_empty());
            self.texts.extend(parts.map(str::to_owned));
            rest = behind;
        }
    }

    /// As it is and as `{:?}` writes it.
    fn add(&mut self, node: NodeRef<'_>) {
        let Some(text) = node.as_str() else { return self.texts.push(Json::from(node).to_string()) };
        let escaped = text.escape_debug().to_string();
        self.texts.extend((!text.is_empty()).then(|| text.to_owned()));
        self.texts.extend((escaped != text).then_some(escaped));
    }
}

/// A text with a secret masked: a short one where it is a word, since it is a part of many.
fn masked(text: String, secret: &str) -> String {
    const SHORT: usize = 4;
    if !text.contains(secret) {
        return text;
    }
    if secret.len() >= SHORT {
        return text.replace(secret, MASK);
    }
    let mut out = String::with_capacity(text.len());
    let mut end = 0;
    for (at, found) in text.match_indices(secret) {
        let behind = text.get(at + found.len()..).unwrap_or_default();
        let before = text.get(..at).unwrap_or_default();
        if !before.ends_with(char::is_alphanumeric) && !behind.starts_with(char::is_alphanumeric) {
            out.push_str(text.get(end..at).unwrap_or_default());
            out.push_str(MASK);
            end = at + found.len();
        }
    }
    out.push_str(text.get(end..).unwrap_or_default());
    out
}
