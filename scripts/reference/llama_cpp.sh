#!/usr/bin/env bash
# Build llama.cpp's llama-embedding, to compare with: scripts/reference/llama_cpp.sh FOLDER
#
# The source is the one inside the PyPI package llama-cpp-python; cmake and ninja come from PyPI too. Needs Python 3, a C++ compiler and
# some 2 GB under FOLDER; takes a quarter of an hour on one core (JOBS=4 for more). FOLDER/bin/llama-embedding is the result.
set -euo pipefail

version=0.3.36
folder=${1:?which folder to build in?}
mkdir -p "$folder"
cd "$folder"

[ -x tools/bin/cmake ] || { "${PYTHON:-python3}" -m venv tools && tools/bin/pip install --quiet cmake==4.4.4 ninja==1.13.2; }
[ -f "llama_cpp_python-$version.tar.gz" ] ||
  tools/bin/pip download --quiet --no-deps --no-binary llama-cpp-python "llama-cpp-python==$version"
source=llama_cpp_python-$version/vendor/llama.cpp
[ -d "$source" ] || tar xf "llama_cpp_python-$version.tar.gz"

PATH="$PWD/tools/bin:$PATH" cmake -S "$source" -B build -G Ninja -DCMAKE_BUILD_TYPE=Release -DBUILD_SHARED_LIBS=OFF \
  -DGGML_NATIVE=ON -DLLAMA_OPENSSL=OFF -DLLAMA_BUILD_TESTS=OFF -DLLAMA_BUILD_SERVER=OFF -DLLAMA_BUILD_APP=OFF \
  -DLLAMA_USE_PREBUILT_UI=OFF -DLLAMA_BUILD_TOOLS=OFF >/dev/null
nice -n 5 tools/bin/cmake --build build --target llama-embedding --parallel "${JOBS:-1}"
ln -sfn build/bin bin
ls -l bin/llama-embedding
