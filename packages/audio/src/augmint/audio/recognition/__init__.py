"""Speech recognisers that are fine-tuned: building, feeding, training and scoring them."""

from __future__ import annotations

from augmint.audio.recognition.ctc import CTCRecognizer
from augmint.audio.recognition.metric import CER, WER, agreement, error_rate
from augmint.audio.recognition.model import Recognizer, build_recognizer, load_recognizer
from augmint.audio.recognition.seq2seq import Seq2SeqRecognizer
from augmint.audio.recognition.source import check_model
from augmint.audio.recognition.texts import normalise
from augmint.audio.recognition.training import score, train

__all__ = [
    "CER",
    "WER",
    "CTCRecognizer",
    "Recognizer",
    "Seq2SeqRecognizer",
    "agreement",
    "build_recognizer",
    "check_model",
    "error_rate",
    "load_recognizer",
    "normalise",
    "score",
    "train",
]
