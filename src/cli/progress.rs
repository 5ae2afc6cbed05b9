//! How far a run is, on a terminal only.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use crate::report::plural;
use crate::transcript::Transcript;

/// Messages of one conversation that are read before anybody asks how far it is.
const LONG: usize = 2_000;

/// What a bar looks like; `text` is what stands behind it, in the words of indicatif.
pub fn style(text: &str) -> ProgressStyle {
    ProgressStyle::with_template(&format!("{{bar:30}} {text}")).expect("a constant template")
}

/// How far a run over files is: the files, and what was found in them, since one archive may hold more than a folder.
pub struct Files {
    bar: ProgressBar,
    files: u64,
    /// The file that is read, from 1; 0 before the first.
    at: u64,
    read: u64,
    done: u64,
}

impl Files {
    /// Of so many files, none of which is read yet.
    pub fn new(files: usize) -> Self {
        let bar = bar(files, "{msg}, {elapsed}");
        if files == 1 {
            // A bar of one step shows nothing until the end.
            bar.set_style(
                ProgressStyle::with_template("{spinner} {msg}, {elapsed}").expect("a constant template"),
            );
        }
        let files = Self { bar, files: files as u64, at: 0, read: 0, done: 0 };
        files.tell();
        files
    }

    /// The next file is read.
    pub fn begin(&mut self) {
        self.bar.set_position(self.at);
        self.at += 1;
        self.tell();
    }

    /// Another conversation was read.
    pub fn read(&mut self) {
        self.read += 1;
        self.tell();
    }

    /// So many were scored in this run.
    pub fn scored(&mut self, done: u64) {
        self.done = done;
        self.tell();
    }

    fn tell(&self) {
        self.bar.set_message(self.words());
    }

    fn words(&self) -> String {
        let Self { files, at, read, done, .. } = self;
        format!("file {at} of {files}, {} read, {done} scored", plural(read, "conversation"))
    }

    /// Say something else in between.
    pub fn suspend(&self, say: impl FnOnce()) {
        self.bar.suspend(say);
    }

    /// Take it away; how long the run took.
    pub fn finish(&self) -> Duration {
        self.bar.finish_and_clear();
        self.bar.elapsed()
    }
}

/// A bar of so many steps, with `text` behind it.
pub fn bar(steps: usize, text: &str) -> ProgressBar {
    let bar = ProgressBar::new(steps as u64).with_style(style(text));
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

/// The messages of a conversation that is read, where they are many.
pub fn messages(transcript: &Transcript) -> ProgressBar {
    match transcript.spoken().count() {
        n if n < LONG => ProgressBar::hidden(),
        n => bar(n, "message {pos} of {len}, {elapsed}, {eta} to go"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_out_of_one_large_file_is_told_while_it_is_read() {
        let mut files = Files::new(1);
        assert_eq!(files.words(), "file 0 of 1, 0 conversations read, 0 scored");
        files.begin();
        (0..64).for_each(|_| files.read());
        files.scored(3);
        assert_eq!(files.words(), "file 1 of 1, 64 conversations read, 3 scored");
        assert_eq!((files.bar.position(), files.bar.message()), (0, files.words()));
    }
}
