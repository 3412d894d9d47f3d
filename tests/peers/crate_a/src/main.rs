//! `hj212-peer HOST:PORT MN`: asks for the time (1013) and takes it (1012), uploads five hours of which the third is left
//! out, waits to be asked for it (2061), sends it, and prints what happened as one JSON line. As hj212_client.py, in
//! the words of 2025.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use a::{CpBuilder, Framer, Hj212Packet, PayloadBuilder, build_exe_rtn, build_qn_rtn, parse_frame_strict};
use chrono::{NaiveDateTime, Timelike, Utc};

const PW: &str = "123456";
const TIME: &str = "%Y%m%d%H%M%S";

struct Station {
    stream: TcpStream,
    framer: Framer,
    mn: String,
    number: u32,
}

impl Station {
    fn qn(&mut self) -> String {
        self.number += 1;
        format!("{}{:03}", beijing().format(TIME), self.number)
    }

    fn send(&mut self, packet: &PayloadBuilder) {
        self.stream.write_all(packet.frame_standard().as_bytes()).unwrap();
    }

    /// Sends a message that wants an answer, and checks the answer.
    fn tell(&mut self, cn: &str, area: &str, answer: &str) {
        let qn = self.qn();
        self.send(&PayloadBuilder::new(&qn, PW, &self.mn, area).cn(cn).flag("9"));
        let packet = self.receive();
        assert_eq!((packet.cn.as_deref(), packet.qn.as_deref()), (Some(answer), Some(qn.as_str())), "{packet:?}");
        assert_eq!((packet.st.as_deref(), packet.flag.as_deref()), (Some("91"), Some("8")), "{packet:?}");
        assert!(packet.cp.is_empty(), "{packet:?}");
    }

    fn receive(&mut self) -> Hj212Packet {
        loop {
            if let Some(frame) = self.framer.next_frame() {
                let packet = parse_frame_strict(std::str::from_utf8(&frame).unwrap()).unwrap();
                assert_eq!((packet.mn.as_deref(), packet.pw.as_deref()), (Some(self.mn.as_str()), Some(PW)));
                return packet;
            }
            let mut buffer = [0; 4096];
            let count = self.stream.read(&mut buffer).unwrap();
            assert!(count > 0, "the gateway hung up");
            self.framer.push(&buffer[..count]);
        }
    }

    /// The next request, which is said to be taken up.
    fn request(&mut self, cn: &str) -> Hj212Packet {
        let packet = self.receive();
        assert_eq!(packet.cn.as_deref(), Some(cn), "{packet:?}");
        let flag = packet.flag_bits().unwrap();
        assert!(flag.need_ack() && flag.version() == 2, "{packet:?}");
        self.send(&build_qn_rtn(packet.qn.as_deref().unwrap(), PW, &self.mn, "1"));
        packet
    }

    fn result(&mut self, request: &Hj212Packet, code: &str) {
        self.send(&build_exe_rtn(request.qn.as_deref().unwrap(), PW, &self.mn, code));
    }

    fn upload(&mut self, this_hour: NaiveDateTime, back: i64) {
        let mut cp = CpBuilder::new();
        let start = this_hour - chrono::Duration::hours(back);
        cp.data_time(start.format(TIME).to_string()).kv("a34004-Avg", back.to_string()).kv("a34004-Flag", "N");
        self.tell("2061", &cp.build(), "9014");
    }
}

fn beijing() -> NaiveDateTime {
    (Utc::now() + chrono::Duration::hours(8)).naive_utc()
}

fn time(packet: &Hj212Packet, name: &str) -> NaiveDateTime {
    NaiveDateTime::parse_from_str(&packet.cp[name], TIME).unwrap()
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let stream = TcpStream::connect(arguments.next().expect("HOST:PORT")).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    let mn = arguments.next().expect("MN");
    let mut station = Station { stream, framer: Framer::new(), mn, number: 0 };

    station.tell("1013", "", "9013");
    let request = station.request("1012");
    let off = (time(&request, "SystemTime") - beijing()).num_seconds();
    station.result(&request, "1");

    let this_hour =
        beijing().with_minute(0).and_then(|at| at.with_second(0)).and_then(|at| at.with_nanosecond(0)).unwrap();
    for back in [5, 4, 2, 1] {
        station.upload(this_hour, back);
    }
    let request = station.request("2061");
    let third = this_hour - chrono::Duration::hours(3);
    assert_eq!(time(&request, "BeginTime"), third);
    assert_eq!(time(&request, "EndTime"), third + chrono::Duration::hours(1));
    station.upload(this_hour, 3);
    station.result(&request, "1");
    println!("{{\"acknowledged\":5,\"clock_off_s\":{off}}}");
}
