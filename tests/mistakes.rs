//! Bad input, bad places and bad moments: each a clear message, and nothing lost.

use std::net::TcpListener;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use serde_json::json;

use crate::support::{BIN, Folder, Station, frame, hour, shared};

const START: &str = "2026-03-10T08:00:00+08:00";

fn told(output: &Output, code: i32, words: &[&str]) {
    let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(code), "{text}");
    for word in words {
        assert!(text.contains(word), "{word:?} is not in {text}");
    }
    assert!(!text.contains("panicked"), "{text}");
}

#[test]
fn check_tells_everything_at_once() {
    let folder = Folder::new("id,kind,name_zh,name_en,lat,lon\nS1,sky,一,One,28.5,204.9\n");
    folder.configure("[ingest.hj212]\nenbled = true");
    let check =
        |folder: &Folder| Command::new(BIN).arg("check").arg("--pipeline").arg(folder.pipeline()).output().unwrap();
    let words = [
        "pipeline.toml:7: unknown key `ingest.hj212.enbled`; did you mean `enabled`?",
        "stations.csv:2:",
        "-180 to 180",
    ];
    told(&check(&folder), 2, &words);
    told(&folder.command("run").output().unwrap(), 2, &words);

    std::fs::write(folder.pipeline().join("pipeline.toml"), [0xff, 0xfe, b'\n']).unwrap();
    told(&check(&folder), 2, &["pipeline.toml:1: not UTF-8", "stations.csv:2:", "-180 to 180"]);
    std::fs::remove_file(folder.pipeline().join("stations.csv")).unwrap();
    told(&check(&folder), 2, &["stations.csv:1: cannot be read"]);

    let (good, _) = Folder::two_stations();
    told(&check(&good), 0, &["2 stations"]);
}

#[test]
fn everything_that_is_not_where_the_configuration_says_is_told_at_once() {
    let (folder, _) = Folder::two_stations();
    folder.configure(
        "[http.tls]\ncert = \"no.pem\"\nkey = \"no.key\"\n[ingest.hj212.tls]\ncert = \"none.pem\"\nkey = \"none.key\"\n\
         [ingest.mqtt]\nenabled = true\nusername = \"limpid\"\npassword_file = \"no.password\"\n\
         [[source]]\nid = \"west\"\nkind = \"openaq\"\nkey_env = \"LIMPID_TEST_NO_SUCH_KEY\"\n\
         stations = { \"8118\" = \"S1\" }\n\
         [[ingest.drop]]\npath = \"a\"\nformat = \"nonsense\"\n[[ingest.drop]]\npath = \"b\"\nformat = \"mapped\"",
    );
    let text = std::fs::read_to_string(folder.pipeline().join("pipeline.toml")).unwrap();
    let line = |words: &str| 1 + text.lines().position(|line| line.starts_with(words)).unwrap();
    let place = |words: &str| format!("pipeline.toml:{}: ", line(words));
    let words = [
        place("[http.tls]") + "certificate",
        place("[ingest.hj212.tls]") + "certificate",
        place("[ingest.mqtt]") + "file",
        place("id = \"west\"") + "source \"west\" has no key",
        place("[[ingest.drop]]"),
        format!("pipeline.toml:{}: write mapping", line("path = \"b\"") - 1),
    ];
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    told(&Command::new(BIN).arg("check").arg("--pipeline").arg(folder.pipeline()).output().unwrap(), 2, &words);
    told(&folder.command("run").output().unwrap(), 2, &words);
    assert!(!folder.state().exists(), "nothing is opened before the configuration is right");
}

#[test]
fn a_broker_whose_password_is_not_there_is_wrong_configuration() {
    let (folder, _) = Folder::two_stations();
    folder.configure(
        "[ingest.mqtt]\nenabled = true\nusername = \"limpid\"\npassword_env = \"LIMPID_TEST_NO_SUCH_VARIABLE\"",
    );
    let output = folder.command("run").args(["--http", "127.0.0.1:0", "--hj212", "127.0.0.1:0"]).output().unwrap();
    told(&output, 2, &["LIMPID_TEST_NO_SUCH_VARIABLE", "ingest.mqtt.password_env"]);
    assert!(!folder.state().exists(), "nothing is opened before the configuration is right");
}

