//! The words that keys of records are made of, as they are folded: lower case, letters and digits only.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::super::csv::headings::{
    CONVERSATION, FILE, MINE, RECIPIENT, Role as Heading, SENDER, SENDER_ID, TEXT, TIME, folded, is_one,
};

/// What a key may be part of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Part {
    /// Words of somebody.
    Text,
    /// Whoever wrote them.
    Sender,
    /// The id of whoever wrote them, in one word.
    SenderId,
    /// To whom they were written.
    Recipient,
    /// The conversation.
    Conversation,
    /// When.
    Time,
    /// What happened to a message, before a word for a moment: `createdAt`.
    Happened,
    /// That word.
    Moment,
    /// What tells one from another.
    Id,
    /// What people are called.
    Name,
    /// What kind of record it is.
    Kind,
    /// A file.
    File,
    /// Whether the owner wrote it.
    Mine,
    /// Only wraps what the record holds.
    Envelope,
    /// Holds records of others: what is answered, liked, marked.
    Other,
    /// A list of people.
    People,
    /// Answers to a message, which are said in the same conversation.
    Replies,
    /// One of several forms in which words are told, below a word for words: `content.raw`.
    Form,
}

const ID: &str = "id uid uuid guid sid jid oid key pk userid username login email";
const NAMES: &str =
    "displayname name fullname realname nickname nick screenname firstname username handle login label title";
const KIND: &str = "type event eventtype eventname kind messagetype msgtype parttype subtype category action verb \
     recordtype contenttype mimetype t";
const MORE_FILES: &str = "file media image photo picture video audio voice document upload";
const ENVELOPE: &str = "source payload data attributes fields item items node doc document event msg record row value body \
     detail details entry object properties after new post directpost resource result comment chatmessage messagedata eventdata profile profiles";
const OTHER: &str = "quoted quote quotedmessage quotedmsg replyto inreplyto reply repliedto replytomessage parent parentmessage \
     reference referencedmessage forwarded forwardedfrom forwardorigin threadinfo lastmessage latestmessage \
     reactions reaction latestreactions ownreactions mentions mentionedusers entities md blocks elements embeds \
     embed urls links translations readby readers receipts seenby deliveredto via metadata previous before old editedby \
     deletedby updatedby edits history_of moderation assignee assignedto";
const PEOPLE: &str = "users user members member participants participant people contacts contact agents profiles profile recipients \
     authors accounts persons senders visitors customers players staff characters friends attendees speakers usersbyid";
const FORMS: &str = "raw original unfiltered plain plaintext text txt string value body content message markdown md source rendered \
     displaytext display formatted html processed translated clean cleaned filtered censored masked moderated sanitized redactedtext";
const REPLIES: &str = "replies threadreplies children answers responses";
const SENDERS: &str =
    "createdby postedby sentby writtenby creator commenter poster chatter player member person messenger";
const TIMES: &str = "createat createtime eventts at published";
const HAPPENED: &str =
    "created creation sent posted post published inserted submitted message event server origin originserver";
const MOMENT: &str =
    "at on time date datetime timestamp ts utc ms millis timestampms timems atms dateutc timeutc";
const TEXTS: &str = "txt plaintext plainbody rawtext messagebody chattext comment commenttext";
const ROOMS: &str = "rid cid channelurl conversationsid convoid threadkey roomname";

/// The parts and how likely each word is one of them: 0 for the likeliest.
static WORDS: LazyLock<HashMap<Part, HashMap<String, u32>>> = LazyLock::new(|| {
    let own: [(Part, &[Heading]); 18] = [
        (Part::Text, &[TEXT, TEXTS]),
        (Part::Sender, &[SENDER, SENDERS]),
        (Part::SenderId, &[SENDER_ID]),
        (Part::Recipient, &[RECIPIENT]),
        (Part::Conversation, &[CONVERSATION, ROOMS]),
        (Part::Time, &[TIME, TIMES]),
        (Part::Happened, &[HAPPENED]),
        (Part::Moment, &[MOMENT]),
        (Part::Id, &[ID]),
        (Part::Name, &[NAMES]),
        (Part::Kind, &[KIND]),
        (Part::File, &[FILE, MORE_FILES]),
        (Part::Mine, &[MINE]),
        (Part::Envelope, &[ENVELOPE]),
        (Part::Other, &[OTHER]),
        (Part::People, &[PEOPLE]),
        (Part::Replies, &[REPLIES]),
        (Part::Form, &[FORMS]),
    ];
    let ranked = |lists: &[Heading]| {
        let words = lists.iter().flat_map(|list| list.split_whitespace()).map(folded);
        let mut ranks = HashMap::new();
        words.zip(0..).for_each(|(word, rank)| _ = ranks.entry(word).or_insert(rank));
        ranks
    };
    own.into_iter().map(|(part, lists)| (part, ranked(lists))).collect()
});

