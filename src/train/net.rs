//! The head as a network that can be trained: the same sums as `head` makes, over a batch of conversations side by side.

use std::collections::{BTreeMap, HashMap};

use anyhow::{Context as _, Result, ensure};
use candle_core::{D, Device, Tensor, Var};
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

use super::batch::Batch;
use crate::head::{PATTERNS, SIGNALS};
use crate::prompt::FEATURES;

/// Logits of one piece, in this order: signals, risk, patterns, concern.
pub const OUTPUTS: usize = SIGNALS.len() + 1 + PATTERNS.len() + 1;
/// Width of the projected message and of the state of the conversation, in a head made anew.
const INNER: usize = 128;
/// Width of the state of a speaker, in a head made anew.
const OWN: usize = 64;
/// Share of the numbers that are left out at the two ends of the network while training.
const DROPOUT: f32 = 0.25;

/// Weights under the names that [`crate::head::Head`] reads.
pub struct Net {
    vars: BTreeMap<String, Var>,
}

/// One gated recurrence: its input weights, cut into the columns of the two things it reads, and those of its state.
struct Gru {
    first: Tensor,
    second: Tensor,
    state: Tensor,
    input_bias: Tensor,
    state_bias: Tensor,
}

impl Net {
    /// A head's file.
    pub fn from_safetensors(bytes: &[u8]) -> Result<Self> {
        let found = candle_core::safetensors::load_buffer(bytes, &Device::Cpu)?;
        Self::from_tensors(found.into_iter())
    }

    /// From tensors by name.
    pub fn from_tensors(tensors: impl Iterator<Item = (String, Tensor)>) -> Result<Self> {
        let var = |(name, tensor): (String, Tensor)| Ok((name, Var::from_tensor(&tensor)?));
        let net = Self { vars: tensors.map(var).collect::<Result<_>>()? };
        ensure!(net.get("out.weight")?.dim(0)? == OUTPUTS, "the head does not have {OUTPUTS} outputs");
        Ok(net)
    }

    /// A head that has learnt nothing, for vectors of `width` numbers: uniform weights within 1/√(inputs), as PyTorch begins.
    pub fn fresh(width: usize, seed: u64) -> Result<Self> {
        let mut random = StdRng::seed_from_u64(seed);
        let mut made = BTreeMap::new();
        let mut uniform = |name: &str, shape: &[usize], inputs: usize| -> Result<()> {
            let (n, bound) = (shape.iter().product::<usize>(), (inputs as f32).sqrt().recip());
            let values: Vec<f32> = (0..n).map(|_| (random.random::<f32>() * 2.0 - 1.0) * bound).collect();
            made.insert(name.to_owned(), Tensor::from_vec(values, shape, &Device::Cpu)?);
            Ok(())
        };
        let read = 2 * INNER + OWN;
        for (name, n, k) in [("vector", INNER, width), ("feature", INNER, FEATURES), ("out", OUTPUTS, read)] {
            uniform(&format!("{name}.weight"), &[n, k], k)?;
            if name != "feature" {
                uniform(&format!("{name}.bias"), &[n], k)?;
            }
        }
        for (name, size, input) in [("chat", INNER, INNER + OWN), ("speaker", OWN, 2 * INNER)] {
            uniform(&format!("{name}.weight_ih"), &[3 * size, input], size)?;
            uniform(&format!("{name}.weight_hh"), &[3 * size, size], size)?;
            uniform(&format!("{name}.bias_ih"), &[3 * size], size)?;
            uniform(&format!("{name}.bias_hh"), &[3 * size], size)?;
        }
        made.insert("norm.weight".to_owned(), Tensor::ones(width, candle_core::DType::F32, &Device::Cpu)?);
        made.insert("norm.bias".to_owned(), Tensor::zeros(width, candle_core::DType::F32, &Device::Cpu)?);
        Self::from_tensors(made.into_iter())
    }

    /// What is trained, by name.
    pub fn vars(&self) -> &BTreeMap<String, Var> {
        &self.vars
    }

    /// A copy of the weights as they are now.
    pub fn weights(&self) -> Result<HashMap<String, Tensor>> {
        self.vars.iter().map(|(name, var)| Ok((name.clone(), var.as_tensor().copy()?))).collect()
    }

