//! `hj212-log`: what a receiver of HJ 212 wrote down, byte for byte. Whatever stands between the frames (stamps of the
//! receiver, bytes of other protocols) is passed over; each frame goes the way that it would have gone over the
//! network, and is a submission of its own. Nobody is answered.

use std::fs::File;
use std::io::Read;
use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};

use limpid_model::{Channel, Entry};
use tokio::sync::mpsc;

use super::ImportError;
use super::chunk::{Chunk, ReadError, key};
use crate::gateways::hj212::frame::{Damage, Found, Framer};
use crate::gateways::hj212::session::Session;
use crate::intake::{Intake, Upload};

/// Bytes per read.
const READ: usize = 64 << 10;

/// Reads a log into submissions until it ends or nobody takes more; `false` then.
pub(super) fn read(
    intake: &Intake,
    path: &PathBuf,
    hasher: &impl std::hash::BuildHasher,
    sender: &mpsc::Sender<Chunk>,
) -> Result<bool, ReadError> {
    let opening = |source| ReadError::Opening(Box::new(ImportError::Open { file: path.clone(), source }));
    let mut file = File::open(path).map_err(opening)?;
    let name = name(path);
    // Logs do not say who sent what: the frames stand for themselves.
    let session = Session::new(intake.clone(), IpAddr::V4(Ipv4Addr::UNSPECIFIED));
    let (mut framer, mut buffer) = (Framer::default(), vec![0; READ]);
    let (mut read, mut told, mut ended) = (0_u64, 0_u64, false);
    loop {
        let found = match framer.find() {
            None if ended => framer.finish(),
            found => found,
        };
        let upload = match found {
            Some(Found::Frame(frame)) => Some(session.take(&frame).upload),
            Some(Found::Garbage(garbage)) if garbage.damage != Damage::Noise => Some(session.keep(&garbage).upload),
            Some(Found::Garbage(_)) => None,
            None if ended => return Ok(true),
            None => {
                let count = file
                    .read(&mut buffer)
                    .map_err(|source| ReadError::Reading { place: format!("{name}, byte {read}"), source })?;
                read += count as u64;
                ended = count == 0;
                framer.push(&buffer[..count]);
                continue;
            }
        };
        let Some(upload) = upload else { continue };
        let keys = upload.entries.iter().filter_map(|entry| match entry {
            Entry::Reading(reading) => Some(key(hasher, reading)),
            Entry::Refused(_) => None,
        });
        let keys = keys.collect();
        let upload = Upload { channel: Channel::Import, sender: name.clone(), ..upload };
        let chunk = Chunk { upload, bytes: read - std::mem::replace(&mut told, read), keys };
        if sender.blocking_send(chunk).is_err() {
            return Ok(false);
        }
    }
}

fn name(path: &Path) -> String {
    path.file_name().map_or_else(|| "-".into(), |name| name.to_string_lossy().into_owned())
}
