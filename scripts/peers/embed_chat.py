"""The whole program of someone who only wants vectors of one chat: python3 scripts/peers/embed_chat.py CHAT.txt [--onnx FOLDER]

Reads lines of `Name: text`, embeds each text by all-MiniLM-L6-v2 (sentence-transformers, or ONNX Runtime in int8) and prints how many
vectors there are. To be timed from outside, beside `rushlight check` on the same file.
"""
import argparse
import pathlib

from base import base_folder


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("chat", type=pathlib.Path)
    parser.add_argument("--onnx", type=pathlib.Path)
    parser.add_argument("--threads", type=int, default=2)
    args = parser.parse_args()
    texts = [line.partition(": ")[2] for line in args.chat.read_text(encoding="utf-8").splitlines() if ": " in line]
    if args.onnx:
        from minilm_onnx import Encoder
        vectors = Encoder(args.onnx, args.threads).encode(texts)
    else:
        import sentence_transformers
        import torch
        torch.set_num_threads(args.threads)
        vectors = sentence_transformers.SentenceTransformer(str(base_folder()), device="cpu").encode(texts, show_progress_bar=False)
    print(*vectors.shape)


if __name__ == "__main__":
    main()
