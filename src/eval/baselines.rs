//! What stands beside a model's row: the length of a conversation, a list of words, and linear models of its words and of the backbone's vectors.
//! A result that they reach too says something about the data.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use anyhow::Result;
use rayon::prelude::*;

use super::cases::Case;
use super::suite::List;
use crate::models::Model;
use crate::transcript::{Kind, Transcript};

/// Weight of the losses against the squared weights, as scikit-learn's `C`.
const C: f64 = 10.0;
/// A word must occur in so many conversations.
const LEAST: usize = 2;
const STEPS: usize = 150;
const HISTORY: usize = 8;

/// Their names among the systems.
pub const NAMES: [&str; 4] = ["length", "keywords", "mean of vectors + linear", TF_IDF];
/// Of the bag of words.
pub const TF_IDF: &str = "tf-idf + linear";

/// All that stand beside the model.
pub struct Baselines<'m> {
    keywords: Option<Keywords>,
    vectors: Option<Vectors<'m>>,
    words: Option<Words>,
}

impl<'m> Baselines<'m> {
    /// Fit on the training split; those that learn are left out unless it holds both classes.
    pub fn fit(model: &'m Model, keywords: Option<&List>, train: &[Case]) -> Result<Self> {
        Ok(Self { vectors: Vectors::fit(model, train)?, ..Self::listed(keywords, train) })
    }

    /// All but what costs a reading.
    pub fn listed(keywords: Option<&List>, train: &[Case]) -> Self {
        Self { keywords: keywords.map(Keywords::of), vectors: None, words: Words::fit(train) }
    }

    /// Those that cost no reading: length, and the bag of words.
    pub fn plain(train: &[Case]) -> Self {
        Self::listed(None, train)
    }

    /// Their names, in the order of their scores.
    pub fn names(&self) -> Vec<&'static str> {
        let there = [true, self.keywords.is_some(), self.vectors.is_some(), self.words.is_some()];
        NAMES.into_iter().zip(there).filter(|(_, there)| *there).map(|(name, _)| name).collect()
    }

    /// The name of each, and its scores of `chats`.
    pub fn scores(&self, chats: &[&Transcript]) -> Result<Vec<(&'static str, Vec<f64>)>> {
        let by = |score: &dyn Fn(&Transcript) -> f64| chats.iter().map(|chat| score(chat)).collect();
        let [length_name, keywords, mean, words] = NAMES;
        let mut found = vec![(length_name, by(&length))];
        found.extend(self.keywords.as_ref().map(|k| (keywords, by(&|c| k.score(c)))));
        if let Some(vectors) = &self.vectors {
            found.push((mean, vectors.scores(chats)?));
        }
        found.extend(self.words.as_ref().map(|w| (words, by(&|c| w.score(c)))));
        Ok(found)
    }
}

/// Messages in it.
fn length(chat: &Transcript) -> f64 {
    chat.spoken().count() as f64
}

/// TF-IDF over words and pairs of words (logarithmic counts, rows of length one), and logistic regression.
struct Words {
    terms: HashMap<String, (usize, f64)>,
    weights: Vec<f64>,
}

/// Places and values of a row; the others are 0.
type Sparse = Vec<(usize, f64)>;

/// How many different words or phrases of a list occur.
struct Keywords(Vec<String>);

impl Keywords {
    /// One a line; lines that begin with # are remarks.
    fn of(list: &List) -> Self {
        let lines = list.text.lines().map(str::trim).filter(|l| !l.is_empty() && !l.starts_with('#'));
        Self(lines.map(|l| format!(" {} ", l.to_lowercase())).collect())
    }

