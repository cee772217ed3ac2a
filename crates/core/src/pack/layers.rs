//! Lengths are four bytes here: there are few of them, and a layer or variable must not be much larger in memory
//! than it is packed.

use super::UnpackError;
use super::column::Column;
use crate::layer::Places;
use crate::lines::LineTable;
use crate::row::MAX_LAYERS;
use crate::{Layer, LayerKind};

const KINDS: [LayerKind; 8] = [
    LayerKind::Defaults,
    LayerKind::Base,
    LayerKind::Profile,
    LayerKind::Local,
    LayerKind::DropIn,
    LayerKind::Environment,
    LayerKind::Remote,
    LayerKind::Runtime,
];

const WHOLE: u8 = 0;
const TEXT: u8 = 1;
const VARIABLES: u8 = 2;

pub(super) fn write(layers: &[Layer]) -> Vec<u8> {
    let mut out = Vec::new();
    for layer in layers {
        let kind = KINDS.iter().position(|kind| *kind == layer.kind()).unwrap_or_default();
        out.push(kind as u8);
        push(&mut out, layer.name().as_bytes());
        push_places(&mut out, layer.places());
    }
    out
}

fn push_places(out: &mut Vec<u8>, places: &Places) {
    match places {
        Places::Whole => out.push(WHOLE),
        Places::Text(table) => {
            out.push(TEXT);
            let (lines, wide) = table.parts();
            push(out, lines);
            push(out, wide);
        }
        Places::Variables(names) => {
            out.push(VARIABLES);
            out.extend((names.len() as u32).to_le_bytes());
            names.iter().for_each(|name| push(out, name.as_bytes()));
        }
    }
}

fn push(out: &mut Vec<u8>, bytes: &[u8]) {
    out.extend((bytes.len() as u32).to_le_bytes());
    out.extend(bytes);
}

pub(super) fn read(mut column: Column<'_>) -> Result<Vec<Layer>, UnpackError> {
    let mut layers = Vec::new();
    while !column.is_empty() {
        if layers.len() == MAX_LAYERS {
            return Err(UnpackError::Malformed("too many layers"));
        }
        layers.push(layer(&mut column)?);
    }
    Ok(layers)
}

fn layer(column: &mut Column<'_>) -> Result<Layer, UnpackError> {
    let kind =
        *KINDS.get(usize::from(column.byte()?)).ok_or(UnpackError::Malformed("an unknown layer kind"))?;
    let name = text(column)?;
    let places = match column.byte()? {
        WHOLE => Places::Whole,
        TEXT => Places::Text(lines(column)?.into()),
        VARIABLES => Places::Variables(variables(column)?),
        _ => return Err(UnpackError::Malformed("unknown places of a layer")),
    };
    Ok(Layer::with_places(kind, name, places))
}

fn lines(column: &mut Column<'_>) -> Result<LineTable, UnpackError> {
    let (lines, wide) = (sized(column)?, sized(column)?);
    LineTable::from_parts(lines, wide).ok_or(UnpackError::Malformed("lines that no text has"))
}

fn variables(column: &mut Column<'_>) -> Result<Box<[Box<str>]>, UnpackError> {
    let count = length(column)?;
    if count > column.left().len() / size_of::<u32>() {
        return Err(UnpackError::Malformed("more variables than bytes"));
    }
    (0..count).map(|_| text(column)).collect()
}

fn text(column: &mut Column<'_>) -> Result<Box<str>, UnpackError> {
    let bytes = sized(column)?;
    Ok(str::from_utf8(bytes).map_err(|_| UnpackError::Malformed("a name that is not UTF-8"))?.into())
}

fn sized<'a>(column: &mut Column<'a>) -> Result<&'a [u8], UnpackError> {
    let length = length(column)?;
    column.bytes(length)
}

fn length(column: &mut Column<'_>) -> Result<usize, UnpackError> {
    Ok(u32::from_le_bytes(column.array()?) as usize)
}
