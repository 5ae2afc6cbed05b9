//! The shape of each format, as a beginning, records without end, and an end.

/// How a file of a format is written.
pub struct Input {
    pub format: &'static str,
    pub file: &'static str,
    pub before: &'static str,
    pub record: fn(u64) -> String,
    pub between: &'static str,
    pub after: &'static str,
}

/// Records of one conversation before the next begins, where a file has several.
const LONG: u64 = 100;

const WORDS: [&str; 4] = [
    "did you see the weather for saturday, it might rain after all",
    "yes! bring the big umbrella, the small one has had its day",
    "ok. what time does the bus go, I keep forgetting",
    "ten past nine, I will wait by the bakery as always :)",
];

fn words(n: u64) -> &'static str {
    WORDS[(n % 4) as usize]
}

fn name(n: u64) -> &'static str {
    if n.is_multiple_of(2) { "Ida" } else { "Max" }
}

/// A second after another, from May 2024.
fn epoch(n: u64) -> u64 {
    1_714_586_400 + n * 30
}

fn clock(n: u64) -> (u64, u64, u64) {
    (1 + n / 1440 % 28, n / 60 % 24, n % 60)
}

fn iso(n: u64) -> String {
    let (day, hour, minute) = clock(n);
    format!("2024-05-{day:02}T{hour:02}:{minute:02}:00")
}

/// A record of a file in which conversations follow each other: `begin` stands before the first of each.
fn in_turn(n: u64, begin: &str, end: &str, record: String) -> String {
    match (n % LONG, n) {
        (0, 0) => format!("{begin}{record}"),
        (0, _) => format!("{end}{begin}{record}"),
        _ => record,
    }
}

