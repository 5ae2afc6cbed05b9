//! Tokenizers out of GGUFs: of small vocabularies made here, and of published ones against the ids that are published with them.

use rushlight::backbone::Gguf;
use rushlight::models::{prompt_of_gguf, vocabulary};
use rushlight::prompt::{Reader, Template, Vocabulary};
use rushlight::transcript::{Kind, Message, Origin, Text, Transcript};

use super::made::*;
use super::*;

/// Byte pairs in GPT-2's way; the last token is a mark.
fn byte_pairs() -> Vocabulary {
    // Letters, then what their merges make, in order.
    let letters = ["A", "B", ":", "h", "i", "t", "e", "a", "Ġ", "Ċ", "<", ">", "s", "|", "1", "2", "Ã", "¤"];
    let merges = ["h i", "t e", "te a", "Ġ tea", "Ġ hi", "Ã ¤"];
    let made = merges.iter().map(|merge| merge.replace(' ', ""));
    let tokens: Vec<String> =
        letters.iter().map(|l| (*l).to_owned()).chain(made).chain(["<|s|>".into()]).collect();
    let kinds = (0..tokens.len()).map(|at| if at + 1 == tokens.len() { 3 } else { 1 }).collect();
    let merges = merges.map(str::to_owned).to_vec();
    let (model, pre) = ("gpt2".to_owned(), Some("qwen2".to_owned()));
    Vocabulary { model, pre, tokens, kinds, merges, bos: Some(24), ..Vocabulary::default() }
}

/// Pieces in SentencePiece's way: marks, two bytes, letters, pieces by falling score, and a user's own token.
fn pieces() -> Vocabulary {
    let marks = [("<unk>", 2), ("<s>", 3), ("</s>", 3), ("<0xC3>", 6), ("<0xA4>", 6), ("<0x0A>", 6)];
    let plain = ["▁", "t", "e", "a", "A", ":", "s", "<", ">", "te", "tea", "▁tea", "ea", "▁▁"];
    let all = marks.into_iter().chain(plain.map(|text| (text, 1))).chain([("[cup]", 4)]);
    let (tokens, kinds): (Vec<String>, Vec<i32>) = all.map(|(text, kind)| (text.to_owned(), kind)).unzip();
    let scores = (0..tokens.len()).map(|at| -(at as f32)).collect();
    Vocabulary { model: "llama".into(), tokens, kinds, scores, bos: Some(1), ..Vocabulary::default() }
}

fn texts(vocabulary: &Vocabulary, text: &str) -> Vec<String> {
    let encoding = vocabulary.tokenizer().unwrap().encode_fast(text, false).unwrap();
    encoding.get_ids().iter().map(|id| vocabulary.tokens[*id as usize].clone()).collect()
}

#[test]
fn byte_pairs_merge_in_the_order_of_the_file() {
    let vocabulary = byte_pairs();
    assert_eq!(texts(&vocabulary, "A: hi tea\n"), ["A", ":", "Ġhi", "Ġtea", "Ċ"]);
    assert_eq!(texts(&vocabulary, "tetea12ä"), ["te", "tea", "1", "2", "Ã¤"]);
    assert_eq!(texts(&vocabulary, "<|s|>"), ["<", "|", "s", "|", ">"], "a mark was read in a text");
}

#[test]
fn pieces_merge_by_score_and_bytes_stand_for_the_rest() {
    let vocabulary = pieces();
    assert_eq!(texts(&vocabulary, "tea"), ["▁tea"]);
    assert_eq!(texts(&vocabulary, "A: tea"), ["▁", "A", ":", "▁tea"]);
    assert_eq!(texts(&vocabulary, "eaä\n"), ["▁", "ea", "<0xC3>", "<0xA4>", "<0x0A>"]);
    assert_eq!(texts(&vocabulary, "te[cup]"), ["▁", "te", "[cup]"]);
    assert_eq!(texts(&vocabulary, "<s>"), ["▁", "<", "s", ">"], "a mark was read in a text");
    let bare = Vocabulary { blank_before: Some(false), ..vocabulary };
    assert_eq!(texts(&bare, "tea"), ["tea"]);
}

