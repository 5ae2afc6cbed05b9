#!/usr/bin/env bash
# A build with CUDA on a machine with a card, against the processor there: scripts/check_cuda.sh BINARY [TESTS]
#
# BINARY is a rushlight built with `--features cuda`; TESTS, if given, is the test program `engine` of that build (`cargo test --features cuda --test engine --no-run`),
# whose part `device` is then run on the card. Needs python3 and, in LD_LIBRARY_PATH or found beside PyTorch, the CUDA libraries. Prints a table;
# writes check_cuda.json below $OUT, or here. DEVICE=cuda:1 takes another card.
# What else is given goes to scripts/device/check.py: --most N reads so many of the corpus's chats, --untimed leaves out how fast it is.
set -euo pipefail
cd "$(dirname "$0")/.."

packages=$(python3 -c 'import nvidia; print(list(nvidia.__path__)[0])' 2>/dev/null || true)
for libraries in ${packages:+"$packages"/*/lib}; do
  LD_LIBRARY_PATH=$libraries:${LD_LIBRARY_PATH:-}
done
export LD_LIBRARY_PATH=${LD_LIBRARY_PATH:-}
exec python3 scripts/device/check.py --device "${DEVICE:-cuda}" --out "${OUT:-.}/check_cuda.json" "$@"
