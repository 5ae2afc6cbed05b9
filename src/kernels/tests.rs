//! Every way to multiply that this machine has, against `f64`.

use super::*;

/// How far a product may be from the exact one, as a share of one plus the sum of its terms' magnitudes.
struct Tolerance(f64);

/// Rounding of `f32` in any order.
const PLAIN: Tolerance = Tolerance(1e-6);

fn numbers(seed: u64, count: usize, outliers: bool) -> Vec<f32> {
    let mut state = seed | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 40) as f32 / (1 << 24) as f32 - 0.5
    };
    (0..count).map(|i| next() * if outliers && i % 37 == 0 { 60.0 } else { 1.0 }).collect()
}

/// Activations and weights as the products of a level see them.
fn seen(level: Level, a: &[f32], w: &[f32], k: usize) -> (Vec<f32>, Vec<f32>) {
    match level {
        #[cfg(target_arch = "x86_64")]
        Level::AmxBf16 => {
            let bf16 = |x: &[f32]| x.iter().map(|x| half::bf16::from_f32(*x).to_f32()).collect();
            (bf16(a), bf16(w))
        }
        _ => (rounded(a, k), w.to_vec()),
    }
}

/// Activations as the eight-bit products see them.
fn rounded(a: &[f32], k: usize) -> Vec<f32> {
    let group = |g: &[f32]| {
        let top = g.iter().fold(0f32, |m, x| m.max(x.abs()));
        let inverse = if top > 0.0 { 127.0 / top } else { 0.0 };
        let scale = top / 127.0;
        g.iter().map(|x| (x * inverse).round_ties_even() * scale).collect::<Vec<_>>()
    };
    a.chunks(k).flat_map(|row| row.chunks(BLOCK).flat_map(group)).collect()
}

impl Tolerance {
    fn check(&self, what: &str, found: &[f32], a: &[f32], w: &[f32], b: &[f32], k: usize) {
        let n = b.len();
        for (i, row) in a.chunks(k).enumerate() {
            for (j, weights) in w.chunks(k).enumerate() {
                let pairs = || row.iter().zip(weights).map(|(x, y)| f64::from(*x) * f64::from(*y));
                let exact = f64::from(b[j]) + pairs().sum::<f64>();
                let size = 1.0 + pairs().map(f64::abs).sum::<f64>();
                let error = (f64::from(found[i * n + j]) - exact).abs() / size;
                assert!(error < self.0, "{what} at {i},{j}: {error:e}");
            }
        }
    }
}

const SHAPES: [(usize, usize, usize); 7] =
    [(1, 384, 384), (7, 1152, 384), (50, 96, 1536), (97, 70, 896), (13, 64, 32), (3, 1, 160), (6, 65, 1536)];

#[test]
fn every_level_agrees_with_f64_on_plain_outlying_and_ragged_shapes() {
    for level in Level::available() {
        for (m, n, k) in SHAPES.into_iter().chain([(97, 70, 33), (3, 1, 1)]) {
            for outliers in [false, true] {
                let (a, w, b) =
                    (numbers(7, m * k, outliers), numbers(11, n * k, false), numbers(13, n, false));
                let mut out = Vec::new();
                Weights::pack(level, k, &w, &b).apply(&a, &mut out);
                PLAIN.check(&format!("{level:?} {m}x{n}x{k}"), &out, &a, &w, &b, k);
            }
        }
    }
}

#[test]
fn quantized_products_are_exact_but_for_the_rounding_of_what_goes_in() {
    for level in Level::available() {
        for (m, n, k) in SHAPES {
            for outliers in [false, true] {
                let (a, b) = (numbers(7, m * k, outliers), numbers(13, n, false));
                let blocks = Blocks::round(&numbers(11, n * k, outliers));
                let mut out = Vec::new();
                Weights::pack_blocks(level, Precision::Int8, k, &blocks, &b).apply(&a, &mut out);
                let (a, w) = seen(level, &a, &blocks.values(), k);
                PLAIN.check(&format!("{level:?} int8 {m}x{n}x{k}"), &out, &a, &w, &b, k);
            }
        }
    }
}

