#!/usr/bin/env bash
# Build llama.cpp, to compare with: scripts/reference/llama_cpp.sh FOLDER [native|avx512|avx2]
#
# The source is the one inside the PyPI package llama-cpp-python; cmake and ninja come from PyPI too. Needs Python 3, a C++ compiler and
# some 3 GB under FOLDER; takes half an hour on one core (JOBS=4 for more). The result is FOLDER/bin with llama-bench, llama-embedding,
# llama-quantize and libllama. With `avx2` it is FOLDER/bin-avx2, from the same source, for processors without AVX-512;
# with `avx512` FOLDER/bin-avx512, with VNNI and BF16 and without AMX, whose tiles end this version with an illegal instruction on some machines.
set -euo pipefail

version=0.3.36
folder=${1:?which folder to build in?}
kind=${2:-native}
case $kind in
  native) suffix="" flags=(-DGGML_NATIVE=ON) ;;
  avx512) suffix=-avx512 flags=(-DGGML_NATIVE=OFF -DGGML_AVX=ON -DGGML_AVX2=ON -DGGML_FMA=ON -DGGML_F16C=ON -DGGML_BMI2=ON -DGGML_AVX512=ON
    -DGGML_AVX512_VBMI=ON -DGGML_AVX512_VNNI=ON -DGGML_AVX512_BF16=ON) ;;
  avx2) suffix=-avx2 flags=(-DGGML_NATIVE=OFF -DGGML_AVX=ON -DGGML_AVX2=ON -DGGML_FMA=ON -DGGML_F16C=ON -DGGML_BMI2=ON -DGGML_AVX512=OFF) ;;
  *) echo "error: $kind is none of native, avx512 and avx2" >&2; exit 2 ;;
esac
mkdir -p "$folder"
cd "$folder"

[ -x tools/bin/cmake ] || { "${PYTHON:-python3}" -m venv tools && tools/bin/pip install --quiet cmake==4.4.4 ninja==1.13.2; }
[ -f "llama_cpp_python-$version.tar.gz" ] ||
  tools/bin/pip download --quiet --no-deps --no-binary llama-cpp-python "llama-cpp-python==$version"
source=llama_cpp_python-$version/vendor/llama.cpp
[ -d "$source" ] || tar xf "llama_cpp_python-$version.tar.gz"

# Shared libraries, so that scripts/reference/llama_cpp_decoder.py can load libllama.
PATH="$PWD/tools/bin:$PATH" cmake -S "$source" -B "build$suffix" -G Ninja -DCMAKE_BUILD_TYPE=Release -DBUILD_SHARED_LIBS=ON \
  "${flags[@]}" -DLLAMA_OPENSSL=OFF -DLLAMA_BUILD_TESTS=OFF -DLLAMA_BUILD_SERVER=OFF -DLLAMA_BUILD_APP=OFF \
  -DLLAMA_USE_PREBUILT_UI=OFF >/dev/null
nice -n 10 tools/bin/cmake --build "build$suffix" --target llama-bench llama-embedding llama-quantize --parallel "${JOBS:-1}"
ln -sfn "build$suffix/bin" "bin$suffix"
ls -l "bin$suffix"/llama-*
