use std::error::Error;
use std::iter;

/// An error with all its causes, one after the other, for whoever sees one line of it.
///
/// ```
/// use enhanced_config_core::with_causes;
/// let not_there = std::io::Error::from(std::io::ErrorKind::NotFound);
/// assert_eq!(with_causes(&not_there), "entity not found");
/// ```
pub fn with_causes(error: &dyn Error) -> String {
    let causes = iter::successors(Some(error), |error| (*error).source());
    causes.map(|error| error.to_string()).collect::<Vec<_>>().join(": ")
}
