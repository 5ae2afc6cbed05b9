"""Do llama.cpp and rushlight have the same hidden states of the same decoder, at every position? A line a model and pair of engines.

    scripts/reference/llama_cpp.sh FOLDER
    python3 scripts/reference/random_gguf.py --out GGUFS --llama FOLDER/bin
    cargo build --release --example hidden
    python3 scripts/reference/llama_cpp_decoder.py --llama FOLDER [--exact] GGUFS/*.gguf

Both read the same made-up token ids in one run. What is compared is the state after the last norm: the lowest and the median cosine over
the positions, and how often the likeliest next token is the same. llama.cpp rounds what goes into a product to the format of the weights;
with `--exact` a third run takes the same weights, unpacked to F32 by llama-quantize, so that one sees which engine is nearer to what
the file says. Exit code 1 when rushlight's lowest cosine, to the exact run if there is one, is below --least.
"""
import argparse
import ctypes
import os
import pathlib
import subprocess
import sys
import tempfile
import types

import gguf
import numpy as np

SEED = 11


def binding(folder):
    """llama.cpp's own functions by ctypes, as the package llama-cpp-python declares them; the rest of that package is not loaded."""
    os.environ["LLAMA_CPP_LIB_PATH"] = str(folder / "bin")
    package = types.ModuleType("llama_cpp")
    package.__path__ = [str(next(folder.glob("llama_cpp_python-*/llama_cpp")))]
    sys.modules["llama_cpp"] = package
    import llama_cpp.llama_cpp as functions

    silent = functions.llama_log_callback(lambda level, text, data: None)
    functions.llama_log_set(silent, ctypes.c_void_p())
    functions.silent = silent
    functions.llama_backend_init()
    return functions


def theirs(llama, path, ids, threads):
    settings = llama.llama_context_default_params()
    settings.n_ctx = settings.n_batch = len(ids)
    settings.n_threads = settings.n_threads_batch = threads
    settings.embeddings = True
    settings.pooling_type = llama.LLAMA_POOLING_TYPE_NONE
    # Keys and values as they come, not rounded to F16: what is compared is the arithmetic of the weights.
    settings.type_k = settings.type_v = llama.GGML_TYPE_F32
    settings.flash_attn_type = 0
    model = llama.llama_model_load_from_file(str(path).encode(), llama.llama_model_default_params())
    if not model:
        sys.exit(f"error: llama.cpp cannot load {path}")
    context = llama.llama_init_from_model(model, settings)
    batch = llama.llama_batch_init(len(ids), 0, 1)
    batch.n_tokens = len(ids)
    for at, token in enumerate(ids):
        batch.token[at], batch.pos[at] = int(token), at
        batch.n_seq_id[at], batch.seq_id[at][0], batch.logits[at] = 1, 0, True
    if llama.llama_decode(context, batch):
        sys.exit(f"error: llama.cpp cannot read the ids with {path}")
    width = llama.llama_model_n_embd(model)
    states = np.stack([np.ctypeslib.as_array(llama.llama_get_embeddings_ith(context, at), (width,)).copy() for at in range(len(ids))])
    llama.llama_batch_free(batch)
    llama.llama_free(context)
    llama.llama_model_free(model)
    return states


def ours(binary, path, ids, work):
    out = work / "hidden.f32"
    subprocess.run([binary, path, out], input=" ".join(map(str, ids)), text=True, check=True)
    return np.fromfile(out, np.float32).reshape(len(ids), -1)


def unpacked(llama_folder, path, work):
    target = work / "exact.gguf"
    command = [llama_folder / "bin/llama-quantize", "--allow-requantize", path, target, "F32", "1"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return target


def output_table(path):
    """Rows that turn a hidden state into logits: `output`, or the embeddings where a model has no such table."""
    tensors = {tensor.name: tensor for tensor in gguf.GGUFReader(path).tensors}
    tensor = tensors.get("output.weight", tensors["token_embd.weight"])
    return gguf.quants.dequantize(tensor.data, tensor.tensor_type).astype(np.float32)


def likeliest(states, table):
    return np.concatenate([(part @ table.T).argmax(1) for part in np.array_split(states, max(1, len(states) // 128))])


def compare(name, a, b, table):
    unit = lambda x: x / np.linalg.norm(x, axis=1, keepdims=True)
    near = (unit(a.astype(np.float64)) * unit(b.astype(np.float64))).sum(1)
    same = (likeliest(a, table) == likeliest(b, table)).mean()
    print(f"  {name:<24} cosine: lowest {near.min():.6f} at {near.argmin():>4}, median {np.median(near):.6f}; "
          f"same likeliest token {same:.1%}", flush=True)
    return near.min()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", nargs="+", type=pathlib.Path)
    parser.add_argument("--llama", type=pathlib.Path, required=True, help="the folder that llama_cpp.sh filled")
    parser.add_argument("--hidden", type=pathlib.Path, default=pathlib.Path("target/release/examples/hidden"))
    parser.add_argument("--tokens", type=int, default=1500)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--exact", action="store_true")
    parser.add_argument("--least", type=float, default=0.99)
    args = parser.parse_args()
    llama = binding(args.llama.resolve())
    failed = []
    for path in args.models:
        table = output_table(path)
        ids = np.random.default_rng(SEED).integers(0, len(table), args.tokens)
        print(f"{path.name}, {args.tokens} tokens")
        with tempfile.TemporaryDirectory() as work:
            work = pathlib.Path(work)
            us, them = ours(args.hidden.resolve(), path, ids, work), theirs(llama, path, ids, args.threads)
            worst = compare("rushlight, llama.cpp", us, them, table)
            if args.exact:
                exact = theirs(llama, unpacked(args.llama, path, work), ids, args.threads)
                worst = compare("rushlight, exact", us, exact, table)
                compare("llama.cpp, exact", them, exact, table)
        if not worst >= args.least:
            failed.append(path.name)
    if failed:
        sys.exit(f"below {args.least}: {', '.join(failed)}")


if __name__ == "__main__":
    main()
