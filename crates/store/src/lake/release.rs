//! Immutable sets of files, one of which is current.

use limpid_model::Instant;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::Lake;
use super::resource::{Resource, hex};
use crate::error::{Result, StoreError};

/// Profile of the manifests: Data Package version 2 (datapackage.org).
const PROFILE: &str = "https://datapackage.org/profiles/2.0/datapackage.json";

/// A release that exists.
#[derive(Debug, Clone, PartialEq)]
pub struct Release {
    /// Its id.
    pub id: String,
    /// When it was made.
    pub created: Instant,
    /// The manifest, exactly as stored.
    pub package: Value,
    /// Its files.
    pub resources: Vec<Resource>,
}

/// What a dataset's Data Package says beside its resources.
#[derive(Debug, Clone)]
pub struct DatasetInfo {
    /// `air-hourly`
    pub name: String,
    /// Fields of the package that come before `resources`: title, description, licences, contributors, sources…
    pub metadata: Map<String, Value>,
}

/// A file that explains a release: `README.md`, `CITATION.cff`…
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// One segment of a path.
    pub name: String,
    /// What is in it.
    pub bytes: Vec<u8>,
}

/// Content of `current.json`.
#[derive(Serialize, Deserialize)]
struct Current {
    release: String,
}

impl Lake {
    /// Makes a release of these files and makes it current by one atomic write. The same files as the current
    /// release's make none: that one is given back.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] and [`StoreError::Damaged`] for a file that is not there or not whole;
    /// [`StoreError::Full`]. The release that was current before is current then.
    pub async fn release(&self, dataset: &DatasetInfo, resources: Vec<Resource>, at: Instant) -> Result<Release> {
        self.release_with(dataset, resources, at, |_| Ok(Vec::new())).await
    }

    /// The same with documents that are kept beside the release, made of its Data Package.
    ///
    /// # Errors
    /// Those of [`Lake::release`] and of `documents`.
    pub async fn release_with(
        &self,
        dataset: &DatasetInfo,
        mut resources: Vec<Resource>,
        at: Instant,
        documents: impl FnOnce(&Value) -> Result<Vec<Document>> + Send,
    ) -> Result<Release> {
        // By part, and in each Parquet first: names are unique.
        resources.sort_by(|a, b| a.name.cmp(&b.name));
        if let Some(current) = self.current(&dataset.name).await?
            && current.resources == resources
        {
            return Ok(current);
        }
        for resource in &resources {
            let what = || format!("{}/{}", dataset.name, resource.path);
            match self.objects.size(&dataset.name, &resource.path).await? {
                Some(size) if size == resource.bytes => {}
                Some(size) => {
                    let detail = format!("{size} bytes in place of {}", resource.bytes);
                    return Err(StoreError::Damaged { what: what(), detail });
                }
                None => return Err(StoreError::NotFound { what: what() }),
            }
        }
        let list = json(&resources)?;
        let id = format!("{}-{}", at.format("%Y%m%dT%H%M%SZ"), &hex(&Sha256::digest(&list))[..8]);
        let mut package = Map::new();
        for (key, value) in [
            ("$schema", PROFILE.to_owned()),
            ("name", dataset.name.clone()),
            ("id", format!("{}/{id}", dataset.name)),
            ("version", id.clone()),
            ("created", at.format("%Y-%m-%dT%H:%M:%SZ").to_string()),
        ] {
            package.insert(key.to_owned(), value.into());
        }
        for (key, value) in &dataset.metadata {
            package.entry(key.clone()).or_insert_with(|| value.clone());
        }
        let resources =
            serde_json::to_value(&resources).map_err(|error| StoreError::io("writing a manifest", error))?;
        package.insert("resources".into(), resources);
        let package = Value::Object(package);
        for document in documents(&package)? {
            self.objects.write(&dataset.name, &document_path(&id, &document.name), document.bytes).await?;
        }
        // A manifest of this name that is there already was made by a run that ended before the next line, of the
        // same files in the same second: it stays as it is.
        self.objects.create(&dataset.name, &manifest(&id), json(&package)?).await?;
        self.objects.write(&dataset.name, "current.json", json(&Current { release: id.clone() })?).await?;
        tracing::info!(dataset = %dataset.name, release = %id, "released");
        self.get(&dataset.name, &id).await?.ok_or_else(|| StoreError::NotFound { what: format!("release {id}") })
    }

    /// A document of a release; `None` where it has none of this name.
    ///
    /// # Errors
    /// [`StoreError::Io`] where it cannot be read.
    pub async fn document(&self, dataset: &str, release: &str, name: &str) -> Result<Option<bytes::Bytes>> {
        self.optional(dataset, &document_path(release, name)).await
    }

    /// The current release.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] where what is stored cannot be read.
    pub async fn current(&self, dataset: &str) -> Result<Option<Release>> {
        let Some(bytes) = self.optional(dataset, "current.json").await? else { return Ok(None) };
        let current: Current =
            serde_json::from_slice(&bytes).map_err(|error| damaged(dataset, "current.json", error))?;
        match self.get(dataset, &current.release).await? {
            Some(release) => Ok(Some(release)),
            None => Err(damaged(dataset, "current.json", format!("release {} is not there", current.release))),
        }
    }

    /// One release.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] where what is stored cannot be read.
    pub async fn get(&self, dataset: &str, release: &str) -> Result<Option<Release>> {
        // An id is one segment of a path.
        if release.contains('/') {
            return Ok(None);
        }
        let path = manifest(release);
        let Some(bytes) = self.optional(dataset, &path).await? else { return Ok(None) };
        let package: Value = serde_json::from_slice(&bytes).map_err(|error| damaged(dataset, &path, error))?;
        let field = |name: &str| package.get(name).cloned().unwrap_or_default();
        let created = serde_json::from_value(field("created")).map_err(|error| damaged(dataset, &path, error))?;
        let resources = serde_json::from_value(field("resources")).map_err(|error| damaged(dataset, &path, error))?;
        Ok(Some(Release { id: release.to_owned(), created, package, resources }))
    }

    /// Ids of all releases, the newest first.
    ///
    /// # Errors
    /// [`StoreError::Io`] where the folder cannot be read.
    pub async fn releases(&self, dataset: &str) -> Result<Vec<String>> {
        let names = match self.objects.names(dataset, "releases").await {
            Err(StoreError::NotFound { .. }) => return Ok(Vec::new()),
            names => names?,
        };
        let mut ids: Vec<String> =
            names.iter().filter_map(|name| name.strip_suffix(".json")).map(str::to_owned).collect();
        ids.sort_unstable_by(|a, b| b.cmp(a));
        Ok(ids)
    }

    async fn optional(&self, dataset: &str, path: &str) -> Result<Option<bytes::Bytes>> {
        match self.objects.read(dataset, path, None).await {
            Ok(bytes) => Ok(Some(bytes)),
            Err(StoreError::NotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

fn manifest(release: &str) -> String {
    format!("releases/{release}.json")
}

fn document_path(release: &str, name: &str) -> String {
    format!("documents/{release}/{name}")
}

fn json(value: &impl Serialize) -> Result<Vec<u8>> {
    serde_json::to_vec_pretty(value).map_err(|error| StoreError::io("writing a manifest", error))
}

fn damaged(dataset: &str, path: &str, detail: impl ToString) -> StoreError {
    StoreError::Damaged { what: format!("{dataset}/{path}"), detail: detail.to_string() }
}
