//! Packets to and from a broker (MQTT 5.0), as many at once as come by one read and wait for one write.
//!
//! The packets are read and written by rumqttc; its event loop, which writes each acknowledgement by itself, is not used.

use std::io;
use std::pin::Pin;
use std::time::Duration;

use bytes::BytesMut;
use rumqttc::v5::mqttbytes;
use rumqttc::v5::mqttbytes::v5::{
    ConnAck, Connect, ConnectProperties, ConnectReturnCode, Disconnect, DisconnectReasonCode, Packet, PingReq,
};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep, sleep, timeout};
use tokio_rustls::TlsConnector;

use crate::gateways::mqtt::broker::{Broker, IN_FLIGHT, LARGEST, SESSION};

/// A connection over which nothing comes is tried so often; when a try has no answer before the next, it is taken for
/// lost. A write that takes longer is too.
const KEEP_ALIVE: Duration = Duration::from_secs(30);

/// For a connection to stand, with TLS and the broker's answer.
const CONNECT: Duration = Duration::from_secs(10);

/// Room for one read: some hundred messages.
const READ: usize = 64 << 10;

/// Why a connection does not stand any more, or never did.
#[derive(Debug, thiserror::Error)]
pub(super) enum LinkError {
    /// The network.
    #[error("the network does not carry it")]
    Network(#[from] io::Error),
    /// It took too long to make.
    #[error("the broker does not answer within {} s", CONNECT.as_secs())]
    Late,
    /// The broker does not let limpid in.
    #[error("the broker refuses the connection ({0:?})")]
    Refused(ConnectReturnCode),
    /// What came is no MQTT.
    #[error("what the broker sends is no MQTT 5.0")]
    Packet(#[source] mqttbytes::Error),
    /// A packet that has no place there.
    #[error("the broker sends a packet that is out of place")]
    OutOfPlace,
    /// The broker ended it, and said so.
    #[error("the broker ended the connection ({0:?})")]
    SentAway(DisconnectReasonCode),
    /// It ended without a word.
    #[error("the broker closed the connection")]
    Closed,
    /// Nothing comes, not even the answer to a ping, or nothing can be sent.
    #[error("the broker is silent")]
    Silent,
}

trait Duplex: AsyncRead + AsyncWrite + Send + Unpin {}
impl<S: AsyncRead + AsyncWrite + Send + Unpin> Duplex for S {}

/// A connection to a broker that has let limpid in.
pub(super) struct Link {
    stream: Box<dyn Duplex>,
    incoming: BytesMut,
    outgoing: BytesMut,
    /// Whether something was put that has not been flushed.
    unsent: bool,
    /// To the next ping.
    pause: Pin<Box<Sleep>>,
    keep_alive: Duration,
    /// Whether the broker has yet to answer one.
    pinged: bool,
}

impl Link {
    /// Connects, and gives the broker's answer beside.
    pub(super) async fn connect(broker: &Broker) -> Result<(Self, ConnAck), LinkError> {
        timeout(CONNECT, Self::enter(broker)).await.unwrap_or(Err(LinkError::Late))
    }

    async fn enter(broker: &Broker) -> Result<(Self, ConnAck), LinkError> {
        let stream = TcpStream::connect(broker.address()).await?;
        stream.set_nodelay(true)?;
        let stream: Box<dyn Duplex> = match &broker.tls {
            None => Box::new(stream),
            Some((config, name)) => Box::new(TlsConnector::from(config.clone()).connect(name.clone(), stream).await?),
        };
        let mut link = Self {
            stream,
            incoming: BytesMut::new(),
            outgoing: BytesMut::new(),
            unsent: false,
            pause: Box::pin(sleep(KEEP_ALIVE)),
            keep_alive: KEEP_ALIVE,
            pinged: false,
        };
        let mut properties = ConnectProperties::new();
        properties.session_expiry_interval = u32::try_from(SESSION.as_secs()).ok();
        properties.receive_maximum = Some(IN_FLIGHT);
        properties.max_packet_size = Some(LARGEST);
        let connect = Connect {
            keep_alive: KEEP_ALIVE.as_secs() as u16,
            client_id: broker.client_id.clone(),
            clean_start: false,
            properties: Some(properties),
        };
        link.put(&Packet::Connect(connect, None, broker.login.clone()))?;
        match link.next().await? {
            Packet::ConnAck(answer) if answer.code == ConnectReturnCode::Success => {
                let asked = answer.properties.as_ref().and_then(|properties| properties.server_keep_alive);
                // The broker's word counts (3.2.2.3.14); 0 says that it does not look.
                if let Some(seconds) = asked.filter(|seconds| *seconds > 0) {
                    link.keep_alive = KEEP_ALIVE.min(Duration::from_secs(seconds.into()));
                }
                Ok((link, answer))
            }
            Packet::ConnAck(answer) => Err(LinkError::Refused(answer.code)),
            _ => Err(LinkError::OutOfPlace),
        }
    }

    /// Puts a packet behind those that wait to be sent.
    pub(super) fn put(&mut self, packet: &Packet) -> Result<(), LinkError> {
        packet.write(&mut self.outgoing, None).map_err(LinkError::Packet)?;
        self.unsent = true;
        Ok(())
    }

    /// Sends all that wait. Dropped in between, it goes on where it was the next time.
    pub(super) async fn flush(&mut self) -> Result<(), LinkError> {
        if !self.unsent {
            return Ok(());
        }
        let send = async {
            while !self.outgoing.is_empty() {
                if self.stream.write_buf(&mut self.outgoing).await? == 0 {
                    return Err(LinkError::Closed);
                }
            }
            self.stream.flush().await?;
            Ok(())
        };
        timeout(KEEP_ALIVE, send).await.unwrap_or(Err(LinkError::Silent))?;
        self.unsent = false;
        Ok(())
    }

    /// The next packet that has come already.
    pub(super) fn come(&mut self) -> Result<Option<Packet>, LinkError> {
        loop {
            match Packet::read(&mut self.incoming, Some(LARGEST)) {
                Ok(Packet::PingResp(_)) => {}
                Ok(Packet::Disconnect(packet)) => return Err(LinkError::SentAway(packet.reason_code)),
                Ok(packet) => return Ok(Some(packet)),
                Err(mqttbytes::Error::InsufficientBytes(_)) => return Ok(None),
                Err(error) => return Err(LinkError::Packet(error)),
            }
        }
    }

    /// The next packet, waited for; what waits to be sent is sent before. Dropping the wait loses nothing.
    pub(super) async fn next(&mut self) -> Result<Packet, LinkError> {
        loop {
            if let Some(packet) = self.come()? {
                return Ok(packet);
            }
            self.flush().await?;
            self.incoming.reserve(READ);
            tokio::select! {
                read = self.stream.read_buf(&mut self.incoming) => {
                    if read? == 0 {
                        return Err(LinkError::Closed);
                    }
                    self.pinged = false;
                }
                () = self.pause.as_mut() => {
                    if self.pinged {
                        return Err(LinkError::Silent);
                    }
                    self.pinged = true;
                    self.pause.as_mut().reset(Instant::now() + self.keep_alive);
                    self.put(&Packet::PingReq(PingReq))?;
                }
            }
        }
    }

    /// Takes leave, and stays until the broker closes, which says that it has read everything: one that is connected to
    /// again before that forgets what it had not read. Messages that come meanwhile are not taken; the broker keeps them.
    pub(super) async fn leave(mut self) {
        let farewell = Packet::Disconnect(Disconnect::new(DisconnectReasonCode::NormalDisconnection));
        // Where it cannot be sent the broker sees the connection end without a word, which does no harm.
        if self.put(&farewell).is_ok() {
            while self.next().await.is_ok() {}
        }
    }
}
