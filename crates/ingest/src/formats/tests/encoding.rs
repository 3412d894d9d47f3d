//! Files in GBK and UTF-8, through to the journal.

use limpid_model::Counts;

use super::file;
use crate::formats::{Format, Progress, import};
use crate::testing::{TWO, intake, kept, pipeline, shared};

#[tokio::test]
async fn a_gbk_file_is_read_as_what_it_says_and_kept_as_it_is() {
    let (_folder, intake) = intake(pipeline("Asia/Shanghai", TWO));
    // date,hour,type,一号站,二号站 and, beyond GBK's own range, a damaged line.
    let mut bytes = b"date,hour,type,\xd2\xbb\xba\xc5\xd5\xbe,\xb6\xfe\xba\xc5\xd5\xbe\r\n".to_vec();
    bytes.extend_from_slice(b"20260301,8,PM10,5,\xa1\xaa\xa1\xaa\r\n20260301,9,PM10,\xff,7\r\n20260301,10,PM10,6,8");
    let (_file, path) = file("gbk.csv", &bytes);
    let summary = import(&intake, Format::Quotsoft, &[path], &Progress::none()).await.unwrap();
    assert_eq!(summary.counts, Counts { stored: 3, rejected: 1, ..Counts::default() });
    assert_eq!(kept(&intake, "S1").await, ["pm10 PT1H 2026-03-01T00:00:00Z 5", "pm10 PT1H 2026-03-01T02:00:00Z 6"]);
    let accepted = intake.journal().tail(0, 1).await.unwrap();
    let stored = intake.journal().submission(accepted[0].receipt).await.unwrap().unwrap();
    assert!(stored.body == bytes, "byte for byte");
    let detail = stored.receipt.verdicts.iter().find_map(|verdict| verdict.detail.clone()).unwrap();
    assert_eq!(detail, "gbk.csv:3: the line is not GB 18030, as the file is");
}

#[tokio::test]
async fn a_utf_8_file_stays_one_whatever_its_broken_lines_would_be_in_gbk() {
    let (_folder, intake) = intake(pipeline("Asia/Shanghai", TWO));
    let mut bytes =
        "station,parameter,start,period,value\n一号站,pm25,2026-11-25T00:00:00Z,PT1H,1\n".as_bytes().to_vec();
    // 一号站 in GBK, in a file that is UTF-8.
    bytes.extend_from_slice(b"\xd2\xbb\xba\xc5\xd5\xbe,pm10,2026-11-25T00:00:00Z,PT1H,1\n");
    let (_file, path) = file("utf8.csv", &bytes);
    let summary = import(&intake, Format::Long, &[path], &Progress::none()).await.unwrap();
    assert_eq!(summary.counts, Counts { stored: 1, rejected: 1, ..Counts::default() });
}

#[test]
fn the_national_site_list_is_known_as_gbk() {
    let Some(folder) = shared("air-cnemc-site") else { return };
    let bytes = std::fs::read(folder.join("NewSiteList.csv")).unwrap();
    let mut encoding = crate::formats::encoding::Encoding::guess(&bytes);
    let text: Vec<String> = bytes
        .split(|byte| *byte == b'\n')
        .map(|line| encoding.decode(line).expect("every line is of the encoding").into_owned())
        .collect();
    assert!(text.iter().any(|line| line.starts_with("1001A") && line.contains("万寿西宫")), "{:?}", &text[..3]);
}
