//! The words of limpid, as types: what a station, a reading, an observation and an assessment are.
//!
//! This crate does no I/O, knows no clock and depends on no data-frame library. Everything a room of the house
//! says to another room it says in these types.
//!
//! - [`station`], [`parameter`], [`unit`], [`time`]: what is measured, where, in what, and when
//! - [`reading`], [`submission`], [`receipt`]: what came in, and what the sender was told
//! - [`station_event`]: what a station tells of itself
//! - [`observation`], [`assessment`], [`compliance`], [`record`]: what is published
//! - [`gap`]: what is missing and why, and how complete a year is
//! - [`limit`]: thresholds of automatic checks that an operator sets
//! - [`summary`]: figures of areas and of long periods
//! - [`register`], [`privacy`]: records that an authority must publish, and what of them is nobody's business
//! - [`permit`]: how a discharge keeps to its permit
//! - [`link`]: what has to stand for readings to arrive
//! - [`outlook`]: what somebody else's model expects
//! - [`forecast`]: what limpid expects, and how good that was
//! - [`alert`]: warnings to the public, of others and of one's own
//! - [`event`]: what happens, in one order
//! - [`pipeline`]: one authority's configuration, read from a folder's text with line and remedy for each error
//! - [`table`]: reading the tables of facts under `data/`
//! - [`code`]: codes that others issue, and doubts about them
//! - [`workdays`]: calendars of working days, by which deadlines are counted
//! - [`outline`]: lines of a map; [`geo`]: distances and boxes
//! - [`address`]: absolute addresses of this service
//! - [`problem`]: the shape of every error that leaves by HTTP (RFC 9457)
//!
//! Conventions that hold everywhere: instants are UTC; an interval is `start` inclusive, `end` exclusive; a value
//! is in its parameter's canonical unit; a missing value is `None`, never a sentinel.

pub mod address;
pub mod alert;
pub mod assessment;
pub mod body;
pub mod code;
pub mod compliance;
pub mod event;
pub mod explanation;
pub mod forecast;
pub mod gap;
pub mod geo;
pub mod limit;
pub mod link;
pub mod observation;
pub mod outline;
pub mod outlook;
pub mod parameter;
pub mod permit;
pub mod pipeline;
pub mod privacy;
pub mod problem;
pub mod reading;
pub mod receipt;
pub mod record;
pub mod register;
pub mod review;
pub mod station;
pub mod station_event;
pub mod submission;
pub mod summary;
pub mod table;
pub mod text;
pub mod time;
pub mod unit;
pub mod workdays;

pub use alert::Alert;
pub use assessment::{Assessment, Level, Scheme, SchemeChoice};
pub use body::{Body, Sealed};
pub use compliance::{Compared, Compliance, Met, Part, SourceRates};
pub use event::{Happening, Logged, Note, NoteKind};
pub use explanation::{Explanation, Question};
pub use forecast::{Forecast, ForecastScore};
pub use gap::{Completeness, DayValues, Gap, GapCause, MonthDays, Prospect};
pub use limit::Limit;
pub use link::{Link, LinkEvent, LinkSpan};
pub use observation::{Flag, Observation, Revised, Statistic, Status};
pub use outlook::Outlook;
pub use parameter::ParameterId;
pub use pipeline::{Pipeline, Stations};
pub use problem::Problem;
pub use reading::{Mark, Reading};
pub use receipt::{Counts, Reason, Receipt, ReceiptId, Verdict, VerdictKind};
pub use record::{Published, Record};
pub use register::{PublicRecord, Register};
pub use review::Review;
pub use station::{Station, StationId, StationKind};
pub use station_event::{KeptStationEvent, StationEvent, StationEventKind};
pub use submission::{Channel, Entry, Submission};
pub use summary::{Subject, Summary, SummaryBody};
pub use text::Text;
pub use time::{Instant, Period, Zone};
pub use unit::Unit;
