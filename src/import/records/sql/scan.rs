//! The tables of a dump: `CREATE TABLE` names the columns, `INSERT` and `COPY` bring the rows.

use ::csv::StringRecord;

use super::super::csv::held::Held;

/// A table of which rows were found.
#[derive(Debug)]
pub struct Table {
    /// Its name, without the schema.
    pub name: String,
    /// Its columns and rows.
    pub held: Held,
}

/// The tables of `text` that have columns and rows, in order of appearance.
pub fn tables(text: &str) -> Vec<Table> {
    let slashes = ["`", "MySQL", "MariaDB"].iter().any(|sign| text.contains(sign));
    let mut scan = Scan { text, at: 0, line: 1, counted: 0, slashes, tables: Vec::new() };
    while scan.skip_blank() {
        scan.statement();
    }
    scan.tables.retain(|table| !table.held.rows.is_empty() && !table.held.names.is_empty());
    scan.tables
}

struct Scan<'t> {
    text: &'t str,
    at: usize,
    /// The line at `counted`.
    line: u64,
    counted: usize,
    /// Whether strings have escapes with a backslash.
    slashes: bool,
    tables: Vec<Table>,
}

impl<'t> Scan<'t> {
    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// The line where it is.
    fn here(&mut self) -> u64 {
        let passed = &self.text.as_bytes()[self.counted..self.at];
        self.line += passed.iter().filter(|b| **b == b'\n').count() as u64;
        self.counted = self.at;
        self.line
    }

    /// Past what comes first, to just behind `end`.
    fn past(&mut self, end: &str) {
        self.at = self.rest().find(end).map_or(self.text.len(), |found| self.at + found + end.len());
    }

    /// Past white space and comments; whether anything is left.
    fn skip_blank(&mut self) -> bool {
        loop {
            let rest = self.rest();
            self.at += rest.len() - rest.trim_start_matches([' ', '\t', '\r', '\n', '\u{feff}']).len();
            match self.rest() {
                rest if rest.starts_with("--") || rest.starts_with('#') => self.past("\n"),
                rest if rest.starts_with("/*") => self.past("*/"),
                rest => return !rest.is_empty(),
            }
        }
    }

    /// Past `word`, in capitals or not, if it comes next.
    fn word(&mut self, word: &str) -> bool {
        let next = self.rest().get(..word.len());
        let behind = self.rest().get(word.len()..).unwrap_or_default();
        let ends = !behind.starts_with(|c: char| c.is_alphanumeric() || c == '_');
        let found = ends && next.is_some_and(|next| next.eq_ignore_ascii_case(word));
        if found {
            self.at += word.len();
            self.skip_blank();
        }
        found
    }

    fn sign(&mut self, sign: u8) -> bool {
        let found = self.byte() == Some(sign);
        if found {
            self.at += 1;
            self.skip_blank();
        }
        found
    }

    fn statement(&mut self) {
        if self.word("COPY") {
            self.copy();
        } else if self.word("CREATE") {
            while self.word("UNLOGGED") || self.word("TEMPORARY") {}
            if self.word("TABLE") {
                self.create();
            }
        } else if self.word("INSERT") || self.word("REPLACE") {
            while ["LOW_PRIORITY", "DELAYED", "IGNORE", "OR", "REPLACE"].iter().any(|word| self.word(word)) {}
            self.word("INTO");
            return self.insert();
        }
        self.skip_statement();
    }

    /// Past the end of a statement: a semicolon, or a line that begins another one.
    fn skip_statement(&mut self) {
        while let Some(byte) = self.byte() {
            match byte {
                b';' => return self.at += 1,
                b'\'' => _ = self.string(self.slashes),
                b'$' => self.dollars(),
                b'\n' => {
                    self.at += 1;
                    let starts = ["INSERT ", "CREATE ", "COPY "];
                    let next = |start: &&str| {
                        self.rest().get(..start.len()).is_some_and(|n| n.eq_ignore_ascii_case(start))
                    };
                    if starts.iter().any(next) {
                        return;
                    }
                }
                _ => self.at += 1,
            }
        }
    }

