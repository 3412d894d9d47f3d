//! Messages on their way into the journal, in the order in which they came.

use futures::FutureExt;
use futures::future::{BoxFuture, maybe_done};
use futures::stream::{FuturesOrdered, StreamExt};
use limpid_store::StoreError;
use rumqttc::v5::mqttbytes::v5::Publish;
use tokio::task::unconstrained;

use crate::gateways::mqtt::broker::{HELD, IN_FLIGHT};
use crate::{Intake, Upload};

/// A message that came.
pub(super) struct Message {
    /// What its acknowledgement needs; without the payload.
    pub(super) publish: Publish,
    /// How long the payload is.
    pub(super) bytes: usize,
    /// What it says; `None` where it carries nothing.
    pub(super) upload: Option<Upload>,
}

/// A message of which the journal has said whether it is durable.
pub(super) struct Settled {
    pub(super) publish: Publish,
    pub(super) outcome: Result<(), StoreError>,
    bytes: usize,
}

/// Messages on their way. Those that came by one read go together: one task wakes for all of them, and not for each.
pub(super) struct Flight {
    intake: Intake,
    boarding: Vec<Message>,
    gone: FuturesOrdered<BoxFuture<'static, Vec<Settled>>>,
    messages: usize,
    bytes: usize,
}

impl Flight {
    /// None yet, bound for this door.
    pub(super) fn new(intake: Intake) -> Self {
        Self { intake, boarding: Vec::new(), gone: FuturesOrdered::new(), messages: 0, bytes: 0 }
    }

    /// Takes a message on, to go with the next [`Self::depart`].
    pub(super) fn board(&mut self, message: Message) {
        self.messages += 1;
        self.bytes += message.bytes;
        self.boarding.push(message);
    }

    /// Sends off those that have boarded.
    pub(super) fn depart(&mut self) {
        if !self.boarding.is_empty() {
            let messages = std::mem::take(&mut self.boarding);
            self.gone.push_back(durable(self.intake.clone(), messages).boxed());
        }
    }

    /// Whether there is no room for another message.
    pub(super) fn full(&self) -> bool {
        self.messages >= usize::from(IN_FLIGHT) || self.bytes >= HELD
    }

    /// Whether none is on its way.
    pub(super) fn is_empty(&self) -> bool {
        self.gone.is_empty()
    }

    /// The messages of the oldest read, once the journal has spoken about each; `None` when none is on its way. Dropped
    /// in between, it loses nothing.
    pub(super) async fn next(&mut self) -> Option<Vec<Settled>> {
        let settled = self.gone.next().await?;
        self.messages -= settled.len();
        self.bytes -= settled.iter().map(|message| message.bytes).sum::<usize>();
        Some(settled)
    }
}

/// Makes messages durable.
async fn durable(intake: Intake, messages: Vec<Message>) -> Vec<Settled> {
    let mut waiting: Vec<_> = messages
        .into_iter()
        .map(|Message { publish, bytes, upload }| {
            (publish, bytes, upload.map(|upload| maybe_done(Box::pin(intake.submit(upload)))))
        })
        .collect();
    // All of them are handed to the journal before the first is waited for, so that they share its next commit. The
    // runtime must not end that early: one that was not handed over would wait for the commit of those before it.
    unconstrained(async {
        for (_, _, submitted) in &mut waiting {
            if let Some(submitted) = submitted {
                submitted.now_or_never();
            }
        }
    })
    .await;
    let mut settled = Vec::with_capacity(waiting.len());
    for (publish, bytes, submitted) in waiting {
        let outcome = match submitted {
            None => Ok(()),
            Some(mut submitted) => {
                (&mut submitted).await;
                let mut submitted = std::pin::Pin::new(&mut submitted);
                submitted.as_mut().take_output().expect("it was waited for, and is asked once").map(|_| ())
            }
        };
        settled.push(Settled { publish, outcome, bytes });
    }
    settled
}
