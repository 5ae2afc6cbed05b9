//! Reads tensors and settings out of a GGUF, through candle, with errors that name what is missing.

use std::io::Cursor;
use std::sync::LazyLock;

use anyhow::{Context as _, Result, anyhow, bail, ensure};
use candle_core::quantized::{GgmlDType, QTensor, gguf_file};
use candle_core::{Device, Tensor};
use regex::bytes::Regex;

/// No size of any encoder is larger; a lying file is stopped before memory is asked for.
const MOST: u64 = 1 << 16;

/// An open GGUF file.
pub struct Gguf<'a> {
    content: gguf_file::Content,
    bytes: Cursor<&'a [u8]>,
    architecture: String,
}

impl<'a> Gguf<'a> {
    /// Read the header and check that the file is whole.
    pub fn open(bytes: &'a [u8]) -> Result<Self> {
        ensure!(!divides_by_nothing(bytes), "the GGUF gives an alignment of 0");
        let mut cursor = Cursor::new(bytes);
        let content = gguf_file::Content::read(&mut cursor).context("not a readable GGUF file")?;
        let mut gguf = Self { content, bytes: cursor, architecture: String::new() };
        gguf.architecture = match gguf.content.metadata.get("general.architecture") {
            Some(gguf_file::Value::String(name)) => name.clone(),
            _ => bail!("the GGUF does not say which architecture it holds"),
        };
        Ok(gguf)
    }

    /// `bert`, `llama` and the like.
    pub fn architecture(&self) -> &str {
        &self.architecture
    }

    /// Numbers in the matrices of the blocks: how many products the linear layers make for one token.
    pub fn linear_weights(&self) -> u64 {
        let matrices = self.content.tensor_infos.iter().filter(|(name, info)| {
            name.starts_with("blk.") && name.ends_with(".weight") && info.shape.dims().len() == 2
        });
        matrices.map(|(_, info)| info.shape.elem_count() as u64).sum()
    }

    /// A whole number of the architecture's own settings, such as `block_count`.
    pub fn size(&self, name: &str) -> Result<usize> {
        let key = format!("{}.{name}", self.architecture);
        let value = self.content.metadata.get(&key).ok_or_else(|| anyhow!("the GGUF lacks {key}"))?;
        let size = value.to_u32().map(u64::from).or_else(|_| value.to_u64()).with_context(|| key.clone())?;
        ensure!((1..=MOST).contains(&size), "{key} is {size}; expected 1 to {MOST}");
        Ok(size as usize)
    }

    /// A real number of the architecture's own settings.
    pub fn number(&self, name: &str) -> Result<f32> {
        let key = format!("{}.{name}", self.architecture);
        let value = self.content.metadata.get(&key).ok_or_else(|| anyhow!("the GGUF lacks {key}"))?;
        let number = value.to_f32().with_context(|| key.clone())?;
        ensure!(number.is_finite(), "{key} is not finite");
        Ok(number)
    }

    /// An array of numbers under its full name; `None` when the file has no such key.
    pub fn numbers(&self, key: &str) -> Result<Option<Vec<f32>>> {
        let Some(value) = self.content.metadata.get(key) else { return Ok(None) };
        let values = value.to_vec().with_context(|| key.to_owned())?;
        let numbers: candle_core::Result<Vec<f32>> = values.iter().map(gguf_file::Value::to_f32).collect();
        let numbers = numbers.with_context(|| key.to_owned())?;
        ensure!(numbers.iter().all(|n| n.is_finite()), "{key} holds numbers that are not finite");
        Ok(Some(numbers))
    }

    /// A tensor as `f32`, row-major, its shape checked.
    pub fn tensor(&mut self, name: &str, shape: &[usize]) -> Result<Vec<f32>> {
        let tensor = self.quantized(name, shape)?;
        let values = tensor.dequantize(&Device::Cpu).and_then(|t: Tensor| t.flatten_all()?.to_vec1::<f32>());
        let values = values.with_context(|| format!("tensor {name} cannot be read"))?;
        ensure!(values.iter().all(|v| v.is_finite()), "tensor {name} holds numbers that are not finite");
        Ok(values)
    }

