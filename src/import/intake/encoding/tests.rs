//! Texts in many encodings, whole and hurt.

use super::*;
use proptest::prelude::*;

fn decode(bytes: &[u8]) -> (String, (u64, u64)) {
    let met = Meeting::default();
    let mut text = String::new();
    Utf8::new(bytes, nature(bytes), met.clone()).unwrap().read_to_string(&mut text).unwrap();
    (text, met.replaced.take())
}

#[test]
fn marks_utf16_and_code_pages() {
    let text = "ça va? Größe 10 — да\n";
    let le: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let be: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    for bytes in [text.as_bytes().to_vec(), [b"\xef\xbb\xbf", text.as_bytes()].concat(), le, be] {
        assert_eq!(decode(&bytes), (text.to_owned(), (0, 0)));
    }
    let (german, _, _) = encoding_rs::WINDOWS_1252.encode("Anna: schöne Grüße aus Köln, bis später");
    assert_eq!(decode(&german).0, "Anna: schöne Grüße aus Köln, bis später");
    let (russian, _, _) = encoding_rs::WINDOWS_1251.encode("Анна: привет, как дела сегодня?");
    assert_eq!(decode(&russian).0, "Анна: привет, как дела сегодня?");
}

#[test]
fn the_decision_waits_for_the_first_other_byte() {
    let mut long = "plain line\n".repeat(20_000).into_bytes();
    long.extend("Grüße, schöne Grüße aus Köln".chars().map(|c| c as u32 as u8));
    assert!(decode(&long).0.ends_with("Grüße, schöne Grüße aus Köln"));
}

#[test]
fn broken_bytes_in_utf8_are_counted_with_their_line() {
    let bytes = [&b"one\n\xc3\xa9\xc3\xa9 two\nth\xffree \xff\n"[..]].concat();
    assert_eq!(decode(&bytes), ("one\néé two\nth\u{fffd}ree \u{fffd}\n".to_owned(), (2, 3)));
    assert_eq!(decode("é é".as_bytes().split_last().unwrap().1).1, (1, 1));
}

#[test]
fn hurt_utf8_stays_utf8() {
    for (bytes, text) in [
        (&b"caf\xc3\xa9 \xff\xfe"[..], "café \u{fffd}\u{fffd}"),
        (b"ok \xf0\x9f\x98\x80 \xff \xfe \xff", "ok \u{1f600} \u{fffd} \u{fffd} \u{fffd}"),
        (b"so it\xe2\x80", "so it\u{fffd}"),
        (b"ok \xf0\x9f\x98", "ok \u{fffd}"),
        (b"ok \xf0\x9f\x98\nok \xf0\x9f\n", "ok \u{fffd}\nok \u{fffd}\n"),
        (b"caf\xc3", "caf\u{fffd}"),
    ] {
        assert_eq!(decode(bytes).0, text);
        assert!(decode(bytes).1.0 > 0);
    }
    // The first bad byte stands far before what tells.
    let far = [&b"\xff"[..], &b"plain line\n".repeat(20_000), "é".as_bytes()].concat();
    assert!(decode(&far).0.ends_with('é') && decode(&far).1 == (1, 1));
}

#[test]
fn short_texts_of_code_pages_are_no_hurt_utf8() {
    for (encoding, text) in [
        (encoding_rs::WINDOWS_1252, "Ana: on va à la plage, d'accord? C'est la vérité"),
        (encoding_rs::WINDOWS_1252, "Ana: vale, mañana te lo doy. ¿Qué pasó?"),
        (encoding_rs::WINDOWS_1251, "Анна: в США, на МГУ»"),
        (encoding_rs::GBK, "小明: 你好吗 今天晚上我们一起去吃饭吧"),
        (encoding_rs::BIG5, "小明: 今天晚上我們一起去吃飯吧"),
        (encoding_rs::SHIFT_JIS, "花子: こんばんは、明日は何時に会いますか"),
        (encoding_rs::EUC_KR, "지수: 내일 학교에서 몇 시에 만날까"),
        (encoding_rs::WINDOWS_874, "ก: พรุ่งนี้เจอกันที่โรงเรียนนะ แบบว่าตอนเย็น"),
    ] {
        assert_eq!(decode(&encoding.encode(text).0), (text.to_owned(), (0, 0)));
    }
}

#[test]
fn what_was_encoded_twice_is_put_right_across_blocks() {
    let right = "Ana: déjà vu, là, ça – 😀\n".repeat(9_000);
    let twice = encoding_rs::WINDOWS_1252.decode_without_bom_handling(right.as_bytes()).0;
    let met = Meeting::default();
    let mut text = String::new();
    let mut read = Utf8::new(twice.as_bytes(), Nature::Text(None, 0), met.clone()).unwrap();
    read.read_to_string(&mut text).unwrap();
    assert!(text == right);
    // A line that a block parts in two may count twice.
    let (count, first) = met.twice.take();
    assert!((9_000..9_030).contains(&count) && first == 1, "{count}");
}

#[test]
fn pictures_and_programs_are_no_text() {
    assert_eq!(nature(b"\x89PNG\r\n\x1a\n"), Nature::Binary("a PNG picture"));
    assert_eq!(nature(b"\0\0\0\x18ftypmp42"), Nature::Binary("a video or sound file"));
    assert_eq!(nature(b"ab\0\0\x01\x02cd"), Nature::Binary("a binary file"));
    assert!(matches!(nature(&[0xff, 0xfe, 0, 0, b'a', 0, 0, 0]), Nature::Unsupported(_)));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_decode(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        decode(&bytes);
    }

    #[test]
    fn utf8_is_kept_whole(text in "\\PC{1,200}") {
        prop_assert_eq!(decode(format!("é{text}").as_bytes()).0, format!("é{text}"));
    }
}
