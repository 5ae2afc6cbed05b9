//! Against PyTorch, on the same weights and on those before quantization.

use super::made::*;
use super::*;

#[test]
fn every_file_gives_what_pytorch_gives_on_the_same_weights() {
    let expected = expected();
    assert_eq!(expected.vectors.len(), 5);
    for (name, vectors) in &expected.vectors {
        let bytes = std::fs::read(fixture(&format!("{name}.gguf"))).unwrap();
        assert_eq!(
            sha256(&bytes),
            expected.gguf_sha256[name],
            "{name}.gguf is not the file of expected.json"
        );
        for level in Level::available() {
            let bert = Bert::from_gguf(&bytes, level, Precision::Whole).unwrap();
            for (chat, vectors) in expected.conversations.iter().zip(vectors) {
                ROUNDING.check(&format!("{name} {level:?}"), &chat.whole(&bert), vectors);
            }
        }
    }
}

#[test]
fn half_and_eight_bit_weights_stay_near_the_original_ones() {
    let expected = expected();
    for name in ["tiny-f16", "tiny-q8_0"] {
        for (level, precision) in ways() {
            let bert = tiny(name, level, precision);
            for (chat, vectors) in expected.conversations.iter().zip(&expected.vectors["tiny-f32"]) {
                let what = format!("{name} {level:?} {precision:?} to the original");
                Q8.check(&what, &chat.whole(&bert), vectors);
            }
        }
    }
}

#[test]
fn k_quants_are_read_as_the_weights_they_stand_for() {
    let chat = Chat { speakers: vec![0, 1, 0], ids: vec![vec![1, 5, 9], vec![2], vec![60, 3, 4, 4, 7]] };
    for kind in [GgmlDType::Q4K, GgmlDType::Q6K] {
        let packed = File::random(K_SHAPE, kind);
        let (plain, original) = (packed.unpacked(), File::random(K_SHAPE, GgmlDType::F32));
        for level in Level::available() {
            let [packed, plain, original] = [&packed, &plain, &original]
                .map(|f| chat.whole(&Bert::from_gguf(&f.bytes(), level, Precision::Whole).unwrap()));
            ROUNDING.check(&format!("{kind:?} {level:?}"), &packed, &plain);
            K_QUANTS.check(&format!("{kind:?} {level:?} to the original"), &packed, &original);
        }
    }
}

/// The trained model and what PyTorch says of it; nothing when either is not there.
fn real() -> Option<(PathBuf, Real)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/rushlight-small");
    let Ok(json) = std::fs::read(fixture("rushlight-small.json")) else {
        skipped(
            "tests/fixtures/engine/rushlight-small.json is missing; the trained model was not compared with PyTorch",
        );
        return None;
    };
    if !folder.join("model.gguf").is_file() {
        skipped(
            "models/rushlight-small/model.gguf is missing; the trained model was not compared with PyTorch",
        );
        return None;
    }
    Some((folder, serde_json::from_slice(&json).unwrap()))
}

#[test]
fn the_trained_model_stays_near_its_checkpoint() {
    let Some((folder, real)) = real() else { return };
    let bytes = std::fs::read(folder.join("model.gguf")).unwrap();
    assert_eq!(
        sha256(&bytes),
        real.gguf_sha256,
        "rushlight-small.json belongs to another model.gguf: make it anew"
    );
    let prompt = Prompt::from_bytes(&std::fs::read(folder.join("tokenizer.json")).unwrap()).unwrap();
    let ids: Vec<Vec<u32>> = real.texts.iter().map(|text| prompt.ids(text).unwrap()).collect();
    assert_eq!(ids, real.chat.ids);
    for (level, precision) in ways() {
        let bert = Bert::from_gguf(&bytes, level, precision).unwrap();
        let what = format!("rushlight-small {level:?} {precision:?}");
        Q8.check(&what, &real.chat.whole(&bert), &real.vectors);
        Q8.check(&format!("{what}, each alone"), &real.chat.alone(&bert), &real.alone);
    }
}

#[test]
fn the_words_of_the_trained_model_add_what_python_says() {
    let Some((folder, real)) = real() else { return };
    let bytes = std::fs::read(folder.join("head.safetensors")).unwrap();
    assert_eq!(
        sha256(&bytes),
        real.head_sha256,
        "rushlight-small.json belongs to another head.safetensors: make it anew"
    );
    let head = Head::from_safetensors(&bytes, Level::detect()).unwrap();
    let mut memory = Memory::default();
    for (ids, expected) in real.chat.ids.iter().zip(&real.words) {
        let found = head.hear(&mut memory, &ids[1..ids.len() - 1]);
        assert!((found - expected).abs() < 1e-5, "{found} against {expected}");
    }
}

#[test]
fn the_trained_model_before_quantization_is_its_checkpoint() {
    let Some(path) = std::env::var_os("RUSHLIGHT_F32_GGUF") else {
        skipped(
            "RUSHLIGHT_F32_GGUF names no F32 GGUF (bert_reference.py --f32 makes one); it was not compared",
        );
        return;
    };
    let real: Real =
        serde_json::from_slice(&std::fs::read(fixture("rushlight-small.json")).unwrap()).unwrap();
    let bytes = std::fs::read(path).unwrap();
    for level in Level::available() {
        let bert = Bert::from_gguf(&bytes, level, Precision::Whole).unwrap();
        ROUNDING.check(&format!("F32 {level:?}"), &real.chat.whole(&bert), &real.vectors);
    }
}
