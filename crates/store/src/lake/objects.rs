//! Objects by dataset and path: checked names, and errors by what they mean to the caller.

use std::error::Error as _;
use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use futures::TryStreamExt;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt, PutMode, PutOptions};

use crate::error::{Result, StoreError};

/// Where the objects are. Every write is atomic and durable when it returns.
#[derive(Debug, Clone)]
pub(super) struct Objects(Arc<dyn ObjectStore>);

impl Objects {
    /// In an existing local folder.
    pub fn local(folder: &std::path::Path) -> Result<Self> {
        let store = LocalFileSystem::new_with_prefix(folder)
            .map_err(|error| failed(&format!("opening the lake {}", folder.display()), error))?;
        Ok(Self(Arc::new(store.with_fsync(true))))
    }

    /// Size of an object; `None` where there is none.
    pub async fn size(&self, dataset: &str, path: &str) -> Result<Option<u64>> {
        match self.0.head(&location(dataset, path)?).await {
            Ok(meta) => Ok(Some(meta.size)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(failed(&format!("looking up {dataset}/{path}"), error)),
        }
    }

    /// An object's bytes, or a part of them.
    pub async fn read(&self, dataset: &str, path: &str, range: Option<Range<u64>>) -> Result<Bytes> {
        let location = location(dataset, path)?;
        let bytes = match range {
            Some(range) if range.is_empty() => return Ok(Bytes::new()),
            Some(range) => self.0.get_range(&location, range).await,
            None => match self.0.get(&location).await {
                Ok(found) => found.bytes().await,
                Err(error) => Err(error),
            },
        };
        bytes.map_err(|error| failed(&format!("{dataset}/{path}"), error))
    }

    /// Writes an object in place of any that is there.
    pub async fn write(&self, dataset: &str, path: &str, bytes: Vec<u8>) -> Result<()> {
        let outcome = self.0.put(&location(dataset, path)?, bytes.into()).await;
        outcome.map(|_| ()).map_err(|error| failed(&format!("writing {dataset}/{path}"), error))
    }

    /// Writes an object unless there is one; tells whether it did.
    pub async fn create(&self, dataset: &str, path: &str, bytes: Vec<u8>) -> Result<bool> {
        let options = PutOptions { mode: PutMode::Create, ..PutOptions::default() };
        match self.0.put_opts(&location(dataset, path)?, bytes.into(), options).await {
            Ok(_) => Ok(true),
            Err(object_store::Error::AlreadyExists { .. }) => Ok(false),
            Err(error) => Err(failed(&format!("writing {dataset}/{path}"), error)),
        }
    }

    /// Names of the objects directly in a folder.
    pub async fn names(&self, dataset: &str, folder: &str) -> Result<Vec<String>> {
        let location = location(dataset, folder)?;
        let objects: Vec<_> = self
            .0
            .list(Some(&location))
            .try_collect()
            .await
            .map_err(|error| failed(&format!("listing {dataset}/{folder}"), error))?;
        Ok(objects.iter().filter_map(|object| object.location.filename()).map(str::to_owned).collect())
    }
}

/// Where an object is. A name that could lead anywhere else is the name of nothing.
fn location(dataset: &str, path: &str) -> Result<Path> {
    let missing = || StoreError::NotFound { what: format!("{dataset}/{path}") };
    let named = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-_".contains(&b);
    if dataset.is_empty() || !dataset.bytes().all(named) {
        return Err(missing());
    }
    let plain = |segment: &str| {
        !segment.is_empty()
            && !segment.starts_with('.')
            && segment.bytes().all(|b| b.is_ascii_alphanumeric() || b"=-_.".contains(&b))
    };
    if !path.split('/').all(plain) {
        return Err(missing());
    }
    Path::parse(format!("{dataset}/{path}")).map_err(|_| missing())
}

fn failed(doing: &str, error: object_store::Error) -> StoreError {
    if matches!(error, object_store::Error::NotFound { .. }) {
        return StoreError::NotFound { what: doing.to_owned() };
    }
    let mut cause = error.source();
    while let Some(inner) = cause {
        let full = inner
            .downcast_ref::<std::io::Error>()
            .is_some_and(|io| matches!(io.kind(), std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded));
        if full {
            return StoreError::Full(Box::new(error));
        }
        cause = inner.source();
    }
    StoreError::io(doing, error)
}
