//! What `limpid register` takes.

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::{Args, Subcommand};

use crate::cli::{PipelineDir, State};

/// `limpid register …`
#[derive(Debug, Subcommand)]
pub enum RegisterCommand {
    /// Read a file of records (CSV, XLSX or JSON); each that says something new becomes a draft
    Import(ImportRecords),
    /// Record a review for secrecy and privacy of drafts
    Check(Check),
    /// Make checked records public, now or at a time
    Release(Release),
    /// Take records out of public view; reason and date stay in their place
    Withdraw(End),
    /// Mark public records as put out of force
    Repeal(End),
    /// Print how far records are, one JSON line each
    List(List),
    /// Print every revision of a record, one JSON line each
    Show(Show),
    /// Print who did what, the oldest first, one JSON line each
    Audit(Audit),
    /// Write what registers there are, in the columns of the national template
    Catalogue(Catalogue),
}

/// Which register of which pipeline.
#[derive(Debug, Args)]
pub struct Of {
    #[command(flatten)]
    pub pipeline: PipelineDir,
    #[command(flatten)]
    pub state: State,
    /// The register: the name of its file in registers/, without .toml
    #[arg(long, value_name = "ID")]
    pub register: String,
}

/// `limpid register catalogue`
#[derive(Debug, Args)]
pub struct Catalogue {
    #[command(flatten)]
    pub pipeline: PipelineDir,
    /// A file .csv or .xlsx; default CSV on standard output
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

/// `limpid register import`
#[derive(Debug, Args)]
pub struct ImportRecords {
    #[command(flatten)]
    pub of: Of,
    /// What the columns mean, a TOML file; without it they bear the names or labels of fields
    #[arg(long, value_name = "FILE")]
    pub mapping: Option<PathBuf>,
    /// Only say what would change, field by field, and what is wrong
    #[arg(long)]
    pub dry_run: bool,
    /// Who imports
    #[arg(long, value_name = "NAME", default_value = "import")]
    pub who: String,
    /// Why; default: the name of the file
    #[arg(long, value_name = "TEXT")]
    pub why: Option<String>,
    /// The file
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
}

/// Which records.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub struct Which {
    /// These records, by their keys
    #[arg(long, value_name = "KEY")]
    pub record: Vec<String>,
    /// Every record that waits for this
    #[arg(long)]
    pub all: bool,
}

/// `limpid register check`
#[derive(Debug, Args)]
pub struct Check {
    #[command(flatten)]
    pub of: Of,
    #[command(flatten)]
    pub which: Which,
    /// Who checked
    #[arg(long, value_name = "NAME")]
    pub who: String,
    /// pass, or fail to send it back
    #[arg(long, value_name = "WORD", default_value = "pass", value_parser = ["pass", "fail"])]
    pub result: String,
    /// What was found
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub note: String,
}

/// `limpid register release`
#[derive(Debug, Args)]
pub struct Release {
    #[command(flatten)]
    pub of: Of,
    #[command(flatten)]
    pub which: Which,
    /// Who releases
    #[arg(long, value_name = "NAME")]
    pub who: String,
    /// Not now but at this time (2026-12-01T08:00:00+08:00); `limpid run` does it then
    #[arg(long, value_name = "TIME")]
    pub at: Option<String>,
    /// Why
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub why: String,
}

/// `limpid register withdraw` and `repeal`
#[derive(Debug, Args)]
pub struct End {
    #[command(flatten)]
    pub of: Of,
    /// The records, by their keys
    #[arg(long, value_name = "KEY", required = true)]
    pub record: Vec<String>,
    /// Who does it
    #[arg(long, value_name = "NAME")]
    pub who: String,
    /// Why, for everybody to read
    #[arg(long, value_name = "TEXT")]
    pub why: String,
    /// From this day; default today
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub on: Option<NaiveDate>,
}

/// `limpid register list`
#[derive(Debug, Args)]
pub struct List {
    #[command(flatten)]
    pub of: Of,
    /// Only those whose newest revision is so far: draft, checked, scheduled or released
    #[arg(long, value_name = "WORD", value_parser = ["draft", "checked", "scheduled", "released"])]
    pub state_of: Option<String>,
}

/// `limpid register show`
#[derive(Debug, Args)]
pub struct Show {
    #[command(flatten)]
    pub of: Of,
    /// The record, by its key
    #[arg(long, value_name = "KEY")]
    pub record: String,
}

/// `limpid register audit`
#[derive(Debug, Args)]
pub struct Audit {
    #[command(flatten)]
    pub of: Of,
    /// Only this record
    #[arg(long, value_name = "KEY")]
    pub record: Option<String>,
}
