//! What the command line takes.

use std::net::SocketAddr;
use std::path::PathBuf;

use chrono::NaiveDate;
use clap::builder::ArgPredicate;
use clap::{Args, Parser, Subcommand, ValueEnum};

/// Publishes environmental monitoring data: takes readings in, validates and aggregates them, and serves feeds,
/// pages and open datasets.
#[derive(Debug, Parser)]
#[command(
    name = "limpid",
    version,
    after_help = "Exit codes: 0 done, 1 the work failed, 2 wrong usage or configuration."
)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Take readings in, work them up and publish them, until stopped
    Run(Run),
    /// Read a pipeline folder and say everything that is wrong with it
    Check {
        #[command(flatten)]
        pipeline: PipelineDir,
    },
    /// Say how a station departs from HJ 212, and what to mend
    Conformance(Conformance),
    /// Read history files into the journal, compute all figures and release the datasets
    Import(Import),
    /// Ask the sources of the pipeline once, compute all figures and release the datasets
    Pull(Pull),
    /// Be stations that really connect and speak to a gateway
    Simulate(Simulate),
    /// Make rows of stations.csv out of a network's list of sites, and say which sites are left out
    Stations {
        /// Whose list: cnemc-site, uba or bcn-noise
        #[arg(long, value_name = "NAME")]
        format: String,
        /// The list
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
    /// Write the current release of a dataset to a folder
    Export(Export),
    /// Check a release: are its files whole, and does every figure come out again of the readings?
    Verify(Verify),
    /// Decide about values: accept, invalidate or correct them; while limpid runs, by POST /api/v1/reviews
    Review {
        /// What to do.
        #[command(subcommand)]
        command: ReviewCommand,
    },
    /// Take in warnings to the public; while limpid runs, by POST /api/v1/alerts
    Alert {
        /// What to do.
        #[command(subcommand)]
        command: AlertCommand,
    },
    /// Keep registers: import records, check, release, repeal and withdraw them; while limpid runs, over HTTP
    Register {
        /// What to do.
        #[command(subcommand)]
        command: crate::commands::register::RegisterCommand,
    },
    /// Try forecasts on the past, train them and issue them
    Forecast {
        /// What to do.
        #[command(subcommand)]
        command: crate::commands::forecast::ForecastCommand,
    },
    /// Let people in at the operator's desk; while limpid runs, at the desk itself
    Officer {
        /// What to do.
        #[command(subcommand)]
        command: OfficerCommand,
    },
    /// Make upload tokens
    Token {
        /// What to do with tokens.
        #[command(subcommand)]
        command: TokenCommand,
    },
}

/// The pipeline folder.
#[derive(Debug, Args)]
pub struct PipelineDir {
    /// The authority's folder, with pipeline.toml and stations.csv
    #[arg(long, value_name = "DIR")]
    pub pipeline: PathBuf,
}

/// The state folder.
#[derive(Debug, Args)]
pub struct State {
    /// Where the journal and the datasets are kept; made if need be
    #[arg(long, value_name = "DIR")]
    pub state: PathBuf,
}

/// A part of the work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Role {
    /// The gateways
    Ingest,
    /// Validation, aggregation and assessment
    Transform,
    /// The board, API, pages and datasets
    Publish,
}

/// `limpid run`
#[derive(Debug, Args)]
pub struct Run {
    #[command(flatten)]
    pub pipeline: PipelineDir,
    #[command(flatten)]
    pub state: State,
    /// Do only these parts of the work
    #[arg(long, value_enum, value_delimiter = ',', default_values_t = [Role::Ingest, Role::Transform, Role::Publish])]
    pub role: Vec<Role>,
    /// Where to serve HTTP; port 0 takes a free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    pub http: SocketAddr,
    /// Where to listen for HJ 212 stations; port 0 takes a free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8212")]
    pub hj212: SocketAddr,
    /// Serve the operator's desk here and not on the HTTP address, with the whole site beside it; needs desk.enabled
    #[arg(long, value_name = "ADDR")]
    pub desk: Option<SocketAddr>,
    /// Also be the stations of the registry that are marked as simulated, over real HJ 212 connections, and show the records
    /// of registers/samples/ in registers that have none
    #[arg(long)]
    pub simulate: bool,
}