/// How likely the folded `key` is such a part, 0 for the likeliest; `None` where it is none.
pub fn rank(part: Part, key: &str) -> Option<u32> {
    WORDS[&part].get(key).copied()
}

/// Whether the folded `key` is such a part.
pub fn is(part: Part, key: &str) -> bool {
    rank(part, key).is_some()
}

/// How likely the folded `key` is a word of `first` with one of `second` behind it: `senderName`, `channel_id`.
pub fn rank_of_two(first: Part, second: Part, key: &str) -> Option<u32> {
    let cuts = (1..key.len()).filter(|at| key.is_char_boundary(*at));
    cuts.filter_map(|at| {
        rank(first, &key[..at])?;
        rank(second, &key[at..])
    })
    .min()
}

/// What databases and programs wrap a value in to tell its type: `{"$date": …}`, `{"stringValue": …}`, `{"S": …}`.
pub fn is_type(key: &str) -> bool {
    const TYPES: [&str; 26] = [
        "$date",
        "$oid",
        "$numberLong",
        "$numberInt",
        "$numberDouble",
        "$numberDecimal",
        "$uuid",
        "stringValue",
        "integerValue",
        "doubleValue",
        "timestampValue",
        "booleanValue",
        "referenceValue",
        "mapValue",
        "arrayValue",
        "values",
        "S",
        "N",
        "BOOL",
        "M",
        "L",
        "SS",
        "_seconds",
        "iso",
        "__time__",
        "$t",
    ];
    TYPES.contains(&key)
}

/// Whether the folded `key` of a list may tell the words of one message in pieces: `content: [{"text": …}, …]`.
pub fn is_in_pieces(key: &str) -> bool {
    is(Part::Text, key) || matches!(key, "parts" | "segments" | "segment" | "runs" | "fragments")
}

/// Whether the folded `key` tells when or that a message was deleted: `deletedDateTime`, `removed_at`.
pub fn tells_deletion(key: &str) -> bool {
    let words = ["deleted", "removed", "unsent", "retracted", "revoked", "recalled", "deletion"];
    words.iter().any(|word| key.strip_prefix(word).is_some_and(|rest| is(Part::Moment, rest)))
}

/// Whether the folded `key` asks whether something was sent that is no words: `has_media`, `isImage`.
pub fn tells_media(key: &str) -> bool {
    let what = ["has", "is", "contains", "with"].iter().find_map(|start| key.strip_prefix(start));
    let known = |what: &str| is(Part::File, what) || is(Part::File, what.trim_end_matches('s'));
    what.is_some_and(known)
}

/// Whether a key only wraps all that a record holds.
pub fn is_wrapper(key: &str) -> bool {
    matches!(key, "fields" | "_source" | "Item" | "attributes" | "node" | "doc")
}

/// Whether `key` below `above` is that of an entry, whatever it looks like: `users.mia`, `rooms.lobby`.
pub fn lists(above: &str, key: &str) -> bool {
    const LISTS: &str = "users members participants people contacts messages chats conversations channels rooms threads groups dms";
    const PARTS: &str = "items list data results nodes edges entries total count page pages paging pagination meta links next \
         hits join";
    let is_list = is_one(LISTS, above);
    let key = folded(key);
    let known = [
        Part::Text,
        Part::Sender,
        Part::Conversation,
        Part::Envelope,
        Part::People,
        Part::Id,
        Part::Name,
        Part::Kind,
    ];
    is_list && !known.into_iter().any(|part| is(part, &key)) && !is_one(PARTS, &key) && !is_one(LISTS, &key)
}
