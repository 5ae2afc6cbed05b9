//! A hub on loopback, small enough to read: it answers what it was told to, also wrongly, and remembers what it was asked.

use std::collections::{HashMap, VecDeque};
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// What is sent for a file.
#[derive(Clone)]
pub enum Answer {
    /// The file, or the part that was asked for.
    Whole(Vec<u8>),
    /// The file from its beginning, whatever was asked for.
    NoRanges(Vec<u8>),
    /// So many bytes of it, then the end.
    CutOff(Vec<u8>, usize),
    /// So many bytes of it, then silence.
    Stalls(Vec<u8>, usize),
    /// Bytes without end, and no word on how many.
    Endless,
    /// So many bytes are announced, and none sent.
    Announces(u64),
    /// No file.
    Status(u16),
    /// Look there instead.
    Redirect(String),
}

/// A request: its path, and its headers with names in lower case.
pub type Asked = (String, HashMap<String, String>);

#[derive(Clone)]
pub struct Hub {
    pub endpoint: String,
    answers: Arc<Mutex<HashMap<String, VecDeque<Answer>>>>,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Hub {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let hub = Self { endpoint, answers: Arc::default(), asked: Arc::default() };
        let serving = hub.clone();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let hub = serving.clone();
                // A client that goes away in the middle is what some tests are about.
                thread::spawn(move || hub.answer(&stream).ok());
            }
        });
        hub
    }

    /// What to send for a path, one answer after the other; the last one stays.
    pub fn put(&self, path: &str, answers: impl IntoIterator<Item = Answer>) {
        self.answers.lock().unwrap().insert(path.to_owned(), answers.into_iter().collect());
    }

    /// What was asked since the last time, in order.
    pub fn asked(&self) -> Vec<Asked> {
        std::mem::take(&mut self.asked.lock().unwrap())
    }

    /// The last parts of the paths that were asked for since the last time.
    pub fn names(&self) -> Vec<String> {
        self.asked().into_iter().map(|(path, _)| path.rsplit('/').next().unwrap().to_owned()).collect()
    }

    fn next(&self, path: &str) -> Answer {
        let mut answers = self.answers.lock().unwrap();
        match answers.get_mut(path) {
            Some(list) if list.len() > 1 => list.pop_front().unwrap(),
            Some(list) => list[0].clone(),
            None => Answer::Status(404),
        }
    }

    fn answer(&self, mut stream: &TcpStream) -> std::io::Result<()> {
        let (path, headers) = read(stream)?;
        let start: usize = headers
            .get("range")
            .map_or(0, |r| r.trim_start_matches("bytes=").trim_end_matches('-').parse().unwrap());
        self.asked.lock().unwrap().push((path.clone(), headers));
        match self.next(&path) {
            Answer::Whole(bytes) => send(stream, &bytes, start, usize::MAX),
            Answer::NoRanges(bytes) => send(stream, &bytes, 0, usize::MAX),
            Answer::CutOff(bytes, n) => send(stream, &bytes, start, n),
            Answer::Stalls(bytes, n) => {
                send(stream, &bytes, start, n)?;
                thread::sleep(Duration::from_secs(50));
                Ok(())
            }
            Answer::Endless => {
                write!(stream, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")?;
                loop {
                    stream.write_all(&[7; 1 << 16])?;
                }
            }
            Answer::Announces(n) => {
                write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: {n}\r\nConnection: close\r\n\r\n")
            }
            Answer::Status(code) => {
                write!(stream, "HTTP/1.1 {code} No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            }
            Answer::Redirect(to) => write!(
                stream,
                "HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
            ),
        }
    }
}

fn read(stream: &TcpStream) -> std::io::Result<Asked> {
    let mut lines = BufReader::new(stream).lines();
    let first = lines.next().unwrap()?;
    let path = first.split(' ').nth(1).unwrap().to_owned();
    let mut headers = HashMap::new();
    for line in lines {
        let line = line?;
        let Some((name, value)) = line.split_once(": ") else { break };
        headers.insert(name.to_lowercase(), value.to_owned());
    }
    Ok((path, headers))
}

/// At most `most` bytes from `start` on, all of them announced.
fn send(mut stream: &TcpStream, bytes: &[u8], start: usize, most: usize) -> std::io::Result<()> {
    if start >= bytes.len() && start > 0 {
        return write!(stream, "HTTP/1.1 416 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    }
    let rest = &bytes[start..];
    match start {
        0 => write!(stream, "HTTP/1.1 200 OK\r\n")?,
        _ => write!(
            stream,
            "HTTP/1.1 206 Partial\r\nContent-Range: bytes {start}-{}/{}\r\n",
            bytes.len() - 1,
            bytes.len()
        )?,
    }
    write!(stream, "ETag: \"x\"\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", rest.len())?;
    stream.write_all(&rest[..most.min(rest.len())])
}
