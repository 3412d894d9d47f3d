//! The operator's desk of the built program, in a browser and with a cookie in hand.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use reqwest::header::{COOKIE, LOCATION, ORIGIN, SET_COOKIE};
use reqwest::redirect::Policy;
use serde_json::json;

use crate::browser::{modules, walk};
use crate::pages::WALKING;
use crate::support::{BIN, Folder, Limpid, hour};

const PASSWORD: &str = "river stone under snow";
/// A county with a register and five people, of whom each has a password.
fn county() -> Folder {
    let folder = Folder::two_stations().0;
    let registers = folder.pipeline().join("registers");
    std::fs::create_dir(&registers).unwrap();
    let demo = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../pipelines/demo/registers");
    for name in ["penalties.toml", "permits.toml"] {
        std::fs::copy(demo.join(name), registers.join(name)).unwrap();
    }
    folder.configure("[desk]\nenabled = true\nplain_http = true\nsecond_factor = false\n");
    for (name, role) in [("Li", "editor"), ("Wang", "reviewer"), ("Zhao", "publisher"), ("Sun", "operator")] {
        folder.configure(&format!("[[officer]]\nname = \"{name}\"\nroles = [\"{role}\"]\n"));
    }
    folder.configure(&format!("[[reviewer]]\nname = \"Qian\"\nhash = \"{}\"\n", "d".repeat(64)));
    for name in ["Li", "Wang", "Zhao", "Sun", "Qian"] {
        assert_eq!(set_password(&folder, name, PASSWORD), Some(0), "{name}");
    }
    folder
}