#[test]
fn wrong_usage_ends_with_2() {
    let (folder, _) = Folder::two_stations();
    told(&Command::new(BIN).arg("runn").output().unwrap(), 2, &["run"]);
    told(&Command::new(BIN).args(["token", "new", "--station", "no such id"]).output().unwrap(), 2, &["station id"]);
    let import = folder.command("import").args(["--format", "parquetry", "x.csv"]).output().unwrap();
    told(&import, 2, &["quotsoft", "prsa", "long"]);
    let simulate = |to: &str| {
        Command::new(BIN).arg("simulate").arg("--pipeline").arg(folder.pipeline()).args(["--to", to]).output().unwrap()
    };
    told(&simulate("ftp://127.0.0.1:1"), 2, &["hj212://", "mqtt://"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_process_at_a_time_has_the_state_folder() {
    let (folder, _) = Folder::two_stations();
    let limpid = folder.run();
    let holder = limpid.pid().to_string();
    let second = folder.command("run").args(["--http", "127.0.0.1:0", "--hj212", "127.0.0.1:0"]).output().unwrap();
    told(&second, 1, &["in use", &holder]);
    let file = folder.path("x.csv");
    std::fs::write(&file, "station,parameter,start,period,value\n").unwrap();
    told(&folder.command("import").args(["--format", "long"]).arg(&file).output().unwrap(), 1, &["in use", &holder]);
    limpid.kill();
    let limpid = folder.run();
    assert_eq!(reqwest::get(limpid.url("/healthz")).await.unwrap().status(), 200);
}

#[test]
fn a_taken_port_is_named() {
    let (folder, _) = Folder::two_stations();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let http = folder.command("run").args(["--http", &address, "--hj212", "127.0.0.1:0"]).output().unwrap();
    told(&http, 1, &[&address, "in use"]);
    let hj212 = folder.command("run").args(["--http", "127.0.0.1:0", "--hj212", &address]).output().unwrap();
    told(&hj212, 1, &[&address, "in use"]);
}

#[test]
fn a_state_folder_of_a_newer_version_is_left_alone() {
    let (folder, _) = Folder::two_stations();
    folder.run().kill();
    let journal = rusqlite::Connection::open(folder.state().join("journal.sqlite")).unwrap();
    journal.pragma_update(None, "user_version", 9_999).unwrap();
    drop(journal);
    let output = folder.command("run").args(["--http", "127.0.0.1:0", "--hj212", "127.0.0.1:0"]).output().unwrap();
    told(&output, 1, &["format 9999"]);
}

#[test]
fn a_file_that_is_no_journal_is_named_and_left_alone() {
    let (folder, _) = Folder::two_stations();
    std::fs::create_dir(folder.state()).unwrap();
    let path = folder.state().join("journal.sqlite");
    std::fs::write(&path, "this is not a database, it only stands in its place".repeat(100)).unwrap();
    let output = folder.command("run").args(["--http", "127.0.0.1:0", "--hj212", "127.0.0.1:0"]).output().unwrap();
    told(&output, 1, &["journal.sqlite"]);
    assert!(std::fs::read_to_string(&path).unwrap().starts_with("this is not a database"));
}

#[tokio::test(flavor = "multi_thread")]
async fn import_goes_on_behind_damaged_lines_and_keeps_them() {
    let (folder, _) = Folder::two_stations();
    let file = folder.path("half-written.csv");
    let text = format!(
        "station,parameter,start,period,value\n\
         S1,pm25,{START},PT1H,12\n\
         S1,pm25,2026-13-99T08:00:00+08:00,PT1H,12\n\
         S1,pm25,{START}\n\
         S9,pm25,{START},PT1H,12\n\
         S1,pm10,{START},PT1H,abc\n\
         S1,pm10,2099-01-01T00:00:00+08:00,PT1H,1\n\
         S2,pm25,{START},PT1H,13\n\
         S2,pm25,2026-03-10T09:00:00+08:"
    );
    std::fs::write(&file, text).unwrap();
    let counts = folder.import("long", &[file]);
    assert_eq!(
        (&counts["stored"], &counts["quarantined"], &counts["rejected"]),
        (&json!(2), &json!(2), &json!(4)),
        "{counts}"
    );
    assert_eq!(counts["readings"], json!(8), "{counts}");

    let empty = folder.path("empty.csv");
    std::fs::write(&empty, "").unwrap();
    told(
        &folder.command("import").args(["--format", "long"]).arg(&empty).output().unwrap(),
        0,
        &["empty.csv", "no bytes"],
    );
    let absent = folder.path("absent.csv");
    told(&folder.command("import").args(["--format", "long"]).arg(&absent).output().unwrap(), 1, &["absent.csv"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn any_garbage_leaves_good_frames_and_the_server_alone() {
    let (folder, secret) = Folder::two_stations();
    let limpid = folder.run();
    let good = frame(
        "QN=20261125080000001;ST=22;CN=2061;PW=123456;MN=MN-S1;Flag=5;CP=&&DataTime=20260310080000;a34004-Avg=33,a34004-Flag=N&&",
    );
    let mut station = Station::connect(limpid.hj212).unwrap();
    for junk in [
        &b"##"[..],
        b"##9999",
        b"##00",
        b"\0\0\0##12",
        b"GET / HTTP/1.1\r\n\r\n",
        b"##0123QN=;;;&&&&ABCD\r\n",
        &[0xff; 900],
    ] {
        station.send(junk).unwrap();
        station.send(&good).unwrap();
        assert!(station.answer().unwrap().contains("CN=9014"), "{junk:?}");
    }
    for body in ["", "{", "[]", "null", "{\"station\":1}", "\u{0}", "{\"station\":\"S1\",\"readings\":{}}"] {
        let request = reqwest::Client::new().post(limpid.url("/api/v1/submissions")).bearer_auth(&secret);
        let response = request.header("Content-Type", "application/json").body(body).send().await.unwrap();
        assert_eq!(response.status(), 422, "{body}");
        assert_eq!(response.headers()["content-type"], "application/problem+json");
    }
    if let Some(log) = shared("data/hj212-log/rx_debug.log") {
        let mut station = Station::connect(limpid.hj212).unwrap();
        let _ = station.send(&std::fs::read(log).unwrap());
    }
    assert_eq!(reqwest::get(limpid.url("/readyz")).await.unwrap().status(), 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_is_told_and_nothing_is_lost() {
    let (folder, secret) = Folder::two_stations();
    // A file system of 3 MB: what fits is acknowledged, what does not fit is refused.
    std::fs::create_dir(folder.state()).unwrap();
    let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", "size=3m", "tmpfs"]).arg(folder.state()).status();
    assert!(mounted.is_ok_and(|status| status.success()), "this test mounts a small tmpfs and must run as root");
    let unmount = Unmount(folder.state());

    let limpid = folder.run();
    let mut stored = 0;
    let mut refused = None;
    for day in 0..400 {
        let readings: Vec<_> = (0..24 * 60)
            .map(|minute| {
                let start = "2026-01-01T00:00:00+08:00".parse::<chrono::DateTime<chrono::FixedOffset>>().unwrap()
                    + chrono::Duration::days(day % 300)
                    + chrono::Duration::minutes(minute);
                json!({"parameter": "pm25", "start": start.to_rfc3339(), "period": "PT1M", "value": f64::from(minute as u32) + day as f64 / 7.0})
            })
            .collect();
        let (status, answer) = limpid.post(&secret, &json!({"station": "S1", "readings": readings})).await;
        if status != 201 {
            refused = Some((status, answer));
            break;
        }
        stored += answer["counts"]["stored"].as_u64().unwrap();
    }
    let (status, answer) = refused.expect("the disk fills up");
    assert_eq!(status, 507, "{answer}");
    assert_eq!(answer["type"], "/problems/storage-full");
    assert!(stored > 0);
    // A frame is small and may still fit. The first that does not is not acknowledged, so that its station keeps it.
    let mut station = Station::connect(limpid.hj212).unwrap();
    let first: chrono::NaiveDateTime = "2026-03-10T00:00:00".parse().unwrap();
    let unanswered = (0..500).find(|hour| {
        let time = (first + chrono::Duration::hours(*hour)).format("%Y%m%d%H%M%S");
        let data = format!(
            "QN=20261125080000{hour:03};ST=22;CN=2061;PW=123456;MN=MN-S1;Flag=5;CP=&&DataTime={time};a34004-Avg=33&&"
        );
        station.send(&frame(&data)).unwrap();
        station.silent(Duration::from_secs(1))
    });

    // With room again it goes on by itself, and everything acknowledged is there.
    let grown = Command::new("mount").args(["-o", "remount,size=200m"]).arg(folder.state()).status().unwrap();
    assert!(grown.success());
    let frames = unanswered.expect("a full disk acknowledges no end of frames");
    let mut status = 0;
    for _ in 0..50 {
        status = limpid.post(&secret, &hour("S2", "pm25", START, 1.0)).await.0;
        if status == 201 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(status, 201);
    let path = "/api/v1/observations?station=S1&parameter=pm25&period=PT1M&from=2026-01-01&to=2027-03-01&limit=50000";
    let mut there = 0;
    for _ in 0..100 {
        there = limpid.all(path).await.len() as u64;
        if there >= stored {
            break;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    assert_eq!(there, stored);
    let path = "/api/v1/observations?station=S1&parameter=pm25&period=PT1H&from=2026-03-10&to=2026-04-10&limit=50000";
    let acknowledged = |text: &str| text.matches("\"value\":33.0").count() == frames as usize;
    limpid.until(path, Duration::from_secs(30), acknowledged).await;
    limpid.kill();
    drop(unmount);
}

struct Unmount(std::path::PathBuf);

impl Drop for Unmount {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).stderr(Stdio::null()).status();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn it_stops_cleanly_with_streams_open() {
    let (folder, secret) = Folder::two_stations();
    let limpid = folder.run();
    let mut stream = reqwest::get(limpid.url("/api/v1/stream")).await.unwrap();
    let mut idle = Station::connect(limpid.hj212).unwrap();
    idle.send(b"##0").unwrap();
    assert_eq!(limpid.post(&secret, &hour("S1", "pm25", START, 1.0)).await.0, 201);
    assert!(stream.chunk().await.unwrap().is_some());
    let (status, took) = tokio::task::spawn_blocking(move || limpid.terminate()).await.unwrap();
    assert!(status.success(), "{status}");
    assert!(took < Duration::from_secs(5), "{took:?}");
}