    /// Another network that begins where this one is.
    pub fn copy(&self) -> Result<Self> {
        Self::from_tensors(self.weights()?.into_iter())
    }

    /// The weights as a head's file.
    pub fn to_safetensors(&self) -> Result<Vec<u8>> {
        let tensors: BTreeMap<&String, &Tensor> = self.vars.iter().map(|(n, v)| (n, v.as_tensor())).collect();
        Ok(safetensors::serialize(tensors, None)?)
    }

    fn get(&self, name: &str) -> Result<&Tensor> {
        Ok(self.vars.get(name).with_context(|| format!("the head lacks the tensor {name}"))?.as_tensor())
    }

    fn gru(&self, name: &str, first: usize) -> Result<Gru> {
        let input = self.get(&format!("{name}.weight_ih"))?;
        let second = input.dim(1)? - first;
        Ok(Gru {
            first: input.narrow(1, 0, first)?.t()?.contiguous()?,
            second: input.narrow(1, first, second)?.t()?.contiguous()?,
            state: self.get(&format!("{name}.weight_hh"))?.t()?.contiguous()?,
            input_bias: self.get(&format!("{name}.bias_ih"))?.clone(),
            state_bias: self.get(&format!("{name}.bias_hh"))?.clone(),
        })
    }

    /// Logits, conversations × pieces × [`OUTPUTS`]; with `random`, some numbers are left out, as in training.
    pub fn forward(&self, batch: &Batch, mut random: Option<&mut StdRng>) -> Result<Tensor> {
        let x = self.project(batch, random.as_deref_mut())?;
        let (lanes, steps, inner) = x.dims3()?;
        let (whole, person) = (self.gru("chat", inner)?, self.gru("speaker", inner)?);
        let own_size = person.state.dim(0)?;
        let mut chat = Tensor::zeros((lanes, whole.state.dim(0)?), x.dtype(), x.device())?;
        let mut people = Tensor::zeros((lanes, batch.speakers, own_size), x.dtype(), x.device())?;
        let (chat_in, person_in) = (whole.ahead(&x)?, person.ahead(&x)?);
        let mut rows = Vec::with_capacity(steps);
        for step in 0..steps {
            let at = |t: &Tensor| -> Result<Tensor> { Ok(t.narrow(1, step, 1)?.squeeze(1)?) };
            let who = at(&batch.who)?.unsqueeze(2)?;
            let own = people.broadcast_mul(&who)?.sum(1)?;
            chat = whole.step(&at(&chat_in)?, &own, &chat)?;
            let new = person.step(&at(&person_in)?, &chat, &own)?;
            people = (people + who.broadcast_mul(&(&new - own)?.unsqueeze(1)?)?)?;
            rows.push(Tensor::cat(&[&at(&x)?, &chat, &new], 1)?);
        }
        let rows = dropped(&Tensor::stack(&rows, 1)?, random)?;
        linear(&rows, self.get("out.weight")?, Some(self.get("out.bias")?))
    }

    /// What looks at nothing but the message itself: [`crate::head::Head::project`].
    fn project(&self, batch: &Batch, random: Option<&mut StdRng>) -> Result<Tensor> {
        let mean = batch.vectors.mean_keepdim(D::Minus1)?;
        let centred = batch.vectors.broadcast_sub(&mean)?;
        let deviation = (centred.sqr()?.mean_keepdim(D::Minus1)? + 1e-5)?.sqrt()?;
        let normed = centred.broadcast_div(&deviation)?;
        let normed = normed.broadcast_mul(self.get("norm.weight")?)?.broadcast_add(self.get("norm.bias")?)?;
        let vector =
            linear(&dropped(&normed, random)?, self.get("vector.weight")?, Some(self.get("vector.bias")?))?;
        let feature = linear(&batch.features, self.get("feature.weight")?, None)?;
        Ok((vector + feature)?.gelu_erf()?)
    }
}

impl Gru {
    /// The share of the gates that depends on the message alone, for all steps at once.
    fn ahead(&self, x: &Tensor) -> Result<Tensor> {
        let (lanes, steps, inner) = x.dims3()?;
        let flat = x.reshape((lanes * steps, inner))?.matmul(&self.first)?.broadcast_add(&self.input_bias)?;
        Ok(flat.reshape((lanes, steps, flat.dim(1)?))?)
    }

