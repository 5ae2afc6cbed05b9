#![no_main]
mod common;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    // Most inputs are no zip; a signature in front makes them one.
    common::read(bytes, None);
    common::read(&[b"PK\x03\x04", bytes].concat(), None);
});
