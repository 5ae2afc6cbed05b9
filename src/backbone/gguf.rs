//! Reads tensors and settings out of a GGUF, through candle, with errors that name what is missing.

use std::collections::HashSet;
use std::io::{Cursor, Read, Seek, SeekFrom};
use std::sync::LazyLock;

use anyhow::{Context as _, Result, anyhow, bail, ensure};
use candle_core::quantized::{GgmlDType, QTensor, gguf_file};
use candle_core::{Device, Tensor};
use half::f16;
use rayon::prelude::*;
use regex::bytes::Regex;

use crate::kernels::{BLOCK, Blocks, Level, Precision, Weights};

/// No size of any model is larger; a lying file is stopped before memory is asked for.
const MOST: u64 = 1 << 16;
/// How far into a file its alignment is looked for.
const MOST_HEADER: u64 = 1 << 24;
/// No model claims to read more tokens in a row.
const MOST_TOKENS: u64 = 1 << 27;

/// Where a GGUF is read from. A file is read tensor by tensor, so that it is never in memory beside the weights that are made of it.
pub trait Source: Read + Seek + Send {}

impl<T: Read + Seek + Send> Source for T {}

/// An open GGUF file.
pub struct Gguf<'a> {
    content: gguf_file::Content,
    source: Box<dyn Source + 'a>,
    /// Bytes of the whole file.
    length: u64,
    architecture: String,
    /// Names of the tensors that were read.
    read: HashSet<String>,
}

impl<'a> Gguf<'a> {
    /// Read the header of a file in memory.
    pub fn open(bytes: &'a [u8]) -> Result<Self> {
        Self::from_source(Box::new(Cursor::new(bytes)))
    }

    /// Read the header; the tensors are read when they are asked for.
    ///
    /// # Errors
    /// When it is no GGUF, or does not say what it holds.
    pub fn from_source(mut source: Box<dyn Source + 'a>) -> Result<Self> {
        let mut header = Vec::new();
        source.by_ref().take(MOST_HEADER).read_to_end(&mut header).context("the GGUF cannot be read")?;
        ensure!(!divides_by_nothing(&header), "the GGUF gives an alignment of 0");
        let length = source.seek(SeekFrom::End(0)).context("the GGUF cannot be read")?;
        source.seek(SeekFrom::Start(0)).context("the GGUF cannot be read")?;
        let content = gguf_file::Content::read(&mut source).context("not a readable GGUF file")?;
        let architecture = match content.metadata.get("general.architecture") {
            Some(gguf_file::Value::String(name)) => name.clone(),
            _ => bail!("the GGUF does not say which architecture it holds"),
        };
        Ok(Self { content, source, length, architecture, read: HashSet::new() })
    }

    /// `bert`, `llama` and the like.
    pub fn architecture(&self) -> &str {
        &self.architecture
    }

    /// Numbers in the matrices of the blocks: how many products the linear layers make for one token.
    pub fn linear_weights(&self) -> u64 {
        self.matrices().map(|(_, info)| elements(info)).fold(0, u64::saturating_add)
    }

    /// What those products are made in when `wanted` is asked for: only quantized weights are multiplied in eight bits.
    pub fn precision(&self, wanted: Precision) -> Precision {
        let names: Vec<String> = self.matrices().map(|(name, _)| name.clone()).collect();
        if self.all_quantized(&names) { wanted } else { Precision::Whole }
    }

    fn matrices(&self) -> impl Iterator<Item = (&String, &gguf_file::TensorInfo)> {
        self.tensors().filter(|(name, info)| Self::is_linear(name) && info.shape.dims().len() == 2)
    }

    /// Whether a matrix of that name is multiplied, and not looked up.
    pub(super) fn is_linear(name: &str) -> bool {
        name.starts_with("blk.") && name.ends_with(".weight")
    }

    /// What the header says of every tensor.
    pub(super) fn tensors(&self) -> impl Iterator<Item = (&String, &gguf_file::TensorInfo)> {
        self.content.tensor_infos.iter()
    }

