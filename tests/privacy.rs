//! Personal data planted in forty places of an import, looked for in everything that leaves.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::Path;
use std::process::Output;

use serde_json::{Value, json};

use crate::support::{Folder, Limpid};

/// A register with a field for every rule, and free texts beside them.
const REGISTER: &str = r#"
title = { zh = "示例案件", en = "Sample cases" }
about = { zh = "测试", en = "Test" }
key = "number"
name = "title"
dataset = true
every = "week"
[[field]]
name = "number"
type = "text"
label = { zh = "编号", en = "Number" }
search = true
[[field]]
name = "title"
type = "text"
label = { zh = "标题", en = "Title" }
search = true
[[field]]
name = "text"
type = "text"
label = { zh = "内容", en = "Text" }
search = true
[[field]]
name = "note"
type = "text"
label = { zh = "备注", en = "Note" }
search = true
filter = true
[[field]]
name = "contact"
type = "text"
label = { zh = "联系人", en = "Contact" }
search = true
redact = { kind = "personal_name", how = "drop" }
[[field]]
name = "party"
type = "text"
label = { zh = "当事人", en = "Party" }
search = true
filter = true
redact = { kind = "personal_name", how = "mask" }
[[field]]
name = "phone"
type = "text"
label = { zh = "电话", en = "Phone" }
search = true
filter = true
redact = { kind = "phone" }
[[field]]
name = "identity"
type = "text"
label = { zh = "身份证号", en = "Identity number" }
redact = { kind = "identity_number" }
[[field]]
name = "account"
type = "text"
label = { zh = "账户", en = "Account" }
redact = { kind = "bank_account" }
[[field]]
name = "address"
type = "text"
label = { zh = "住址", en = "Address" }
redact = { kind = "home_address" }
[[field]]
name = "complainant"
type = "text"
label = { zh = "举报人", en = "Complainant" }
search = true
filter = true
redact = { kind = "complainant" }
[[field]]
name = "plate"
type = "text"
label = { zh = "车牌", en = "Plate" }
redact = { kind = "plate_number" }
[[field]]
name = "mail"
type = "text"
label = { zh = "邮箱", en = "Mail" }
redact = { kind = "email" }
[[field]]
name = "private"
type = "text"
label = { zh = "隐私", en = "Private" }
search = true
filter = true
disclosure = "withheld"
reason = "privacy"
[[field]]
name = "asked"
type = "text"
label = { zh = "申请内容", en = "Asked" }
search = true
disclosure = "on_request"
[[field]]
name = "amount"
type = "number"
label = { zh = "金额", en = "Amount" }
filter = true
[[field]]
name = "link"
type = "link"
to = "url"
label = { zh = "链接", en = "Link" }
[[field]]
name = "rows"
type = "table"
label = { zh = "经过", en = "Events" }
[[field.column]]
name = "who"
type = "text"
label = { zh = "谁", en = "Who" }
filter = true
[[field.column]]
name = "phone"
type = "text"
label = { zh = "电话", en = "Phone" }
redact = { kind = "phone", how = "drop" }
[[field.column]]
name = "remark"
type = "text"
label = { zh = "说明", en = "Remark" }
search = true
[[field.column]]
name = "hidden"
type = "text"
label = { zh = "不公开", en = "Hidden" }
disclosure = "withheld"
reason = "enforcement_file"
[[field.column]]
name = "count"
type = "number"
label = { zh = "数", en = "Count" }
"#;

