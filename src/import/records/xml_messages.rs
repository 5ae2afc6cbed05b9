//! XML in which each message is an element, of whatever make: its attributes and the elements in it are the columns of a
//! table. So are archives of XMPP, and tables that databases write as XML.

use std::io::BufRead;

use ::csv::StringRecord;

use super::csv::held::Held;
use super::csv::roster::Roster;
use crate::import::error::ImportError;
use crate::import::intake::source::{Sample, Source};
use crate::import::syntax::xml::{self, Element, Event, Tag, Xml};
use crate::import::{Format, Sink};

/// The format.
pub struct XmlMessages;

/// Elements that may be a message, in lower case.
const MESSAGES: [&str; 10] =
    ["message", "msg", "chatmessage", "im", "post", "row", "record", "table", "nachricht", "mensaje"];
/// Elements that tell of a person.
const PEOPLE: [&str; 6] = ["user", "participant", "member", "person", "contact", "account"];
/// Elements that hold the messages of a conversation.
const CHATS: [&str; 9] =
    ["conversation", "chat", "thread", "room", "channel", "dialog", "group", "session", "conversations"];
/// Elements that tell when the message beside or around them was sent.
const DELAY: [&str; 2] = ["delay", "x"];

impl Format for XmlMessages {
    fn name(&self) -> &'static str {
        "xml"
    }

    fn detect(&self, sample: &Sample) -> f32 {
        let Some((root, _)) = xml::root(sample.text()) else { return 0.0 };
        if root.eq_ignore_ascii_case("html") {
            return 0.0;
        }
        let mut found = Found::default();
        // The sample may break off anywhere.
        let _ = found.gather(&mut Xml::new("", sample.text().as_bytes(), 1 << 16, 1 << 20));
        if found.held.rows.len() > 1 && found.held.layout().is_some() { 0.6 } else { 0.0 }
    }

    fn read(&self, source: Source<'_>, sink: &mut Sink<'_>) -> Result<(), ImportError> {
        let (name, limits) = (source.name().to_owned(), sink.options().limits);
        let mut xml = Xml::new(&name, source.into_text()?, xml::longest(&limits), limits.record);
        let mut found = Found { name: name.clone(), limit: Some(limits.held), ..Found::default() };
        let result = found.gather(&mut xml);
        if let Some(layout) = found.held.layout() {
            found.held.read_words(&name, &layout, &found.roster, found.others, sink)?;
        }
        result
    }
}

/// What a document holds.
#[derive(Default)]
struct Found {
    name: String,
    held: Held,
    roster: Roster,
    /// The lines of elements beside messages that are none.
    others: Vec<u64>,
    /// How many bytes may be held; in a sample, which is short, any number.
    limit: Option<usize>,
}

impl Found {
    /// Take all messages and people.
    fn gather(&mut self, xml: &mut Xml<impl BufRead>) -> Result<(), ImportError> {
        let mut open: Vec<Tag> = Vec::new();
        let mut delay = None;
        loop {
            match xml.event()? {
                Event::Open(tag) if is_one(&DELAY, &tag) => {
                    delay = tag.get("stamp").map(str::to_owned).or(delay);
                    open.push(tag);
                }
                Event::Open(tag) if is_one(&MESSAGES, &tag) => {
                    let element = xml.element(tag)?;
                    self.message(&element, &open, delay.take());
                }
                Event::Open(tag) if is_one(&PEOPLE, &tag) => {
                    let element = xml.element(tag)?;
                    self.person(&element);
                }
                Event::Open(tag) => {
                    let beside = open.last().is_some_and(|above| is_one(&CHATS, above));
                    if beside && tag.name.to_lowercase().contains("event") {
                        self.others.push(tag.line);
                    }
                    open.push(tag);
                }
                Event::Close(_) => _ = open.pop(),
                Event::Text(_) => {}
                Event::End if open.is_empty() => return Ok(()),
                Event::End => return Err(xml.broken()),
            }
            self.limit.map_or(Ok(()), |limit| self.held.fits(&self.name, xml.line(), limit))?;
        }
    }

    fn message(&mut self, element: &Element, open: &[Tag], delay: Option<String>) {
        let mut fields = fields(element);
        let inner = element.children.iter().find_map(|child| child.tag.get("stamp").map(str::to_owned));
        fields.extend(delay.or(inner).map(|stamp| ("timestamp".to_owned(), stamp)));
        address(&mut fields);
        if let Some(chat) = open.iter().rev().find(|tag| is_one(&CHATS, tag)) {
            let id = ["id", "name", "title"].iter().find_map(|key| chat.get(key));
            fields.extend(id.map(|id| ("conversation".to_owned(), id.to_owned())));
        }
        self.held.push(element.tag.line, fields.iter().map(|(name, field)| (name.as_str(), field.as_str())));
    }