    /// A whole number of the architecture's own settings, such as `block_count`.
    pub fn size(&self, name: &str) -> Result<usize> {
        let missing = || anyhow!("the GGUF lacks {}.{name}", self.architecture);
        self.size_if_any(name)?.ok_or_else(missing)
    }

    /// Likewise, of a setting that a file may leave out.
    pub fn size_if_any(&self, name: &str) -> Result<Option<usize>> {
        self.whole(name, MOST)
    }

    /// How many tokens in a row the model was made for.
    pub fn context_length(&self) -> Result<usize> {
        let missing = || anyhow!("the GGUF lacks {}.context_length", self.architecture);
        self.whole("context_length", MOST_TOKENS)?.ok_or_else(missing)
    }

    fn whole(&self, name: &str, most: u64) -> Result<Option<usize>> {
        let key = format!("{}.{name}", self.architecture);
        let Some(value) = self.content.metadata.get(&key) else { return Ok(None) };
        let size = value.to_u32().map(u64::from).or_else(|_| value.to_u64()).with_context(|| key.clone())?;
        ensure!((1..=most).contains(&size), "{key} is {size}; expected 1 to {most}");
        Ok(Some(size as usize))
    }

    /// A real number of the architecture's own settings.
    pub fn number(&self, name: &str) -> Result<f32> {
        let missing = || anyhow!("the GGUF lacks {}.{name}", self.architecture);
        self.number_if_any(name)?.ok_or_else(missing)
    }

    /// Likewise, of a setting that a file may leave out.
    pub fn number_if_any(&self, name: &str) -> Result<Option<f32>> {
        let key = format!("{}.{name}", self.architecture);
        let Some(value) = self.content.metadata.get(&key) else { return Ok(None) };
        let number = value.to_f32().with_context(|| key.clone())?;
        ensure!(number.is_finite(), "{key} is not finite");
        Ok(Some(number))
    }

    /// A word of the architecture's own settings, when the file has it.
    pub fn word(&self, name: &str) -> Result<Option<&str>> {
        let key = format!("{}.{name}", self.architecture);
        let Some(value) = self.content.metadata.get(&key) else { return Ok(None) };
        Ok(Some(value.to_string().with_context(|| key)?))
    }

