//! Room for what recurses as deep as schemas and documents are nested.

/// Bytes of stack that one schema takes inside of another, while it is compiled, used or dropped. Measured without
/// optimisation, where it is most, and doubled.
const FRAME: usize = 16 << 10;
/// Schemas within one another for which any thread has room.
const FEW: usize = 32;

/// Runs `work`, which goes `deep` schemas deep, where there is room for it; nothing when there is none to be had.
pub(crate) fn with_room<T: Send>(deep: usize, work: impl FnOnce() -> T + Send) -> Option<T> {
    if deep <= FEW {
        return Some(work());
    }
    let bytes = deep.saturating_mul(FRAME).saturating_add(FRAME * FEW);
    let builder = std::thread::Builder::new().name("schema".to_owned()).stack_size(bytes);
    std::thread::scope(|scope| builder.spawn_scoped(scope, work).ok()?.join().ok())
}
