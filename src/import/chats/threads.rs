//! Conversations whose messages stand mixed in one file, held open until its end.

use std::collections::HashMap;

use super::chat::Chat;
use super::sink::Sink;

/// Open conversations, in order of their first message.
#[derive(Default)]
pub struct Threads {
    places: HashMap<String, usize>,
    chats: Vec<Chat>,
}

impl Threads {
    /// The conversation known as `key`; `start` makes it at its first message.
    pub fn get(&mut self, key: &str, start: impl FnOnce() -> Chat) -> &mut Chat {
        let place = match self.places.get(key) {
            Some(place) => *place,
            None => {
                self.places.insert(key.to_owned(), self.chats.len());
                self.chats.push(start());
                self.chats.len() - 1
            }
        };
        &mut self.chats[place]
    }

    /// Every conversation so far.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut Chat> {
        self.chats.iter_mut()
    }

    /// Hand all of them on.
    pub fn close(self, sink: &mut Sink<'_>) {
        for chat in self.chats {
            if sink.is_stopped() || sink.emit(chat).is_break() {
                break;
            }
        }
    }
}
