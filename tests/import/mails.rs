//! RSMF as it travels: a zip in an e-mail.

use std::fmt::Write as _;

use super::archives::zipped;
use super::*;

/// `bytes` as an attachment is written.
fn base64(bytes: &[u8]) -> String {
    const SIGNS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for (at, three) in bytes.chunks(3).enumerate() {
        let number = three.iter().fold(0u32, |n, b| n << 8 | u32::from(*b)) << (8 * (3 - three.len()));
        for place in 0..=three.len() {
            out.push(char::from(SIGNS[(number >> (18 - 6 * place) & 63) as usize]));
        }
        (three.len()..3).for_each(|_| out.push('='));
        if at % 19 == 18 {
            out.push_str("\r\n");
        }
    }
    out
}

fn mail(attached: &[u8]) -> String {
    let mut out = String::from(
        "X-RSMF-Version: 2.0.0\r\nSubject: chat\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n",
    );
    out.push_str("--b\r\nContent-Type: text/plain\r\n\r\nIda: hi\r\nMax: hello\r\n");
    write!(
        out,
        "--b\r\nContent-Type: application/zip\r\nContent-Disposition: attachment; filename=rsmf.zip\r\nContent-Transfer-Encoding: base64\r\n\r\n{}\r\n--b--\r\n",
        base64(attached)
    )
    .unwrap();
    out
}

#[test]
fn a_mail_with_its_archive_is_read_as_the_archive() {
    let manifest = fs::read("tests/fixtures/import/rsmf_folder/rsmf_manifest.json").unwrap();
    let zip = zipped(&[("rsmf_manifest.json", &manifest), ("IMG_0001.jpg", b"x")]);
    let (found, counts) = bytes("m.eml", mail(&zip).as_bytes(), &Options::default());
    let counts = counts.unwrap();
    assert_eq!(
        found.iter().map(|f| (f.format, f.transcript.messages.len())).collect::<Vec<_>>(),
        [("rsmf", 3), ("rsmf", 3)]
    );
    assert_eq!((counts.lines, counts.accounted(), counts.media), (7, 7, 1));
}

#[test]
fn a_mail_without_it_is_no_chat() {
    for attached in [&b"hello"[..], b"PK\x03\x04"] {
        assert!(bytes("m.eml", mail(attached).as_bytes(), &Options::default()).1.is_err());
    }
}

#[test]
fn mails_in_mails_end_somewhere() {
    let manifest = fs::read("tests/fixtures/import/rsmf_folder/rsmf_manifest.json").unwrap();
    let mut packed = zipped(&[("rsmf_manifest.json", &manifest)]);
    for _ in 0..4 {
        packed = zipped(&[("m.eml", mail(&packed).as_bytes())]);
    }
    let outcome = bytes("m.zip", &packed[..], &Options::default());
    assert!(matches!(outcome.1, Err(ImportError::Archive { .. })) && outcome.0.is_empty());
}
