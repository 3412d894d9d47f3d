//! Who is let in, and to whom limpid speaks.

use std::fs;
use std::process::Command;

use rcgen::{CertificateParams, CertifiedIssuer, KeyPair};

use super::*;

/// A broker that knows one user, `limpid` with password `right`, and no stranger.
fn guarded() -> Mosquitto {
    Mosquitto::with(|folder| {
        let file = folder.join("users");
        fs::write(&file, "limpid:right\n").unwrap();
        assert!(Command::new("mosquitto_passwd").arg("-U").arg(&file).status().unwrap().success());
        format!("log_type all\nallow_anonymous false\npassword_file {}\n", file.display())
    })
}

fn login(broker: &Mosquitto, password: &str) -> Gateway {
    let folder = broker.folder.path();
    fs::write(folder.join("secret"), format!("{password}\n")).unwrap();
    let lines =
        format!("url = \"mqtt://127.0.0.1:{}\"\nusername = \"limpid\"\npassword_file = \"secret\"\n", broker.port);
    Gateway::begin(&lines, folder)
}

#[tokio::test]
async fn with_a_wrong_password_it_is_tried_again_and_with_the_right_one_let_in() {
    let broker = guarded();
    let gateway = login(&broker, "wrong");
    eventually(async || (broker.log().matches("not authorised").count() >= 2).then_some(())).await;
    gateway.stop().await;
    assert!(!broker.log().contains("SUBACK"), "{}", broker.log());
    let gateway = login(&broker, "right");
    eventually(async || (broker.subscriptions() > 0).then_some(())).await;
    gateway.stop().await;
}

/// An authority, and the certificate of a broker at `host` that it signed, in files of `folder`.
fn certify(folder: &Path, host: &str) {
    let issuer = CertifiedIssuer::self_signed(
        {
            let mut params = CertificateParams::new(Vec::new()).unwrap();
            params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
            params
        },
        KeyPair::generate().unwrap(),
    )
    .unwrap();
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(vec![host.to_owned()]).unwrap().signed_by(&key, &issuer).unwrap();
    fs::write(folder.join("ca.pem"), issuer.pem()).unwrap();
    fs::write(folder.join("broker.pem"), certificate.pem()).unwrap();
    fs::write(folder.join("broker.key"), key.serialize_pem()).unwrap();
}

fn encrypted(host: &str) -> Mosquitto {
    Mosquitto::with(|folder| {
        certify(folder, host);
        format!(
            "certfile {0}/broker.pem\nkeyfile {0}/broker.key\nallow_anonymous true\nlog_type all\n",
            folder.display()
        )
    })
}

fn lines(broker: &Mosquitto) -> String {
    format!("url = \"mqtts://localhost:{}\"\nca_file = \"ca.pem\"\n", broker.port)
}

#[tokio::test]
async fn a_broker_with_a_certificate_of_the_named_authority_is_spoken_to() {
    let broker = encrypted("localhost");
    let gateway = Gateway::begin(&lines(&broker), broker.folder.path());
    eventually(async || (broker.subscriptions() > 0).then_some(())).await;
    gateway.stop().await;
}

#[tokio::test]
async fn a_broker_with_a_foreign_certificate_is_told_nothing() {
    let strangers = tempfile::tempdir().unwrap();
    certify(strangers.path(), "localhost");
    let (foreign, elsewhere) = (encrypted("localhost"), encrypted("broker.example"));
    for (broker, folder) in [(&foreign, strangers.path()), (&elsewhere, elsewhere.folder.path())] {
        let gateway = Gateway::begin(&lines(broker), folder);
        let tries = || broker.log().matches("New connection from").count();
        let before = tries();
        eventually(async || (tries() >= before + 2).then_some(())).await;
        gateway.stop().await;
        assert!(!broker.log().contains("New client connected"), "{}", broker.log());
    }
}

#[test]
fn what_the_configuration_names_must_be_there() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("empty.pem"), "").unwrap();
    let broker = |lines: &str| {
        let pipeline = format!(
            "[publisher]\nid = \"t\"\nname = \"T\"\nzone = \"UTC\"\n[ingest.mqtt]\nurl = \"mqtts://localhost\"\n{lines}\n"
        );
        let stations = "id,kind,name_zh,name_en,lat,lon\n".to_owned();
        let pipeline = Pipeline::parse(&Files { pipeline, stations }).unwrap();
        Broker::new(&pipeline, folder.path()).unwrap_err().to_string()
    };
    for (lines, words) in [
        ("username = \"u\"\npassword_file = \"none\"", "password_file"),
        (
            "username = \"u\"\npassword_env = \"LIMPID_TEST_NO_SUCH_VARIABLE\"",
            "LIMPID_TEST_NO_SUCH_VARIABLE is not set",
        ),
        ("ca_file = \"none.pem\"", "ingest.mqtt.ca_file"),
        ("ca_file = \"empty.pem\"", "empty.pem has no usable certificate authority"),
    ] {
        let error = broker(lines);
        assert!(error.contains(words), "{lines}: {error}");
    }
}
