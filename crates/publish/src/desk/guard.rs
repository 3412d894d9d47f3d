//! What every request to the desk passes before anything is done for it.
//!
//! - over TLS, or from this machine where the pipeline says so
//! - what changes something comes from a page of this service: `Origin` (and `Sec-Fetch-Site`, where a browser sends it)
//! - a session that has not ended, of somebody whom the pipeline still names
//! - the session's token in each form
//!
//! A body is read here and nowhere else, so that no handler can forget the token.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::body::{Body, to_bytes};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, Method, Response, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect};
use limpid_model::pipeline::Desk as Rules;
use subtle::ConstantTimeEq;
use url::form_urlencoded;

use super::person::Person;
use super::{Desk, frame, session};
use crate::answer::Failure;
use crate::links;

/// Bytes of a form from somebody who is not logged in.
const STRANGERS: usize = 4 * 1024;
/// Bytes of a form otherwise: a record has at most 4 MiB, and is longer as a form.
const FORM: usize = 16 * 1024 * 1024;

/// The fields of a form, in their order.
#[derive(Debug, Clone, Default)]
pub struct Fields(pub Vec<(String, String)>);

impl Fields {
    /// The first of this name; empty where there is none.
    pub fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.as_str())
    }

    /// The same without blanks around it, `None` where it is empty.
    pub fn some(&self, name: &str) -> Option<String> {
        Some(self.get(name).trim()).filter(|text| !text.is_empty()).map(str::to_owned)
    }
}

impl Fields {
    /// A number; `None` where the field is empty.
    ///
    /// # Errors
    /// 422 for what is no number.
    pub fn number(&self, name: &str) -> Result<Option<f64>, Failure> {
        let Some(text) = self.some(name) else { return Ok(None) };
        let number = text.parse::<f64>().ok().filter(|number| number.is_finite());
        number.map(Some).ok_or_else(|| Failure::body(name, "write a number such as 12.5", Vec::<String>::new()))
    }
}

/// Where a request came from.
#[derive(Debug, Clone, Copy)]
pub struct Address(pub IpAddr);

/// Paths for those whose password or second factor is not as it must be.
fn is_for_the_unready(path: &str) -> bool {
    path.starts_with("/desk/account") || path == "/desk/logout"
}

/// For pages within the desk.
pub async fn inside(State(desk): State<Desk>, mut request: Request, next: Next) -> Response<Body> {
    match enter(&desk, &mut request).await {
        Ok(Some(person)) => {
            let app = &desk.app;
            if !person.is_ready(app) && !is_for_the_unready(request.uri().path()) {
                return Redirect::to("/desk/account").into_response();
            }
            if let Err(failure) = take_form(&mut request, FORM, Some(&person.csrf)).await {
                return frame::told(app, &request_parts(&request), Some(&person), failure);
            }
            request.extensions_mut().insert(person);
            next.run(request).await
        }
        Ok(None) => Redirect::to("/desk/login").into_response(),
        Err(failure) => frame::told(&desk.app, &request_parts(&request), None, failure),
    }
}

/// For the way in.
pub async fn outside(State(desk): State<Desk>, mut request: Request, next: Next) -> Response<Body> {
    let checked = checked(&desk, &mut request);
    let taken = match checked {
        Ok(()) => take_form(&mut request, STRANGERS, None).await,
        Err(failure) => Err(failure),
    };
    match taken {
        Ok(()) => next.run(request).await,
        Err(failure) => frame::told(&desk.app, &request_parts(&request), None, failure),
    }
}

fn request_parts(request: &Request) -> (axum::http::Uri, HeaderMap) {
    (request.uri().clone(), request.headers().clone())
}

/// Who comes in; nobody without a session.
async fn enter(desk: &Desk, request: &mut Request) -> Result<Option<Person>, Failure> {
    checked(desk, request)?;
    let app = &desk.app;
    let Some(secret) = session::presented(&app.pipeline.desk, request.headers()).map(str::to_owned) else {
        return Ok(None);
    };
    let Some(found) = session::find(app, &secret).await? else { return Ok(None) };
    let Some(account) = app.journal.desk().account(&found.name).await? else { return Ok(None) };
    let address = request.extensions().get::<Address>().map(|address| address.0.to_string()).unwrap_or_default();
    Ok(Person::of(app, account, found, session::csrf(&secret), address))
}

/// Channel and origin; the address is noted for those behind.
fn checked(desk: &Desk, request: &mut Request) -> Result<(), Failure> {
    let rules = &desk.app.pipeline.desk;
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip().to_canonical());
    let peer = peer.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
    let headers = request.headers();
    let secure = headers.get("x-forwarded-proto").is_some_and(|scheme| scheme.as_bytes() == b"https");
    if !(secure || rules.plain_http && peer.is_loopback()) {
        return Err(Failure::forbidden(
            "the desk is for TLS only; a proxy that ends TLS says X-Forwarded-Proto: https",
        ));
    }
    if !matches!(*request.method(), Method::GET | Method::HEAD) && !is_from_here(headers) {
        return Err(Failure::forbidden("this form was not sent from a page of this service"));
    }
    let address = Address(address(rules, peer, headers));
    request.extensions_mut().insert(address);
    Ok(())
}

/// Whether a form comes from a page of this service. Browsers name the origin of every form that is posted.
fn is_from_here(headers: &HeaderMap) -> bool {
    let text = |name: header::HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let site = headers.get("sec-fetch-site").is_none_or(|site| site.as_bytes() == b"same-origin");
    let here = links::absolute(headers, "");
    let here = here.strip_suffix(links::base(headers)).unwrap_or(&here);
    site && text(header::ORIGIN).is_some_and(|origin| !origin.is_empty() && origin == here)
}

/// Who asks: the other end, or whom a proxy of ours names.
fn address(rules: &Rules, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
    let ours = |address: &IpAddr| rules.proxies.iter().any(|network| network.holds(*address));
    if !ours(&peer) {
        return peer;
    }
    let all = headers.get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok());
    let mut named: Vec<IpAddr> =
        all.flat_map(|value| value.split(',')).filter_map(|one| one.trim().parse().ok()).collect();
    named.reverse();
    named.into_iter().find(|address| !ours(address)).unwrap_or(peer)
}

/// Reads a form and holds it to the session's token.
async fn take_form(request: &mut Request, limit: usize, csrf: Option<&str>) -> Result<(), Failure> {
    if matches!(*request.method(), Method::GET | Method::HEAD) {
        return Ok(());
    }
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if kind.split(';').next() != Some("application/x-www-form-urlencoded") {
        return Err(Failure::media_type(kind, ["application/x-www-form-urlencoded"]));
    }
    let body = to_bytes(std::mem::take(request.body_mut()), limit).await;
    let body =
        body.map_err(|_| Failure::body("form", format!("it is longer than {limit} bytes"), Vec::<String>::new()))?;
    let fields: Vec<(String, String)> = form_urlencoded::parse(&body).into_owned().collect();
    let fields = Fields(fields);
    if let Some(csrf) = csrf
        && !bool::from(fields.get("csrf").as_bytes().ct_eq(csrf.as_bytes()))
    {
        return Err(Failure::forbidden("this form is not one of this session; open the page again"));
    }
    request.extensions_mut().insert(fields);
    Ok(())
}