    /// Number of them.
    fn score(&self, chat: &Transcript) -> f64 {
        let spoken = chat.spoken().filter(|(_, m)| m.kind == Kind::Message);
        let found = |text: String| {
            let words: Vec<&str> =
                text.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).collect();
            let text = format!(" {} ", words.join(" "));
            self.0
                .iter()
                .enumerate()
                .filter(|(_, k)| text.contains(k.as_str()))
                .map(|(at, _)| at)
                .collect::<Vec<_>>()
        };
        spoken.flat_map(|(_, m)| found(m.text.reveal().to_lowercase())).collect::<BTreeSet<usize>>().len()
            as f64
    }
}

/// The mean of a conversation's message vectors, of length one, and logistic regression.
struct Vectors<'m> {
    model: &'m Model,
    weights: Vec<f64>,
}

impl<'m> Vectors<'m> {
    /// Fit on the training split; `None` unless it holds both classes.
    fn fit(model: &'m Model, train: &[Case]) -> Result<Option<Self>> {
        let labels: Vec<bool> = train.iter().map(|c| c.gold.risk).collect();
        if !(labels.contains(&true) && labels.contains(&false)) {
            return Ok(None);
        }
        let rows = train.par_iter().map(|c| mean_vector(model, &c.transcript)).collect::<Result<Vec<_>>>()?;
        Ok(Some(Self { model, weights: logistic(&rows, &labels, model.backbone.width()) }))
    }

    /// Log-odds of being risky, for each of `chats`.
    fn scores(&self, chats: &[&Transcript]) -> Result<Vec<f64>> {
        chats.par_iter().map(|c| Ok(margin(&mean_vector(self.model, c)?, &self.weights))).collect()
    }
}

fn mean_vector(model: &Model, chat: &Transcript) -> Result<Sparse> {
    let (_, vectors) = crate::score::vectors(model, chat)?;
    let mut sum = vec![0.0; model.backbone.width()];
    for row in vectors.chunks_exact(sum.len()) {
        sum.iter_mut().zip(row).for_each(|(s, v)| *s += f64::from(*v));
    }
    let norm = sum.iter().map(|v| v * v).sum::<f64>().sqrt().max(f64::MIN_POSITIVE);
    Ok(sum.into_iter().map(|v| v / norm).enumerate().collect())
}

impl Words {
    /// Fit on the training split; `None` unless it holds both classes.
    fn fit(train: &[Case]) -> Option<Self> {
        let labels: Vec<bool> = train.iter().map(|c| c.gold.risk).collect();
        if !(labels.contains(&true) && labels.contains(&false)) {
            return None;
        }
        let counts: Vec<BTreeMap<String, f64>> = train.iter().map(|c| count(&c.transcript)).collect();
        let mut documents: BTreeMap<&str, usize> = BTreeMap::new();
        counts.iter().flat_map(BTreeMap::keys).for_each(|t| *documents.entry(t).or_default() += 1);
        let idf = |df: usize| ((1.0 + train.len() as f64) / (1.0 + df as f64)).ln() + 1.0;
        let kept = documents.into_iter().filter(|(_, df)| *df >= LEAST).enumerate();
        let terms = kept.map(|(at, (term, df))| (term.to_owned(), (at, idf(df)))).collect();
        let mut words = Self { terms, weights: Vec::new() };
        let rows: Vec<Sparse> = counts.iter().map(|c| words.row(c)).collect();
        words.weights = logistic(&rows, &labels, words.terms.len());
        Some(words)
    }

    /// Log-odds of being risky.
    fn score(&self, chat: &Transcript) -> f64 {
        margin(&self.row(&count(chat)), &self.weights)
    }

    fn row(&self, counts: &BTreeMap<String, f64>) -> Sparse {
        let weigh =
            |(term, n): (&String, &f64)| self.terms.get(term).map(|(at, idf)| (*at, (1.0 + n.ln()) * idf));
        let row: Sparse = counts.iter().filter_map(weigh).collect();
        let norm = row.iter().map(|(_, v)| v * v).sum::<f64>().sqrt();
        row.into_iter().map(|(at, v)| (at, v / norm)).collect()
    }
}