#[test]
fn extremes_and_nothing_are_multiplied_too() {
    let (k, n) = (160, 3);
    let blocks = Blocks {
        bytes: [i8::MIN, i8::MAX, -127].map(|b| [b; 160]).concat(),
        scales: vec![half::f16::ONE; n * k / BLOCK],
    };
    for level in Level::available() {
        let weights = Weights::pack_blocks(level, Precision::Int8, k, &blocks, &[0.0; 3]);
        let mut out = Vec::new();
        weights.apply(&[[1.0; 160], [-1.0; 160], [0.0; 160]].concat(), &mut out);
        let expected = [-128.0, 127.0, -127.0].map(|x| x * 160.0);
        for (found, expected) in out.iter().zip(expected.iter().chain(&expected.map(|x| -x)).chain(&[0.0; 3]))
        {
            assert!((found - expected).abs() < 0.01, "{level:?}: {found} for {expected}");
        }
    }
}

#[test]
fn a_row_has_the_same_bits_alone_and_among_others() {
    for (level, precision) in levels_and_precisions() {
        let (k, n) = (384, 200);
        let blocks = Blocks::round(&numbers(1, n * k, false));
        let weights = Weights::pack_blocks(level, precision, k, &blocks, &numbers(2, n, false));
        let a = numbers(3, 211 * k, true);
        let (mut all, mut one) = (Vec::new(), Vec::new());
        weights.apply(&a, &mut all);
        for row in [0, 5, 95, 96, 210] {
            weights.apply(&a[row * k..][..k], &mut one);
            assert_eq!(one, all[row * n..][..n], "{level:?} {precision:?} row {row}");
        }
    }
}

fn levels_and_precisions() -> impl Iterator<Item = (Level, Precision)> {
    Level::available().into_iter().flat_map(|l| [Precision::Whole, Precision::Int8].map(|p| (l, p)))
}

/// Attention of one query in `f64`.
fn expected(q: &[f32], keys: &[Vec<f32>], values: &[Vec<f32>], added: &[f32], scale: f64) -> Vec<f64> {
    let dot = |k: &[f32]| q.iter().zip(k).map(|(x, y)| f64::from(*x) * f64::from(*y)).sum::<f64>();
    let scores: Vec<f64> = keys.iter().zip(added).map(|(k, a)| dot(k) * scale + f64::from(*a)).collect();
    let top = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let weights: Vec<f64> = scores.iter().map(|s| (s - top).exp()).collect();
    let sum: f64 = weights.iter().sum();
    let mix = |c: usize| values.iter().zip(&weights).map(|(v, w)| f64::from(v[c]) * w).sum::<f64>() / sum;
    (0..q.len()).map(mix).collect()
}

/// Keys and values of `width`, some rows at a time, with other numbers around them.
fn extend(keys: &mut Keys, width: usize, k: &[f32], v: &[f32]) {
    let rows =
        k.chunks(width).zip(v.chunks(width)).flat_map(|(k, v)| [&[9.0; 5][..], k, v, &[9.0; 3]].concat());
    let rows: Vec<f32> = rows.collect();
    let stride = 2 * width + 8;
    let (some, rest) = rows.split_at(rows.len() / stride / 3 * stride);
    keys.extend(some, stride, 5);
    keys.extend(rest, stride, 5);
    assert_eq!(keys.len(), k.len() / width);
}

