//! Weights on a device, and the few sums that candle has no name for.

use anyhow::{Context as _, Result, ensure};
use candle_core::quantized::{GgmlDType, QMatMul, QStorage, QTensor};
use candle_core::{D, Device, Module, Tensor};

use crate::backbone::gguf::Gguf;
use crate::kernels::Precision;

/// What candle's calls give.
pub type Sum = candle_core::Result<Tensor>;

/// Where weights go, and how they are multiplied.
#[derive(Clone, Debug)]
pub struct How {
    /// The device.
    pub device: Device,
    /// [`Precision::Int8`] leaves weights as the file has them, and candle rounds activations to eight bits; [`Precision::Whole`] unpacks them to `f32`.
    pub precision: Precision,
}

impl How {
    /// A matrix or table `[rows, k]`.
    ///
    /// # Errors
    /// When the file lacks it or it has another shape, holds numbers that are not finite, or does not fit the device.
    pub fn matrix(&self, gguf: &mut Gguf<'_>, name: &str, rows: usize, k: usize) -> Result<QMatMul> {
        let packed = gguf.quantized(name, &[rows, k])?;
        // Looks at every number, and says so when one is not finite.
        let values = gguf.tensor(name, &[rows, k])?;
        let kind = packed.dtype();
        let plain = matches!(kind, GgmlDType::F32 | GgmlDType::F16 | GgmlDType::BF16);
        let moved = || -> candle_core::Result<QMatMul> {
            if plain || self.precision == Precision::Whole || !k.is_multiple_of(kind.block_size()) {
                return Ok(QMatMul::Tensor(Tensor::from_vec(values, (rows, k), &self.device)?));
            }
            let storage = QStorage::from_data(packed.data()?, &self.device, kind)?;
            QMatMul::from_qtensor(QTensor::new(storage, (rows, k))?)
        };
        moved().with_context(|| format!("tensor {name} does not go onto the device"))
    }

    /// Numbers `[n]`.
    ///
    /// # Errors
    /// As [`How::matrix`].
    pub fn numbers(&self, gguf: &mut Gguf<'_>, name: &str, n: usize) -> Result<Tensor> {
        self.put(gguf.tensor(name, &[n])?, &[n])
    }

    /// Numbers that are at hand, in a shape that they fill.
    ///
    /// # Errors
    /// When they do not fit the device.
    pub fn put(&self, values: Vec<f32>, shape: &[usize]) -> Result<Tensor> {
        ensure!(values.len() == shape.iter().product::<usize>(), "numbers do not fill {shape:?}");
        Tensor::from_vec(values, shape, &self.device).context("weights do not go onto the device")
    }
}

/// Rows times one or more matrices, stacked, and their biases.
pub struct Linear {
    parts: Vec<QMatMul>,
    bias: Option<Tensor>,
}

impl Linear {
    /// Layer `index`'s matrices `names`, of `rows` rows each and `k` columns.
    ///
    /// # Errors
    /// As [`How::matrix`].
    pub fn read(
        gguf: &mut Gguf<'_>,
        how: &How,
        index: usize,
        names: &[(&str, usize)],
        k: usize,
        biased: bool,
    ) -> Result<Self> {
        let (mut parts, mut biases) = (Vec::new(), Vec::new());
        for (name, rows) in names {
            parts.push(how.matrix(gguf, &format!("blk.{index}.{name}.weight"), *rows, k)?);
            if biased {
                biases.extend(gguf.tensor(&format!("blk.{index}.{name}.bias"), &[*rows])?);
            }
        }
        let n = biases.len();
        let bias = biased.then(|| how.put(biases, &[n])).transpose()?;
        Ok(Self { parts, bias })
    }

    /// `[rows, k]` to `[rows, n]`.
    pub fn apply(&self, x: &Tensor) -> Sum {
        let made = self.parts.iter().map(|part| part.forward(x)).collect::<candle_core::Result<Vec<_>>>()?;
        let made = match made.as_slice() {
            [one] => one.clone(),
            several => Tensor::cat(several, D::Minus1)?,
        };
        self.bias.as_ref().map_or(Ok(made.clone()), |bias| made.broadcast_add(bias))
    }
}

/// The norm of a layer of BERT.
pub struct Norm {
    gain: Tensor,
    shift: Tensor,
    eps: f64,
}

impl Norm {
    /// Gain and shift under `name`.
    ///
    /// # Errors
    /// As [`How::matrix`].
    pub fn read(gguf: &mut Gguf<'_>, how: &How, name: &str, width: usize, eps: f32) -> Result<Self> {
        let gain = how.numbers(gguf, &format!("{name}.weight"), width)?;
        let shift = how.numbers(gguf, &format!("{name}.bias"), width)?;
        Ok(Self { gain, shift, eps: f64::from(eps) })
    }

    /// Rows less their mean, over their deviation, times the gain, and shifted.
    pub fn apply(&self, x: &Tensor) -> Sum {
        let x = x.broadcast_sub(&x.mean_keepdim(D::Minus1)?)?;
        let deviation = (x.sqr()?.mean_keepdim(D::Minus1)? + self.eps)?.sqrt()?;
        x.broadcast_div(&deviation)?.broadcast_mul(&self.gain)?.broadcast_add(&self.shift)
    }
}
