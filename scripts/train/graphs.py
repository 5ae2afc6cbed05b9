"""The steps over time of the head as CUDA graphs: some thousand small kernels a batch, launched at once instead of one by one.

A graph's shapes are fixed: so many pieces in a row, chats beside each other and speakers at most; batches are filled up with zeros. What goes back through time is
written out, so that the gradients of the weights are one product over all steps instead of one a step.
"""
import torch
import torch.nn.functional as F
from torch import nn

from model import cell, gates

LENGTH = 40  # pieces in one graph


class Stretch(nn.Module):
    """`model.stretch` with the cells of a head."""

    def __init__(self, head):
        super().__init__()
        self.chat, self.speaker = head.chat, head.speaker

    def forward(self, x, who, chat, own):
        for_chat, for_speaker, from_own, by_chat = gates(self.chat, self.speaker, x)
        return Steps.apply(for_chat, for_speaker, who, chat, own, from_own, self.chat.weight_hh, self.chat.bias_hh, by_chat, self.speaker.weight_hh, self.speaker.bias_hh)


class Steps(torch.autograd.Function):
    """From what the inputs [B, T, 3 I] and [B, T, 3 O] give to the gates of both cells, who speaks [B, T, S], and the states before to those after: see `model.stretch`."""

    @staticmethod
    def forward(ctx, for_chat, for_speaker, who, chat, own, from_own, chat_hh, chat_bias, by_chat, speaker_hh, speaker_bias):
        befores, chats, afters, spaces = [], [chat], [], []
        for a, b, who_i in zip(for_chat.unbind(1), for_speaker.unbind(1), who.unbind(1)):
            before = (who_i[:, None] @ own)[:, 0]
            chat, chat_space = cell(torch.addmm(a, before, from_own.T), torch.addmm(chat_bias, chat, chat_hh.T), chat)
            after, speaker_space = cell(torch.addmm(b, chat, by_chat.T), torch.addmm(speaker_bias, before, speaker_hh.T), before)
            own = torch.where(who_i[..., None] > 0, after[:, None], own)
            befores.append(before)
            chats.append(chat)
            afters.append(after)
            spaces.append((chat_space, speaker_space))
        ctx.spaces = spaces
        ctx.save_for_backward(who, torch.stack(befores), torch.stack(chats), from_own, chat_hh, by_chat, speaker_hh)
        return torch.cat([torch.stack(chats[1:], 1), torch.stack(afters, 1)], 2), chat, own

    @staticmethod
    def backward(ctx, d_said, d_chat, d_own):
        who, befores, chats, from_own, chat_hh, by_chat, speaker_hh = ctx.saved_tensors
        inner, found = chat_hh.shape[1], []
        for t in reversed(range(who.shape[1])):
            spoke, (chat_space, speaker_space) = who[:, t], ctx.spaces[t]
            d_after = torch.baddbmm(d_said[:, t, None, inner:], spoke[:, None], d_own)[:, 0]
            d_b, d_b_state, d_before = cell_back(d_after, speaker_space)
            d_chat = torch.addmm(d_said[:, t, :inner] + d_chat, d_b, by_chat)
            d_a, d_a_state, d_chat = cell_back(d_chat, chat_space)
            d_chat = torch.addmm(d_chat, d_a_state, chat_hh)
            d_before = torch.addmm(torch.addmm(d_before, d_b_state, speaker_hh), d_a, from_own)
            d_own = torch.where(spoke[..., None] > 0, d_before[:, None], d_own)
            found.append((d_a, d_a_state, d_b, d_b_state))
        d_a, d_a_state, d_b, d_b_state = (torch.stack(parts[::-1]) for parts in zip(*found))
        by_weight = lambda gate, into: gate.flatten(0, 1).T @ into.flatten(0, 1)
        return (d_a.transpose(0, 1), d_b.transpose(0, 1), None, d_chat, d_own, by_weight(d_a, befores), by_weight(d_a_state, chats[:-1]), d_a_state.sum((0, 1)),
                by_weight(d_b, chats[1:]), by_weight(d_b_state, befores), d_b_state.sum((0, 1)))