#[test]
fn a_file_that_says_how_text_begins_is_followed() {
    let (pairs, pieces) = (byte_pairs(), pieces());
    assert_eq!((pairs.opening().unwrap(), pieces.opening().unwrap()), (None, Some(1)));
    let with = |of: &Vocabulary, opens| Vocabulary { opens: Some(opens), ..of.clone() };
    assert_eq!(with(&pairs, true).opening().unwrap(), Some(24));
    assert_eq!(with(&pieces, false).opening().unwrap(), None);
    let llama3 = Vocabulary { pre: Some("llama-bpe".into()), ..pairs.clone() };
    assert_eq!(llama3.opening().unwrap(), Some(24));
    for bos in [None, Some(25)] {
        assert!(Vocabulary { bos, ..llama3.clone() }.opening().is_err());
    }
}

#[test]
fn what_does_not_fit_is_refused_by_name() {
    let refuses = |vocabulary: Vocabulary, naming: &str| {
        let why = format!("{:#}", vocabulary.tokenizer().expect_err("a bad vocabulary was read"));
        assert!(why.contains(naming), "{naming:?} is not named in: {why}");
    };
    refuses(Vocabulary::default(), "no tokens");
    refuses(Vocabulary { pre: Some("tekken".into()), ..byte_pairs() }, "tekken");
    refuses(Vocabulary { model: "t5".into(), ..pieces() }, "t5");
    refuses(Vocabulary { scores: Vec::new(), ..pieces() }, "scores");
    refuses(Vocabulary { scores: vec![0.0; 3], ..pieces() }, "3 scores");
    refuses(Vocabulary { kinds: vec![1; 2], ..pieces() }, "2 kinds");
    refuses(Vocabulary { merges: vec!["hi".into()], ..byte_pairs() }, "merge 0");
    refuses(Vocabulary { merges: vec!["h zz".into()], ..byte_pairs() }, "merges");
}

#[test]
fn a_tokenizer_of_another_model_is_refused() {
    let json = byte_pairs().tokenizer().unwrap().to_string(false).unwrap();
    let turns = || Template::named("turns").unwrap();
    let same = rushlight::prompt::Prompt::turns(turns(), &byte_pairs(), Some(json.as_bytes())).unwrap();
    let own = rushlight::prompt::Prompt::turns(turns(), &byte_pairs(), None).unwrap();
    assert_eq!(same.ids("A: hi tea\n").unwrap(), own.ids("A: hi tea\n").unwrap());
    let mut swapped = byte_pairs();
    swapped.tokens.swap(3, 4);
    for other in [swapped, pieces()] {
        let why = rushlight::prompt::Prompt::turns(turns(), &other, Some(json.as_bytes())).err().unwrap();
        assert!(why.to_string().contains("tokenizer.json"), "{why}");
    }
}

/// With a vocabulary as the file itself would say it.
fn with(file: File, vocabulary: &Vocabulary) -> File {
    let list = |values: Vec<Value>| Value::Array(values);
    let texts = |texts: &[String]| list(texts.iter().cloned().map(Value::String).collect());
    let key = |name: &str| format!("tokenizer.ggml.{name}");
    let mut file = file
        .set(&key("model"), Value::String(vocabulary.model.clone()))
        .set(&key("tokens"), texts(&vocabulary.tokens))
        .set(&key("token_type"), list(vocabulary.kinds.iter().copied().map(Value::I32).collect()))
        .set(&key("bos_token_id"), Value::U32(vocabulary.bos.unwrap()));
    if let Some(pre) = &vocabulary.pre {
        file =
            file.set(&key("pre"), Value::String(pre.clone())).set(&key("merges"), texts(&vocabulary.merges));
    } else {
        file = file.set(&key("scores"), list(vocabulary.scores.iter().copied().map(Value::F32).collect()));
    }
    file
}

