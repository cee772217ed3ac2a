use enhanced_config_core::{Document, Problems};

use crate::parse::Reading;

pub(crate) fn read(reading: &mut Reading<'_>) -> Result<Document, Problems> {
    reading.empty()
}
