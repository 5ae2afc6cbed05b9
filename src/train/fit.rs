//! The loop: AdamW over batches of conversations, a look at dev after each pass, and a checkpoint from which it goes on to the bit.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use candle_core::{Device, Tensor};
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use rand::seq::SliceRandom as _;

use super::batch::{Batch, Chat};
use super::net::Net;
use crate::head::SIGNALS;

/// Conversations in one step.
const BATCH: usize = 16;
/// Batches among which conversations are dealt by length, so that little is filled up with nothing.
const DEALT: usize = 8;
/// Share of the highest risk of a conversation in the loss.
const PEAK: f64 = 0.6;
const WEIGHT_DECAY: f64 = 0.02;
const BETA: (f64, f64) = (0.9, 0.999);
/// Longest step of the gradient.
const CLIP: f64 = 1.0;
/// Passes without a better dev loss after which it ends.
const PATIENCE: usize = 3;

/// Every knob of a run.
#[derive(Clone, Debug)]
pub struct Knobs {
    /// Passes over the training conversations, at most.
    pub passes: usize,
    /// Highest learning rate; it falls as a cosine over `passes`.
    pub rate: f64,
    /// For the order, the dropped numbers and a head made anew.
    pub seed: u64,
}

/// What has been reached after some passes.
pub struct State {
    /// The weights now.
    pub net: Net,
    /// Those with the lowest dev loss so far.
    best: HashMap<String, Tensor>,
    /// First and second moments of the gradients, by weight.
    moments: HashMap<String, (Tensor, Tensor)>,
    /// Steps so far.
    step: usize,
    /// Loss on dev after each pass, the first before any.
    pub dev: Vec<f64>,
}

impl State {
    /// Before the first pass; the dev loss is that of the weights as they are.
    pub fn new(net: Net, dev: &[&Chat], width: usize) -> Result<Self> {
        let zeros = |(name, var): (&String, &candle_core::Var)| {
            let zero = var.as_tensor().zeros_like()?;
            Ok((name.clone(), (zero.clone(), zero)))
        };
        let moments = net.vars().iter().map(zeros).collect::<Result<_>>()?;
        let (best, first) = (net.weights()?, loss_over(&net, dev, width)?);
        Ok(Self { net, best, moments, step: 0, dev: vec![first] })
    }

    /// Passes done.
    pub fn passes(&self) -> usize {
        self.dev.len() - 1
    }

    /// Whether more passes would be in vain or are not wanted.
    pub fn is_done(&self, knobs: &Knobs) -> bool {
        self.passes() >= knobs.passes || self.passes() >= self.best_pass() + PATIENCE
    }

    /// The pass after which the dev loss was lowest.
    pub fn best_pass(&self) -> usize {
        (0..self.dev.len()).min_by(|a, b| self.dev[*a].total_cmp(&self.dev[*b])).unwrap_or(0)
    }

    /// One pass over `train`.
    pub fn pass(&mut self, train: &[&Chat], dev: &[&Chat], width: usize, knobs: &Knobs) -> Result<()> {
        let mut random = StdRng::seed_from_u64(knobs.seed ^ ((self.passes() as u64 + 1) << 32));
        let batches = deal(train, &mut random);
        let steps = (knobs.passes * batches.len()).max(1);
        for indices in batches {
            let stretches: Vec<_> =
                indices.iter().map(|i| (train[*i], train[*i].start(&mut random))).collect();
            let batch = Batch::new(&stretches, width)?;
            let loss = loss(&self.net.forward(&batch, Some(&mut random))?, &batch)?;
            let share = self.step as f64 / steps as f64;
            let rate =
                knobs.rate * (0.02 + 0.98 * 0.5 * (1.0 + (std::f64::consts::PI * share.min(1.0)).cos()));
            self.descend(&loss, rate)?;
        }
        self.dev.push(loss_over(&self.net, dev, width)?);
        if self.best_pass() == self.passes() {
            self.best = self.net.weights()?;
        }
        Ok(())
    }

