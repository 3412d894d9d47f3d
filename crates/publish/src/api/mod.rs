//! The API, one resource a file.
//!
//! - [`query`]: query parameters, each checked, the unknown refused with the known
//! - [`cursor`]: the place in a list where the next page begins
//! - [`shape`], [`page`]: which columns in which format and zone; a page cut and written
//! - [`item`]: published records as JSON objects and as columns
//! - [`stations`], [`latest`], [`observations`], [`assessments`]: the data
//! - [`gaps`], [`completeness`]: what is missing
//! - [`explain`]: how a figure came about
//! - [`forecasts`]: what was issued, and how good that was; [`amendments`]: forecasters' changes to it
//! - [`summaries`]: areas, and months to years
//! - [`status`]: publications against their deadlines
//! - [`stream`]: the same records, pushed
//! - [`reviews`]: what people decided about values
//! - [`uploads`], [`sensorthings`]: what the gateway of limpid-ingest serves beside, in the words of `/openapi.json`
//! - `examples`: examples of answers; `refusals`, `refine`: what paths of `/openapi.json` share, and what derives cannot say
//! - [`health`], [`openapi`]: for machines that look after machines

pub mod alerts;
pub mod amendments;
pub mod assessments;
pub mod completeness;
mod conformance;
pub mod cursor;
mod examples;
pub mod explain;
pub mod forecasts;
pub mod gaps;
pub mod health;
pub mod issue_scores;
pub mod item;
pub mod latest;
pub mod observations;
pub mod openapi;
pub mod page;
pub mod query;
mod refine;
pub mod refusals;
pub mod registers;
pub mod reviews;
mod sensorthings;
pub mod shape;
pub mod stations;
pub mod status;
pub mod stream;
pub mod summaries;
pub mod token;
mod uploads;
pub mod webhooks;
