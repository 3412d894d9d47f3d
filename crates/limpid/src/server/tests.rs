//! Over real sockets: what a client that misbehaves costs, and what the server speaks.

use std::fs;
use std::path::Path;

use axum::http::HeaderMap;
use axum::routing::{get, post};
use limpid_model::pipeline::{self, PerAddress};
use rustls::pki_types::{CertificateDer, ServerName};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::task::JoinHandle;
use tokio_rustls::TlsConnector;

use super::*;

struct Running {
    address: SocketAddr,
    stop: CancellationToken,
    served: JoinHandle<()>,
}

/// A server of a page, of a page that the client says when it is done, and of a large one.
async fn start(tls: Option<Tls>, places: Arc<Places>, idle: Duration) -> Running {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = Router::new()
        .route(
            "/",
            get(|ConnectInfo(peer): ConnectInfo<SocketAddr>, headers: HeaderMap| async move {
                let scheme = headers.get("x-forwarded-proto").and_then(|value| value.to_str().ok()).unwrap_or("http");
                format!("{scheme} to {}", peer.ip())
            }),
        )
        .route("/echo", post(|body: String| async move { body }))
        .route("/large", get(|| async { vec![b'x'; 64 << 20] }));
    let stop = CancellationToken::new();
    let served = tokio::spawn(Server { listener, tls, places, idle }.serve(router, stop.clone()));
    Running { address, stop, served }
}

fn open() -> Arc<Places> {
    Places::new(100, PerAddress::Written(100))
}

const LONG: Duration = Duration::from_secs(600);
const GET: &[u8] = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n";

async fn connect(server: &Running) -> TcpStream {
    TcpStream::connect(server.address).await.unwrap()
}

/// Reads until this text stands at the end.
async fn read_to(stream: &mut (impl tokio::io::AsyncRead + Unpin), end: &str) -> String {
    let mut text = Vec::new();
    while !text.ends_with(end.as_bytes()) {
        let byte = stream.read_u8().await;
        text.push(byte.unwrap_or_else(|error| panic!("{error} after {:?}", String::from_utf8_lossy(&text))));
    }
    String::from_utf8(text).unwrap()
}

/// Waits until the server has closed the connection.
async fn closed(mut stream: TcpStream) {
    let mut rest = Vec::new();
    // A reset is a close too.
    let _ = tokio::time::timeout(LONG / 10, stream.read_to_end(&mut rest)).await.expect("it stays open");
}

#[tokio::test]
async fn the_router_hears_who_asks() {
    let server = start(None, open(), LONG).await;
    let mut stream = connect(&server).await;
    for _ in 0..2 {
        stream.write_all(GET).await.unwrap();
        assert!(read_to(&mut stream, "http to 127.0.0.1").await.starts_with("HTTP/1.1 200 OK\r\n"));
    }
}

#[tokio::test]
async fn a_client_that_says_nothing_half_a_head_or_nothing_more_is_closed() {
    let server = start(None, open(), Duration::from_millis(50)).await;
    closed(connect(&server).await).await;
    let mut half = connect(&server).await;
    half.write_all(b"GET / HTTP/1.1\r\nHost: ").await.unwrap();
    closed(half).await;
    let mut idle = connect(&server).await;
    idle.write_all(GET).await.unwrap();
    read_to(&mut idle, "127.0.0.1").await;
    closed(idle).await;
}

#[tokio::test]
async fn a_client_that_does_not_read_is_closed() {
    let server = start(None, Places::new(1, PerAddress::Written(1)), Duration::from_millis(200)).await;
    let mut stream = connect(&server).await;
    stream.write_all(b"GET /large HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    stream.readable().await.unwrap();
    // There is one place, and it is free again though this client still holds its end.
    loop {
        let mut next = connect(&server).await;
        let mut byte = [0];
        if next.write_all(GET).await.is_ok() && matches!(next.read(&mut byte).await, Ok(1)) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    drop(stream);
}

#[tokio::test]
async fn more_connections_than_may_be_are_closed_and_the_others_are_served() {
    let server = start(None, Places::new(2, PerAddress::Written(2)), LONG).await;
    let (mut one, mut two) = (connect(&server).await, connect(&server).await);
    for stream in [&mut one, &mut two] {
        stream.write_all(GET).await.unwrap();
        read_to(stream, "127.0.0.1").await;
    }
    closed(connect(&server).await).await;
    one.write_all(GET).await.unwrap();
    read_to(&mut one, "127.0.0.1").await;
}

#[tokio::test]
async fn a_stop_waits_for_requests_in_work_and_not_for_idle_clients() {
    let server = start(None, open(), LONG).await;
    let mut idle = connect(&server).await;
    idle.write_all(GET).await.unwrap();
    read_to(&mut idle, "127.0.0.1").await;
    let mut busy = connect(&server).await;
    busy.write_all(b"POST /echo HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n")
        .await
        .unwrap();
    read_to(&mut busy, "100 Continue\r\n\r\n").await;
    server.stop.cancel();
    closed(idle).await;
    assert!(!server.served.is_finished());
    busy.write_all(b"done").await.unwrap();
    read_to(&mut busy, "\r\n\r\ndone").await;
    server.served.await.unwrap();
    assert!(TcpStream::connect(server.address).await.is_err());
}

/// A certificate in `folder`, what a server makes of it, and a client that trusts it and speaks these protocols.
fn certified(folder: &Path, protocols: &[&str]) -> (Tls, TlsConnector) {
    let pair = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    fs::write(folder.join("cert.pem"), pair.cert.pem()).unwrap();
    fs::write(folder.join("key.pem"), pair.signing_key.serialize_pem()).unwrap();
    let files = pipeline::Tls { cert: "cert.pem".into(), key: "key.pem".into(), line: 1 };
    let server = Tls::new(&files, folder, "http.tls", &PROTOCOLS).unwrap();
    let mut roots = rustls::RootCertStore::empty();
    roots.add(CertificateDer::from(pair.cert.der().to_vec())).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let versions = rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let mut client = versions.with_root_certificates(roots).with_no_client_auth();
    client.alpn_protocols = protocols.iter().map(|name| name.as_bytes().to_vec()).collect();
    (server, TlsConnector::from(Arc::new(client)))
}

#[tokio::test]
async fn with_a_certificate_it_speaks_tls_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let (config, connector) = certified(folder.path(), &[]);
    let server = start(Some(config), open(), LONG).await;
    let name = ServerName::try_from("localhost").unwrap();
    let mut stream = connector.connect(name, connect(&server).await).await.unwrap();
    stream.write_all(GET).await.unwrap();
    read_to(&mut stream, "https to 127.0.0.1").await;

    let mut plain = connect(&server).await;
    plain.write_all(GET).await.unwrap();
    closed(plain).await;
}

#[tokio::test]
async fn a_client_of_http_2_gets_it() {
    let folder = tempfile::tempdir().unwrap();
    let (config, connector) = certified(folder.path(), &PROTOCOLS);
    let server = start(Some(config), open(), LONG).await;
    let name = ServerName::try_from("localhost").unwrap();
    let stream = connector.connect(name, connect(&server).await).await.unwrap();
    let (mut sender, connection) =
        hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    let request = Request::get("https://localhost/").body(Body::empty()).unwrap();
    let answer = sender.send_request(request).await.unwrap();
    let body = axum::body::to_bytes(Body::new(answer.into_body()), 1000).await.unwrap();
    assert_eq!(body, "https to 127.0.0.1");
}