    /// Any entry under its full name.
    pub fn value(&self, key: &str) -> Option<&gguf_file::Value> {
        self.content.metadata.get(key)
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

    /// A table of rows of which only a few are read at a time: kept as stored.
    pub fn table(&mut self, name: &str, rows: usize, width: usize) -> Result<Table> {
        let tensor = self.quantized(name, &[rows, width])?;
        let table = match tensor.dtype() {
            GgmlDType::F32 => return Ok(Table::F32 { values: self.tensor(name, &[rows, width])?, width }),
            GgmlDType::Q8_0 => {
                let bytes = tensor.data().with_context(|| format!("tensor {name} cannot be read"))?;
                Table::Q8_0 { bytes: bytes.into_owned(), width }
            }
            kind => {
                let block = kind.block_size();
                ensure!(
                    width.is_multiple_of(block),
                    "rows of {width} in tensor {name} are not whole blocks of {block}"
                );
                Table::Packed { tensor, width }
            }
        };
        ensure!(table.is_finite(rows), "tensor {name} holds numbers that are not finite");
        Ok(table)
    }

    /// Whether there is a tensor of that name.
    pub fn has(&self, name: &str) -> bool {
        self.content.tensor_infos.contains_key(name)
    }

    /// The first tensor by name that nothing has asked for: the file then says something that would be left out of the sums.
    fn unread(&self) -> Option<&str> {
        let names = self.content.tensor_infos.keys().filter(|name| !self.read.contains(*name));
        names.map(String::as_str).min()
    }

    /// A tensor that is not needed, knowingly.
    pub fn pass_over(&mut self, name: &str) {
        self.read.insert(name.to_owned());
    }

    /// # Errors
    /// When the file holds a tensor that nothing has asked for.
    pub fn all_read(&self) -> Result<()> {
        let Some(name) = self.unread() else { return Ok(()) };
        bail!(
            "the GGUF holds the tensor {name}, which this build would leave out of a {}; its vectors would be wrong",
            self.architecture
        )
    }

    /// A linear layer of the matrices `names`, stacked, of `rows` rows each and `k` columns, with their biases if they have any.
    /// Quantized weights stay in eight bits where `precision` allows: Q8_0 and Q4_0 exactly, the others rounded to blocks of 32.
    pub fn linear(
        &mut self,
        (level, precision): (Level, Precision),
        names: &[String],
        rows: &[usize],
        k: usize,
        bias: Option<&[String]>,
    ) -> Result<Weights> {
        let mut biases = Vec::new();
        for (name, n) in bias.unwrap_or_default().iter().zip(rows) {
            biases.extend(self.tensor(name, &[*n])?);
        }
        biases.resize(rows.iter().sum(), 0.0);
        if precision == Precision::Whole || !k.is_multiple_of(BLOCK) || !self.all_quantized(names) {
            let mut all = Vec::new();
            for (name, n) in names.iter().zip(rows) {
                all.extend(self.tensor(name, &[*n, k])?);
            }
            return Ok(Weights::pack(level, k, &all, &biases));
        }
        let mut all = Blocks { bytes: Vec::new(), scales: Vec::new() };
        for (name, n) in names.iter().zip(rows) {
            let part = self.blocks(name, &[*n, k])?;
            all.bytes.extend(part.bytes);
            all.scales.extend(part.scales);
        }
        Ok(Weights::pack_blocks(level, precision, k, &all, &biases))
    }

    fn all_quantized(&self, names: &[String]) -> bool {
        let whole = |kind: GgmlDType| matches!(kind, GgmlDType::F32 | GgmlDType::F16 | GgmlDType::BF16);
        names.iter().all(|n| self.content.tensor_infos.get(n).is_some_and(|i| !whole(i.ggml_dtype)))
    }

    /// A quantized matrix as signed bytes.
    fn blocks(&mut self, name: &str, shape: &[usize]) -> Result<Blocks> {
        let tensor = self.quantized(name, shape)?;
        let data = tensor.data().with_context(|| format!("tensor {name} cannot be read"))?;
        let blocks = match tensor.dtype() {
            GgmlDType::Q8_0 => Blocks {
                bytes: data.chunks_exact(34).flat_map(|b| b[2..].iter().map(|q| *q as i8)).collect(),
                scales: data.chunks_exact(34).map(scale).collect(),
            },
            // Sixteen bytes: the low halves are the first sixteen numbers, the high halves the others, eight too high.
            GgmlDType::Q4_0 => Blocks {
                bytes: data
                    .chunks_exact(18)
                    .flat_map(|b| b[2..].iter().map(|q| q & 15).chain(b[2..].iter().map(|q| q >> 4)))
                    .map(|q| q as i8 - 8)
                    .collect(),
                scales: data.chunks_exact(18).map(scale).collect(),
            },
            _ => Blocks::round(&self.tensor(name, shape)?),
        };
        ensure!(
            blocks.scales.iter().all(|s| s.is_finite()),
            "tensor {name} holds numbers that are not finite"
        );
        Ok(blocks)
    }

    /// How many rows a matrix has.
    pub fn rows(&self, name: &str) -> Result<usize> {
        let info =
            self.content.tensor_infos.get(name).ok_or_else(|| anyhow!("the GGUF lacks the tensor {name}"))?;
        Ok(info.shape.dims().first().copied().unwrap_or(0))
    }

    /// A tensor as the file holds it, its shape checked.
    pub(super) fn quantized(&mut self, name: &str, shape: &[usize]) -> Result<QTensor> {
        let info =
            self.content.tensor_infos.get(name).ok_or_else(|| anyhow!("the GGUF lacks the tensor {name}"))?;
        let found = info.shape.dims().to_vec();
        ensure!(found == shape, "tensor {name} has the shape {found:?} where {shape:?} was expected");
        ensure!(
            self.fits(info),
            "the GGUF is cut off or lies: tensor {name} is empty or reaches beyond its end; copy or fetch the file again"
        );
        self.read.insert(name.to_owned());
        self.content
            .tensor(&mut self.source, name, &Device::Cpu)
            .with_context(|| format!("tensor {name} cannot be read"))
    }

    fn fits(&self, info: &gguf_file::TensorInfo) -> bool {
        let start = self.content.tensor_data_offset.checked_add(info.offset);
        let end = start.and_then(|start| start.checked_add(stored(info)));
        stored(info) > 0 && end.is_some_and(|end| end <= self.length)
    }
}

/// How many numbers a tensor is said to hold; the most there can be where that is beyond counting.
pub(super) fn elements(info: &gguf_file::TensorInfo) -> u64 {
    info.shape.dims().iter().fold(1, |product: u64, n| product.saturating_mul(*n as u64))
}

/// How many bytes of the file they take.
pub(super) fn stored(info: &gguf_file::TensorInfo) -> u64 {
    let kind = info.ggml_dtype;
    (elements(info) / kind.block_size() as u64).saturating_mul(kind.type_size() as u64)
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
    /// In any other way, a row of whole blocks.
    Packed {
        /// As the file holds it.
        tensor: QTensor,
        /// Numbers in a row.
        width: usize,
    },
}

impl Table {
    /// Add row `index` to `to`.
    ///
    /// # Panics
    /// When there is no such row.
    pub fn add(&self, index: usize, to: &mut [f32]) {
        match self {
            Self::F32 { values, width } => {
                to.iter_mut().zip(&values[index * width..][..*width]).for_each(|(t, v)| *t += v);
            }
            Self::Q8_0 { bytes, width } => {
                let row = width / 32 * 34;
                for (block, to) in bytes[index * row..][..row].chunks_exact(34).zip(to.chunks_exact_mut(32)) {
                    let scale = scale(block).to_f32();
                    to.iter_mut().zip(&block[2..]).for_each(|(t, q)| *t += scale * f32::from(*q as i8));
                }
            }
            Self::Packed { tensor, .. } => {
                let row = unpacked(tensor, index as u32).expect("a row of a table whose shape was checked");
                to.iter_mut().zip(row).for_each(|(t, v)| *t += v);
            }
        }
    }

