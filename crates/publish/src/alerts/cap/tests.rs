//! Documents as others write them, and as they are written here.

use limpid_model::{Text, Zone};

use super::*;
use crate::testing::at;

/// An update in Chinese and English, with a prefix, entities, CDATA and a signature.
const RELAYED: &str = "\u{feff}<?xml version=\"1.0\" encoding=\"UTF-8\"?>
<!-- as a province's system writes -->
<cap:alert xmlns:cap=\"urn:oasis:names:tc:emergency:cap:1.2\">
  <cap:identifier>51000041600000_20261125080000</cap:identifier>
  <cap:sender>sthjt.sc.gov.cn</cap:sender>
  <cap:sent>2026-11-25T08:00:00+08:00</cap:sent>
  <cap:status>Actual</cap:status>
  <cap:msgType>Update</cap:msgType>
  <cap:scope>Public</cap:scope>
  <cap:references>sthjt.sc.gov.cn,A1,2026-11-24T08:00:00+08:00
    sthjt.sc.gov.cn,A2,2026-11-24T09:00:00+08:00</cap:references>
  <cap:info>
    <cap:language>zh-CN</cap:language>
    <cap:category>Env</cap:category>
    <cap:category>Health</cap:category>
    <cap:event>重污染天气</cap:event>
    <cap:urgency>Expected</cap:urgency>
    <cap:severity>Severe</cap:severity>
    <cap:certainty>Likely</cap:certainty>
    <cap:expires>2026-11-27T12:00:00+08:00</cap:expires>
    <cap:headline>橙色预警 &lt;Ⅱ级&gt; &#x4E09;</cap:headline>
    <cap:description><![CDATA[<b>减少外出</b>]]></cap:description>
    <cap:web>javascript:alert(1)</cap:web>
    <cap:area><cap:areaDesc>示例县</cap:areaDesc></cap:area>
    <cap:area><cap:areaDesc>邻县</cap:areaDesc></cap:area>
  </cap:info>
  <ds:Signature xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"><ds:SignedInfo/></ds:Signature>
</cap:alert>
";

#[test]
fn a_document_of_another_authority_is_read() {
    let said = read(RELAYED.as_bytes()).unwrap();
    assert_eq!((said.identifier.as_str(), said.message.as_str()), ("51000041600000_20261125080000", "Update"));
    assert!(said.signed);
    assert_eq!(said.references.len(), 2);
    assert_eq!(
        (said.references[1].identifier.as_str(), said.references[1].sent.as_str()),
        ("A2", "2026-11-24T09:00:00+08:00")
    );
    let info = &said.info[0];
    assert_eq!(info.headline.as_deref(), Some("橙色预警 <Ⅱ级> 三"));
    assert_eq!(info.description.as_deref(), Some("<b>减少外出</b>"));
    assert_eq!((info.category.len(), info.areas.join(" ")), (2, "示例县 邻县".to_owned()));
    assert_eq!(info.expires, Some(at("2026-11-27T04:00:00Z")));
    assert_eq!(info.web, None, "no link to a script");
}

#[test]
fn what_is_no_alert_for_the_public_is_refused_with_its_element() {
    let without = |from: &str, to: &str| RELAYED.replace(from, to);
    let deep = format!("<a>{}</a>", "<b>".repeat(40));
    for (document, element, words) in [
        (String::new(), "alert", "no element"),
        ("<alert/>".to_owned(), "alert", "CAP 1.2"),
        (deep, "alert", "within each other"),
        (
            without("<!-- as a province's system writes -->", "<!DOCTYPE a [<!ENTITY b \"c\">]>"),
            "alert",
            "document type",
        ),
        (without("&lt;", "&nbsp;"), "alert", "&nbsp;"),
        (without("</cap:alert>", ""), "alert", "ends within"),
        (without("51000041600000_", "a b"), "identifier", "space"),
        (without("<cap:msgType>Update", "<cap:msgType>Ack"), "msgType", "Ack"),
        (without(">Actual<", ">actual<"), "status", "actual"),
        (without("<cap:sent>2026-11-25T08", "<cap:sent>25 Nov"), "sent", "write 2026"),
        (without("<cap:expires>2026-11-27T12:00:00+08:00", "<cap:expires>tomorrow"), "expires", "tomorrow"),
        (without(">Env<", ">Air<"), "category", "Air"),
        (without("<cap:event>重污染天气</cap:event>", ""), "event", "no event"),
        (without("cap:references", "cap:note"), "references", "Update"),
        (without("A1,2026", "A1;2026"), "references", "sender,identifier,sent"),
    ] {
        let error = read(document.as_bytes()).unwrap_err();
        assert_eq!(error.element, element, "{error:?}");
        assert!(error.detail.contains(words), "{words}: {error:?}");
    }
}

#[test]
fn what_is_written_is_read_as_the_same() {
    let text = |zh: &str, en: &str| Text::zh_en(zh, en);
    let draft = Draft {
        identifier: "changning-1".into(),
        sender: "epb.example.gov.cn".into(),
        sent: at("2026-11-25T00:00:00.75Z"),
        status: "Actual".into(),
        message: "Alert".into(),
        references: Vec::new(),
        sender_name: text("示例局", "Example Bureau"),
        category: "Env".into(),
        event: text("臭氧污染", "ozone pollution"),
        urgency: "Expected".into(),
        severity: "Moderate".into(),
        certainty: "Likely".into(),
        effective: at("2026-11-25T00:00:00Z"),
        onset: Some(at("2026-11-25T04:00:00Z")),
        expires: at("2026-11-25T12:00:00Z"),
        headline: text("今天下午 <臭氧> & 其他", "ozone & \"more\" this afternoon"),
        description: text("说明", "about"),
        instruction: Some(text("减少户外活动", "stay inside")),
        web: Some("https://epb.example.gov.cn/a?b=1&c=2".into()),
        area: text("示例县", "Example County"),
        languages: vec!["zh".into(), "en".into()],
    };
    let document = write(&draft, Zone::parse("Asia/Shanghai").unwrap());
    let said = read(document.as_bytes()).unwrap();
    assert_eq!(said.sent, "2026-11-25T08:00:00+08:00", "to the second, with an offset");
    assert!(!said.signed && said.info.len() == 2);
    assert_eq!(said.info[0].headline.as_deref(), Some("今天下午 <臭氧> & 其他"));
    assert_eq!(said.info[1].headline.as_deref(), Some("ozone & \"more\" this afternoon"));
    assert_eq!((said.info[1].language.as_str(), said.info[1].onset), ("en", draft.onset));
    assert_eq!((said.info[1].web.clone(), said.info[1].areas.clone()), (draft.web, vec!["Example County".to_owned()]));
}
