//! The two invariants of the engine, on the whole of it and to the bit: later messages change nothing, names change nothing.

use rushlight::models::{Device, Model, Place};
use rushlight::score::{Reading, Scored, Stream, Workers, assess};
use rushlight::transcript::{Kind, Message, Origin, Text, Time, Transcript};

fn model() -> Model {
    Model::load(&Place::find(None).unwrap()).unwrap()
}

/// Three people, gaps of minutes and days, a message of many pieces, media and the app's own lines.
fn chat(names: [&str; 3]) -> Transcript {
    let mut chat = Transcript::new("t");
    let words = [
        "are you coming on sunday",
        "not sure yet",
        "who is driving",
        "i can pick you up at six",
        "ok",
        "what about the tent",
    ];
    for i in 0..60usize {
        let long = i == 17;
        let text = if long {
            "and then we walked along the river for a while ".repeat(60)
        } else {
            format!("{} {i}", words[i % 6])
        };
        let kind = if i % 13 == 5 {
            Kind::Media
        } else if i % 19 == 7 {
            Kind::System
        } else {
            Kind::Message
        };
        let speaker = chat.speaker(names[(i * i + i / 3) % 3]);
        chat.messages.push(Message {
            speaker: (kind != Kind::System).then_some(speaker),
            time: Time::parse(&format!("2024-05-{:02}T18:{:02}:00", 1 + i / 7, i % 60)),
            text: Text::new(text),
            kind,
            origin: Origin { line: i as u64 + 1 },
        });
    }
    chat
}

fn all_at_once(model: &Model, chat: &Transcript) -> Vec<Scored> {
    Stream::new(model).push(chat.messages.iter().enumerate()).unwrap()
}

#[test]
fn later_messages_change_nothing_said_before() {
    let model = model();
    let chat = chat(["Ann", "Ben", "Cleo"]);
    let whole = all_at_once(&model, &chat);
    for end in [1, 2, 9, 18, 40] {
        let part = Stream::new(&model).push(chat.messages[..end].iter().enumerate()).unwrap();
        assert_eq!(part, whole[..part.len()], "cut after {end}");
    }
}

#[test]
fn one_by_one_is_the_same_as_all_at_once() {
    let model = model();
    let chat = chat(["Ann", "Ben", "Cleo"]);
    let mut stream = Stream::new(&model);
    let single: Vec<Scored> = chat
        .messages
        .iter()
        .enumerate()
        .flat_map(|(i, m)| stream.push(std::iter::once((i, m))).unwrap())
        .collect();
    assert_eq!(single, all_at_once(&model, &chat));
}

#[test]
fn renaming_speakers_changes_nothing_but_names() {
    let model = model();
    let score = |names| {
        let mut result = assess(&model, &chat(names), "test", &[]).unwrap();
        result.messages.iter_mut().for_each(|m| m.speaker.clear());
        result.person_of_concern.clear();
        result.input.sha256.clear();
        result
    };
    assert_eq!(score(["Ann", "Ben", "Cleo"]), score(["Zed", "ann@example.org", "Ben"]));
}

/// How far what the words add may change, in logits: from all that it may add to all that it may take.
const WORDS: f32 = 3.0;

#[test]
fn the_risk_so_far_falls_no_further_than_it_may_and_ends_as_the_whole() {
    let model = model();
    let chat = chat(["Ann", "Ben", "Cleo"]);
    let scored = all_at_once(&model, &chat);
    let platt = model.card.calibration.risk;
    let logit = |p: f32| ((p / (1.0 - p)).ln() - platt.shift) / platt.scale;
    let mut peak = f32::NEG_INFINITY;
    for message in &scored {
        peak = peak.max(logit(message.risk));
        assert!(logit(message.risk) >= peak - model.card.calibration.fall - WORDS - 1e-3);
    }
    let result = assess(&model, &chat, "test", &[]).unwrap();
    assert_eq!(result.messages.last().unwrap().risk, result.risk);
    assert_eq!(result.messages.len(), chat.spoken().count());
}

