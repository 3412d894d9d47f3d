//! A batch that comes in pieces is what it is as a whole.

use proptest::prelude::*;

use super::*;

/// The readings and the station by the stream, which is given the body in pieces of `size` bytes.
fn streamed(body: &[u8], size: usize) -> Result<(String, Vec<RawReading>), Invalid> {
    let (mut stream, mut readings) = (Stream::default(), Vec::new());
    for piece in body.chunks(size) {
        stream.push(piece, |reading| readings.push(reading))?;
    }
    let station = stream.finish(|reading| readings.push(reading))?;
    Ok((station, readings))
}

/// The same by serde, from the whole body.
fn at_once(body: &[u8]) -> Result<(String, Vec<RawReading>), serde_json::Error> {
    let place = Place::default();
    let (station, readings) = whole(body, &place)?;
    Ok((named(station, &place)?, readings))
}

fn agree(body: &str) {
    let expected = at_once(body.as_bytes());
    for size in [1, 2, 3, 7, 64, body.len().max(1)] {
        let got = streamed(body.as_bytes(), size);
        match (&expected, got) {
            (Ok(expected), Ok(got)) => assert_eq!(*expected, got, "{body} in {size}"),
            (Err(_), Err(_)) => {}
            (expected, got) => panic!("{body} in {size}: {expected:?} at once, {got:?} in pieces"),
        }
    }
}

const READING: &str = r#"{"parameter":"pm25","start":"2026-11-25T08:00:00+08:00","period":"PT1H","value":1}"#;

#[test]
fn a_batch_in_pieces_is_the_batch_as_a_whole() {
    let escaped = r#"{"parameter":"pm\u0032\u0035","start":"2026-11-25T08:00:00+08:00","period":"PT1H","value":-2e1}"#;
    let braces = READING.replace("\"value\":1", r#""value":1,"flag":"}]\\\"{["#);
    let bodies = [
        format!(r#"{{"station":"S1","readings":[{READING},{escaped}]}}"#),
        format!(" {{ \"readings\" :\n[ {READING} ,\t{READING} ]\r\n, \"station\" : \"S\\u0031\" }} "),
        r#"{"station":"S1","readings":[]}"#.to_owned(),
        format!(r#"{{"station":"S1","re\u0061dings":[{READING}]}}"#),
        // Not JSON, or not a batch: what is cut out must not mend it.
        format!(r#"{{"station":"S1","readings":[{READING}{READING}]}}"#),
        format!(r#"{{"station":"S1","readings":[{READING},]}}"#),
        format!(r#"{{"station":"S1","readings":[,{READING}]}}"#),
        format!(r#"{{"station":"S1","readings":[{READING} 5]}}"#),
        format!(r#"{{"station":"S1","readings":[null,{READING}]}}"#),
        format!(r#"{{"station":"S1","readings":[[{READING}]]}}"#),
        format!(r#"{{"station":"S1","readings":[{READING}],"readings":[]}}"#),
        format!(r#"{{"station":"S1","readings":[{READING}]"#),
        format!(r#"{{"station":"S1","readings":[{READING}"#),
        format!(r#"{{"station":"S1","readings":[{READING}]}}}}"#),
        format!(r#"{{"station":"S1" "readings":[{READING}]}}"#),
        format!(r#"{{"station":"readings":[{READING}]}}"#),
        format!(r#"{{"station":{{"readings":[{READING}]}}}}"#),
        format!(r#"{{"\"readings":[{READING}],"station":"S1"}}"#),
        format!(r#"["readings",[{READING}]]"#),
        format!("{{\"station\":\"S1\",\"readings\":[{READING}\u{c}]}}"),
        format!("{{\"station\":\"S1\",\"readings\"\u{c}:[{READING}]}}"),
        format!(r#"{{"station":"S1","readings":[{braces}]}}"#),
        format!(r#"{{"station":"S1","readings":[{}]}}"#, READING.replace('}', "]")),
        String::new(),
    ];
    assert_eq!(at_once(bodies[1].as_bytes()).unwrap().1.len(), 2);
    for body in bodies {
        agree(&body);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn whatever_is_done_to_a_batch(places in prop::collection::vec((any::<prop::sample::Index>(), 0..6_usize), 1..4)) {
        let mut body = format!(r#"{{"station":"S1","readings":[{READING}, {READING}]}}"#);
        for (place, what) in places {
            let at = place.index(body.len());
            match what {
                0 => { body.remove(at); }
                1 => body.truncate(at),
                sign => body.insert(at, ['"', '{', ']', ','][sign - 2]),
            }
            if body.is_empty() { break }
        }
        agree(&body);
    }
}