/// Two records with forty places in all, and what was planted: digits as they read without separators, other things as they
/// are. Identity numbers and cards have right check signs; all are made up.
fn planted() -> (Value, Vec<&'static str>) {
    let records = json!([
        {
            "number": "A-1",
            "title": "关于13911110001的举报",
            "text": "身份证１１０１０１１９９００３０７７３７１，详情见附件",
            "note": "座机0831-8811002",
            "contact": "欧阳望舒",
            "party": "司徒静言",
            "phone": "13911110002",
            "identity": "11010119900307231X",
            "account": "6217000000000000020",
            "address": "竹海镇松涛路十七号二单元",
            "complainant": "上官云起",
            "plate": "川Q7H19K",
            "mail": "wangshu@mail.example",
            "private": "慢性肾病史",
            "asked": "向晚亭项目材料",
            "amount": 13911110003_i64,
            "link": "https://example.org/?tel=13911110004",
            "rows": [
                { "who": "举报人：端木知秋", "phone": "13911110005", "remark": "卡号6222 0000 0000 0000 012", "hidden": "内部线索甲" },
                { "who": "经办", "remark": "车牌川Q·3D55M", "count": 13911110006_i64 },
            ],
        },
        {
            "number": "A-2",
            "title": "竹海镇柳浪巷三号院污水",
            "text": "上官青禾（住竹海镇柳浪巷三号院）称：致电一三九一一一一〇〇〇七或+86 139 1111 0008",
            "note": "邮箱 qinghe@mail.example",
            "contact": "夏侯听雨",
            "party": "夏侯听雨",
            "phone": "0086-13911110009",
            "identity": "110101199003071099",
            "account": "4000 0000 0000 0010",
            "address": "竹海镇柳浪巷三号院",
            "complainant": "上官青禾",
            "private": "抑郁症复查",
            "asked": "1391111\u{200b}0010",
            "amount": 12,
            "link": "https://example.org/wangshu2@mail.example",
            "rows": [
                { "who": "夏侯听雨", "phone": "13911110011", "remark": "电话：8811003；139-1111-0012", "hidden": "内部线索乙" },
                { "who": "联系人：令狐长歌", "remark": "抑郁症复查已结束，身份证110101 19900307 3955", "count": 7 },
            ],
        },
    ]);
    let planted = vec![
        "13911110001",
        "110101199003077371",
        "08318811002",
        "欧阳望舒",
        "司徒静言",
        "13911110002",
        "11010119900307231X",
        "6217000000000000020",
        "松涛路十七号",
        "上官云起",
        "川Q7H19K",
        "wangshu@mail",
        "慢性肾病史",
        "向晚亭",
        "13911110003",
        "13911110004",
        "端木知秋",
        "13911110005",
        "6222000000000000012",
        "内部线索甲",
        "川Q3D55M",
        "13911110006",
        "柳浪巷三号院",
        "上官青禾",
        "13911110007",
        "13911110008",
        "qinghe@mail",
        "夏侯听雨",
        "13911110009",
        "110101199003071099",
        "4000000000000010",
        "抑郁症复查",
        "13911110010",
        "wangshu2@mail",
        "13911110011",
        "8811003",
        "13911110012",
        "内部线索乙",
        "令狐长歌",
        "110101199003073955",
    ];
    (records, planted)
}

/// What the register is as open data.
const DATASETS: [&str; 2] = ["register-cases", "register-cases_rows"];

/// A text as somebody would read it who looks for a number: one script of digits, no escapes, nothing between digits.
fn plain(text: &str) -> String {
    const CHINESE: [char; 10] = ['〇', '一', '二', '三', '四', '五', '六', '七', '八', '九'];
    let decoded = percent(text).replace("&#", "\u{0}");
    let one = |sign: char| match sign {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(sign) - 0xfee0).unwrap_or(sign),
        other => other,
    };
    let mut signs = String::with_capacity(decoded.len());
    for sign in decoded.chars().map(one) {
        if !matches!(sign, ' ' | '-' | '·' | '\u{200b}' | '\u{a0}' | '(' | ')') {
            signs.push(sign);
        }
    }
    // Chinese digits only where many stand together: they are words elsewhere.
    let digit =
        |sign: char| CHINESE.iter().position(|one| *one == sign).and_then(|digit| char::from_digit(digit as u32, 10));
    let chinese: String = signs.chars().filter_map(digit).collect();
    format!("{signs}\n{chinese}")
}

