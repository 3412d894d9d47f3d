//! The arrows between the rooms are the ones of the design.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use cargo_metadata::{DependencyKind, MetadataCommand};

#[test]
fn crates_import_only_what_the_design_allows() {
    let metadata = MetadataCommand::new()
        .manifest_path(concat!(env!("CARGO_MANIFEST_DIR"), "/../../Cargo.toml"))
        .no_deps()
        .exec()
        .unwrap();
    let allowed = BTreeMap::from([
        ("limpid-model", BTreeSet::new()),
        ("limpid-store", BTreeSet::from(["limpid-model"])),
        ("limpid-ingest", BTreeSet::from(["limpid-model", "limpid-store"])),
        ("limpid-transform", BTreeSet::from(["limpid-model", "limpid-store"])),
        ("limpid-publish", BTreeSet::from(["limpid-model", "limpid-store"])),
        (
            "limpid",
            BTreeSet::from(["limpid-model", "limpid-store", "limpid-ingest", "limpid-transform", "limpid-publish"]),
        ),
    ]);
    let names: BTreeSet<&str> = metadata.packages.iter().map(|package| package.name.as_str()).collect();
    assert_eq!(names, allowed.keys().copied().collect(), "a crate was added: give it a place in the design first");
    for package in &metadata.packages {
        let normal = package.dependencies.iter().filter(|dependency| dependency.kind != DependencyKind::Development);
        let inner: BTreeSet<&str> =
            normal.clone().map(|d| d.name.as_str()).filter(|name| names.contains(name)).collect();
        let name = package.name.as_str();
        assert!(inner.is_subset(&allowed[name]), "{name} imports {inner:?}, allowed are {:?}", allowed[name]);
        if name == "limpid-model" {
            let doing_io = ["tokio", "axum", "rusqlite", "reqwest", "object_store"];
            assert!(
                normal.clone().all(|dependency| !doing_io.contains(&dependency.name.as_str())),
                "the model does no I/O"
            );
        }
    }
}

/// Every metric that the program names has its line in docs/metrics.md, and every line there a metric.
#[test]
fn every_metric_is_explained() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let document = std::fs::read_to_string(root.join("docs/metrics.md")).unwrap();
    let explained: BTreeSet<String> = document
        .lines()
        .filter_map(|line| line.strip_prefix("| `limpid_")?.split_once('`'))
        .map(|(name, _)| format!("limpid_{name}"))
        .collect();
    let mut named = BTreeSet::new();
    let mut folders = vec![root.join("crates")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                // Benchmarks read metrics and make none.
                if !path.ends_with("benches") {
                    folders.push(path);
                }
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                for macro_name in ["counter!(", "gauge!(", "histogram!("] {
                    let calls = text.split(macro_name).skip(1);
                    let names = calls.filter_map(|call| call.trim_start().strip_prefix('"')?.split('"').next());
                    named.extend(names.map(str::to_owned));
                }
            }
        }
    }
    assert!(named.len() > 40, "the program's metrics are looked for where they are: {named:?}");
    assert_eq!(named, explained);
}