/// How often each word of two letters or more, and each pair of neighbours, occurs.
fn count(chat: &Transcript) -> BTreeMap<String, f64> {
    let mut text = String::new();
    for (_, message) in chat.spoken().filter(|(_, m)| m.kind == Kind::Message) {
        text += message.text.reveal();
        text.push(' ');
    }
    let text = text.to_lowercase();
    let words: Vec<&str> = text
        .split(|c: char| !c.is_alphanumeric() && c != '_')
        .filter(|w| w.chars().nth(1).is_some())
        .collect();
    let mut counts = BTreeMap::new();
    words.iter().for_each(|w| *counts.entry((*w).to_owned()).or_default() += 1.0);
    words.windows(2).for_each(|w| *counts.entry(w.join(" ")).or_default() += 1.0);
    counts
}

fn margin(row: &Sparse, weights: &[f64]) -> f64 {
    row.iter().map(|(at, v)| v * weights[*at]).sum::<f64>() + weights[weights.len() - 1]
}

/// Minimise C Σ log(1 + e^(−ym)) + |w|²/2, the intercept (last weight) free, by L-BFGS.
fn logistic(rows: &[Sparse], labels: &[bool], width: usize) -> Vec<f64> {
    let evaluate = |w: &[f64]| {
        let (mut gradient, mut loss) = (w.to_vec(), w[..width].iter().map(|x| x * x / 2.0).sum::<f64>());
        gradient[width] = 0.0;
        for (row, label) in rows.iter().zip(labels) {
            let sign = if *label { 1.0 } else { -1.0 };
            let m = sign * margin(row, w);
            loss += C * ((-m.abs()).exp().ln_1p() + (-m).max(0.0));
            let pull = -C * sign / (1.0 + m.exp());
            row.iter().for_each(|(at, v)| gradient[*at] += pull * v);
            gradient[width] += pull;
        }
        (loss, gradient)
    };
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(x, y)| x * y).sum::<f64>();
    let mut w = vec![0.0; width + 1];
    let (mut loss, mut gradient) = evaluate(&w);
    let mut past: Vec<(Vec<f64>, Vec<f64>)> = Vec::new();
    for _ in 0..STEPS {
        let mut direction = gradient.clone();
        let mut kept = Vec::new();
        for (s, y) in past.iter().rev() {
            let a = dot(s, &direction) / dot(s, y);
            direction.iter_mut().zip(y).for_each(|(d, y)| *d -= a * y);
            kept.push(a);
        }
        if let Some((s, y)) = past.last() {
            let scale = dot(s, y) / dot(y, y);
            direction.iter_mut().for_each(|d| *d *= scale);
        }
        for ((s, y), a) in past.iter().zip(kept.iter().rev()) {
            let b = a - dot(y, &direction) / dot(s, y);
            direction.iter_mut().zip(s).for_each(|(d, s)| *d += b * s);
        }
        let (slope, mut step) = (dot(&gradient, &direction), 1.0);
        let (next, next_loss, next_gradient) = loop {
            let next: Vec<f64> = w.iter().zip(&direction).map(|(w, d)| w - step * d).collect();
            let (next_loss, next_gradient) = evaluate(&next);
            if next_loss <= loss - 1e-4 * step * slope || step < 1e-9 {
                break (next, next_loss, next_gradient);
            }
            step /= 2.0;
        };
        let s: Vec<f64> = next.iter().zip(&w).map(|(a, b)| a - b).collect();
        let y: Vec<f64> = next_gradient.iter().zip(&gradient).map(|(a, b)| a - b).collect();
        let done = (loss - next_loss).abs() <= 1e-9 * loss.abs();
        (w, loss, gradient) = (next, next_loss, next_gradient);
        if done || dot(&s, &y) <= 0.0 {
            break;
        }
        past.push((s, y));
        if past.len() > HISTORY {
            past.remove(0);
        }
    }
    w
}
