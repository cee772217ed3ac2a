use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::row::{MAX_KEYS, NO_KEY};
use crate::{Document, NodeRef};

/// A key that is looked up in many maps: hashed once for each document.
///
/// It remembers the number that the key has in the document it saw last, so that the next map of that document is
/// searched for a number. Threads may share it, as they may a [`PreparedPath`](crate::PreparedPath).
///
/// ```
/// # use enhanced_config_core::*;
/// let layer = Layer::new(LayerKind::Base, "app.yaml");
/// let document = Document::from_serialize(&serde_json::json!({ "hosts": [{ "port": 1 }, { "port": 2 }] }), layer)?;
/// let port = PreparedKey::new("port");
/// let hosts = document.get("hosts").unwrap().items();
/// assert_eq!(hosts.filter_map(|host| port.get(host)?.as_i64()).sum::<i64>(), 3);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct PreparedKey {
    key: Box<str>,
    seen: AtomicU64,
}

/// Bits of `seen` that hold the number of the key, [`NO_KEY`] being none; those above hold the number of the document,
/// in one word for the reasons that [`PreparedPath`](crate::PreparedPath) has.
const KEY_BITS: u32 = 19;
const _: () = assert!(MAX_KEYS as u64 <= NO_KEY as u64 && (NO_KEY as u64) < 1 << KEY_BITS);

impl PreparedKey {
    /// A key, as it is: dots in it mean nothing.
    pub fn new(key: &str) -> Self {
        // Documents are counted from 1.
        Self { key: key.into(), seen: AtomicU64::new(0) }
    }

    /// The key itself.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The member of `map` that has this key.
    #[inline]
    pub fn get<'a>(&self, map: NodeRef<'a>) -> Option<NodeRef<'a>> {
        let document = map.document();
        let seen = self.seen.load(Ordering::Relaxed);
        let known = seen >> KEY_BITS == document.id;
        let key = if known { (seen & ((1 << KEY_BITS) - 1)) as u32 } else { self.look_up(document) };
        if key == NO_KEY { None } else { map.member(key) }
    }

    #[cold]
    fn look_up(&self, document: &Document) -> u32 {
        let key = document.keys.find(&self.key).unwrap_or(NO_KEY);
        if document.id >> (u64::BITS - KEY_BITS) == 0 {
            self.seen.store(document.id << KEY_BITS | u64::from(key), Ordering::Relaxed);
        }
        key
    }
}

impl Clone for PreparedKey {
    fn clone(&self) -> Self {
        Self { key: self.key.clone(), seen: AtomicU64::new(self.seen.load(Ordering::Relaxed)) }
    }
}

impl fmt::Debug for PreparedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PreparedKey({})", self.key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Layer, LayerKind};

    #[test]
    fn each_document_is_asked_for_its_own_number() {
        let documents =
            ["{\"a\": 1}", "{\"b\": 0, \"a\": 2}", "{\"b\": 0}", "{\"b\": {\"a\": 3}}"].map(|json| {
                let json: serde_json::Value = serde_json::from_str(json).unwrap();
                Document::from_serialize(&json, Layer::new(LayerKind::Base, "test")).unwrap()
            });
        let key = PreparedKey::new("a");
        for _ in 0..2 {
            let found =
                documents.each_ref().map(|document| key.get(document.root()).and_then(|node| node.as_i64()));
            assert_eq!(found, [Some(1), Some(2), None, None]);
        }
        assert_eq!(key.get(documents[3].get("b").unwrap()).unwrap().as_i64(), Some(3));
        assert!(key.get(documents[0].get("a").unwrap()).is_none(), "a scalar has no members");
    }
}