    /// Past `$$ … $$` or one dollar.
    fn dollars(&mut self) {
        let tag = self.rest()[1..].find('$').map(|end| &self.rest()[..end + 2]);
        let word = |tag: &&str| tag.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'$' | b'_'));
        self.at += 1;
        if let Some(tag) = tag.filter(word) {
            self.at += tag.len() - 1;
            self.past(tag);
        }
    }

    /// A name, without the schema before it and quotes around it.
    fn name(&mut self) -> String {
        loop {
            let end = match self.byte() {
                Some(b'`') => "`",
                Some(b'"') => "\"",
                Some(b'[') => "]",
                _ => "",
            };
            let start = self.at + end.len();
            let name = if end.is_empty() {
                let stop = |c: char| !(c.is_alphanumeric() || matches!(c, '_' | '$' | '@'));
                let length = self.rest().find(stop).unwrap_or(self.rest().len());
                self.at += length;
                &self.text[start..start + length]
            } else {
                self.at = start;
                self.past(end);
                self.text[start..self.at].strip_suffix(end).unwrap_or(&self.text[start..])
            };
            self.skip_blank();
            if !self.sign(b'.') {
                return name.to_owned();
            }
        }
    }

    /// Names in brackets, if they come next.
    fn names(&mut self) -> StringRecord {
        let mut names = StringRecord::new();
        if self.sign(b'(') {
            loop {
                names.push_field(&self.name());
                if !self.sign(b',') {
                    break;
                }
            }
            self.sign(b')');
        }
        names
    }

    fn create(&mut self) {
        const OTHERS: [&str; 9] =
            ["PRIMARY", "KEY", "UNIQUE", "CONSTRAINT", "FOREIGN", "INDEX", "CHECK", "FULLTEXT", "SPATIAL"];
        if self.word("IF") {
            let _ = self.word("NOT") && self.word("EXISTS");
        }
        let (name, mut names) = (self.name(), StringRecord::new());
        if !self.sign(b'(') {
            return;
        }
        loop {
            let quoted = matches!(self.byte(), Some(b'`' | b'"' | b'['));
            let column = self.name();
            if quoted || !OTHERS.iter().any(|other| column.eq_ignore_ascii_case(other)) {
                names.push_field(&column);
            }
            self.value();
            if !self.sign(b',') {
                break;
            }
        }
        self.table(&name).names = names;
    }

    fn table(&mut self, name: &str) -> &mut Held {
        let at = self.tables.iter().position(|table| table.name == name).unwrap_or_else(|| {
            self.tables.push(Table { name: name.to_owned(), held: Held::default() });
            self.tables.len() - 1
        });
        &mut self.tables[at].held
    }

    /// The fields of a row in the order of the table's columns, where a statement names them in another one.
    fn add(&mut self, name: &str, named: &StringRecord, line: u64, row: StringRecord) {
        let table = self.table(name);
        if table.rows.is_empty() && !named.is_empty() {
            table.names = named.clone();
        }
        if named.is_empty() || *named == table.names {
            return table.rows.push((line, row));
        }
        let place = |column: &str| named.iter().position(|n| n == column).and_then(|at| row.get(at));
        let row = table.names.iter().map(|column| place(column).unwrap_or("")).collect();
        table.rows.push((line, row));
    }

    fn insert(&mut self) {
        let (name, named) = (self.name(), self.names());
        let values = ["OVERRIDING", "SYSTEM", "USER", "VALUE"];
        while values.iter().any(|word| self.word(word)) {}
        if !self.word("VALUES") {
            return self.skip_statement();
        }
        while self.byte() == Some(b'(') {
            let line = self.here();
            self.at += 1;
            let mut row = StringRecord::new();
            loop {
                self.skip_blank();
                row.push_field(&self.value());
                if !self.sign(b',') {
                    break;
                }
            }
            self.sign(b')');
            self.add(&name, &named, line, row);
            self.sign(b',');
        }
        self.sign(b';');
    }

    /// The rows of `COPY`, each on a line, up to one with `\.`.
    fn copy(&mut self) {
        let (name, named) = (self.name(), self.names());
        let header = self.rest().lines().next().unwrap_or_default();
        if !header.trim_end().to_ascii_lowercase().contains("from stdin") {
            return;
        }
        self.past("\n");
        while self.at < self.text.len() {
            let line = self.here();
            let text = self.rest().split('\n').next().unwrap_or_default();
            self.at = (self.at + text.len() + 1).min(self.text.len());
            let text = text.trim_end_matches('\r');
            if text == "\\." {
                break;
            }
            let row = text.split('\t').map(|field| if field == "\\N" { String::new() } else { plain(field) });
            let row: StringRecord = row.collect();
            self.add(&name, &named, line, row);
        }
        // What `skip_statement` looks for.
        self.at = self.at.saturating_sub(1);
    }

    /// One value of a row: what is quoted in it, the first of several, or what stands there. Functions and casts are around
    /// what they work on. It ends before a comma or a bracket.
    fn value(&mut self) -> String {
        let (start, mut depth, mut quoted) = (self.at, 0, None);
        while let Some(byte) = self.byte() {
            match byte {
                b'\'' => {
                    let escaped = self.text[start..self.at].ends_with(['E', 'e']);
                    let string = self.string(self.slashes || escaped);
                    quoted = quoted.or(Some(string));
                    continue;
                }
                b'(' => depth += 1,
                b')' | b',' if depth == 0 => break,
                b')' => depth -= 1,
                b';' if depth == 0 => break,
                _ => {}
            }
            self.at += 1;
        }
        let raw = self.text[start..self.at].trim();
        match quoted {
            // As SQLite writes strings of several lines.
            Some(text) if raw.starts_with("replace(") => text.replace("\\n", "\n").replace("\\r", "\r"),
            Some(text) => text,
            None if raw.eq_ignore_ascii_case("null") || raw.eq_ignore_ascii_case("default") => String::new(),
            None => raw.to_owned(),
        }
    }

    /// Past a string in quotes; what it says.
    fn string(&mut self, slashes: bool) -> String {
        self.at += 1;
        let mut said = String::new();
        loop {
            let stop = |c: char| c == '\'' || (slashes && c == '\\');
            let length = self.rest().find(stop).unwrap_or(self.rest().len());
            said.push_str(&self.rest()[..length]);
            self.at += length;
            match (self.byte(), self.rest()[1.min(self.rest().len())..].chars().next()) {
                (Some(b'\''), Some('\'')) => {
                    said.push('\'');
                    self.at += 2;
                }
                (Some(b'\\'), Some(c)) => {
                    said.push_str(&escape(c));
                    self.at += 1 + c.len_utf8();
                }
                (None, _) => return said,
                _ => {
                    self.at += 1;
                    return said;
                }
            }
        }
    }
}

/// What a backslash before `c` stands for.
fn escape(c: char) -> String {
    match c {
        'n' => "\n".to_owned(),
        'r' => "\r".to_owned(),
        't' => "\t".to_owned(),
        '0' | 'Z' | 'b' | 'f' | 'v' => String::new(),
        '%' | '_' => format!("\\{c}"),
        other => other.to_string(),
    }
}

/// A field of `COPY` without its escapes.
fn plain(field: &str) -> String {
    let (mut out, mut chars) = (String::new(), field.chars());
    while let Some(c) = chars.next() {
        match c {
            '\\' => out.push_str(&chars.next().map(escape).unwrap_or_default()),
            other => out.push(other),
        }
    }
    out
}