fn percent(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let hex = after.get(..2).and_then(|two| u8::from_str_radix(std::str::from_utf8(two).ok()?, 16).ok());
        match (first, hex) {
            (b'%', Some(byte)) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            _ => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Everything that leaves, by where it does.
#[derive(Default)]
struct Outside(BTreeMap<String, String>);

impl Outside {
    fn output(&mut self, name: &str, output: &Output) {
        assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
        self.add(format!("{name}, standard output"), &output.stdout);
        self.add(format!("{name}, standard error"), &output.stderr);
    }

    fn add(&mut self, name: String, bytes: &[u8]) {
        self.0.insert(name, String::from_utf8_lossy(bytes).into_owned());
    }

    /// Bodies and headers of everything that links lead to from the front door, the API's list and what it lists.
    async fn crawl(&mut self, limpid: &Limpid) {
        let origin = limpid.url("");
        let openapi: Value = limpid.get("/openapi.json").await;
        let fixed = openapi["paths"].as_object().unwrap().iter();
        let fixed = fixed.filter(|(path, doors)| doors.get("get").is_some() && !path.contains('{'));
        let mut wanted: VecDeque<String> = fixed.map(|(path, _)| path.clone()).collect();
        wanted.retain(|path| path != "/api/v1/stream");
        for page in [
            "/",
            "/?lang=en",
            "/permits",
            "/registers",
            "/registers/cases",
            "/data",
            "/status",
            "/about",
            "/feeds/cases.atom",
        ] {
            wanted.push_back(page.to_owned());
        }
        for search in ["A-1", "上官云起", "13911110002", "污水"] {
            wanted.push_back(format!("/api/v1/registers/cases?q={search}"));
            wanted.push_back(format!("/registers/cases?q={search}"));
        }
        let mut seen: BTreeSet<String> = wanted.iter().cloned().collect();
        let client = reqwest::Client::new();
        while let Some(path) = wanted.pop_front() {
            assert!(seen.len() < 5_000, "links without end: {path}");
            let response = client.get(format!("{origin}{path}")).send().await.unwrap();
            let headers = format!("{:?}", response.headers());
            let Ok(bytes) = response.bytes().await else { continue };
            let body = String::from_utf8_lossy(&bytes).into_owned();
            for link in links(&body, &origin) {
                let own = !link.contains("stream") && !link.contains("as_of=") && !link.contains("view=");
                if own && seen.insert(link.clone()) {
                    wanted.push_back(link);
                }
            }
            self.0.insert(path.clone(), format!("{headers}\n{}", body.replace(&path, "")));
        }
    }

    fn files(&mut self, folder: &Path) {
        let mut names = Vec::new();
        let mut folders = vec![folder.to_owned()];
        while let Some(within) = folders.pop() {
            for entry in std::fs::read_dir(within).unwrap().flatten() {
                names.push(entry.path().to_string_lossy().into_owned());
                if entry.path().is_dir() {
                    folders.push(entry.path());
                }
            }
        }
        self.0.insert(format!("names of files in {}", folder.display()), names.join("\n"));
    }
}

/// Addresses of this origin in attributes of pages and feeds, and in strings of JSON.
fn links(body: &str, origin: &str) -> Vec<String> {
    let quoted = body.split('"').map(|text| text.replace("&amp;", "&").replace("\\u0026", "&"));
    let own = quoted.filter_map(|text| {
        let path = text.strip_prefix(origin).unwrap_or(&text).to_owned();
        let fits = path.starts_with('/') && !path.starts_with("//") && path.len() < 500;
        (fits && !path.contains(['{', '<', '\\', '\n', ' ']))
            .then(|| path.split('#').next().unwrap_or_default().to_owned())
    });
    own.collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn planted_personal_data_leave_by_no_door() {
    let (records, planted) = planted();
    assert_eq!(planted.len(), 40);
    let folder = Folder::new("id,kind,name_zh,name_en,lat,lon\nS1,air,一号站,Station One,28.5,104.9\n");
    let secret = folder.token("*");
    std::fs::create_dir(folder.pipeline().join("registers")).unwrap();
    std::fs::write(folder.pipeline().join("registers/cases.toml"), REGISTER).unwrap();
    // The name of the file tells something too.
    let file = folder.path("投诉13911110013.json");
    std::fs::write(&file, records.to_string()).unwrap();
    let mut outside = Outside::default();
    let register = |word: &str, more: &[&str]| {
        let mut command = folder.command("register");
        let mut arguments: Vec<String> = command.get_args().map(|one| one.to_string_lossy().into_owned()).collect();
        arguments.insert(1, word.to_owned());
        command = std::process::Command::new(crate::support::BIN);
        command.args(&arguments).args(["--register", "cases"]).args(more);
        command.env("LIMPID_LOG", "debug").output().unwrap()
    };
    let path = file.to_string_lossy().into_owned();
    // A record that is refused is told of, and its values are not.
    let mut bad = records.clone();
    bad.as_array_mut().unwrap().iter_mut().for_each(|record| record["amount"] = json!("13911110006"));
    bad.as_array_mut()
        .unwrap()
        .iter_mut()
        .for_each(|record| record["link"] = json!("13911110003 wangshu2@mail.example"));
    let refused = folder.path("refused.json");
    std::fs::write(&refused, bad.to_string()).unwrap();
    let refused = register("import", &[&refused.to_string_lossy()]);
    assert!(String::from_utf8_lossy(&refused.stdout).contains("\"refused\":2"));
    outside.output("refused", &refused);
    outside.output("dry run", &register("import", &["--dry-run", "--why", "planted", &path]));
    outside.output("import", &register("import", &["--why", "planted", &path]));
    outside.output("check", &register("check", &["--all", "--who", "reviewer"]));
    outside.output("release", &register("release", &["--all", "--who", "publisher"]));
    outside.output("audit", &register("audit", &[]));
    let counts: Value = serde_json::from_str(outside.0["import, standard output"].trim()).unwrap();
    assert_eq!(counts["added"], 2, "{counts}");

    let log = folder.path("log");
    let mut run = folder.command("run");
    run.env("LIMPID_LOG", "debug").stderr(std::fs::File::create(&log).unwrap());
    let limpid = Limpid::start_logging(run);
    for dataset in DATASETS {
        let release = limpid.url(&format!("/datasets/{dataset}/releases"));
        let made = reqwest::Client::new().post(release).bearer_auth(&secret).send().await.unwrap();
        assert_eq!(made.status(), 201, "{dataset}");
        let package = limpid.get(&format!("/datasets/{dataset}/releases/latest/datapackage.json")).await;
        for resource in package["resources"].as_array().unwrap().iter().filter(|one| one["format"] == "csv") {
            let path = resource["path"].as_str().unwrap().trim_end_matches(".gz");
            let rows = limpid.text(&format!("/datasets/{dataset}/releases/latest/{path}")).await;
            assert!(rows.contains("A-2"), "{dataset}: {rows}");
            outside.add(format!("rows of {dataset}"), rows.as_bytes());
        }
    }
    outside.crawl(&limpid).await;
    // Nor does a search, or a filter, tell by what it finds.
    let client = reqwest::Client::new();
    let doors = ["q", "note", "party", "phone", "complainant", "private", "amount", "rows.who"];
    for (door, value) in doors.iter().flat_map(|door| planted.iter().map(move |value| (door, value))) {
        let asked = client.get(limpid.url("/api/v1/registers/cases")).query(&[(door, value)]).send().await.unwrap();
        let answer: Value = asked.json().await.unwrap();
        let found = answer["items"].as_array().map_or(0, Vec::len);
        assert_eq!(found, 0, "{door}={value}: {answer}");
    }
    let public = limpid.get("/api/v1/registers/cases?q=污水").await;
    assert_eq!(public["items"].as_array().unwrap().len(), 1, "a search does find what is public");
    let (ended, _) = limpid.terminate();
    assert!(ended.success());
    outside.add("log".into(), &std::fs::read(&log).unwrap());
    for dataset in DATASETS {
        let out = folder.path(dataset);
        let exported = folder.command("export").args(["--dataset", dataset, "--out"]).arg(&out).output().unwrap();
        outside.output(dataset, &exported);
        outside.files(&out);
        for name in std::fs::read_dir(&out).unwrap() {
            let path = name.unwrap().path();
            if path.is_file() {
                outside.add(path.display().to_string(), &std::fs::read(&path).unwrap());
            }
        }
    }
    outside.files(&folder.state());

    // What is public is there, or nothing was looked at.
    let shown = outside.0.values().filter(|text| text.contains("竹海镇") || text.contains("A-2")).count();
    assert!(shown >= 3, "the records are shown in {shown} places of {}", outside.0.len());
    let leaks: Vec<_> = outside
        .0
        .iter()
        .map(|(place, text)| (place, plain(place), plain(text)))
        // A page that repeats what was searched for tells nobody anything new.
        .flat_map(|(place, asked, text)| {
            let leaked = planted.iter().filter(move |one| text.contains(**one) && !asked.contains(**one));
            leaked.map(move |one| (place, one))
        })
        .collect();
    assert_eq!(leaks, [], "of {} places", outside.0.len());
}

#[test]
fn what_is_looked_for_would_be_found() {
    let (records, planted) = planted();
    let text = plain(&records.to_string());
    let missed: Vec<_> = planted.iter().filter(|one| !text.contains(**one)).collect();
    assert!(missed.is_empty(), "{missed:?}");
    assert!(plain("%E4%B8%8A%E5%AE%98%E4%BA%91%E8%B5%B7").contains("上官云起"));
    assert!(plain("１３９　1111-0001".replace('\u{3000}', " ").as_str()).contains("13911110001"));
}
