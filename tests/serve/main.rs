//! The local page: who is heard, what is answered, and that no word of a chat gets where it should not.

mod program;

use std::fs;
use std::io::{Cursor, Write};
use std::path::Path;
use std::sync::{Arc, OnceLock};

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode, request};
use axum::response::Response;
use http_body_util::BodyExt;
use rushlight::models::{Model, Place};
use rushlight::serve::{LARGEST, Server};
use serde_json::{Value, json};
use tower::ServiceExt;

const HOST: &str = "127.0.0.1:7878";
const CHAT: &str = "Ana: shall we bake the walnut cake on sunday\nBen: yes and bring the big tin please\nAna: will do\n\
                    +44 1: I have the tin, it is in the shed\n";

fn server() -> Arc<Server> {
    static MODEL: OnceLock<Arc<Model>> = OnceLock::new();
    let model = MODEL.get_or_init(|| Arc::new(Model::load(&Place::find(None).unwrap()).unwrap()));
    Server::new(model.clone(), 7878)
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

async fn send(router: Router, request: Request<Body>) -> (StatusCode, Response<()>, Vec<u8>) {
    let (parts, body) = router.oneshot(request).await.unwrap().into_parts();
    let bytes = body.collect().await.unwrap().to_bytes().to_vec();
    (parts.status, Response::from_parts(parts, ()), bytes)
}

/// A request as our own page sends it.
fn own(server: &Server, path: &str) -> request::Builder {
    let request = Request::post(path).header("host", HOST).header("origin", format!("http://{HOST}"));
    request.header("sec-fetch-site", "same-origin").header("x-rushlight-token", server.token())
}

fn body(said: &Value, bytes: &[u8]) -> Body {
    Body::from([said.to_string().as_bytes(), b"\n", bytes].concat())
}

/// What the page is told.
fn ask(path: &str, said: &Value, bytes: &[u8]) -> (StatusCode, Value) {
    let server = server();
    let request = own(&server, path).body(body(said, bytes)).unwrap();
    let (status, _, answer) = block_on(send(server.router(), request));
    (status, serde_json::from_slice(&answer).unwrap())
}

fn status(request: request::Builder) -> StatusCode {
    block_on(send(server().router(), request.body(Body::empty()).unwrap())).0
}

fn zip(files: &[(&str, &str)]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in files {
        zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

#[test]
fn every_answer_keeps_its_content_in() {
    for (path, expected) in [
        ("/", 200),
        ("/page.js", 200),
        ("/reading.js", 200),
        ("/page.css", 200),
        ("/report.css", 200),
        ("/x", 404),
    ] {
        let request = Request::get(path).header("host", HOST).body(Body::empty()).unwrap();
        let (status, answer, _) = block_on(send(server().router(), request));
        assert_eq!(status, expected, "{path}");
        let header = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
        let policy = header("content-security-policy");
        assert!(
            policy.starts_with("default-src 'none'") && policy.contains("frame-ancestors 'none'"),
            "{policy}"
        );
        assert!(!policy.contains("unsafe"), "{policy}");
        assert_eq!(header("cache-control"), "no-store");
        assert_eq!(header("referrer-policy"), "no-referrer");
        assert_eq!(header("x-content-type-options"), "nosniff");
    }
}

#[test]
fn the_page_needs_nothing_from_elsewhere_and_holds_no_inline_code() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/serve/page");
    for file in ["page.html", "page.css", "page.js", "reading.js"] {
        let text = fs::read_to_string(folder.join(file)).unwrap();
        let text = text.replace("http://www.w3.org/2000/svg", "");
        let html = text.matches("innerHTML").count();
        assert_eq!(html, usize::from(file == "page.js"), "{file}: only the report comes as HTML, escaped");
        for word in
            ["http:", "https:", "//cdn", "@import", "onclick", "onload=", "style=", "eval(", "localStorage"]
        {
            assert!(!text.contains(word), "{file} holds {word}");
        }
    }
}

#[test]
fn other_hosts_are_refused() {
    for host in ["evil.example:7878", "127.0.0.1:7879", "127.0.0.1", "192.168.0.7:7878", ""] {
        assert_eq!(status(Request::get("/").header("host", host)), StatusCode::FORBIDDEN, "{host}");
    }
    assert_eq!(status(Request::get("/")), StatusCode::FORBIDDEN, "no host at all");
    let two = Request::get("/").header("host", HOST).header("host", "evil.example");
    assert_eq!(status(two), StatusCode::FORBIDDEN);
    for host in ["localhost:7878", "[::1]:7878"] {
        assert_eq!(status(Request::get("/").header("host", host)), StatusCode::OK, "{host}");
    }
}

#[test]
fn only_our_own_page_may_bring_a_conversation() {
    let server = server();
    type Headers<'h> = &'h [(&'h str, &'h str)];
    let cases: [(&str, Headers, u16); 7] = [
        ("ours", &[("origin", "http://127.0.0.1:7878"), ("sec-fetch-site", "same-origin")], 200),
        ("an older browser of ours", &[("origin", "http://127.0.0.1:7878")], 200),
        ("says nothing", &[], 403),
        ("another site", &[("origin", "https://evil.example")], 403),
        ("a hidden site", &[("origin", "null")], 403),
        ("contradicts itself", &[("origin", "http://127.0.0.1:7878"), ("sec-fetch-site", "cross-site")], 403),
        ("another port", &[("origin", "http://127.0.0.1:80"), ("sec-fetch-site", "same-site")], 403),
    ];
    for (what, headers, expected) in cases {
        for token in [server.token(), "", "0"] {
            let mut request = Request::post("/read").header("host", HOST).header("x-rushlight-token", token);
            for (name, value) in headers {
                request = request.header(*name, *value);
            }
            let request = request.body(body(&json!({}), CHAT.as_bytes())).unwrap();
            let (status, ..) = block_on(send(server.router(), request));
            let expected = if token == server.token() { expected } else { 403 };
            assert_eq!(status, expected, "{what}");
        }
    }
}

#[test]
fn a_reading_shows_what_was_understood_and_takes_corrections() {
    let (status, reading) = ask("/read", &json!({}), CHAT.as_bytes());
    assert_eq!(status, StatusCode::OK);
    assert_eq!((&reading["format"], &reading["extent"]), (&json!("paste"), &json!("4 messages by 3 people")));
    assert_eq!(
        reading["speakers"][0],
        json!({"name": "Ana", "is": ["Ana"], "messages": 2, "like": null, "contradicted": false})
    );
    assert_eq!(reading["lines"][1]["text"], "yes and bring the big tin please");

    let speakers = json!([{"is": "+44 1", "name": "Ben"}, {"is": "Ana", "role": "child"}]);
    let (_, reading) = ask("/read", &json!({"speakers": speakers}), CHAT.as_bytes());
    assert_eq!(reading["extent"], "4 messages by 2 people");
    assert_eq!(
        (&reading["lines"][3]["speaker"], &reading["lines"][0]["speaker"]),
        (&json!("Ben"), &json!("Ana (child)"))
    );
    assert_eq!(reading["speakers"][1]["is"], json!(["Ben", "+44 1"]), "what was joined can be separated");
}

#[test]
fn people_who_became_one_are_one_in_every_way() {
    let chat = "18/03/2024, 14:56 - Toffee: shall we meet\n18/03/2024, 14:57 - toffee_fox: at the library\n\
                18/03/2024, 14:58 - Pip: fine\n18/03/2024, 14:59 - PIP: by bus\n";
    let both = |name: &str| json!([{"is": "Toffee", "name": name}, {"is": "toffee_fox", "name": name}]);
    for name in ["toffee_fox", "Person A"] {
        let (_, reading) = ask("/read", &json!({"speakers": both(name)}), chat.as_bytes());
        assert_eq!(reading["speakers"][0]["name"], name);
        assert_eq!(reading["speakers"][0]["is"], json!(["Toffee", "toffee_fox"]));
        assert!(reading["extent"].as_str().unwrap().starts_with("4 messages by 3 people"), "{reading}");
    }
    let (_, reading) = ask("/read", &json!({}), chat.as_bytes());
    assert_eq!(
        reading["speakers"][3]["like"], "Pip",
        "two names that differ in letter case only are pointed at"
    );
    assert!(reading["warnings"][0].as_str().unwrap().contains("letter case"), "{reading}");

    let roles = json!([{"is": "Toffee", "name": "toffee_fox", "role": "adult"}, {"is": "toffee_fox", "role": "child"}]);
    let (_, reading) = ask("/read", &json!({"speakers": roles}), chat.as_bytes());
    assert_eq!(
        (&reading["speakers"][0]["contradicted"], &reading["lines"][0]["speaker"]),
        (&json!(true), &json!("toffee_fox"))
    );
    let (_, checked) = ask("/check", &json!({"speakers": roles}), chat.as_bytes());
    assert!(checked["markdown"].as_str().unwrap().contains("two different things"), "{checked}");
}

#[test]
fn entries_can_be_put_right_and_the_report_says_so() {
    let chat =
        "Shared from a phone\nKestrel\nshall we bake\non sunday\nPip\nyes please\nKestrel\nbring the tin\n";
    let (_, reading) = ask("/read", &json!({"unnamed": "alternating", "format": "paste"}), chat.as_bytes());
    let at = |text: &str| {
        let lines = reading["lines"].as_array().unwrap();
        lines.iter().position(|line| line["text"] == text).unwrap_or_else(|| panic!("{text}: {reading}"))
    };
    let messages = json!([
        {"at": at("Shared from a phone"), "says": "out"}, {"at": at("Kestrel"), "says": "name"},
        {"at": at("Pip"), "says": "name"}, {"at": at("on sunday"), "says": "joined"}, {"at": 999, "says": "out"},
    ]);
    let said = json!({"unnamed": "alternating", "format": "paste", "messages": messages,
        "speakers": [{"is": "Pip", "role": "child"}]});
    let (status, reading) = ask("/read", &said, chat.as_bytes());
    assert_eq!((status, &reading["extent"]), (StatusCode::OK, &json!("3 messages by 2 people")), "{reading}");
    let shown = |key: &str| -> Vec<Value> {
        reading["lines"].as_array().unwrap().iter().map(|line| line[key].clone()).collect()
    };
    assert_eq!(
        json!(shown("fate")),
        json!(["out", "name", "kept", "joined", "name", "kept", "name", "kept"])
    );
    assert_eq!(json!(shown("number")), json!([null, null, 1, null, null, 2, null, 3]));
    assert_eq!(reading["lines"][5]["speaker"], "Pip (child)");
    let told = "3 read as names, 1 joined to the one before, 1 left out";
    assert!(reading["corrected"][0].as_str().unwrap().contains(told), "{reading}");
    let (_, checked) = ask("/check", &said, chat.as_bytes());
    assert!(checked["report"].as_str().unwrap().contains(told));
    assert!(checked["json"].as_str().unwrap().contains("\"corrected\""));
    assert!(!checked["json"].as_str().unwrap().contains("turns were assumed"), "who writes was settled");
}

#[test]
fn the_whole_conversation_can_be_looked_through() {
    let chat: String = (0..450).map(|at| format!("{}: number {at}\n", ["Ana", "Ben"][at % 2])).collect();
    for (from, first, count) in
        [(0, 0, 200), (200, 200, 200), (399, 200, 200), (400, 400, 50), (9_999, 400, 50)]
    {
        let (_, reading) = ask("/read", &json!({"from": from}), chat.as_bytes());
        assert_eq!((&reading["from"], &reading["entries"]), (&json!(first), &json!(450)));
        let lines = reading["lines"].as_array().unwrap();
        assert_eq!((lines.len(), &lines[0]["text"]), (count, &json!(format!("number {first}"))));
    }
}

#[test]
fn dates_that_are_open_can_be_settled() {
    let chat = "02/03/2024, 16:10 - Ana: hello there\n03/03/2024, 16:12 - Ben: good evening\n";
    let (_, open) = ask("/read", &json!({}), chat.as_bytes());
    assert_eq!(
        (&open["date_order_open"], &open["lines"][0]["time"]),
        (&json!(true), &json!("2024-03-02 16:10"))
    );
    assert!(open["warnings"].to_string().contains("day first"));
    let (_, settled) = ask("/read", &json!({"date_order": "mdy"}), chat.as_bytes());
    assert_eq!(
        (&settled["date_order_open"], &settled["lines"][0]["time"]),
        (&json!(true), &json!("2024-02-03 16:10"))
    );
    assert_eq!(settled["warnings"], json!([]));
}

#[test]
fn one_of_several_conversations_in_a_zip_is_chosen() {
    let one = "18/03/2024, 14:56 - Ana: hi there\n18/03/2024, 14:57 - Ben: hey\n";
    let two = "18/03/2024, 14:56 - Cy: the bus is late\n18/03/2024, 14:57 - Di: never mind\n";
    let bytes = zip(&[("a.txt", one), ("b.txt", two)]);
    let (status, reading) = ask("/read", &json!({"name": "all.zip", "chat": 1}), &bytes);
    assert_eq!((status, &reading["all_chats"]), (StatusCode::OK, &json!(2)));
    assert_eq!(reading["speakers"][0]["name"], "Cy");
    assert_eq!(reading["chats"][1]["id"].as_str().map(|id| id.contains("b.txt")), Some(true), "{reading}");
    assert_eq!(ask("/read", &json!({"chat": 2}), &bytes).0, StatusCode::UNPROCESSABLE_ENTITY);
}

#[test]
fn what_cannot_be_read_gets_plain_words_a_way_out_and_no_echo() {
    let broken_zip = [b"PK\x03\x04".as_slice(), &[0; 40]].concat();
    let cases: [(&str, Value, &[u8], u16); 6] = [
        ("empty", json!({}), b"", 422),
        ("blank", json!({}), b" \n\n", 422),
        ("a picture", json!({}), b"\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR", 422),
        ("a broken zip", json!({}), &broken_zip, 422),
        ("not a known JSON", json!({}), b"{\"walnut\": \"walnut cake\", \"chats\": []}", 422),
        ("no such format", json!({"format": "fax"}), b"walnut cake", 422),
    ];
    for (what, said, bytes, expected) in cases {
        let (status, answer) = ask("/read", &said, bytes);
        assert_eq!(status, expected, "{what}");
        for part in ["error", "hint"] {
            let words = answer[part].as_str().unwrap();
            assert!(
                words.ends_with('.') && words.len() > 10 && !words.contains("walnut"),
                "{what}: {answer}"
            );
        }
    }
    let said = json!({"name": "walks.csv", "columns": {"speaker": "who"}});
    let (_, answer) = ask("/read", &said, b"a,b\n1,x\n");
    assert!(!answer["hint"].as_str().unwrap().contains("--"), "no option of a terminal: {answer}");
    let server = server();
    let request = own(&server, "/read").body(Body::from("walnut cake, no first line of ours")).unwrap();
    let (status, _, answer) = block_on(send(server.router(), request));
    assert!(status == StatusCode::BAD_REQUEST && !String::from_utf8(answer).unwrap().contains("walnut"));
}

#[test]
fn a_file_is_called_what_it_is_called() {
    let error =
        |said: Value| ask("/read", &said, b"\xff\xd8\xff\xe0").1["error"].as_str().unwrap().to_owned();
    for name in ["photo.jpg", "my photo.jpg", "pasted.jpg"] {
        assert!(error(json!({"name": format!("C:\\fakepath\\{name}")})).starts_with(&format!("{name}: ")));
    }
    assert!(error(json!({})).starts_with("Pasted: "));
}

#[test]
fn turns_that_the_reader_settles_are_asked_for_and_keep_what_was_put_right() {
    let chat = "shall we bake\nyes please\nbring the tin\nit is in the shed\n";
    let people = json!([{"is": "A", "name": "Mia"}, {"is": "B", "name": "Ben"}]);
    let said = |unnamed: Value| json!({"unnamed": unnamed, "speakers": people, "messages": [{"at": 2, "says": "swapped"}]});
    let (_, guessed) = ask("/read", &said(Value::Null), chat.as_bytes());
    let (_, settled) = ask("/read", &said(json!("alternating")), chat.as_bytes());
    assert!(guessed["warnings"].to_string().contains("assumed"), "{guessed}");
    assert_eq!(
        (&guessed["unnamed"], &settled["unnamed"]),
        (&json!(true), &json!(true)),
        "it can be taken back"
    );
    assert_eq!(guessed["lines"], settled["lines"]);
    assert_eq!(settled["lines"][2]["speaker"], "Ben");
    assert!(!settled["warnings"].to_string().contains("assumed"), "{settled}");
    let (_, checked) = ask("/check", &said(json!("alternating")), chat.as_bytes());
    assert!(!checked["markdown"].as_str().unwrap().contains("names nobody"), "{checked}");
}

#[test]
fn a_page_can_learn_the_token_of_the_run_that_answers_now() {
    let (old, new) = (server(), server());
    let knock = |token: &str| {
        let request = Request::post("/read").header("host", HOST).header("sec-fetch-site", "same-origin");
        let request =
            request.header("x-rushlight-token", token).body(body(&json!({}), CHAT.as_bytes())).unwrap();
        block_on(send(new.router(), request)).0
    };
    assert_eq!(knock(old.token()), StatusCode::FORBIDDEN);
    let request = Request::get("/").header("host", HOST).body(Body::empty()).unwrap();
    let page = String::from_utf8(block_on(send(new.router(), request)).2).unwrap();
    let token = page.split("name=\"token\" content=\"").nth(1).unwrap().split('"').next().unwrap();
    assert_eq!(knock(token), StatusCode::OK);
}

#[test]
fn too_much_is_refused_whether_it_is_announced_or_not() {
    let server = server();
    let announced = own(&server, "/read").header("content-length", LARGEST + 1).body(Body::empty()).unwrap();
    assert_eq!(block_on(send(server.router(), announced)).0, StatusCode::PAYLOAD_TOO_LARGE);
    let large = own(&server, "/read").body(Body::from(vec![b' '; LARGEST + 1])).unwrap();
    let (status, _, answer) = block_on(send(server.router(), large));
    assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(String::from_utf8(answer).unwrap().contains("64 MiB"));
}

#[test]
fn a_report_is_escaped_in_every_form() {
    let words =
        ["shall we bake the walnut cake", "bring <script>alert(1)</script> please", "will do", "it is here"];
    let names = ["Ana", "<img src=x>", "Ana", "+44 1"];
    let messages: Vec<Value> =
        names.iter().zip(words).map(|(speaker, text)| json!({"speaker": speaker, "text": text})).collect();
    let chat = json!({"id": "<b>chat</b>", "messages": messages}).to_string();
    let speakers = json!([{"is": "+44 1", "name": "\"><script>alert(2)</script>", "role": "adult"}]);
    let said = json!({"name": "chat.jsonl", "speakers": speakers});
    let (status, checked) = ask("/check", &said, chat.as_bytes());
    assert_eq!(status, StatusCode::OK, "{checked}");
    let report = checked["report"].as_str().unwrap();
    assert!(report.contains("risk indicator for human review") && report.contains("What this does not know"));
    assert!(report.contains("&lt;script&gt;alert(1)") && report.contains("&lt;script&gt;alert(2)"));
    assert!(report.contains("&lt;img src=x&gt;") && report.contains("id=\"m4\""));
    for form in ["report", "html"] {
        let text = checked[form].as_str().unwrap();
        for word in ["<script", "<img", "<b>chat", " style=", " onerror"] {
            assert!(!text.contains(word), "{form} holds {word}");
        }
    }
    let alone = checked["html"].as_str().unwrap();
    assert!(alone.starts_with("<!doctype html>") && alone.contains("default-src 'none'"));
    assert!(!alone.contains("walnut"), "a kept report of a quiet chat quotes nothing");
    let json: Value = serde_json::from_str(checked["json"].as_str().unwrap()).unwrap();
    assert!(json["schema"].is_number() && !checked["json"].as_str().unwrap().contains("walnut"));
}
