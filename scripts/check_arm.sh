#!/usr/bin/env bash
# The kernels of ARM, compiled and run in emulation, with and without its eight-bit dot products: scripts/check_arm.sh [what `cargo test` shall do, else the
# tests of the kernels]. Needs the target aarch64-unknown-linux-gnu of Rust, a linker for it (gcc-aarch64-linux-gnu) and qemu-aarch64 (qemu-user).
# Says whether numbers are right, not how fast they come.
set -euo pipefail
cd "$(dirname "$0")/.."

target=aarch64-unknown-linux-gnu
for tool in aarch64-linux-gnu-gcc qemu-aarch64; do
  command -v "$tool" >/dev/null || { echo "$tool is not installed" >&2; exit 2; }
done
export CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER=aarch64-linux-gnu-gcc
for processor in max cortex-a72; do
  printf '\n== %s\n' "$processor"
  export CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_RUNNER="qemu-aarch64 -L /usr/aarch64-linux-gnu -cpu $processor"
  cargo test --locked --target "$target" "${@:---package=rushlight-kernels}"
done
