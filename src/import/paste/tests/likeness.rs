//! Texts with colons that are no chats, and chats that look like them.

use super::super::super::WarningKind::{self, NoChat, PerhapsNoChat};
use super::import;

fn doubt(text: &str) -> Option<WarningKind> {
    let (chat, _) = import(&text.replace('|', "\n"));
    chat.warnings.iter().map(|w| w.kind).find(|kind| matches!(kind, NoChat | PerhapsNoChat))
}

#[test]
fn lists_guides_and_questions_with_answers_are_no_chats() {
    for text in [
        "18:00 News: the day|18:30 Film: The Bridge|20:15 News: late edition|21:00 Sport: the cup|22:00 Film: A House",
        "Mon: 8am-6pm|Tue: 8am-6pm|Mon: closed at noon|Tue: late opening|Wed: closed",
        "To do: mow the lawn|Done: order seeds|To do: clean the shed|Done: call the roofer",
        "Solo: The river runs along the town|All: hey ho, the town|Solo: the lamps are lit|All: hey ho, the lamps",
        "Q: Can I borrow films?|A: Three at a time.|Q: What if I lose my card?|A: We print a new one.",
    ] {
        assert_eq!(doubt(text), Some(NoChat), "{text}");
    }
}

#[test]
fn interviews_and_plays_may_be_chats() {
    for text in [
        "Q: You have run the club since 1998. What keeps you going?|A: I like the children.|Q: And when do you stop?|A: When I have to.",
        "Gazette: Your new book is about rivers. Why rivers?|Shore: Because I grew up beside a very long one.|Gazette: What comes next?|Shore: A book about bridges, I think.",
        "Narrator: Once there was a mill.|Miller: Who takes my flour?|Narrator: Nobody spoke.|Miller: Then I will watch.",
    ] {
        assert_eq!(doubt(text), Some(PerhapsNoChat), "{text}");
    }
}

#[test]
fn chats_that_look_like_them_are_chats() {
    for text in [
        "Q: hey are you up|A: yeah just finished|Q: lol so late|A: we had guests haha",
        "Wednesday: I am home|Max: ok what's for dinner|Wednesday: pasta I think|Max: leave me some",
        "Narrator: did you read my chapter|Editor: yes, a bit long|Narrator: what would you cut|Editor: the mouse",
        "16:00 Tom: kick off!|16:05 Ria: who's winning|16:20 Tom: 1-0 us|16:25 Ria: nice",
        "Ria: soup: pumpkin, two onions?|Tom: yes|Ria: 40 minutes, oven at 200|Tom: ok can I come",
    ] {
        assert_eq!(doubt(text), None, "{text}");
    }
}
