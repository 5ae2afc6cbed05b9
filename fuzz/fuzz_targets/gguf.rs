#![no_main]

use rushlight::backbone::{Context, Gguf, Lane, Segment, load};
use rushlight::kernels::{Level, Precision};

// Any bytes as a GGUF: an error or a model, and what became a model can read.
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Ok(mut gguf) = Gguf::open(bytes) else { return };
    let Ok(backbone) = load(&mut gguf, Level::detect(), Precision::Int8) else { return };
    let mut context = Context::default();
    let segments = vec![Segment { ids: &[0], speaker: 0 }];
    let vectors = backbone.encode(&mut [Lane { context: &mut context, segments }]);
    assert_eq!(vectors.len(), backbone.width());
});