    /// A table of rows of which only a few are read at a time: kept as stored when that is Q8_0.
    pub fn table(&mut self, name: &str, rows: usize, width: usize) -> Result<Table> {
        let tensor = self.quantized(name, &[rows, width])?;
        if tensor.dtype() == GgmlDType::Q8_0 {
            let bytes = tensor.data().with_context(|| format!("tensor {name} cannot be read"))?.into_owned();
            let mut scales =
                bytes.chunks_exact(34).map(|block| half(u16::from_le_bytes([block[0], block[1]])));
            ensure!(scales.all(f32::is_finite), "tensor {name} holds numbers that are not finite");
            return Ok(Table::Q8_0 { bytes, width });
        }
        Ok(Table::F32 { values: self.tensor(name, &[rows, width])?, width })
    }

    /// How many rows a matrix has.
    pub fn rows(&self, name: &str) -> Result<usize> {
        let info =
            self.content.tensor_infos.get(name).ok_or_else(|| anyhow!("the GGUF lacks the tensor {name}"))?;
        Ok(info.shape.dims().first().copied().unwrap_or(0))
    }

    fn quantized(&mut self, name: &str, shape: &[usize]) -> Result<QTensor> {
        let info =
            self.content.tensor_infos.get(name).ok_or_else(|| anyhow!("the GGUF lacks the tensor {name}"))?;
        let found = info.shape.dims().to_vec();
        ensure!(found == shape, "tensor {name} has the shape {found:?} where {shape:?} was expected");
        ensure!(
            self.fits(info),
            "the GGUF is cut off or lies: tensor {name} is empty or reaches beyond its end; copy or fetch the file again"
        );
        self.content
            .tensor(&mut self.bytes, name, &Device::Cpu)
            .with_context(|| format!("tensor {name} cannot be read"))
    }

    fn fits(&self, info: &gguf_file::TensorInfo) -> bool {
        let elements = info.shape.dims().iter().try_fold(1usize, |product, n| product.checked_mul(*n));
        let blocks = elements.unwrap_or(0) / info.ggml_dtype.block_size();
        let end = blocks.checked_mul(info.ggml_dtype.type_size()).and_then(|size| {
            self.content.tensor_data_offset.checked_add(info.offset)?.checked_add(size as u64)
        });
        blocks > 0 && end.is_some_and(|end| end <= self.bytes.get_ref().len() as u64)
    }
}

/// Rows of numbers, looked up one at a time.
pub enum Table {
    /// As plain numbers.
    F32 {
        /// Row after row.
        values: Vec<f32>,
        /// Numbers in a row.
        width: usize,
    },
    /// As blocks of an F16 scale and 32 signed bytes.
    Q8_0 {
        /// Row after row.
        bytes: Vec<u8>,
        /// Numbers in a row.
        width: usize,
    },
}

impl Table {
    /// Add row `index` to `to`.
    pub fn add(&self, index: usize, to: &mut [f32]) {
        match self {
            Self::F32 { values, width } => {
                to.iter_mut().zip(&values[index * width..][..*width]).for_each(|(t, v)| *t += v);
            }
            Self::Q8_0 { bytes, width } => {
                let row = width / 32 * 34;
                for (block, to) in bytes[index * row..][..row].chunks_exact(34).zip(to.chunks_exact_mut(32)) {
                    let scale = half(u16::from_le_bytes([block[0], block[1]]));
                    to.iter_mut().zip(&block[2..]).for_each(|(t, q)| *t += scale * f32::from(*q as i8));
                }
            }
        }
    }
}

/// candle divides by the alignment that a file states before anyone can look at it.
fn divides_by_nothing(bytes: &[u8]) -> bool {
    static KEY: LazyLock<Regex> =
        LazyLock::new(|| Regex::new("general\\.alignment").expect("a constant pattern"));
    let header = &bytes[..bytes.len().min(1 << 24)];
    // After the key: its type (four bytes), then the value.
    KEY.find_iter(header).any(|key| bytes.get(key.end() + 4..key.end() + 8) == Some(&[0; 4]))
}

/// An IEEE half-precision number.
fn half(bits: u16) -> f32 {
    let (sign, exponent, fraction) = (bits >> 15, (bits >> 10) & 0x1f, f32::from(bits & 0x3ff));
    let size = match exponent {
        0 => fraction * 2f32.powi(-24),
        31 => f32::NAN,
        e => (1.0 + fraction / 1024.0) * 2f32.powi(i32::from(e) - 15),
    };
    if sign == 1 { -size } else { size }
}