    /// PyTorch's `GRUCell`: gates in the order reset, update, new.
    fn step(&self, ahead: &Tensor, beside: &Tensor, state: &Tensor) -> Result<Tensor> {
        let i = (ahead + beside.matmul(&self.second)?)?;
        let h = state.matmul(&self.state)?.broadcast_add(&self.state_bias)?;
        let size = state.dim(1)?;
        let gate = |t: &Tensor, n: usize| t.narrow(1, n * size, size);
        let reset = sigmoid(&(gate(&i, 0)? + gate(&h, 0)?)?)?;
        let update = sigmoid(&(gate(&i, 1)? + gate(&h, 1)?)?)?;
        let new = (gate(&i, 2)? + (reset * gate(&h, 2)?)?)?.tanh()?;
        Ok((&new + (update * (state - &new)?)?)?)
    }
}

/// The logistic function by way of tanh, which neither it nor its slope overflows.
fn sigmoid(x: &Tensor) -> Result<Tensor> {
    Ok((((x * 0.5)?.tanh()? + 1.0)? * 0.5)?)
}

fn linear(x: &Tensor, weight: &Tensor, bias: Option<&Tensor>) -> Result<Tensor> {
    let (lanes, steps, k) = x.dims3()?;
    let flat = x.reshape((lanes * steps, k))?.matmul(&weight.t()?)?;
    let flat = match bias {
        Some(bias) => flat.broadcast_add(bias)?,
        None => flat,
    };
    Ok(flat.reshape((lanes, steps, weight.dim(0)?))?)
}

/// `x` with some numbers left out and the others raised to make up for them.
fn dropped(x: &Tensor, random: Option<&mut StdRng>) -> Result<Tensor> {
    let Some(random) = random else { return Ok(x.clone()) };
    let keep = 1.0 - DROPOUT;
    let mask: Vec<f32> =
        (0..x.elem_count()).map(|_| if random.random::<f32>() < keep { keep.recip() } else { 0.0 }).collect();
    Ok((x * Tensor::from_vec(mask, x.shape(), x.device())?)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eval::Gold;
    use crate::head::{Head, Memory};
    use crate::kernels::Level;
    use crate::train::batch::Chat;

    /// What training adjusts is what the program runs: both give the same logits for the same weights.
    #[test]
    fn the_trained_network_is_the_head_of_the_program() {
        let (width, pieces) = (48, 9);
        let mut random = StdRng::seed_from_u64(5);
        let mut numbers =
            |n: usize| -> Vec<f32> { (0..n).map(|_| random.random::<f32>() * 2.0 - 1.0).collect() };
        let (vectors, features) = (numbers(pieces * width), numbers(pieces * FEATURES));
        let speakers = vec![0, 1, 0, 0, 2, 1, 0, 2, 1];
        let chat = Chat::made(vectors.clone(), features.clone(), speakers.clone(), &Gold::default());
        let other = Chat::made(
            vectors[..width * 2].to_vec(),
            features[..FEATURES * 2].to_vec(),
            vec![0, 0],
            &Gold::default(),
        );
        let net = Net::fresh(width, 3).unwrap();
        // Beside a longer conversation, the shorter one comes first so that padding would show.
        let batch = Batch::new(&[(&other, 0), (&chat, 0)], width).unwrap();
        let logits = net.forward(&batch, None).unwrap().get(1).unwrap().to_vec2::<f32>().unwrap();
        let head = Head::from_safetensors(&net.to_safetensors().unwrap(), Level::detect()).unwrap();
        let (rows, mut memory) = (head.project(&vectors, &features), Memory::default());
        for (i, x) in rows.chunks_exact(head.inner()).enumerate() {
            let step = head.step(&mut memory, x, speakers[i]);
            let said = [&step.signals[..], &[step.risk], &step.patterns[..], &[step.concern]].concat();
            for (ours, theirs) in logits[i].iter().zip(&said) {
                assert!((ours - theirs).abs() < 1e-4, "piece {i}: {ours} against {theirs}");
            }
        }
    }
}