#[test]
fn a_conversation_is_one_running_text_however_it_is_read() {
    let bytes = with(File::decoder("llama", SMALL_DECODER, GgmlDType::Q8_0), &pieces()).bytes();
    let gguf = Gguf::open(&bytes).unwrap();
    assert_eq!(vocabulary(&gguf).unwrap(), pieces());
    let prompt = prompt_of_gguf(&gguf).unwrap();
    let mut transcript = Transcript::new("chat");
    for (speaker, text) in [("Ada", "tea tea\nA: tea"), ("Bo", "ea"), ("Ada", "")] {
        let speaker = transcript.speaker(speaker);
        let (text, origin) = (Text::new(text), Origin::default());
        transcript.messages.push(Message {
            speaker: Some(speaker),
            time: None,
            text,
            kind: Kind::Message,
            origin,
        });
    }
    let pieces_read = Reader::read(&prompt, &transcript).unwrap();
    let ids: Vec<Vec<u32>> = pieces_read.iter().map(|p| p.ids.clone()).collect();
    let line =
        |text: &str| pieces().tokenizer().unwrap().encode_fast(text, false).unwrap().get_ids().to_vec();
    assert_eq!(ids[0], [&[1], &line("A: tea tea A: tea\n")[..]].concat());
    assert_eq!(ids[1..], [line("B: ea\n"), line("A: \n")]);
    // The other names, and the same again one message at a time.
    let mut reader = Reader::new(&prompt);
    let one = transcript.messages.iter().enumerate().flat_map(|(i, m)| reader.push(i, m).unwrap());
    assert_eq!(one.collect::<Vec<_>>(), pieces_read);
}

#[test]
fn entries_of_the_wrong_kind_are_named_and_not_quoted() {
    let file = || with(File::decoder("qwen2", SMALL_DECODER, GgmlDType::Q8_0), &byte_pairs());
    for name in ["model", "tokens", "token_type", "merges", "pre", "bos_token_id"] {
        let key = format!("tokenizer.ggml.{name}");
        let bytes = file().set(&key, Value::Array(vec![Value::F64(0.25)])).bytes();
        let why = format!("{:#}", vocabulary(&Gguf::open(&bytes).unwrap()).unwrap_err());
        assert!(why.contains(&key) && !why.contains("0.25"), "{why}");
    }
}

/// A folder of llama.cpp's `ggml-vocab-*.gguf` with the texts and ids that are published beside each.
#[test]
fn published_vocabularies_give_the_published_ids() {
    let Some(folder) = std::env::var_os("RUSHLIGHT_VOCABULARIES") else {
        skipped(
            "RUSHLIGHT_VOCABULARIES names no folder of llama.cpp's models/ggml-vocab-*; they were not compared",
        );
        return;
    };
    for name in ["llama-bpe", "qwen2", "llama-spm", "phi-3", "gpt-2", "starcoder", "refact"] {
        let path = |end: &str| Path::new(&folder).join(format!("ggml-vocab-{name}.gguf{end}"));
        let tokenizer =
            vocabulary(&Gguf::open(&std::fs::read(path("")).unwrap()).unwrap()).unwrap().tokenizer().unwrap();
        let (texts, ids) =
            (std::fs::read_to_string(path(".inp")).unwrap(), std::fs::read_to_string(path(".out")).unwrap());
        let mut count = 0;
        for (text, ids) in texts.split("\n__ggml_vocab_test__\n").zip(ids.lines()) {
            let ids: Vec<u32> = ids.split_whitespace().map(|id| id.parse().unwrap()).collect();
            assert_eq!(tokenizer.encode_fast(text, false).unwrap().get_ids(), ids, "{name}: {text:?}");
            count += 1;
        }
        assert!(count > 40, "{name}: {count} texts");
        println!("{name}: {count} texts");
    }
}
