//! A register of 100,000 permits with 1,000,000 limits: how long its import takes, and each page of it.

use std::io::Write;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use serde_json::json;

use crate::process::Served;
use crate::{median, value};

const PERMITS: usize = 100_000;
/// Of each permit.
const LIMITS: usize = 10;
const POLLUTANTS: [&str; LIMITS] = ["so2", "nox", "pm", "cod", "nh3n", "tp", "tn", "voc", "hg", "pb"];
const ROUNDS: usize = 7;

/// Pages, each by what is special about it.
const PAGES: [(&str, &str); 10] = [
    ("first", "/api/v1/registers/permits?limit=50"),
    ("filter", "/api/v1/registers/permits?limits.pollutant=hg&limit=50"),
    ("two_filters_without_a_match", "/api/v1/registers/permits?class=key&area=无此区&limit=50"),
    ("filter_and_status_without_a_match", "/api/v1/registers/permits?class=key&status=repealed&limit=50"),
    ("common_word", "/api/v1/registers/permits?q=有限公司&limit=50"),
    ("two_signs_without_a_match", "/api/v1/registers/permits?q=龙虎&limit=50"),
    ("word_without_a_match", "/api/v1/registers/permits?q=无此企业名称&limit=50"),
    ("common_words_never_together", "/api/v1/registers/permits?q=第7号 第8号&limit=50"),
    ("html", "/permits"),
    ("html_filter", "/permits?limits.pollutant=hg&q=有限公司"),
];

/// Prints the seconds of import, check and release, and the median milliseconds of pages as answered over HTTP.
pub fn measure() {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let pipeline = folder.path().join("pipeline");
    std::fs::create_dir_all(pipeline.join("registers")).unwrap();
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../pipelines/demo/registers/permits.toml");
    std::fs::copy(shipped, pipeline.join("registers/permits.toml")).unwrap();
    // Writes the rest of the pipeline folder.
    drop(Served::limpid(folder.path(), 1, "publish"));
    let file = folder.path().join("permits.json");
    write(&file);
    let register = |verb: &str, arguments: &[&str]| {
        let begun = Instant::now();
        let mut command = Command::new(env!("CARGO_BIN_EXE_limpid"));
        command.args(["register", verb, "--pipeline"]).arg(&pipeline).arg("--state").arg(folder.path().join("state"));
        command.args(["--register", "permits"]).args(arguments).env("LIMPID_LOG", "error");
        let output = command.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        value(&format!("permits_{verb}"), begun.elapsed().as_secs_f64(), "s");
    };
    register("import", &["--who", "editor", file.to_str().unwrap()]);
    register("check", &["--all", "--who", "reviewer", "--result", "pass"]);
    register("release", &["--all", "--who", "publisher"]);
    let limpid = Served::limpid(folder.path(), 1, "publish");
    let address = limpid.address("http");
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let client = reqwest::Client::new();
    for (name, path) in PAGES {
        let mut times = Vec::new();
        for _ in 0..ROUNDS {
            let begun = Instant::now();
            let answer = runtime.block_on(async {
                let answer = client.get(format!("http://{address}{path}")).send().await.unwrap();
                assert!(answer.status().is_success(), "{path}: {}", answer.status());
                answer.bytes().await.unwrap()
            });
            assert!(!answer.is_empty());
            times.push(begun.elapsed().as_secs_f64() * 1000.0);
        }
        value(&format!("permits_page_{name}"), median(&times), "ms");
    }
}

fn write(path: &Path) {
    let mut file = std::io::BufWriter::new(std::fs::File::create(path).unwrap());
    file.write_all(b"[").unwrap();
    for n in 0..PERMITS {
        let limits: Vec<_> = POLLUTANTS
            .iter()
            .enumerate()
            .map(|(at, pollutant)| {
                json!({"outlet": format!("DA{:03}", at + 1), "pollutant": pollutant, "kind": "concentration",
                    "period": "hour", "value": 10 + (n + at) % 90, "unit": "mg/m3", "standard": "GB 13223-2011"})
            })
            .collect();
        let permit = json!({
            "number": format!("9151{n:014}001P"),
            "holder": format!("江口第{}号化工有限公司{n}", n % 500),
            "site": format!("江口县工业园区{}路", n % 97),
            "area": format!("第{}区", n % 40),
            "industry": format!("行业{}", n % 300),
            "class": (["key", "simplified", "registration"][n % 3]),
            "decided": "2026-01-05", "valid_from": "2026-01-10", "valid_to": "2031-01-09",
            "lat": 28.0 + (n % 1000) as f64 / 1000.0, "lon": 104.0 + (n % 777) as f64 / 777.0,
            "outlets": [{"code": "DA001", "medium": "air"}],
            "limits": limits,
        });
        if n > 0 {
            file.write_all(b",").unwrap();
        }
        serde_json::to_writer(&mut file, &permit).unwrap();
    }
    file.write_all(b"]").unwrap();
    file.flush().unwrap();
}
