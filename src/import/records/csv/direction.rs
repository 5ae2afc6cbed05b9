//! Tables that say of each row whether it came in or went out: what the owner wrote often has no sender, or stands
//! beside the name of the person it was written to.

use std::collections::HashSet;

use ::csv::StringRecord;

use super::headings::{self, DIRECTION, Headings, MINE, is_one};
use super::holds;

/// Which way a message went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// The owner wrote it.
    Out,
    /// Somebody else did.
    In,
    /// The app did.
    Notice,
}

/// The column that tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Direction {
    column: usize,
    writing: Writing,
}

/// How it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Writing {
    Words,
    /// Whether the owner wrote it.
    Mine,
    /// Android's numbers of folders: 1 for what came in.
    Folders,
    /// Signal's numbers of kinds, whose last five bits tell.
    Signal,
}

/// In lower case, letters only, without accents, with spaces between.
const INCOMING: &str = "incoming received inbox in from receivedmessage eingehend empfangen posteingang eingang erhalten \
     recu recus entrant recibido recibidos entrante entrada recebido recebida recebidas ricevuto ricevuti \
     inarrivo ontvangen inkomend odebrane odebrana przychodzace przychodzaca mottaget inkommande gelen \
     alinan входящее входящие полученное получено вхідне вхідні отримане отримано 接收 收到";
const OUTGOING: &str = "outgoing sent outbox out to sentmessage failed queued ausgehend gesendet postausgang ausgang \
     verschickt envoye envoyes sortant enviado enviados enviada enviadas saliente salida saida inviato \
     inviati inuscita verzonden verstuurd uitgaand wyslane wyslana wychodzace wychodzaca skickat utgaende \
     giden gonderilen gonderildi исходящее исходящие отправленное отправлено вихідне вихідні надіслане \
     надіслано 发送 发出";
const NOTICE: &str = "notification system event";
const YES: &str = "1 true yes y ja oui si sim tak evet да так";
const NO: &str = "0 false no n nein non nao nee nie nej hayir нет ні";

impl Direction {
    /// The column of a table with these names that tells it; `rows`, where there are any, must bear it out.
    pub fn find(names: &Headings, rows: &[StringRecord]) -> Option<Self> {
        let mine = names.all(MINE).into_iter().map(|column| Self { column, writing: Writing::Mine });
        let phone = names.has("address") || names.has("number");
        let writings = [(true, Writing::Words), (phone, Writing::Folders), (true, Writing::Signal)];
        let told = names.all(DIRECTION).into_iter().flat_map(|column| {
            let known = writings.into_iter().filter(|(may, _)| *may);
            known.map(move |(_, writing)| Self { column, writing })
        });
        let found = mine.chain(told).find(|direction| direction.fits(rows, false));
        // "Sent" in every row may tell that nothing failed.
        let state = || names.first("status state").map(|column| Self { column, writing: Writing::Words });
        found.or_else(|| state().filter(|direction| direction.fits(rows, true)))
    }

    /// Whether nearly all rows say which way they went, both ways where `both` are asked for.
    fn fits(&self, rows: &[StringRecord], both: bool) -> bool {
        if rows.is_empty() {
            return self.writing != Writing::Folders && !both;
        }
        let fields = holds::fields(rows, self.column);
        let ways: Vec<Way> = fields.iter().filter_map(|field| self.read(field)).collect();
        let enough = !ways.is_empty() && ways.len() * 5 >= fields.len() * 4;
        enough && (!both || (ways.contains(&Way::In) && ways.contains(&Way::Out)))
    }

    /// Which way `row` went, if it says so.
    pub fn of(&self, row: &StringRecord) -> Option<Way> {
        self.read(row.get(self.column)?)
    }

    fn read(&self, field: &str) -> Option<Way> {
        let word = headings::folded(field);
        let (incoming, outgoing) = match self.writing {
            Writing::Words => (is_one(INCOMING, &word), is_one(OUTGOING, &word)),
            Writing::Mine => (is_one(NO, &word), is_one(YES, &word)),
            Writing::Folders => (word == "1", matches!(word.as_str(), "2" | "4" | "5" | "6")),
            Writing::Signal => {
                let kind = word.parse::<u64>().ok().filter(|n| *n > 1 << 16).map_or(0, |n| n & 31);
                (kind == 20, (21..=26).contains(&kind))
            }
        };
        let notice = self.writing == Writing::Words && is_one(NOTICE, &word);
        let ways = [(incoming, Way::In), (outgoing, Way::Out), (notice, Way::Notice)];
        ways.into_iter().find(|(is, _)| *is).map(|(_, way)| way)
    }

    /// Whether the rows that went out have several senders in `column`, and those that came in the same ones.
    pub fn has_owners(&self, column: usize, rows: &[StringRecord]) -> bool {
        let (incoming, outgoing) = (self.people(Way::In, column, rows), self.people(Way::Out, column, rows));
        outgoing.len() > 1 && incoming == outgoing
    }

    fn people<'r>(&self, way: Way, column: usize, rows: &'r [StringRecord]) -> HashSet<&'r str> {
        let rows = rows.iter().filter(|row| self.of(row) == Some(way));
        let names = rows.filter_map(|row| row.get(column)).map(str::trim).filter(|n| !n.is_empty());
        names.collect()
    }

    /// Whether `column` names the other person in every row, and not who wrote it: the owner's rows bear the same name
    /// as those that came in. Where rows do not show it, `named` tells whether its name says that these are senders.
    pub fn is_contact(&self, column: usize, rows: &[StringRecord], named: bool) -> bool {
        let (incoming, outgoing) = (self.people(Way::In, column, rows), self.people(Way::Out, column, rows));
        if !incoming.is_disjoint(&outgoing) {
            return true;
        }
        // One name beside all that went out, which nobody else bears, is the owner's.
        let sent = rows.iter().filter(|row| self.of(row) == Some(Way::Out)).count();
        let own = !incoming.is_empty() && outgoing.len() == 1 && sent > 1;
        !named && !own
    }
}
