"""Real sentences in several scripts, and helpers to hold them in batches."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import torch

from augmint.core.interfaces import Batch, RowRandom
from augmint.core.interfaces.ragged import Texts, flatten
from augmint.core.interfaces.strings import length_key, to_strings, to_tensors
from augmint.text.ops import Setting, get_op
from augmint.text.spans import protected_spans
from augmint.text.vocabulary import words_of

sys.path.insert(0, str(Path(__file__).parent))
from tiny_masked import masked_lm

PLAIN = [
    "The old lighthouse keeper climbed the narrow stairs every evening before sunset.",
    "Der alte Leuchtturmwärter stieg jeden Abend vor Sonnenuntergang die enge Treppe hinauf.",
    "Старый смотритель маяка каждый вечер поднимался по узкой лестнице.",
    "Ο παλιός φαροφύλακας ανέβαινε κάθε βράδυ τα στενά σκαλιά.",
    "كان حارس المنارة العجوز يصعد الدرج الضيق كل مساء قبل الغروب.",
    "שומר המגדלור הזקן טיפס במדרגות הצרות מדי ערב לפני השקיעה.",
    "बूढ़ा चौकीदार हर शाम सूर्यास्त से पहले संकरी सीढ़ियाँ चढ़ता था।",
    "年老的灯塔看守人每天傍晚日落之前都会爬上狭窄的楼梯。",
    "年老いた灯台守は毎晩日没前に狭い階段を登った。",
    "คนเฝ้าประภาคารชราปีนบันไดแคบๆ ทุกเย็นก่อนพระอาทิตย์ตก",
    "늙은 등대지기는 매일 저녁 해가 지기 전에 좁은 계단을 올랐다.",
    "Le vieux gardien du phare montait chaque soir l'étroit escalier, avant le coucher du soleil !",
]
GUARDED = [
    "Pay $1,250.50 or 30kg of gold to {name} before 12:30 at https://example.org/pay?id=7, please.",
    "Write to first.last@mail.example.com about %(count)d files in <b class=\"big red\">bold letters</b> and ${HOME}.",
    "В 2024 году температура упала до −15°C, а цена выросла на 3,5% за 1 000 штук.",
    "我在2024年花了3.5元买了10个苹果，联系a@b.example.com或者{用户}。",
    "The file core/ops.py holds %s, &amp; [NAME] asks @someone about #topics on www.example.com today.",
    "Am 3. Mai um 9 Uhr kostet es 10 € je m² bei v1.2.3 von foo_bar.",
]
ODD = ["", "one", "  leading and   trailing \t space \n", "a\u0000b c\u0000 d",
       "👩‍👩‍👧 plays 🇩🇪🇫🇷 and 👍🏽 wins", "e\u0301te\u0301 nai\u0308ve cafe\u0301s",
       "...", "\u0301stray mark", "I x a b", "ﷺ \U0001d4d7\U0001d4ee\U0001d4f5\U0001d4f5\U0001d4f8 ☃", "Python 很fun 的语言"]
TEXTS = PLAIN + GUARDED + ODD
WORDS = ("lamp", "Boot", "вода", "水", "étang")
LEXICON = tuple((word, other) for word in sorted({word for row in words_of(TEXTS) for word in row}) for other in WORDS[:3])
SETTING = Setting(dict.fromkeys(("source", "target", "text"), WORDS), lexicon=LEXICON, masked_lm=masked_lm(tuple(TEXTS)))


def batch_of(texts: list[str], width: int = 0, role: str = "text") -> Batch:
    """Texts under a role, at least `width` wide."""
    points, lengths = to_tensors(texts)
    room = torch.nn.functional.pad(points, (0, max(0, width - points.shape[1])))
    return {role: room, length_key(role): lengths}


def pairs(sources: list[str], targets: list[str]) -> Batch:
    return {**batch_of(sources, role="source"), **batch_of(targets, role="target")}


def strings(batch: Batch, role: str = "text") -> list[str]:
    return to_strings(batch[role], batch[length_key(role)])


def augmented(name: str, batch: Batch, magnitude: float | torch.Tensor, rows=None, key: str = "t",
              setting: Setting = SETTING) -> Batch:
    n = len(next(iter(batch.values())))
    strength = torch.as_tensor(magnitude, dtype=torch.float32).expand(n).clone()
    op = get_op(name, setting)
    return op.apply(batch, op.draw(RowRandom(0, key, rows=range(n) if rows is None else rows), strength, batch))


def flat(texts: list[str]) -> Texts:
    points, lengths = to_tensors(texts)
    return flatten(points.numpy(), lengths.numpy())


def span_texts(text: str) -> list[str]:
    return [text[start:stop] for start, stop in protected_spans(text)]


def edit_distance(first: list[str], second: list[str]) -> int:
    """Levenshtein distance between two lists."""
    row = np.arange(len(second) + 1)
    for item in first:
        same = np.array([item != other for other in second], dtype=np.int64)
        best = np.minimum(row[1:] + 1, row[:-1] + same)
        new = [int(row[0]) + 1]
        for value in best.tolist():
            new.append(min(value, new[-1] + 1))
        row = np.array(new)
    return int(row[-1])
