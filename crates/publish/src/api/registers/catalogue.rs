//! The registers as a catalogue in the columns of the national template for what a bureau publishes: one row a register, in
//! Chinese, as the template is. As CSV, or as the workbook that is handed up.

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Response, header};
use limpid_model::Pipeline;
use limpid_model::pipeline::Authority;
use limpid_model::register::{Disclosure, Every, Register};
use rust_xlsxwriter::{Format as Style, FormatAlign, FormatBorder, Workbook, XlsxError};

use crate::answer::table::disarmed;
use crate::answer::{Cache, Failure, cache};
use crate::error::PublishError;

/// The columns: the heads of the template's two rows in one.
const COLUMNS: [&str; 14] = [
    "序号",
    "公开事项：一级事项",
    "公开事项：二级事项",
    "公开内容（要素）",
    "公开依据",
    "公开时限",
    "公开主体",
    "公开渠道和载体",
    "公开对象：全社会",
    "公开对象：特定群众",
    "公开方式：主动",
    "公开方式：依申请",
    "公开层级：县级",
    "公开层级：乡级",
];
/// Widths of the columns in the workbook, in letters.
const WIDTHS: [f64; 14] = [6.0, 16.0, 20.0, 50.0, 40.0, 24.0, 24.0, 14.0, 8.0, 8.0, 8.0, 8.0, 8.0, 8.0];
const YES: &str = "√";
/// The template's, where nothing else is said.
const TIME_LIMIT: &str = "信息形成或变更之日起20个工作日内";
const CHANNEL: &str = "政府网站";
const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// How the catalogue is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sheet {
    /// CSV, UTF-8 with the mark by which spreadsheets know it.
    Csv,
    /// A workbook.
    Xlsx,
}

/// The catalogue as a file.
///
/// # Errors
/// [`PublishError::Table`] should it not be written.
pub fn catalogue(pipeline: &Pipeline, sheet: Sheet) -> Result<Vec<u8>, PublishError> {
    let rows = rows(pipeline);
    let failed = |source| PublishError::Table { doing: "writing the catalogue".into(), source };
    match sheet {
        Sheet::Csv => csv(&rows).map_err(|error| failed(error.into())),
        Sheet::Xlsx => workbook(&rows).map_err(|error| failed(error.into())),
    }
}

/// The catalogue as a download.
///
/// # Errors
/// Those of [`catalogue`].
pub(super) fn answer(pipeline: &Pipeline, headers: &HeaderMap, sheet: Sheet) -> Result<Response<Body>, Failure> {
    let (media_type, name) = match sheet {
        Sheet::Csv => ("text/csv; charset=utf-8", "attachment; filename=\"catalogue.csv\""),
        Sheet::Xlsx => (XLSX, "attachment; filename=\"catalogue.xlsx\""),
    };
    let mut response = cache::tagged(headers, Cache::Revalidate, media_type, catalogue(pipeline, sheet)?);
    response.headers_mut().insert(header::CONTENT_DISPOSITION, HeaderValue::from_static(name));
    Ok(response)
}

fn rows(pipeline: &Pipeline) -> Vec<[String; 14]> {
    let mut registers: Vec<&Register> = pipeline.registers.iter().map(AsRef::as_ref).collect();
    registers.sort_by_key(|register| register.item);
    (1..).zip(registers).map(|(place, register)| row(pipeline, place, register)).collect()
}

fn row(pipeline: &Pipeline, place: usize, register: &Register) -> [String; 14] {
    let of = |wanted: fn(Disclosure) -> bool| register.leaves().any(|(_, _, disclosure)| wanted(disclosure));
    let yes = |yes: bool| if yes { YES.to_owned() } else { String::new() };
    [
        place.to_string(),
        register.item.name().to_owned(),
        register.title.get("zh").to_owned(),
        elements(register),
        register.basis.clone().unwrap_or_default(),
        time_limit(register),
        pipeline.publisher.name.get("zh").to_owned(),
        CHANNEL.to_owned(),
        yes(of(Disclosure::is_public)),
        String::new(),
        yes(of(Disclosure::is_public)),
        yes(of(|disclosure| disclosure == Disclosure::OnRequest)),
        yes(pipeline.publisher.authority == Authority::County),
        String::new(),
    ]
}

/// The labels of the public fields, in their order.
fn elements(register: &Register) -> String {
    let public = register.fields.iter().filter(|field| field.disclosure.is_public());
    public.map(|field| field.label.get("zh")).collect::<Vec<_>>().join("；")
}

fn time_limit(register: &Register) -> String {
    let deadline = register.deadline.as_ref().map(|deadline| {
        let after = register.field(&deadline.after).map_or("", |field| field.label.get("zh"));
        format!("自“{after}”起{}个工作日内", deadline.working_days)
    });
    let every = register.every.map(|every| {
        let word = match every {
            Every::Day => "日",
            Every::Week => "周",
            Every::Month => "月",
            Every::Quarter => "季",
            Every::Year => "年",
        };
        format!("每{word}更新")
    });
    let said: Vec<String> = deadline.into_iter().chain(every).collect();
    if said.is_empty() { TIME_LIMIT.to_owned() } else { said.join("；") }
}

fn csv(rows: &[[String; 14]]) -> csv::Result<Vec<u8>> {
    let mut writer =
        csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer("\u{feff}".as_bytes().to_vec());
    writer.write_record(COLUMNS)?;
    for row in rows {
        writer.write_record(row.iter().map(|cell| disarmed(cell.clone())))?;
    }
    writer.into_inner().map_err(|error| csv::Error::from(error.into_error()))
}

fn workbook(rows: &[[String; 14]]) -> Result<Vec<u8>, XlsxError> {
    let cell = Style::new().set_text_wrap().set_align(FormatAlign::Top).set_border(FormatBorder::Thin);
    let head = cell.clone().set_bold();
    let mut book = Workbook::new();
    // The same registers give the same bytes.
    let epoch = rust_xlsxwriter::ExcelDateTime::from_ymd(2020, 1, 1)?;
    book.set_properties(&rust_xlsxwriter::DocProperties::new().set_creation_datetime(&epoch));
    let sheet = book.add_worksheet().set_name("公开目录")?;
    for (column, (title, width)) in (0..).zip(COLUMNS.iter().zip(WIDTHS)) {
        sheet.set_column_width(column, width)?;
        sheet.write_string_with_format(0, column, *title, &head)?;
    }
    for (line, row) in (1..).zip(rows) {
        for (column, text) in (0..).zip(row) {
            // A string cell is never run as a formula.
            sheet.write_string_with_format(line, column, text, &cell)?;
        }
    }
    sheet.set_freeze_panes(1, 0)?;
    book.save_to_buffer()
}
