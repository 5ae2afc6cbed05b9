"""What a user of sentence-transformers would get from the same machine: every message of some chats, each alone, through all-MiniLM-L6-v2.

    python3 scripts/peers/sentence_transformers_peer.py chats.jsonl [--threads 2] [--batch 32] [--repeat 3]

Needs scripts/train/requirements.txt. rushlight also reads the messages before each one, and judges.
"""
import timed
from base import base_folder


def load(args):
    import sentence_transformers
    import torch

    torch.set_num_threads(args.threads)
    model = sentence_transformers.SentenceTransformer(str(base_folder()), device="cpu")
    name = f"sentence-transformers {sentence_transformers.__version__}, torch {torch.__version__}, all-MiniLM-L6-v2, F32"
    return name, lambda texts: model.encode(texts, batch_size=args.batch, show_progress_bar=False)


if __name__ == "__main__":
    timed.run(__doc__, load)
