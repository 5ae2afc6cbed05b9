"""Write an encoder as GGUF in llama.cpp's naming of BERT (so that llama.cpp reads it too) and a head as safetensors."""
import gguf
import numpy as np
from safetensors.numpy import save_file


def write_gguf(encoder, vocabulary, path, kind="Q8_0", terms=True, name="rushlight-small"):
    """`vocabulary`: tokens by id. `kind`: F32, F16, Q8_0, Q4_0. With `terms=False` the file is plain BERT without a look back."""
    quantize = getattr(gguf.GGMLQuantizationType, kind)
    words, layers = encoder.words.weight, encoder.layers
    w = gguf.GGUFWriter(str(path), "bert")
    w.add_name(name)
    w.add_block_count(len(layers))
    w.add_context_length(encoder.places.num_embeddings)
    w.add_embedding_length(words.shape[1])
    w.add_feed_forward_length(layers[0].up.out_features)
    w.add_head_count(layers[0].heads)
    w.add_layer_norm_eps(layers[0].out_norm.eps)
    w.add_causal_attention(False)
    w.add_pooling_type(gguf.PoolingType.MEAN)
    w.add_file_type(getattr(gguf.LlamaFileType, "ALL_F32" if kind == "F32" else f"MOSTLY_{kind}"))
    if terms:
        values = np.concatenate([layer.terms.detach().numpy().ravel() for layer in layers])
        w.add_array("rushlight.context.terms", [float(v) for v in values])
    add_vocabulary(w, vocabulary)

    def tensor(name, value, plain=False):
        value = np.ascontiguousarray(value.detach().float().numpy())
        as_is = plain or value.ndim == 1
        packed = value if as_is else gguf.quants.quantize(value, quantize)
        w.add_tensor(name, packed, raw_dtype=None if as_is else quantize)

    tensor("token_embd.weight", words)
    tensor("position_embd.weight", encoder.places.weight, plain=True)
    tensor("token_types.weight", encoder.types.weight, plain=True)
    pair(tensor, "token_embd_norm", encoder.norm)
    for i, layer in enumerate(layers):
        for part, weight, bias in zip("qkv", layer.qkv.weight.chunk(3), layer.qkv.bias.chunk(3)):
            tensor(f"blk.{i}.attn_{part}.weight", weight)
            tensor(f"blk.{i}.attn_{part}.bias", bias)
        pair(tensor, f"blk.{i}.attn_output", layer.out)
        pair(tensor, f"blk.{i}.attn_output_norm", layer.out_norm)
        pair(tensor, f"blk.{i}.ffn_up", layer.up)
        pair(tensor, f"blk.{i}.ffn_down", layer.down)
        pair(tensor, f"blk.{i}.layer_output_norm", layer.down_norm)
    w.write_header_to_file()
    w.write_kv_data_to_file()
    w.write_tensors_to_file()
    w.close()


def pair(tensor, name, module):
    tensor(f"{name}.weight", module.weight)
    tensor(f"{name}.bias", module.bias)


def add_vocabulary(w, vocabulary):
    """llama.cpp marks the beginnings of words where WordPiece marks their continuations."""
    def spell(token):
        if token.startswith("[") and token.endswith("]"):
            return token
        return token[2:] if token.startswith("##") else "\u2581" + token

    special = {t: i for i, t in enumerate(vocabulary) if t.startswith("[") and t.endswith("]")}
    w.add_tokenizer_model("bert")
    w.add_token_list([spell(t) for t in vocabulary])
    w.add_token_types([3 if t in special else 1 for t in vocabulary])
    w.add_token_type_count(2)
    w.add_unk_token_id(special["[UNK]"])
    w.add_sep_token_id(special["[SEP]"])
    w.add_pad_token_id(special["[PAD]"])
    w.add_bos_token_id(special["[CLS]"])
    w.add_mask_token_id(special["[MASK]"])


def write_head(head, words, path):
    """The network's weights, and what `words.fit` gave."""
    tensors = {k: v.detach().float().numpy() for k, v in head.state_dict().items()}
    tensors |= dict(zip(("words.weight", "words.rarity", "words.shift"), map(np.atleast_1d, words)))
    save_file({k: np.ascontiguousarray(v) for k, v in tensors.items()}, str(path))
