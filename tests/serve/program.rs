//! The program as it is started: where it listens, how it ends, and the pages that it writes.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// The program itself, ended when the test ends.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
    }
}

fn start(port: &str) -> Running {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rushlight"));
    command.args(["serve", "--port", port]).stdout(Stdio::piped()).stderr(Stdio::piped());
    Running(command.spawn().unwrap())
}

#[test]
fn the_program_listens_on_loopback_says_where_and_ends_on_ctrl_c() {
    let mut running = start("0");
    let mut said = Vec::new();
    let mut out = running.0.stdout.take().unwrap();
    let mut byte = [0];
    while !said.ends_with(b"/\n") {
        assert_eq!(out.read(&mut byte).unwrap(), 1, "it ended without an address");
        said.push(byte[0]);
    }
    let said = String::from_utf8(said).unwrap();
    let address = said.trim().rsplit("http://").next().unwrap().trim_end_matches('/');
    assert!(address.starts_with("127.0.0.1:"), "{said}");
    let mut socket = TcpStream::connect(address).unwrap();
    write!(socket, "GET / HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    socket.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("rushlight"));

    let port = address.rsplit(':').next().unwrap();
    let mut second = start(port);
    assert_eq!(second.0.wait().unwrap().code(), Some(2));
    let second = std::io::read_to_string(second.0.stderr.take().unwrap()).unwrap();
    assert!(second.contains(port) && second.contains("--port 0"), "{second}");
    if cfg!(unix) {
        let id = running.0.id().to_string();
        assert!(Command::new("kill").args(["-INT", &id]).status().unwrap().success());
        assert_eq!(running.0.wait().unwrap().code(), Some(0));
    }
}

#[test]
fn check_writes_one_page_for_all_its_reports() {
    let example = |name: &str| Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(name);
    let mut command = Command::new(env!("CARGO_BIN_EXE_rushlight"));
    command
        .args(["check", "--format", "html"])
        .args([example("old-phone.txt"), example("cracked-screen.txt")]);
    let page = String::from_utf8(command.output().unwrap().stdout).unwrap();
    assert_eq!((page.matches("<!doctype").count(), page.matches("<article").count()), (1, 2));
    assert!(page.contains("Why, in order") && page.trim_end().ends_with("</html>"));
}
