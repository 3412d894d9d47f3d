//! `limpid register catalogue`

use std::io::Write;

use anyhow::Context;
use limpid_publish::{Sheet, catalogue};

use super::arguments::Catalogue;
use crate::failure::Failure;
use crate::folder;

/// Writes the catalogue of registers.
pub fn run(arguments: &Catalogue) -> Result<(), Failure> {
    let pipeline = folder::require(&arguments.pipeline.pipeline)?;
    let Some(out) = &arguments.out else {
        let text = catalogue(&pipeline, Sheet::Csv).context("the catalogue")?;
        std::io::stdout().write_all(&text)?;
        return Ok(());
    };
    let sheet = match out.extension().and_then(|extension| extension.to_str()) {
        Some("csv") => Sheet::Csv,
        Some("xlsx") => Sheet::Xlsx,
        _ => return Err(Failure::Usage(format!("--out: {}: name a file .csv or .xlsx", out.display()))),
    };
    let bytes = catalogue(&pipeline, sheet).context("the catalogue")?;
    std::fs::write(out, bytes).with_context(|| format!("writing {}", out.display()))?;
    Ok(())
}