def cell_back(grad, space):
    """From the gradient of a step's outcome (`model.cell`) to those of its input's gates, its state's gates and the state before."""
    if grad.is_cuda:
        return torch.ops.aten._thnn_fused_gru_cell_backward(grad.contiguous(), space, False)[:3]
    reset, update, new, state, ahead = space.chunk(5, 1)
    d_update, d_new = grad * (state - new) * update * (1 - update), grad * (1 - update) * (1 - new * new)
    d_reset = d_new * ahead * reset * (1 - reset)
    return torch.cat([d_reset, d_update, d_new], 1), torch.cat([d_reset, d_update, d_new * reset], 1), grad * update


class Graphs:
    def __init__(self, head, chats, voices, pieces):
        """Graphs for batches of so many chats, speakers and pieces at most."""
        self.inner, self.own = head.chat.hidden_size, head.speaker.hidden_size
        self.chats, self.voices, self.pieces = chats, voices, -(-pieces // LENGTH) * LENGTH
        device, parts = head.chat.weight_ih.device, [Stretch(head) for _ in range(self.pieces // LENGTH)]
        zeros = lambda width: torch.zeros(chats, LENGTH, width, device=device)
        sample = lambda: (zeros(self.inner).requires_grad_(), zeros(voices), *(state.requires_grad_() for state in self.start(device)))
        self.parts = torch.cuda.make_graphed_callables(tuple(parts), tuple(sample() for _ in parts))

    def start(self, device):
        """The states of chats and of speakers before anything is said."""
        return torch.zeros(self.chats, self.inner, device=device), torch.zeros(self.chats, self.voices, self.own, device=device)

    def hold(self, x, who):
        return len(x) <= self.chats and x.shape[1] <= self.pieces and who.shape[2] <= self.voices

    def __call__(self, x, who):
        """As `Head.over_time`."""
        (B, P, _), voices = x.shape, who.shape[2]
        rest = (0, -P % LENGTH, 0, self.chats - B)
        x, who = F.pad(x, (0, 0, *rest)), F.pad(who, (0, self.voices - voices, *rest))
        chat, own = self.start(x.device)
        rows = []
        for part, x_part, who_part in zip(self.parts, x.split(LENGTH, 1), who.split(LENGTH, 1)):
            said, chat, own = part(x_part.contiguous(), who_part.contiguous(), chat, own)
            rows.append(said)
        return torch.cat(rows, 1)[:B, :P]


def check():
    """On a GPU: what the graphs give against kernels launched one by one, and the time of both."""
    import time
    from model import Head
    torch.manual_seed(0)
    head, told = Head().cuda(), torch.randn(50, 193, 12, device="cuda")
    vectors, speakers = torch.randn(50, 193, 384, device="cuda", requires_grad=True), torch.randint(0, 4, (50, 193), device="cuda")
    found = []
    for graphs in (None, Graphs(head, chats=96, voices=12, pieces=400)):
        head.graphs = graphs
        for _ in range(3):
            torch.cuda.synchronize()
            started = time.time()
            out = head(vectors, told, speakers, 4)
            gradients = [g.clone() for g in torch.autograd.grad(out.square().mean(), [vectors, *head.parameters()])]
            torch.cuda.synchronize()
        found.append((out.detach().clone(), gradients, time.time() - started))
    (out, gradients, plain), (out_2, gradients_2, quick) = found
    apart = max(float((a - b).abs().max() / a.abs().max().clamp(min=1e-12)) for a, b in zip(gradients, gradients_2))
    print(f"one by one {plain:.3f} s, graphs {quick:.3f} s; outputs differ by {float((out - out_2).abs().max()):.1e}, gradients by {apart:.1e} of their largest")
    assert torch.allclose(out, out_2, atol=1e-2) and apart < 3e-2


if __name__ == "__main__":
    check()
