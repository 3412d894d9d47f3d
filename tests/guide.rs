//! The guide for researchers does what it says: its Python runs as it stands, and plots and prints the figures of the readings.

use std::path::Path;
use std::process::Command;

use crate::python::{Python, run};
use crate::support::Folder;

const GUIDE: &str = include_str!("../docs/guide/researcher.md");
const PACKAGES: [&str; 3] = ["matplotlib==3.11.2", "pandas==3.1.1", "pyarrow==26.0.1"];

/// October 2026: 31 days of hours; one without a value, and one that no rule lets pass.
fn october() -> (String, Vec<f64>) {
    let mut text = String::from("station,parameter,start,period,value,unit,flag\n");
    let mut good = Vec::new();
    for hour in 0..31 * 24_u32 {
        let (day, of_day) = (1 + hour / 24, hour % 24);
        let value = 20.0 + f64::from(hour % 24) + f64::from(day) / 2.0;
        let written = match hour {
            100 => String::new(),
            200 => "-300".to_owned(),
            _ => {
                good.push(value);
                value.to_string()
            }
        };
        text.push_str(&format!("DEMO-A1,pm25,2026-10-{day:02}T{of_day:02}:00:00+08:00,PT1H,{written},ug/m3,N\n"));
    }
    (text, good)
}

#[test]
fn ten_lines_of_python_plot_a_month() {
    let folder = Folder::new("id,kind,name_zh,name_en,lat,lon\nDEMO-A1,air,县政府,County Hall,28.5,104.9\n");
    let (readings, good) = october();
    let file = folder.path("long.csv");
    std::fs::write(&file, readings).unwrap();
    folder.import("long", &[file]);
    let limpid = folder.run();

    let blocks: Vec<&str> = GUIDE.split("```python\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect();
    assert_eq!(blocks.len(), 2);
    assert_eq!(blocks[0].lines().count(), 10, "from zero to a plotted month in ten lines");
    let picture = folder.path("month.png");
    // What the reader would look at: the hours and days of the picture, and what was printed of the release.
    let look = "import json\nprint(json.dumps([int(good.count()), float(good.mean()), int(days.count()), \
                [len(line.get_xdata()) for line in axes.lines]]))\n";
    let script = format!("import matplotlib\nmatplotlib.use(\"Agg\")\n{}{look}{}", blocks[0], blocks[1]);
    let script = script.replace("http://127.0.0.1:8080", limpid.url("").trim_end_matches('/'));
    let script = script.replace("month.png", picture.to_str().unwrap());
    let path = folder.path("guide.py");
    std::fs::write(&path, script).unwrap();
    let python = Python::with("researcher", &PACKAGES).program("python");
    let said = run(Command::new(python).arg(&path));

    let mean = good.iter().sum::<f64>() / good.len() as f64;
    let mut lines = said.lines();
    let plotted: serde_json::Value = serde_json::from_str(lines.next().unwrap()).unwrap();
    assert_eq!((&plotted[0], &plotted[2]), (&742.into(), &31.into()), "{said}");
    assert!((plotted[1].as_f64().unwrap() - mean).abs() < 1e-9, "{said}");
    assert!(plotted[3][0].as_u64() >= Some(742) && plotted[3][1] == 31, "{said}");
    let released: Vec<&str> = lines.next().unwrap().split(' ').collect();
    assert!(released[0].starts_with("air-hourly/") && released[1] == "742", "{said}");
    assert!((released[2].parse::<f64>().unwrap() - mean).abs() < 1e-9, "{said}");
    let drawn = std::fs::read(&picture).unwrap();
    assert!(drawn.starts_with(b"\x89PNG") && drawn.len() > 10_000, "{}", drawn.len());
    keep(&picture);
}

/// Kept beside the screenshots, to be looked at.
fn keep(picture: &Path) {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("screenshots");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::copy(picture, folder.join("researcher-month.png")).unwrap();
}
