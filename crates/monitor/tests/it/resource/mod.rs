#[cfg(target_os = "linux")]
mod agreement;
mod limits;
#[cfg(target_os = "linux")]
mod reuse;
mod vectors;