#[test]
fn one_side_alone_and_one_text_read_lower_by_what_the_model_says() {
    let mut model = model();
    (model.card.calibration.one_sided, model.card.calibration.one_text) = (-2.0, -1.0);
    let several = chat(["Ann", "Ben", "Cleo"]);
    let mut side = several.clone();
    side.messages.iter_mut().for_each(|m| m.speaker = m.speaker.and(Some(0)));
    let mut text = several.clone();
    text.messages.drain(18..);
    text.messages.drain(..17);
    let said = |chat: &Transcript| Stream::of(&model, chat).push(chat.messages.iter().enumerate()).unwrap();
    let logit = |p: f32| (p / (1.0 - p)).ln();
    for (chat, less) in [(several, 0.0), (side, 2.0), (text, 1.0)] {
        for (lower, plain) in said(&chat).iter().zip(all_at_once(&model, &chat)) {
            assert!((logit(lower.risk) - logit(plain.risk) + less).abs() < 1e-3, "{less}");
        }
    }
}

#[test]
fn patterns_follow_the_risk_to_another_share_of_risky_conversations() {
    let (before, mut after) = (model(), model());
    after.card.at_prevalence(0.01).unwrap();
    let chat = chat(["Ann", "Ben", "Cleo"]);
    let [before, after] = [before, after].map(|model| assess(&model, &chat, "test", &[]).unwrap());
    assert_eq!(before.band, after.band);
    assert!(after.risk < before.risk);
    for (pattern, p) in &before.patterns {
        let expected = p * after.risk / before.risk;
        assert!((after.patterns[pattern] - expected).abs() < 2e-4 + 0.01 * expected, "{pattern:?}");
    }
    let mut certain = model();
    certain.card.at_prevalence(0.999).unwrap();
    certain.card.calibration.patterns.values_mut().for_each(|platt| platt.shift += 9.0);
    let certain = assess(&certain, &chat, "test", &[]).unwrap();
    assert!(certain.patterns.values().all(|p| (0.0..=1.0).contains(p)));
}

#[test]
fn a_warning_is_dated_where_the_model_warns_and_else_where_it_looks() {
    let mut model = model();
    let chat = chat(["Ann", "Ben", "Cleo"]);
    let scored = all_at_once(&model, &chat);
    let since = |least: f32| {
        let down = scored.iter().rposition(|s| s.risk < least).map_or(0, |at| at + 1);
        scored.get(down).map(|s| s.index)
    };
    let end = scored.last().unwrap().risk;
    let (low, between) = (end * 0.5, end * 0.9);
    for (look, warn) in [(low, None), (low, Some(between)), (low, Some(0.999_999))] {
        (model.card.bands.look, model.card.bands.warn) = (look, warn);
        let mut stream = Stream::new(&model);
        stream.push(chat.messages.iter().enumerate()).unwrap();
        assert_eq!(stream.first_warning(), warn.and_then(since).or(since(look)));
        assert!(stream.first_warning().is_some());
    }
    assert_ne!(since(low), since(between), "the two thresholds are told apart");
}

#[test]
fn a_whole_model_refuses_nothing_it_made_itself() {
    let place = Place::find(None).unwrap();
    let (card, hash) = place.card().unwrap();
    assert_eq!(card.name, rushlight::models::DEFAULT);
    assert_eq!(hash.len(), 64);
    assert!(card.bands.look <= card.bands.look_now);
}

/// The way of a card, taken by the processor's backbone, whose bits can be compared.
#[test]
fn conversations_read_together_are_judged_to_the_bit_as_each_alone() {
    let mut model = model();
    let mut chats = [chat(["Ann", "Ben", "Cleo"]), Transcript::new("empty"), chat(["A", "B", "A"])];
    chats[2].messages.truncate(7);
    let reading = |transcript| Reading { transcript, format: "jsonl", notes: Vec::new() };
    let readings: Vec<Reading<'_>> = chats.iter().map(reading).collect();
    let workers = Workers::new().unwrap();
    let mut all = || {
        let judged = workers.assess(&model, &readings).into_iter();
        let json: Vec<String> = judged.map(|one| rushlight::report::json(&one.unwrap())).collect();
        model.device = Device::Candle;
        json
    };
    assert_eq!(all(), all());
}