/// `limpid conformance`
#[derive(Debug, Args)]
pub struct Conformance {
    #[command(flatten)]
    pub pipeline: PipelineDir,
    #[command(flatten)]
    pub state: State,
    /// The station
    #[arg(long, value_name = "ID")]
    pub station: String,
    /// How many of the events that the station told of itself are shown, the newest first
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub events: u16,
    /// Only events before this time, RFC 3339 with offset
    #[arg(long, value_name = "TIME")]
    pub before: Option<chrono::DateTime<chrono::FixedOffset>>,
    /// Print one JSON line instead of text
    #[arg(long)]
    pub json: bool,
}

/// `limpid import`
#[derive(Debug, Args)]
pub struct Import {
    #[command(flatten)]
    pub pipeline: PipelineDir,
    #[command(flatten)]
    pub state: State,
    /// Layout of the files: quotsoft, prsa, airnow-hourly, long, bcn-noise, wqx, cnemc-air, cnemc-site, cnemc-city,
    /// water-cn-auto, kdd2018, openaq-csv, uba, usgs-nwis, dwd-daily, laeq1m, hj212-log, or mapped
    #[arg(
        long,
        value_name = "NAME",
        default_value_if("mapping", ArgPredicate::IsPresent, "mapped"),
        required_unless_present = "mapping"
    )]
    pub format: Option<String>,
    /// What the columns of mapped files mean, a TOML file
    #[arg(long, value_name = "FILE")]
    pub mapping: Option<PathBuf>,
    /// The station of files that name none
    #[arg(long, value_name = "ID")]
    pub station: Option<String>,
    /// When files were made whose times have no year; default: the date in the file's name
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub collected: Option<NaiveDate>,
    /// The files
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
}

/// `limpid pull`
#[derive(Debug, Args)]
pub struct Pull {
    #[command(flatten)]
    pub pipeline: PipelineDir,
    #[command(flatten)]
    pub state: State,
    /// Only the source with this id
    #[arg(long, value_name = "ID")]
    pub source: Option<String>,
    /// Read everything from this time on afresh (2026-11-25T08:00:00+08:00, or a date of the publisher's zone)
    #[arg(long, value_name = "TIME")]
    pub from: Option<String>,
    /// Read up to this time; without it, up to now
    #[arg(long, value_name = "TIME", requires = "from")]
    pub to: Option<String>,
}

/// `limpid simulate`
#[derive(Debug, Args)]
pub struct Simulate {
    #[command(flatten)]
    pub pipeline: PipelineDir,
    /// The gateway: hj212://HOST:PORT, http://HOST:PORT, or a broker, mqtt://HOST:PORT
    #[arg(long, value_name = "URL")]
    pub to: String,
    /// Replay these readings; without it, believable ones are made up
    #[arg(long, value_name = "FILE", requires = "format")]
    pub from: Vec<PathBuf>,
    /// Layout of the files: any that import reads but hj212-log and mapped
    #[arg(long, value_name = "NAME")]
    pub format: Option<String>,
    /// Times faster than real; 0 as fast as the acknowledgements allow
    #[arg(long, value_name = "N", default_value_t = 1.0)]
    pub speed: f64,
    /// Only the first N stations of the registry
    #[arg(long, value_name = "N")]
    pub stations: Option<usize>,
    /// Hours of made-up history to send first
    #[arg(long, value_name = "HOURS", default_value_t = 0)]
    pub backfill: u32,
    /// This part of the hours (0 to 1) gets lost on the way, until the gateway asks for it; HJ 212 only
    #[arg(long, value_name = "PART", default_value_t = 0.0)]
    pub lose: f64,
    /// Clocks of the stations are ahead by so many seconds, until the gateway sets them; HJ 212 only
    #[arg(long, value_name = "SECONDS", default_value_t = 0, allow_negative_numbers = true)]
    pub clock_off: i64,
    /// Upload token for http targets
    #[arg(long, value_name = "SECRET", env = "LIMPID_TOKEN", hide_env_values = true)]
    pub token: Option<String>,
}

/// `limpid export`
#[derive(Debug, Args)]
pub struct Export {
    #[command(flatten)]
    pub pipeline: PipelineDir,
    #[command(flatten)]
    pub state: State,
    /// The dataset, such as air-hourly
    #[arg(long, value_name = "NAME")]
    pub dataset: String,
    /// Where to write it; made if need be
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
}

