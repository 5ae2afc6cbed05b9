#![no_main]
mod common;

// Every format there is: the first byte picks one, the others are read as it.
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Some((pick, rest)) = bytes.split_first() else { return };
    let names = rushlight::import::format_names();
    common::read(rest, Some(names[usize::from(*pick) % names.len()]));
});
