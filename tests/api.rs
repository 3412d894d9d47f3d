//! The API as schemathesis tries it: every path of `/openapi.json`, with requests that are right and requests that are wrong.

use std::process::Command;

use crate::python::{Python, peer, run};
use crate::support::{Folder, hour};

pub const PACKAGES: [&str; 1] = ["schemathesis==4.32.5"];

#[tokio::test(flavor = "multi_thread")]
async fn schemathesis_finds_nothing() {
    let folder = Folder::new(
        "id,kind,name_zh,name_en,lat,lon,area\nS1,air,一号站,Station One,28.5,104.9,江口\n\
         W1,water,河口,River Mouth,28.4,104.8,清江\n",
    );
    let secret = folder.token("*");
    let limpid = folder.run();
    for number in 0..24 {
        let start = format!("2026-11-24T{number:02}:00:00+08:00");
        assert_eq!(limpid.post(&secret, &hour("S1", "pm25", &start, f64::from(number))).await.0, 201);
    }
    let program = Python::with("schemathesis", &PACKAGES).program("schemathesis");
    let folder = peer("schemathesis_hooks.py").parent().unwrap().to_owned();
    let schema = limpid.url("/openapi.json");
    let token = format!("Authorization: Bearer {secret}");
    let tried = move |more: &[&str]| {
        let mut command = Command::new(&program);
        command.env("SCHEMATHESIS_HOOKS", "schemathesis_hooks").env("PYTHONPATH", &folder);
        command.env("PYTHONDONTWRITEBYTECODE", "1").current_dir(std::env::temp_dir());
        command.args([
            "run",
            &schema,
            "--phases",
            "examples,coverage,fuzzing",
            "--max-examples",
            "20",
            "--workers",
            "2",
        ]);
        // The same requests each time. The stream has no end, so that no client could read its answer.
        command.args(["--generation-deterministic", "--exclude-path", "/api/v1/stream", "--header", &token]);
        run(command.args(["--suppress-health-check", "filter_too_much"]).args(more))
    };
    tokio::task::spawn_blocking(move || {
        tried(&["--exclude-tag", "uploads"]);
        // What is refused for reasons that no schema knows, such as a station without that parameter, is no failure.
        let arrays = "/sta/v1.1/CreateObservations";
        tried(&["--include-tag", "uploads", "--exclude-path", arrays, "--exclude-checks", "positive_data_acceptance"]);
        // SensorThings wants 201 with `error` for each line that is wrong.
        let checks = "positive_data_acceptance,negative_data_rejection";
        tried(&["--include-path", arrays, "--exclude-checks", checks]);
    })
    .await
    .unwrap();
}