/// `limpid verify`
#[derive(Debug, Args)]
pub struct Verify {
    #[command(flatten)]
    pub pipeline: PipelineDir,
    #[command(flatten)]
    pub state: State,
    /// The dataset, such as air-hourly
    #[arg(long, value_name = "NAME")]
    pub dataset: String,
    /// The release; without it, the current one
    #[arg(long, value_name = "ID")]
    pub release: Option<String>,
}

/// `limpid token …`
#[derive(Debug, Subcommand)]
pub enum TokenCommand {
    /// Make a token: prints the secret once, and the lines for pipeline.toml
    New {
        /// The station that it may upload for, or decide about, "*" for all
        #[arg(long, value_name = "ID", required_unless_present_any = ["reviewer", "officer"])]
        station: Option<String>,
        /// Make it the token of a reviewer of this name
        #[arg(long, value_name = "NAME")]
        reviewer: Option<String>,
        /// Make it the token of an officer of this name, who keeps registers
        #[arg(long, value_name = "NAME", requires = "role", conflicts_with_all = ["reviewer", "station"])]
        officer: Option<String>,
        /// What the officer may do
        #[arg(long, value_name = "ROLE", requires = "officer", value_delimiter = ',', value_parser = ["editor", "reviewer", "publisher", "operator"])]
        role: Vec<String>,
    },
}

/// `limpid officer …`
#[derive(Debug, Subcommand)]
pub enum OfficerCommand {
    /// Set the password of an officer or reviewer, read from standard input: one line, 12 letters and more
    Password(OfficerPassword),
}

/// `limpid officer password`
#[derive(Debug, Args)]
pub struct OfficerPassword {
    #[command(flatten)]
    pub pipeline: PipelineDir,
    #[command(flatten)]
    pub state: State,
    /// The name in [[officer]] or [[reviewer]]
    #[arg(value_name = "NAME")]
    pub name: String,
    /// It must be changed at the first login
    #[arg(long)]
    pub temporary: bool,
    /// Take the second factor away, so that a new one can be set up
    #[arg(long)]
    pub reset_second_factor: bool,
}

/// `limpid review …`
#[derive(Debug, Subcommand)]
pub enum ReviewCommand {
    /// Take a decision, and compute what it changes
    Decide(Decide),
    /// Print every decision, the oldest first, one JSON line each
    List {
        #[command(flatten)]
        pipeline: PipelineDir,
        #[command(flatten)]
        state: State,
    },
}

/// `limpid alert …`
#[derive(Debug, Subcommand)]
pub enum AlertCommand {
    /// Take in another authority's alert (CAP 1.2), to be passed on byte for byte
    Relay(TakeAlert),
    /// Make an alert of this authority's own out of JSON, as POST /api/v1/alerts takes it
    Issue(TakeAlert),
    /// Print every alert, the oldest first, one JSON line each
    List {
        #[command(flatten)]
        pipeline: PipelineDir,
        #[command(flatten)]
        state: State,
    },
}

/// `limpid alert relay` and `limpid alert issue`
#[derive(Debug, Args)]
pub struct TakeAlert {
    #[command(flatten)]
    pub pipeline: PipelineDir,
    #[command(flatten)]
    pub state: State,
    /// Who takes it in
    #[arg(long, value_name = "NAME")]
    pub who: String,
    /// The document
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
}

/// `limpid review decide`
#[derive(Debug, Args)]
pub struct Decide {
    #[command(flatten)]
    pub pipeline: PipelineDir,
    #[command(flatten)]
    pub state: State,
    /// The station
    #[arg(long, value_name = "ID")]
    pub station: String,
    /// Parameters; without it, all that the station measures
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    pub parameter: Vec<String>,
    /// The start of the first hour, with offset
    #[arg(long, value_name = "TIME")]
    pub from: String,
    /// The end of the last hour
    #[arg(long, value_name = "TIME")]
    pub to: String,
    /// accept, invalidate, correct, event or finalise
    #[arg(long, value_name = "WORD")]
    pub decision: String,
    /// Of correct: the value is multiplied with it
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    pub factor: Option<f64>,
    /// Of correct: it is added then, in the canonical unit
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    pub offset: Option<f64>,
    /// Who decides
    #[arg(long, value_name = "NAME")]
    pub who: String,
    /// Why
    #[arg(long, value_name = "TEXT")]
    pub why: String,
}