    fn person(&mut self, element: &Element) {
        let fields = fields(element);
        let names: StringRecord = fields.iter().map(|(name, _)| name.as_str()).collect();
        let row: StringRecord = fields.iter().map(|(_, field)| field.as_str()).collect();
        self.roster.add(&[names, row]);
    }
}

/// The attributes of an element and what stands in those in it, by name. Databases have the name of a column in an
/// attribute: `<field name="body">`.
fn fields(element: &Element) -> Vec<(String, String)> {
    let mut fields = element.tag.attributes.clone();
    for child in &element.children {
        let column = ["field", "column"].contains(&child.tag.name.as_str());
        let name = child.tag.get("name").filter(|_| column).unwrap_or(&child.tag.name);
        if child.children.is_empty() || !child.text.trim().is_empty() {
            fields.push((name.to_owned(), child.text.trim().to_owned()));
        }
        let inner = child.tag.attributes.iter().filter(|_| !column).cloned();
        fields.extend(inner.map(|(key, value)| (format!("{}.{key}", child.tag.name), value)));
    }
    if !element.text.trim().is_empty() {
        fields.push(("text".to_owned(), element.text.trim().to_owned()));
    }
    fields
}

/// Addresses of XMPP without the program that somebody used; in a room that part is who speaks.
fn address(fields: &mut Vec<(String, String)>) {
    let room = fields.iter().any(|(name, field)| name == "type" && field == "groupchat");
    let mut place = None;
    for (name, field) in fields.iter_mut().filter(|(name, _)| ["from", "to"].contains(&name.as_str())) {
        let Some((bare, rest)) = field.split_once('/').filter(|(bare, _)| bare.contains('@')) else {
            continue;
        };
        if room && name == "from" {
            place = Some(bare.to_owned());
            *field = rest.to_owned();
        } else {
            *field = bare.to_owned();
        }
    }
    fields.extend(place.map(|place| ("room".to_owned(), place)));
}

fn is_one(names: &[&str], tag: &Tag) -> bool {
    names.iter().any(|name| tag.name.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use crate::import::tried;

    fn read(text: &str) -> Vec<String> {
        tried::read("m.xml", text, "xml").iter().flat_map(tried::lines).collect()
    }

    #[test]
    fn archives_of_xmpp() {
        let one = |stamp: &str, from: &str, to: &str, body: &str| {
            format!(
                "<result><forwarded><delay stamp='{stamp}'/><message type='chat' from='{from}' to='{to}'>{body}</message></forwarded></result>\n"
            )
        };
        let text = format!(
            "<archive>{}{}{}</archive>",
            one("2024-09-12T18:01:02Z", "ida@x.example/gajim", "max@x.example", "<body>hello</body>"),
            one("2024-09-12T18:01:30Z", "max@x.example/c", "ida@x.example", "<composing/>"),
            one("2024-09-12T18:02:02Z", "max@x.example/c", "ida@x.example", "<body>hi &amp; bye</body>"),
        );
        assert_eq!(
            read(&text),
            ["2024-09-12T18:01:02Z ida@x.example: hello", "2024-09-12T18:02:02Z max@x.example: hi & bye"]
        );
    }

    #[test]
    fn messages_with_numbers_for_people() {
        let text = "<Export><Conversation id='7'><Participants><User id='1' name='Ida'/><User id='2' name='Max'/></Participants>\n\
            <Message userId='1' sentAt='2024-09-12T18:01:02Z'><Text><![CDATA[hello]]></Text></Message>\n\
            <SystemEvent type='screenshot' at='2024-09-12T18:01:30Z'/>\n\
            <Message userId='2' sentAt='2024-09-12T18:02:02Z'><Text>hi</Text></Message></Conversation></Export>";
        assert_eq!(read(text), ["2024-09-12T18:01:02Z Ida: hello", "2024-09-12T18:02:02Z Max: hi"]);
        let table = "<mysqldump><database name='c'><table_data name='m'>\n\
            <row><field name='author'>ida</field><field name='body'>hello</field><field name='sent'>2024-09-12 18:01:02</field></row>\n\
            <row><field name='author'>max</field><field name='body'>hi</field><field name='sent'>2024-09-12 18:02:02</field></row>\n\
            </table_data></database></mysqldump>";
        assert_eq!(read(table), ["2024-09-12T18:01:02 ida: hello", "2024-09-12T18:02:02 max: hi"]);
    }
}