fn set_password(folder: &Folder, name: &str, password: &str) -> Option<i32> {
    let mut command = Command::new(BIN);
    command
        .args(["officer", "password", name])
        .arg("--pipeline")
        .arg(folder.pipeline())
        .arg("--state")
        .arg(folder.state());
    let mut child = command.stdin(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(format!("{password}\n").as_bytes()).unwrap();
    child.wait().unwrap().code()
}

#[tokio::test]
async fn a_person_logs_in_checks_and_releases_in_a_browser() {
    let folder = county();
    let limpid = folder.run();
    let walked = walk("desk.mjs", modules("browser", &WALKING), limpid.url("/"), vec![PASSWORD.to_owned()]).await;
    let found = walked["found"].as_array().unwrap();
    assert!(found.len() >= 14, "{walked}");
    for page in found {
        assert_eq!(page["violations"], json!([]), "{page}");
        assert!(page["wide"].as_f64().unwrap() <= 0.0, "sideways: {page}");
    }
    let public = &walked["public"]["items"][0];
    assert_eq!(public["id"], json!("江环罚〔2026〕7号"), "{walked}");
    assert_eq!(public["fields"]["party"], json!("江口水泥厂 138***"));
    let cookie = &walked["cookie"];
    assert_eq!((&cookie["httpOnly"], &cookie["sameSite"]), (&json!(true), &json!("Strict")));
    let secret = walked["secret"].as_str().unwrap();
    let upload = hour("S1", "pm25", "2026-11-25T08:00:00+08:00", 12.0);
    assert_eq!(limpid.post(secret, &upload).await.0, 201, "the token of the desk uploads");
}

/// A browser without a browser.
struct Visitor {
    client: reqwest::Client,
    cookie: String,
}

impl Visitor {
    async fn login(limpid: &Limpid, name: &str) -> Self {
        let client = reqwest::Client::builder().redirect(Policy::none()).build().unwrap();
        let visitor = Self { client, cookie: String::new() };
        let form = [("name", name), ("password", PASSWORD)];
        let answer = visitor.send(limpid, "/desk/login", &form).await;
        assert_eq!(
            (answer.status(), &answer.headers()[LOCATION]),
            (reqwest::StatusCode::SEE_OTHER, &"/desk".parse().unwrap())
        );
        let cookie = answer.headers()[SET_COOKIE].to_str().unwrap().split(';').next().unwrap().to_owned();
        Self { cookie, ..visitor }
    }

    async fn get(&self, limpid: &Limpid, path: &str) -> (u16, String) {
        let answer = self.client.get(limpid.url(path)).header(COOKIE, &self.cookie).send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }

    async fn send(&self, limpid: &Limpid, path: &str, form: &[(&str, &str)]) -> reqwest::Response {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        let request = self.client.post(limpid.url(path)).header(ORIGIN, format!("http://{}", limpid.http));
        let request = request.header("content-type", "application/x-www-form-urlencoded").header(COOKIE, &self.cookie);
        request.body(body).send().await.unwrap()
    }

    async fn post(&self, limpid: &Limpid, path: &str, form: &[(&str, &str)]) -> (u16, String) {
        let page = self.get(limpid, "/desk/account").await.1;
        let csrf = page.split("name=\"csrf\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        let form: Vec<_> = [("csrf", csrf.as_str())].into_iter().chain(form.iter().copied()).collect();
        let answer = self.send(limpid, path, &form).await;
        (answer.status().as_u16(), answer.text().await.unwrap())
    }
}

#[tokio::test]
async fn sessions_and_tokens_of_the_desk_survive_a_restart() {
    let folder = county();
    let limpid = folder.run();
    let sun = Visitor::login(&limpid, "Sun").await;
    let issued = sun.post(&limpid, "/desk/tokens", &[("act", "issue"), ("station", "S1")]).await.1;
    let secret = issued.split("<code>lp_").nth(1).unwrap().split('<').next().unwrap();
    let secret = format!("lp_{secret}");
    let upload = |hours: &str| hour("S1", "pm25", &format!("2026-11-25T{hours}:00:00+08:00"), 12.0);
    assert_eq!(limpid.post(&secret, &upload("08")).await.0, 201);
    assert_eq!(limpid.post(&secret, &hour("S2", "pm25", "2026-11-25T08:00:00+08:00", 1.0)).await.0, 403);
    assert_ne!(set_password(&folder, "Sun", PASSWORD), Some(0), "another process has the state folder");
    limpid.kill();

    let limpid = folder.run();
    assert_eq!(sun.get(&limpid, "/desk").await.0, 200);
    assert_eq!(limpid.post(&secret, &upload("09")).await.0, 201);
    let page = sun.get(&limpid, "/desk/tokens").await.1;
    assert!(!page.contains(&secret), "it is shown once");
    let hash = page.split("name=\"hash\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    assert_eq!(sun.post(&limpid, "/desk/tokens", &[("act", "revoke"), ("hash", &hash)]).await.0, 303);
    assert_eq!(limpid.post(&secret, &upload("10")).await.0, 401);
    limpid.kill();
    let limpid = folder.run();
    assert_eq!(limpid.post(&secret, &upload("10")).await.0, 401, "for good");
    drop(limpid);
    assert_eq!(set_password(&folder, "Sun", "a longer one of my own"), Some(0));
    let limpid = folder.run();
    assert_eq!(sun.get(&limpid, "/desk").await.0, 303, "a new password ends sessions");
}

#[tokio::test]
async fn an_address_of_its_own_keeps_the_desk_off_the_public_one() {
    let folder = county();
    let mut command = folder.command("run");
    command.args(["--desk", "127.0.0.1:0", "--http", "127.0.0.1:0", "--hj212", "127.0.0.1:0"]);
    command.env("LIMPID_LOG", "warn").stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut line = String::new();
    std::io::BufRead::read_line(&mut std::io::BufReader::new(child.stdout.take().unwrap()), &mut line).unwrap();
    let bound: serde_json::Value = serde_json::from_str(&line).unwrap();
    let status = async |name: &str, path: &str| {
        let address = bound["listening"][name].as_str().unwrap();
        reqwest::get(format!("http://{address}{path}")).await.unwrap().status().as_u16()
    };
    let statuses = [
        status("desk", "/desk/login").await,
        status("desk", "/healthz").await,
        status("http", "/healthz").await,
        status("http", "/desk/login").await,
    ];
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(statuses, [200, 200, 200, 404]);
    for (password, code) in [("short", 2), ("1qaz2wsx3edc", 2), (PASSWORD, 0)] {
        assert_eq!(set_password(&folder, "Li", password), Some(code), "{password}");
    }
    assert_eq!(set_password(&folder, "Nobody", PASSWORD), Some(2));
}
