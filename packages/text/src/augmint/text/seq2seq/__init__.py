"""Encoder-decoder models of Transformers: built or loaded, fed with strings, sampled from by keyed draws, trained by likelihood."""

from augmint.text.models.tokenizer import TAG, train_tokenizer
from augmint.text.seq2seq.decoding import Decoding, write_texts
from augmint.text.seq2seq.model import Seq2SeqModel, Seq2SeqSource

__all__ = ["TAG", "Decoding", "Seq2SeqModel", "Seq2SeqSource", "train_tokenizer", "write_texts"]