pub const INPUTS: &[Input] = &[
    Input {
        format: "whatsapp",
        file: "chat.txt",
        before: "",
        record: |n| {
            let (day, hour, minute) = clock(n);
            format!("{day:02}/05/2024, {hour:02}:{minute:02} - {}: {}", name(n), words(n))
        },
        between: "\n",
        after: "\n",
    },
    Input {
        format: "jsonl",
        file: "chats.jsonl",
        before: "",
        record: |n| {
            let message =
                |m: u64| format!(r#"{{"speaker":"{}","time":"{}Z","text":"{}"}}"#, name(m), iso(m), words(m));
            let messages: Vec<String> = (0..20).map(message).collect();
            format!(r#"{{"id":"c{n}","messages":[{}]}}"#, messages.join(","))
        },
        between: "\n",
        after: "\n",
    },
    Input {
        format: "csv",
        file: "chats.csv",
        before: "conversation,time,speaker,text\n",
        record: |n| format!("c{},{},{},\"{}\"", n / LONG, iso(n), name(n), words(n)),
        between: "\n",
        after: "\n",
    },
    Input {
        format: "paste",
        file: "paste.txt",
        before: "",
        record: |n| format!("{}: {}", name(n), words(n)),
        between: "\n",
        after: "\n",
    },
    Input {
        format: "telegram",
        file: "result.json",
        before: r#"{"name":"Max","type":"personal_chat","id":1,"messages":["#,
        record: |n| {
            format!(
                r#"{{"id":{n},"type":"message","date":"{}","date_unixtime":"{}","from":"{}","from_id":"user{}","text":"{}","text_entities":[]}}"#,
                iso(n),
                epoch(n),
                name(n),
                n % 2,
                words(n)
            )
        },
        between: ",\n",
        after: "]}",
    },
    Input {
        format: "messenger",
        file: "message_1.json",
        before: r#"{"participants":[{"name":"Ida"},{"name":"Max"}],"messages":["#,
        record: |n| {
            format!(
                r#"{{"sender_name":"{}","timestamp_ms":{},"content":"{}","is_geoblocked_for_viewer":false}}"#,
                name(n),
                (2_000_000_000 - n * 30) * 1000,
                words(n)
            )
        },
        between: ",\n",
        after: r#"],"title":"Max","is_still_participant":true,"thread_path":"inbox/max_1","magic_words":[]}"#,
    },
    Input {
        format: "discord",
        file: "channel.json",
        before: r#"{"guild":{"id":"1","name":"Choir"},"channel":{"id":"2","type":"GuildTextChat","name":"general"},"messages":["#,
        record: |n| {
            format!(
                r#"{{"id":"{n}","type":"Default","timestamp":"{}+00:00","content":"{}","author":{{"id":"{}","name":"{}","isBot":false}},"attachments":[],"embeds":[]}}"#,
                iso(n),
                words(n),
                n % 2,
                name(n)
            )
        },
        between: ",\n",
        after: r#"],"messageCount":1}"#,
    },
    Input {
        format: "hangouts",
        file: "Hangouts.json",
        before: r#"{"conversations":["#,
        record: |n| {
            let begin = r#"{"conversation":{"conversation":{"participant_data":[{"id":{"gaia_id":"0"},"fallback_name":"Ida"},{"id":{"gaia_id":"1"},"fallback_name":"Max"}]}},"events":["#;
            let joint = if n.is_multiple_of(LONG) { "" } else { "," };
            let end = if n == 0 { "" } else { "]}," };
            in_turn(
                n,
                begin,
                end,
                format!(
                    r#"{joint}{{"sender_id":{{"gaia_id":"{}"}},"timestamp":"{}000000","chat_message":{{"message_content":{{"segment":[{{"type":"TEXT","text":"{}"}}]}}}},"event_type":"REGULAR_CHAT_MESSAGE"}}"#,
                    n % 2,
                    epoch(n),
                    words(n)
                ),
            )
        },
        between: "",
        after: "]}]}",
    },
    Input {
        format: "line",
        file: "line.txt",
        before: "[LINE] Chat history with Max\nSaved on: 2024/05/01 18:02\n\n2024/05/01(Wed)\n",
        record: |n| {
            let (_, hour, minute) = clock(n);
            format!("{hour:02}:{minute:02}\t{}\t{}", name(n), words(n))
        },
        between: "\n",
        after: "\n",
    },
    Input {
        format: "sms",
        file: "sms.xml",
        before: "<?xml version='1.0' encoding='UTF-8'?>\n<smses>\n",
        record: |n| {
            format!(
                r#"  <sms protocol="0" address="+15550100" date="{}000" type="{}" subject="null" body="{}" read="1" contact_name="Max" />"#,
                epoch(n),
                1 + n % 2,
                words(n)
            )
        },
        between: "\n",
        after: "\n</smses>\n",
    },
    Input {
        format: "pan12",
        file: "pan12.xml",
        before: "<?xml version=\"1.0\"?>\n<conversations>\n",
        record: |n| {
            let (_, hour, minute) = clock(n);
            let message = format!(
                "<message line=\"{}\"><author>{:032x}</author><time>{hour:02}:{minute:02}</time><text>{}</text></message>\n",
                n % LONG + 1,
                n % 2,
                words(n)
            );
            in_turn(n, &format!("<conversation id=\"{n:032x}\">\n"), "</conversation>\n", message)
        },
        between: "",
        after: "</conversation>\n</conversations>\n",
    },
    Input {
        format: "cellebrite",
        file: "report.xml",
        before: "<?xml version=\"1.0\"?>\n<project xmlns=\"http://pa.cellebrite.com/report/2.0\"><decodedData><modelType type=\"Chat\">\n",
        record: |n| {
            let party = |n: u64| {
                format!(
                    r#"<model type="Party"><field name="Identifier" type="String"><value type="String"><![CDATA[{}]]></value></field><field name="Name" type="String"><value type="String"><![CDATA[{}]]></value></field></model>"#,
                    n % 2,
                    name(n)
                )
            };
            let begin = format!(
                r#"<model type="Chat" id="c{n}"><field name="Source" type="String"><value type="String"><![CDATA[Example]]></value></field><multiModelField name="Participants" type="Party">{}{}</multiModelField><multiModelField name="Messages" type="InstantMessage">"#,
                party(0),
                party(1)
            );
            let message = format!(
                r#"<model type="InstantMessage" id="m{n}"><modelField name="From" type="Party">{}</modelField><field name="Body" type="String"><value type="String"><![CDATA[{}]]></value></field><field name="TimeStamp" type="TimeStamp"><value type="TimeStamp">{}.000+00:00</value></field></model>"#,
                party(n),
                words(n),
                iso(n)
            );
            in_turn(n, &begin, "</multiModelField></model>\n", message)
        },
        between: "\n",
        after: "</multiModelField></model></modelType></decodedData></project>\n",
    },
    Input {
        format: "convokit",
        file: "utterances.jsonl",
        before: "",
        record: |n| {
            format!(
                r#"{{"id":"u{n}","conversation_id":"c{}","speaker":"{}","reply-to":null,"timestamp":{},"text":"{}","meta":{{}}}}"#,
                n / LONG,
                name(n),
                epoch(n),
                words(n)
            )
        },
        between: "\n",
        after: "\n",
    },
    Input {
        format: "skype",
        file: "messages.json",
        before: r#"{"userId":"8:ida","exportDate":"2024-05-01T18:02","conversations":[{"id":"8:max","displayName":"Max","MessageList":["#,
        record: |n| {
            format!(
                r#"{{"id":"{n}","displayName":"{}","originalarrivaltime":"2024-05-01T18:02:11.0Z","messagetype":"RichText","content":"{}","from":"8:{}"}}"#,
                name(n),
                words(n),
                name(n).to_lowercase()
            )
        },
        between: ",\n",
        after: "]}]}",
    },
    Input {
        format: "element",
        file: "export.json",
        before: r#"{"room_name":"Choir","room_creator":"@ida:example.org","topic":"","export_date":"1","exported_by":"@ida:example.org","messages":["#,
        record: |n| {
            format!(
                r#"{{"type":"m.room.message","sender":"@{}:example.org","origin_server_ts":{}000,"event_id":"${n}","content":{{"msgtype":"m.text","body":"{}"}}}}"#,
                name(n).to_lowercase(),
                epoch(n),
                words(n)
            )
        },
        between: ",\n",
        after: "]}",
    },
];