/// `rows` queries of `heads` heads over `tokens` keys of `shared` heads.
fn attention(
    (level, precision): (Level, Precision),
    (heads, shared, size): (usize, usize, usize),
    tokens: usize,
    rows: usize,
    look: &Look<'_>,
) {
    let width = shared * size;
    let kept = |seed| match (numbers(seed, tokens * width, false), precision) {
        (numbers, Precision::Whole) => numbers,
        (numbers, Precision::Int8) => numbers.iter().map(|x| half::f16::from_f32(*x).to_f32()).collect(),
    };
    let (k, v) = (kept(3), kept(5));
    let mut keys = Keys::new(precision, shared, size);
    extend(&mut keys, width, &k, &v);
    let stride = heads * size + 7;
    let queries = numbers(9, rows * stride, true);
    let mut out = vec![0.0; rows * heads * size];
    attend(level, &keys, &queries, &Look { heads, stride, ..*look }, &mut out);
    for row in 0..rows {
        let end = if look.causal { look.count - (rows - 1 - row) } else { look.count };
        let seen = look.first + end.saturating_sub(look.window)..look.first + end;
        for head in 0..heads {
            let of = |all: &[f32]| -> Vec<Vec<f32>> {
                let at = head / (heads / shared) * size;
                seen.clone().map(|t| all[t * width + at..][..size].to_vec()).collect()
            };
            let spans = look
                .spans
                .iter()
                .flat_map(|s| vec![look.terms[head * look.terms.len() / heads + s.term]; s.tokens]);
            let added: Vec<f32> = if look.spans.is_empty() { vec![0.0; seen.len()] } else { spans.collect() };
            let q = &queries[row * stride + head * size..][..size];
            let exact = expected(q, &of(&k), &of(&v), &added, f64::from(0.3f32));
            for (found, exact) in out[(row * heads + head) * size..].iter().zip(exact) {
                assert!(
                    (f64::from(*found) - exact).abs() < 1e-5,
                    "{level:?} {precision:?} row {row} head {head}: {found} {exact}"
                );
            }
        }
    }
}

#[test]
fn a_query_finds_the_same_bits_alone_and_among_others() {
    let (heads, shared, size, tokens, rows) = (4, 2, 32, 70, 30);
    let (width, stride) = (shared * size, heads * size);
    let (k, v) = (numbers(3, tokens * width, false), numbers(5, tokens * width, false));
    let queries = numbers(9, rows * stride, true);
    let look = Look {
        heads,
        stride,
        scale: 0.3,
        first: 0,
        count: tokens,
        causal: true,
        window: 25,
        spans: &[],
        terms: &[],
    };
    for (level, precision) in levels_and_precisions() {
        let mut keys = Keys::new(precision, shared, size);
        extend(&mut keys, width, &k, &v);
        let mut all = vec![0.0; rows * stride];
        attend(level, &keys, &queries, &look, &mut all);
        for row in [0, 7, 24, 29] {
            // Only the keys that it sees, from the middle of a panel on.
            let end = tokens - (rows - 1 - row);
            let (alone, mut one) = (Look { first: end - 25, count: 25, ..look }, vec![0.0; stride]);
            attend(level, &keys, &queries[row * stride..][..stride], &alone, &mut one);
            assert_eq!(one, all[row * stride..][..stride], "{level:?} {precision:?} row {row}");
        }
    }
}

#[test]
fn attention_agrees_with_f64_whatever_a_query_sees() {
    let plain = Look {
        heads: 0,
        stride: 0,
        scale: 0.3,
        first: 0,
        count: 0,
        causal: false,
        window: usize::MAX,
        spans: &[],
        terms: &[],
    };
    for level in levels_and_precisions() {
        attention(level, (2, 2, 32), 40, 5, &Look { first: 3, count: 30, ..plain });
        attention(level, (4, 2, 64), 150, 13, &Look { first: 0, count: 150, causal: true, ..plain });
        attention(level, (3, 1, 128), 90, 90, &Look { count: 90, causal: true, window: 20, ..plain });
        attention(level, (1, 1, 16), 1, 1, &Look { count: 1, ..plain });
        let spans = [Span { tokens: 20, term: 2 }, Span { tokens: 9, term: 1 }, Span { tokens: 4, term: 0 }];
        let terms = [0.5, -1.0, 2.0, 0.0, 1.0, -0.25];
        attention(
            level,
            (2, 2, 32),
            50,
            4,
            &Look { first: 17, count: 33, spans: &spans, terms: &terms, ..plain },
        );
    }
}
