//! The arrows between the rooms are the ones of the design.

use std::collections::{BTreeMap, BTreeSet};

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