    /// AdamW (Loshchilov and Hutter 2019) on gradients clipped to a length of [`CLIP`].
    fn descend(&mut self, loss: &Tensor, rate: f64) -> Result<()> {
        let gradients = loss.backward()?;
        let of = |var: &candle_core::Var| gradients.get(var.as_tensor());
        let mut square = 0.0;
        for gradient in self.net.vars().values().filter_map(of) {
            square += f64::from(gradient.sqr()?.sum_all()?.to_scalar::<f32>()?);
        }
        ensure!(square.is_finite(), "the loss is no number any more; try a lower --rate");
        let scale = (CLIP / square.sqrt().max(1e-12)).min(1.0);
        self.step += 1;
        let power = |b: f64| 1.0 - b.powi(i32::try_from(self.step).unwrap_or(i32::MAX));
        for (name, var) in self.net.vars() {
            let Some(gradient) = of(var) else { continue };
            let gradient = (gradient * scale)?;
            let (first, second) = &self.moments[name];
            let first = ((first * BETA.0)? + (&gradient * (1.0 - BETA.0))?)?;
            let second = ((second * BETA.1)? + (gradient.sqr()? * (1.0 - BETA.1))?)?;
            let move_by =
                ((&first * power(BETA.0).recip())? / ((&second * power(BETA.1).recip())?.sqrt()? + 1e-8)?)?;
            let kept = (var.as_tensor() * (1.0 - rate * WEIGHT_DECAY))?;
            var.set(&(kept - (move_by * rate)?)?.detach())?;
            self.moments.insert(name.clone(), (first.detach(), second.detach()));
        }
        Ok(())
    }

    /// The network with the best weights.
    pub fn finish(self) -> Result<Net> {
        Net::from_tensors(self.best.into_iter())
    }

    /// Keep everything; `run` names the run to which it belongs.
    pub fn save(&self, path: &Path, run: &str) -> Result<()> {
        let mut tensors: HashMap<String, Tensor> = HashMap::new();
        for (name, tensor) in self.net.weights()? {
            let (first, second) = &self.moments[&name];
            tensors.insert(format!("first.{name}"), first.clone());
            tensors.insert(format!("second.{name}"), second.clone());
            tensors.insert(format!("best.{name}"), self.best[&name].clone());
            tensors.insert(format!("now.{name}"), tensor);
        }
        let dev = serde_json::to_string(&self.dev)?;
        let notes = [("run", run.to_owned()), ("step", self.step.to_string()), ("dev", dev)];
        let notes = notes.map(|(k, v)| (k.to_owned(), v)).into_iter().collect();
        let context = || format!("cannot write {}", path.display());
        let part = path.with_extension("part");
        fs::write(&part, safetensors::serialize(&tensors, Some(notes))?).with_context(context)?;
        fs::rename(&part, path).with_context(context)
    }

    /// Go on from what [`State::save`] kept.
    pub fn restore(path: &Path, run: &str) -> Result<Self> {
        let wrong =
            || format!("{}: not a checkpoint of this run; use --overwrite to begin anew", path.display());
        let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
        let (_, notes) = safetensors::SafeTensors::read_metadata(&bytes).with_context(wrong)?;
        let notes = notes.metadata().clone().with_context(wrong)?;
        let note = |name: &str| notes.get(name).with_context(wrong);
        ensure!(
            note("run")? == run,
            "{}: the labels, the model or a setting have changed since; use --overwrite to begin anew",
            path.display()
        );
        let all = candle_core::safetensors::load_buffer(&bytes, &Device::Cpu)?;
        let part = |prefix: &str| -> HashMap<String, Tensor> {
            let named = all.iter().filter_map(|(n, t)| Some((n.strip_prefix(prefix)?.to_owned(), t.clone())));
            named.collect()
        };
        let (first, mut second) = (part("first."), part("second."));
        let pair = |(name, first)| second.remove(&name).map(|s| (name, (first, s))).with_context(wrong);
        Ok(Self {
            moments: first.into_iter().map(pair).collect::<Result<_>>()?,
            net: Net::from_tensors(part("now.").into_iter())?,
            best: part("best."),
            step: note("step")?.parse().with_context(wrong)?,
            dev: serde_json::from_str(note("dev")?).with_context(wrong)?,
        })
    }
}

/// Batches of conversations of like length, in an order that chance decides.
fn deal(chats: &[&Chat], random: &mut StdRng) -> Vec<Vec<usize>> {
    let mut order: Vec<usize> = (0..chats.len()).collect();
    order.shuffle(random);
    let mut batches: Vec<Vec<usize>> = Vec::new();
    for some in order.chunks_mut(BATCH * DEALT) {
        some.sort_by_key(|i| (chats[*i].len(), *i));
        batches.extend(some.chunks(BATCH).map(<[usize]>::to_vec));
    }
    batches.shuffle(random);
    batches
}

