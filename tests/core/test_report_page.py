"""The report's page: self-contained, well formed, honest, harmless, small and the same every time."""

from __future__ import annotations

import functools
import re
import sys
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from augmint.core.errors import UserError
from augmint.core.interfaces import Metric
from augmint.core.report import ClassSamples, Filtering, Memorisation, RejectedSample, ReportData, render_report, write_report

sys.path.insert(0, str(Path(__file__).parent))
from report_sample import ACCURACY, comparison, image, long_log, whole

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


class Page(HTMLParser):
    """What a browser would see; raises where tags do not nest."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.open: list[str] = []
        self.words: list[str] = []
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert [tag] == self.open[-1:], f"</{tag}> closes {self.open[-1:]}"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        if not {"style", "title"} & set(self.open):
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).replace("\xa0", " ").split())

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.tags if name == tag]


EMPTY = ReportData(task="translation", metric=Metric("chrf++"))


@functools.cache
def page_of(kind: str) -> str:
    return render_report({"whole": whole(), "empty": EMPTY}[kind])


def compared(comparison: dict[str, Any], metric: Metric = ACCURACY) -> Page:
    return Page(render_report(ReportData(task="x", metric=metric, comparison=comparison)))


@pytest.mark.parametrize("kind", ["whole", "empty"])
def test_the_page_loads_nothing_from_outside(kind: str) -> None:
    html = page_of(kind)
    for tag, attributes in Page(html).tags:
        for name in ("src", "href", "xlink:href", "srcset", "poster", "data", "action"):
            if name in attributes:
                assert attributes[name].startswith(("data:", "#")), (tag, attributes[name])
        assert tag not in {"script", "iframe", "object", "embed", "base", "form"}
        assert not any(name.startswith("on") for name in attributes)
    assert not re.search(r"@import|url\(\s*['\"]?(?!#)|https?://", html)


@pytest.mark.parametrize("kind", ["whole", "empty"])
def test_the_page_is_well_formed_and_accessible(kind: str) -> None:
    html = page_of(kind)
    page = Page(html)
    assert html.startswith("<!doctype html>")
    assert page.all("html") == [{"lang": "en"}]
    assert len(page.all("h1")) == 1
    assert all("alt" in img for img in page.all("img"))
    assert all(plot["role"] == "img" and plot["aria-label"] for plot in page.all("svg") if plot.get("class") == "plot")
    assert all("scope" in head for head in page.all("th"))
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    targets = {attributes["href"][1:] for _, attributes in page.tags if attributes.get("href", "").startswith("#")}
    targets |= set(re.findall(r"url\(#([^)]+)\)", html))
    assert targets <= set(ids)


def test_every_part_of_a_run_is_on_the_page() -> None:
    text = Page(page_of("whole")).text
    for words in ("Use it: train with the found policy and the minted rows.", "+2.0 points [1.4, 2.6]", "92.0 %", "seed 4",
                  "1 h 2 min", "It is ahead on validation.", "trial 11 has the best mean.", "From 10 trials.", "50 % of rows: crop",
                  "25 % of every training batch is generated.", "back to step 200", "generator_loss exploded",
                  "Fréchet distance", "100 real rows and 100 generated rows", "zero", "No sign of it.", "1.0 %",
                  "distance 0.250", "500 of 900 candidates", "label not recognised",
                  "600 of 1,000 unlabelled rows", "3 test rows also occur in train.", "augmint run digits.yaml",
                  "1,397 rows", "identity (no augmentation)", "augmint 0.1.0"):
        assert words in text, words


def test_a_missing_part_is_told_in_a_sentence_and_draws_no_plot() -> None:
    page = Page(page_of("empty"))
    assert not page.all("svg")
    for words in ("No verdict yet", "The arms have not been compared yet", "No policy was searched for", "No search was run",
                  "There are no minted rows to show", "The memorisation check was not run", "No candidates were filtered",
                  "No generator was trained", "The command was not recorded", "The time of the stages was not recorded"):
        assert words in page.text, words


@pytest.mark.parametrize("field", ["comparison", "trials", "importance", "train_log", "quality", "samples", "neighbours", "policy",
                                   "filtering", "pseudo_labels", "finalists", "splits", "versions"])
def test_any_part_may_be_the_only_one(field: str) -> None:
    part: Any = {field: getattr(whole(), field)}
    page = Page(render_report(ReportData(task="x", metric=ACCURACY, **part)))
    assert page.all("h1")


def test_a_rejection_stands_as_large_as_a_win() -> None:
    win, loss = (compared(comparison(use)) for use in ("policy+minted", "standard"))
    assert "Do not use it: standard augmentation alone is the better choice here." in loss.text
    assert "the strongest candidate, “policy+minted”, scores 92.0 % accuracy" in loss.text
    assert [page.all("p")[2]["class"] for page in (win, loss)] == ["sentence", "sentence"]


def test_a_choice_that_the_test_does_not_confirm_is_not_called_a_win() -> None:
    text = compared(comparison("policy", half=0.9)).text
    assert "Not proven: validation prefers the found policy" in text
    assert "Use it" not in text


def test_a_choice_that_the_test_contradicts_is_called_wrong() -> None:
    text = compared(comparison("minted", half=0.3)).text
    assert "Do not rely on it" in text
    assert "worse, and the interval is clear of 0" in text


def test_a_lower_score_that_is_better_counts_as_better() -> None:
    scores = {"original": 30.0, "policy": 20.0, "standard": 25.0}
    arms = {name: {"scores": [mean], "mean": mean, "ci95": [mean - 1, mean + 1]} for name, mean in scores.items()}
    gaps = {"policy - standard": {"mean": -5.0, "ci95": [-6.0, -4.0]}}
    study = {"arms": arms, "differences": gaps, "verdict": {"use": "policy", "reason": "It is ahead.", "resolution": 1.26}}
    text = compared(study, Metric("wer", greater_is_better=False, unit="%", decimals=1)).text
    assert "It is ahead. With this validation split and so many seeds, a gain below about 1.3 points cannot be told" in text
    assert "Use it: train with the found policy." in text
    assert "−5.0 points [−6.0, −4.0] against standard augmentation (lower is better): better" in text
    assert "Lower wer is better." in text


def test_one_seed_without_interval_is_not_called_proven() -> None:
    scores = {"standard": 90.0, "policy": 95.0}
    arms = {name: {"scores": [mean], "mean": mean, "ci95": None, "covers": ""} for name, mean in scores.items()}
    gaps = {"policy - standard": {"mean": 5.0, "ci95": None}}
    text = compared({"arms": arms, "differences": gaps, "verdict": {"use": "policy", "reason": ""}}).text
    assert "Not proven" in text
    assert "it may be chance" in text


@pytest.mark.parametrize(
    ("copies", "words"), [(0, "None of the 40 minted rows is a near copy"), (3, "3 of 40 minted rows are near copies")]
)
def test_minted_rows_that_copy_test_rows_are_told(copies: int, words: str) -> None:
    data = whole()
    comparison = {**data.comparison, "test_copies": {"minted": 40, "copies": copies}}
    assert words in Page(render_report(replace(data, comparison=comparison))).text


HOSTILE = "<script>alert('$x^2$')</script>\"><img src=http://e.org/x onerror=alert(1)>{{ 7*7 }} & naïve"


def test_hostile_names_and_texts_stay_text() -> None:
    data = whole(dataset=HOSTILE, model=HOSTILE, judge=HOSTILE, generator=HOSTILE, warnings=[HOSTILE], recipe=HOSTILE,
                 command=HOSTILE, train_log=[], importance={HOSTILE: 1.0}, policy={"modality": HOSTILE},
                 samples=[ClassSamples(HOSTILE, [image()], [])],
                 trials=[{"trial": 0, "name": HOSTILE, "status": "finished", "value": 1.0, "fidelities": {}}],
                 filtering=Filtering(2, 1, {HOSTILE: 1}, [RejectedSample(image(), HOSTILE, HOSTILE)]),
                 comparison={"arms": {HOSTILE: {"scores": [1.0], "mean": 1.0, "ci95": None}}, "cost": {HOSTILE: 1.0},
                             "verdict": {"use": HOSTILE, "reason": HOSTILE}}, versions={HOSTILE: HOSTILE})
    page = Page(render_report(data))
    assert not page.all("script")
    assert all(img["src"].startswith("data:") for img in page.all("img"))
    assert not any("onerror" in attributes for _, attributes in page.tags)
    assert HOSTILE in page.text
    assert "49" not in page.text


@pytest.mark.parametrize("fragment", [
    '<img src="http://example.org/x.png">', "<script>x</script>", '<img alt="" src="data:image/png;base64,AA==" onload="x()">',
    "<div><b>never closed", "</li></ul><h1>out of the list</h1>", '<a href="javascript:x()">x</a>', "<iframe srcdoc='x'></iframe>",
    '<p style="background:url(//x)">x</p>', '<p id="arms">x</p>', "text < 3 & <b",
    '<img src="data:text/html,<script>1</script>">', "<!-- <b>x</b> -->",
])
def test_a_preview_that_reaches_out_or_breaks_the_page_is_shown_as_text(fragment: str) -> None:
    lone = ReportData(task="x", metric=ACCURACY, samples=[ClassSamples("a", [fragment], [])])
    plain = ReportData(task="x", metric=ACCURACY, samples=[ClassSamples("a", ["plain"], [])])
    assert Page(render_report(lone)).tags == Page(render_report(plain)).tags
    assert fragment in Page(render_report(lone)).text


@pytest.mark.parametrize("fragment", [
    image(), '<audio controls src="data:audio/wav;base64,UklGRg=="></audio>', "<p lang='de'>Grüße &amp; Küsse</p>",
    '<svg viewBox="0 0 9 9"><image href="data:image/png;base64,AA=="/><rect x="1" y="1" width="3" height="3"/></svg>',
])
def test_embedded_images_sounds_texts_and_boxes_are_shown_as_they_are(fragment: str) -> None:
    assert fragment in render_report(ReportData(task="x", metric=ACCURACY, samples=[ClassSamples("a", [fragment], [])]))


def test_examples_of_rejected_rows_show_every_reason_and_many_classes() -> None:
    crowd = [RejectedSample(image(), "low score", f"class {at // 50}") for at in range(500)]
    examples = [*crowd, RejectedSample(image(), "memorised", "class 3")]
    page = Page(render_report(ReportData(task="x", metric=ACCURACY, filtering=Filtering(900, 100, {}, examples))))
    assert "class 3 : memorised" in page.text
    assert all(f"class {at} : low score" in page.text for at in range(10))
    assert len(page.all("img")) == 16


def test_minted_rows_off_the_data_are_told_of() -> None:
    far = Memorisation(0.0, 0.01, minted_distances=[5.0, 6.0, 7.0], real_distances=[1.0, 2.0, 3.0])
    assert "may be less lifelike" in Page(render_report(ReportData(task="x", metric=ACCURACY, neighbours=far))).text
    assert "may be less lifelike" not in Page(page_of("whole")).text


@pytest.mark.parametrize(("share", "words"), [(0.011, "No sign of it."), (0.1, "Some of it"), (0.4, "Yes")])
def test_copying_is_judged_against_what_chance_gives(share: float, words: str) -> None:
    found = Memorisation(share, 0.01, checked=100)
    assert words in Page(render_report(ReportData(task="x", metric=ACCURACY, neighbours=found))).text


def test_arms_that_do_the_same_are_called_equal() -> None:
    arms = {name: {"scores": [90.0, 91.0], "mean": 90.5, "ci95": [90.0, 91.0]} for name in ("original", "policy")}
    gaps = {"policy - original": {"mean": 0.0, "ci95": [0.0, 0.0]}}
    text = compared({"arms": arms, "differences": gaps, "verdict": {"use": "original", "reason": ""}}).text
    assert "they score the same in every run" in text
    assert "0.0 points [0.0, 0.0] equal" in text


def test_evidence_is_about_the_arm_that_the_verdict_speaks_of() -> None:
    """An arm that is another under a second name may have the better score, but nothing to say."""
    arms = {name: {"scores": [90.0, 91.0], "mean": mean, "ci95": [88.0, 93.0], "validation": {"mean": mean}}
            for name, mean in (("original", 90.0), ("standard", 90.0), ("policy", 90.0), ("minted", 89.0))}
    gaps = {f"{arm} - standard": {"mean": arms[arm]["mean"] - 90, "ci95": [-2.0, 1.0]} for arm in ("policy", "minted")}
    study = {"arms": arms, "differences": gaps, "same": {"policy": "original"}}
    text = compared({**study, "verdict": {"use": "standard", "subject": "minted", "reason": ""}}).text
    assert "the strongest candidate, “minted”, scores 89.0" in text


def test_the_same_run_gives_the_same_bytes() -> None:
    assert render_report(whole()) == page_of("whole")


def test_a_page_of_many_large_previews_stays_below_three_megabytes() -> None:
    big = image(60_000)
    samples = [ClassSamples(f"class {at}", [big] * 20, [big] * 20) for at in range(100)]
    html = render_report(whole(samples=samples, train_log=long_log()))
    assert len(html.encode()) < 3_000_000
    assert "80 further classes are left out" in html
    assert "too large for the page" in html
    more = render_report(whole(samples=samples[:12], classes_left_out=5))
    assert "5 further classes are left out" in more


def test_lists_in_recipe_and_policy_can_be_copied() -> None:
    html = render_report(ReportData(task="x", metric=ACCURACY, policy={"note": "[0, 1] and 5 %"}, recipe="seeds: [3, 4]"))
    assert "seeds: [3, 4]" in html
    assert "[0, 1] and 5 %" in html


def test_write_report_leaves_one_whole_file(tmp_path: Path) -> None:
    target = tmp_path / "new" / "report.html"
    assert write_report(EMPTY, target) == target
    assert target.read_text(encoding="utf-8") == page_of("empty")
    assert [path.name for path in target.parent.iterdir()] == ["report.html"]


def test_a_report_that_cannot_be_written_is_the_users_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="cannot be written"):
        write_report(EMPTY, tmp_path / "file" / "report.html")


def luminance(color: str) -> float:
    """Relative luminance by WCAG 2."""
    parts = [int(color[at: at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_words_and_lines_stand_out_in_light_and_dark() -> None:
    blocks = re.findall(r":root \{(.*?)\}", page_of("empty"), re.S)
    palettes = [dict(re.findall(r"--(\w+): (#\w{6})", block)) for block in blocks[:2]]
    assert len(palettes) == 2
    for palette in palettes:
        for name in ("ink", "muted", "blue", "orange", "green", "red", "purple"):
            for ground in ("paper", "panel"):
                dark, light = sorted((luminance(palette[name]), luminance(palette[ground])))
                assert (light + 0.05) / (dark + 0.05) >= 4.5, (name, ground)