    /// Numbers in a row.
    fn width(&self) -> usize {
        match self {
            Self::F32 { width, .. } | Self::Q8_0 { width, .. } | Self::Packed { width, .. } => *width,
        }
    }

    fn is_finite(&self, rows: usize) -> bool {
        if let Self::Q8_0 { bytes, .. } = self {
            return bytes.par_chunks_exact(34).all(|block| scale(block).is_finite());
        }
        (0..rows).into_par_iter().all(|index| {
            let mut row = vec![0.0; self.width()];
            self.add(index, &mut row);
            row.iter().all(|v| v.is_finite())
        })
    }
}

fn unpacked(tensor: &QTensor, row: u32) -> candle_core::Result<Vec<f32>> {
    tensor.embedding(&Tensor::new(&[row], &Device::Cpu)?)?.flatten_all()?.to_vec1()
}

/// candle divides by the alignment that a file states before anyone can look at it.
fn divides_by_nothing(header: &[u8]) -> bool {
    static KEY: LazyLock<Regex> =
        LazyLock::new(|| Regex::new("general\\.alignment").expect("a constant pattern"));
    // After the key: its type (four bytes), then the value.
    KEY.find_iter(header).any(|key| header.get(key.end() + 4..key.end() + 8) == Some(&[0; 4]))
}

/// The scale with which a block begins.
fn scale(block: &[u8]) -> f16 {
    f16::from_le_bytes([block[0], block[1]])
}
