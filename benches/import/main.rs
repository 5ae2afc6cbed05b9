//! How fast each format is read, and in how much memory: `cargo bench --bench import [-- --mb 64] [FORMAT…]`.
//!
//! Each format gets a file of invented small talk of that size, is read five times in a process of its own, and the median
//! is printed as a row of a Markdown table. Nothing here is a test: it passes on any machine.

mod inputs;

use std::io::{BufWriter, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use inputs::{INPUTS, Input};
use rushlight::import::{Options, read_path};

/// Readings of which the median is told.
const RUNS: usize = 5;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).filter(|a| a != "--bench").collect();
    if let [child, format, file] = &args[..]
        && child == "--child"
    {
        return child_run(format, Path::new(file));
    }
    let size = args.iter().position(|a| a == "--mb").and_then(|at| args.get(at + 1)?.parse().ok());
    let size = size.unwrap_or(64u64) << 20;
    let asked: Vec<&String> =
        args.iter().filter(|a| !a.starts_with("--") && a.parse::<u64>().is_err()).collect();
    println!("| format | MB | MB/s | messages/s | peak memory, MiB |\n|---|--:|--:|--:|--:|");
    for input in INPUTS.iter().filter(|i| asked.is_empty() || asked.iter().any(|a| *a == i.format)) {
        parent_run(input, size);
    }
}

/// Write the file and have it read by a process of its own, so that its peak of memory is the format's.
fn parent_run(input: &Input, size: u64) {
    let folder = std::env::temp_dir().join(format!("rushlight-bench-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a temporary folder");
    let file = write(input, size, &folder).expect("space for the file");
    let exe = std::env::current_exe().expect("this program has a path");
    let status = Command::new(exe).arg("--child").arg(input.format).arg(&file).status();
    assert!(status.is_ok_and(|s| s.success()), "{} was not read", input.format);
    let _ = std::fs::remove_dir_all(&folder);
}

fn write(input: &Input, size: u64, folder: &Path) -> std::io::Result<PathBuf> {
    let path = folder.join(input.file);
    let mut out = BufWriter::new(std::fs::File::create(&path)?);
    out.write_all(input.before.as_bytes())?;
    let (mut written, mut n) = (0, 0);
    while written < size {
        let record = (input.record)(n);
        let between = if n == 0 { "" } else { input.between };
        write!(out, "{between}{record}")?;
        written += (record.len() + between.len()) as u64;
        n += 1;
    }
    out.write_all(input.after.as_bytes())?;
    out.flush()?;
    Ok(path)
}

fn child_run(format: &str, file: &Path) {
    let megabytes = file.metadata().expect("the file was written").len() as f64 / 1e6;
    let (mut seconds, mut messages) = (Vec::new(), 0);
    for _ in 0..RUNS {
        let start = Instant::now();
        messages = 0;
        let counts = read_path(file, &Options::default(), &mut |imported| {
            assert_eq!(imported.format, format);
            messages += imported.transcript.messages.len();
            ControlFlow::Continue(())
        });
        seconds.push(start.elapsed().as_secs_f64());
        assert!(counts.is_ok_and(|c| c.warned == 0) && messages > 0, "{format} lost something");
    }
    seconds.sort_by(f64::total_cmp);
    let median = seconds[RUNS / 2];
    println!(
        "| {format} | {megabytes:.0} | {:.0} | {:.0} | {} |",
        megabytes / median,
        messages as f64 / median,
        peak_mib().map_or("–".to_owned(), |m| m.to_string())
    );
}

/// The most memory this process has held, where the system tells it.
fn peak_mib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|l| l.starts_with("VmHWM:"))?;
    Some(line.split_whitespace().nth(1)?.parse::<u64>().ok()? / 1024)
}