/// Mean loss over conversations, of the first stretch of each that may be learnt from.
fn loss_over(net: &Net, chats: &[&Chat], width: usize) -> Result<f64> {
    let mut sum = 0.0;
    for some in chats.chunks(BATCH) {
        let stretches: Vec<_> = some.iter().map(|c| (*c, c.first_start())).collect();
        let batch = Batch::new(&stretches, width)?;
        sum += f64::from(loss(&net.forward(&batch, None)?, &batch)?.to_scalar::<f32>()?) * some.len() as f64;
    }
    Ok(sum / chats.len().max(1) as f64)
}

/// Binary cross-entropies, weighted, a mean over conversations; and the highest risk of each against its label.
fn loss(logits: &Tensor, batch: &Batch) -> Result<Tensor> {
    let targets = &batch.targets;
    let each = (cross_entropy(logits, &targets.wanted)? * &targets.weight)?.sum_all()?;
    let risk = logits.narrow(2, SIGNALS.len(), 1)?.squeeze(2)?;
    let peak = (risk + &targets.hidden)?.max(1)?;
    let peak = cross_entropy(&peak, &targets.risk)?.sum_all()?;
    Ok(((each + (peak * PEAK)?)? / logits.dim(0)? as f64)?)
}

/// max(x, 0) − x·y + ln(1 + e^−|x|), which holds for any logit.
fn cross_entropy(x: &Tensor, y: &Tensor) -> Result<Tensor> {
    let tail = (x.abs()?.neg()?.exp()? + 1.0)?.log()?;
    Ok(((x.relu()? - (x * y)?)? + tail)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eval::Gold;

    const WIDTH: usize = 16;

    /// Harmless conversations whose numbers are low, and risky ones whose numbers are high from the onset on.
    fn chats(n: usize, from: usize) -> Vec<Chat> {
        let chat = |i: usize| {
            let (pieces, risk) = (4 + i % 5, i % 2 == 1);
            let onset = risk.then_some(2);
            let value = |p: usize| if risk && p >= 2 { 1.0 } else { -1.0 };
            let at = |p: usize| {
                (0..WIDTH).map(move |k| value(p) * ((k + i) % 3) as f32 + (k * p % 5) as f32 * 0.1)
            };
            let vectors = (0..pieces).flat_map(at).collect();
            let gold = Gold { risk, onset, ..Gold::default() };
            Chat::made(
                vectors,
                vec![0.0; pieces * crate::prompt::FEATURES],
                (0..pieces as u32).map(|p| p % 2).collect(),
                &gold,
            )
        };
        (from..from + n).map(chat).collect()
    }

    #[test]
    fn it_learns_and_an_interrupted_run_goes_on_to_the_bit() {
        let (train, dev) = (chats(40, 0), chats(12, 100));
        let (train, dev): (Vec<&Chat>, Vec<&Chat>) = (train.iter().collect(), dev.iter().collect());
        let knobs = Knobs { passes: 4, rate: 5e-3, seed: 1 };
        let begin = || State::new(Net::fresh(WIDTH, 1).unwrap(), &dev, WIDTH).unwrap();
        let mut whole = begin();
        (0..4).for_each(|_| whole.pass(&train, &dev, WIDTH, &knobs).unwrap());
        assert!(whole.dev[4] < 0.7 * whole.dev[0], "dev losses {:?}", whole.dev);

        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("checkpoint.safetensors");
        let mut half = begin();
        (0..2).for_each(|_| half.pass(&train, &dev, WIDTH, &knobs).unwrap());
        half.save(&path, "this run").unwrap();
        assert!(State::restore(&path, "another run").is_err());
        let mut rest = State::restore(&path, "this run").unwrap();
        (0..2).for_each(|_| rest.pass(&train, &dev, WIDTH, &knobs).unwrap());
        assert_eq!(rest.dev, whole.dev);
        assert_eq!(
            rest.finish().unwrap().to_safetensors().unwrap(),
            whole.finish().unwrap().to_safetensors().unwrap()
        );
    }

    #[test]
    fn a_checkpoint_that_breaks_off_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("checkpoint.safetensors");
        fs::write(&path, b"\x40\0\0\0\0\0\0\0{\"cut").unwrap();
        assert!(State::restore(&path, "r").is_err_and(|e| format!("{e:#}").contains("--overwrite")));
    }
}
