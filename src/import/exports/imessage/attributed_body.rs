//! The words in a typedstream: since macOS 13 most messages have them only as an archived NSAttributedString.
//!
//! The archive begins with its string: the class (`NSString` or one made from it), the type of what follows (`+`, bytes),
//! and bytes behind their length. What comes after, attributes over ranges of it, is not needed.

/// How an archive begins, behind its version.
const SIGNATURE: &[u8] = b"streamtyped";
/// The class all strings are made from.
const CLASS: &[u8] = b"NSString";
/// A new type, one letter long: bytes.
const BYTES: &[u8] = b"\x84\x01+";
/// How far behind the class the type stands at most: the versions of a class and its parents come between.
const NEAR: usize = 64;

/// The string of the archive in `blob`; `None` when it is none or breaks off.
pub fn decode(blob: &[u8]) -> Option<String> {
    let head = blob.get(..blob.len().min(32))?;
    find(head, SIGNATURE)?;
    let behind = &blob[find(blob, CLASS)? + CLASS.len()..];
    let near = &behind[..behind.len().min(NEAR)];
    let (length, text) = length(&behind[find(near, BYTES)? + BYTES.len()..])?;
    Some(String::from_utf8_lossy(text.get(..length)?).into_owned())
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|w| w == wanted)
}

/// The whole number at the beginning of `bytes`, and what follows it: one byte, or a mark and two or four.
fn length(bytes: &[u8]) -> Option<(usize, &[u8])> {
    match bytes {
        [0x81, a, b, rest @ ..] => Some((usize::from(u16::from_le_bytes([*a, *b])), rest)),
        [0x82, a, b, c, d, rest @ ..] => {
            Some((usize::try_from(u32::from_le_bytes([*a, *b, *c, *d])).ok()?, rest))
        }
        [length, rest @ ..] if *length < 0x80 => Some((usize::from(*length), rest)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An archive of `text`, with its length written as `length`.
    fn archive(class: &[u8], length: &[u8], text: &str) -> Vec<u8> {
        let head = b"\x04\x0bstreamtyped\x81\xe8\x03\x84\x01@\x84\x84\x84\x12NSAttributedString\x00\x84\x84\x08NSObject\x00\x85\x92";
        [head, class, b"\x84\x01+", length, text.as_bytes(), b"\x86\x84\x02iI\x01\x05\x92"].concat()
    }

    const PLAIN: &[u8] = b"\x84\x84\x84\x08NSString\x01\x94";
    const MUTABLE: &[u8] = b"\x84\x84\x84\x0fNSMutableString\x01\x84\x84\x08NSString\x01\x95";

    #[test]
    fn strings_of_every_length() {
        assert_eq!(decode(&archive(PLAIN, b"\x05", "hello")).unwrap(), "hello");
        assert_eq!(decode(&archive(MUTABLE, b"\x0c", "Grüße 🙂")).unwrap(), "Grüße 🙂");
        assert_eq!(decode(&archive(PLAIN, b"\x00", "")).unwrap(), "");
        let long = "a walk ".repeat(40);
        let two = [&[0x81], &u16::try_from(long.len()).unwrap().to_le_bytes()[..]].concat();
        assert_eq!(decode(&archive(PLAIN, &two, &long)).unwrap(), long);
        let longer = "tea ".repeat(20_000);
        let four = [&[0x82], &u32::try_from(longer.len()).unwrap().to_le_bytes()[..]].concat();
        assert_eq!(decode(&archive(PLAIN, &four, &longer)).unwrap(), longer);
    }

    #[test]
    fn what_breaks_off_or_is_something_else_is_none() {
        let whole = archive(PLAIN, b"\x05", "hello");
        let end = whole.len() - b"\x86\x84\x02iI\x01\x05\x92".len();
        for cut in 0..end {
            assert_eq!(decode(&whole[..cut]), None, "{cut}");
        }
        assert_eq!(decode(b"bplist00 NSString\x84\x01+\x02hi"), None);
        assert_eq!(decode(&archive(PLAIN, b"\x83", "hello")), None);
        assert_eq!(decode(&archive(PLAIN, b"\x82\xff\xff\xff\xff", "hello")), None);
    }
}
