//! Made-up small talk, so that a model can be timed without anyone's chats.

use crate::transcript::{Kind, Message, Origin, Text, Transcript};

/// What people say in them.
const SENTENCES: [&str; 32] = [
    "morning! is the kettle free",
    "yes, go ahead",
    "the bus was late again so I walked the last two stops",
    "ok",
    "do we still have flour? I want to bake on saturday",
    "half a bag, and there are six eggs left in the fridge",
    "perfect",
    "my sister says the concert starts at eight, doors at seven",
    "shall we meet at the fountain or at the entrance?",
    "the fountain, it is easier to find",
    "lol I left my umbrella in the library",
    "it is still there, the man at the desk kept it for you",
    "thanks so much!!",
    "could you send me the recipe with the lentils when you have a minute? the one with lemon and a lot of parsley",
    "sure, tonight",
    "how was the maths test",
    "long. I think the last question went wrong, but the rest was like the exercises",
    "well done anyway :)",
    "who is feeding the cat while you are at the lake?",
    "our neighbour, she has a key and likes the garden",
    "the heating in room four makes that noise again",
    "I will tell the caretaker tomorrow",
    "training is moved to thursday because the hall is being painted, please tell the others and bring the blue shirts",
    "got it",
    "we are two goals up and it is raining sideways",
    "haha typical",
    "I found the photo of grandpa with the accordion",
    "please scan it for me, mum would love that",
    "the train stands still somewhere between two fields, I can see cows",
    "say hello to the cows",
    "can I have the window seat on the way back?",
    "of course",
];
/// How many conversations.
const CHATS: usize = 64;

/// Some 1,500 messages by pairs of speakers, always the same.
pub fn built_in() -> Vec<Transcript> {
    (0..CHATS).map(chat).collect()
}

/// Chats have 6 to 42 messages, as an even spread.
fn chat(number: usize) -> Transcript {
    let mut transcript = Transcript::new(format!("made-up-{number}"));
    let speakers = ["Robin", "Alex"].map(|name| transcript.speaker(name));
    for at in 0..6 + number * 17 % 37 {
        transcript.messages.push(Message {
            // Now and then someone writes twice in a row.
            speaker: Some(speakers[(at + at / 5) % 2]),
            time: None,
            text: Text::new(SENTENCES[(number * 5 + at * 3 + at / 7) % SENTENCES.len()]),
            kind: Kind::Message,
            origin: Origin { line: at as u64 + 1 },
        });
    }
    transcript
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_are_many_and_the_same_each_time() {
        let chats = built_in();
        assert_eq!(chats, built_in());
        let messages: usize = chats.iter().map(|c| c.messages.len()).sum();
        assert!(chats.len() == CHATS && (1_200..2_000).contains(&messages), "{messages} messages");
    }
}
