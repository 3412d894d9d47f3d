//! One message over HTTP. Redirects are not followed: a message goes where the configuration says, and nowhere else.

use std::time::Duration;

use axum::http::uri::{InvalidUri, Uri};
use axum::http::{Request, StatusCode};
use bytes::Bytes;
use http_body_util::Full;
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::Client as HyperClient;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use rustls::ClientConfig;

use crate::mqtt::client_config;

/// An answer must be there within so long.
const PATIENCE: Duration = Duration::from_secs(10);

/// Why a webhook cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The secret is too short, or no base64 behind `whsec_`.
    #[error("the secret must have 16 bytes or more: `whsec_` and base64, or any other text")]
    Secret,
    /// The address is none.
    #[error("the address is none")]
    Address(#[from] InvalidUri),
    /// The encryption library does not work.
    #[error("the encryption library does not work")]
    Tls(#[from] rustls::Error),
}

/// What came of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// It was taken (2xx).
    Taken,
    /// The receiver will not have it, now or later: why.
    Refused(String),
    /// It may be taken later: why not now.
    Failed(String),
}

/// The way to one address.
#[derive(Debug, Clone)]
pub struct Client {
    http: HyperClient<HttpsConnector<HttpConnector>, Full<Bytes>>,
    uri: Uri,
}

impl Client {
    /// A client of one address, which judges certificates by those of the system.
    ///
    /// # Errors
    /// When the address is none, or the encryption library does not work.
    pub fn new(url: &str) -> Result<Self, ClientError> {
        let tls = ClientConfig::clone(&*client_config()?);
        let connector =
            hyper_rustls::HttpsConnectorBuilder::new().with_tls_config(tls).https_or_http().enable_http1().build();
        Ok(Self { http: HyperClient::builder(TokioExecutor::new()).build(connector), uri: url.parse()? })
    }

    /// Sends a message once. Of the answer only the status is read.
    pub async fn send(&self, headers: &[(&'static str, String)], body: &str) -> Answer {
        let mut request = Request::post(self.uri.clone());
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        let request = match request.body(Full::new(Bytes::copy_from_slice(body.as_bytes()))) {
            Ok(request) => request,
            Err(error) => return Answer::Refused(error.to_string()),
        };
        match tokio::time::timeout(PATIENCE, self.http.request(request)).await {
            Err(_) => Answer::Failed(format!("no answer within {} s", PATIENCE.as_secs())),
            Ok(Err(error)) => {
                let cause = std::error::Error::source(&error).map(|cause| format!(": {cause}")).unwrap_or_default();
                Answer::Failed(format!("{error}{cause}"))
            }
            Ok(Ok(response)) => judge(response.status()),
        }
    }
}

fn judge(status: StatusCode) -> Answer {
    let later = [StatusCode::REQUEST_TIMEOUT, StatusCode::TOO_EARLY, StatusCode::TOO_MANY_REQUESTS];
    match status {
        status if status.is_success() => Answer::Taken,
        status if status.is_client_error() && !later.contains(&status) => Answer::Refused(status.to_string()),
        // Redirects among them: the address may be mended.
        status => Answer::Failed(status.to_string()),
    }
}
