"""Parallel texts out of the Unicode CLDR, which tells how each language writes names, dates, times, amounts and lists."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from datasets import Dataset, DatasetDict, Features, Translation

from augmint.core.errors import UserError
from augmint.core.interfaces import keyed_generator
from augmint.text.builtin import wording
from augmint.text.builtin.wording import Period, Say

if TYPE_CHECKING:
    from babel import Locale

Pair = tuple[str, str]
_PERIODS: tuple[Period, ...] = ("year", "month", "week", "day", "hour", "minute")

TRAIN, TEST = 4_500, 1_500

SKIPPED = {"ZZ", "XA", "XB", "und", "zxx", "mul", "mis", "XXX", "XTS"}
"""Codes of nothing in particular."""
UNITS = re.compile(
    r"(area|digital|duration|electric|energy|frequency|length|mass|power|pressure|speed|temperature|volume)-"
    r"(?!.*(imperial|generic|light-speed|beaufort|scandinavian|foodcalorie|therm-us|gasoline|stone|jigger|solar|earth))"
)
UNSAID = {
    "es": re.compile(r"\by h?i(?!e)|\bo h?o", re.IGNORECASE),  # "e Italia", "u Omán"
    "fr": re.compile(r"\b1 (janv|févr|mars|avr|mai|juin|juil|août|sept|oct|nov|déc)|\. 1 "),  # "1er mars"
}
"""What a language writes in another way than its patterns say."""


class _Pools(NamedTuple):
    """What two languages both have: codes of territories and so on."""

    territories: list[str]
    languages: list[str]
    locales: list[str]
    currencies: list[str]
    units: list[str]
    zones: list[str]


def cldr(source: str, target: str) -> DatasetDict:
    """About 6,000 pairs in the Hub's translation form, a fixed draw: "train" (4,500) and "test" (1,500).

    Names of territories, languages, currencies, time zones, weekdays and months; amounts in units and currencies, with their plural
    forms; percentages; times relative to now; dates, times and intervals of either; and lists of all these ("Spain, Italy, and
    Japan"). Each language writes numbers in its own way. No-break and thin spaces are written as plain ones.

    No text occurs twice, on either side. "test" holds combinations alone (lists, dates, intervals, a language in a territory, a
    time in a time zone), of names and units that "train" has by themselves; none of them is in "train" with other numbers.

    Args:
        source, target: two different CLDR locales, such as "en" and "pt_BR".

    Raises:
        UserError: CLDR does not know a language, or both are the same.

    Source: Unicode CLDR, under the Unicode licence, as part of Babel (BSD).
    """
    rng = keyed_generator(0, "builtin", "cldr", source, target)
    locales = (_locale(source, "source"), _locale(target, "target"))
    if source == target:
        raise UserError(f"Source and target are both {source!r}.", where="target", fix="Name two languages.")
    pools, seen = _pools(locales, rng), (set[str](), set[str]())
    single = list(_pairs(_single(pools, rng), locales, seen))
    combined = list(_pairs(_combined(pools, rng), locales, seen))
    train, test = _split(combined, TRAIN - len(single), rng)
    features = Features({"translation": Translation(languages=[source, target])})
    splits = {"train": single + train, "test": test}
    return DatasetDict(
        {
            name: Dataset.from_dict(
                {"translation": [dict(zip((source, target), pairs[i], strict=True)) for i in rng.permutation(len(pairs))]}, features
            )
            for name, pairs in splits.items()
        }
    )


BUILTIN: Mapping[str, Callable[[], DatasetDict]] = {
    f"cldr-{source}-{target}": partial(cldr, source, target)
    for source, target in (("en", "de"), ("en", "fr"), ("en", "es"), ("de", "fr"), ("en", "ru"), ("en", "ar"))
}
"""Data sets by name."""


def _locale(name: str, where: str) -> Locale:
    from babel import Locale, UnknownLocaleError

    try:
        return Locale.parse(name)
    except (UnknownLocaleError, ValueError):
        raise UserError(f"CLDR has no language {name!r}.", where=where, fix='Name one as in "de" or "pt_BR".') from None


def _pools(locales: tuple[Locale, Locale], rng: np.random.Generator) -> _Pools:
    from babel import localedata
    from babel.numbers import get_territory_currencies

    def shared(table: str, codes: Iterable[str]) -> list[str]:
        return sorted({code for code in codes if all(code in getattr(locale, table) for locale in locales)} - SKIPPED)

    known = sorted(localedata.locale_identifiers())
    territories = shared("territories", locales[0].territories)
    return _Pools(
        territories,
        shared("languages", (name for name in known if "_" not in name)),
        [name for name in known if re.fullmatch(r"[a-z]+_([A-Z]{2}|[A-Z][a-z]{3})", name)],
        shared("currencies", {code for place in territories for code in get_territory_currencies(place)}),
        [unit for unit in shared("unit_display_names", locales[0].unit_display_names) if UNITS.match(unit)],
        shared("meta_zones", locales[0].meta_zones),
    )


def _pairs(says: Iterable[Say], locales: tuple[Locale, Locale], seen: tuple[set[str], set[str]]) -> Iterator[Pair]:
    """What both languages say, but what is the same in both and what has been said before."""
    for say in says:
        said = [" ".join((say(locale) or "").split()) for locale in locales]
        if all(said) and said[0] != said[1] and not any(text in side for text, side in zip(said, seen, strict=True)):
            if any(UNSAID[locale.language].search(text) for text, locale in zip(said, locales) if locale.language in UNSAID):
                continue
            for text, side in zip(said, seen, strict=True):
                side.add(text)
            yield said[0], said[1]


def _split(pairs: list[Pair], rows: int, rng: np.random.Generator) -> tuple[list[Pair], list[Pair]]:
    """Pairs for "train", `rows` at most, and for "test"; pairs that differ in numbers alone are not torn."""
    masked = [tuple(re.sub(r"\d+(?:[ .,:]\d+)*", "#", text) for text in pair) for pair in pairs]
    sources = sorted({source for source, _ in masked})
    test: list[int] = []
    members: dict[str, list[int]] = {source: [] for source in sources}
    for i, (source, _) in enumerate(masked):
        members[source].append(i)
    for place in rng.permutation(len(sources)):
        group = members[sources[place]]
        if len(test) + len(group) <= TEST:
            test += group
    held = [{masked[i][side] for i in test} for side in (0, 1)]
    free = [i for i in rng.permutation(len(pairs)) if not any(masked[i][side] in held[side] for side in (0, 1))]
    return [pairs[i] for i in free[:rows]], [pairs[i] for i in test]


def _single(pools: _Pools, rng: np.random.Generator) -> Iterator[Say]:
    """Names and amounts by themselves."""
    for table in ("territories", "languages", "currencies"):
        yield from (partial(wording.name, table, code) for code in getattr(pools, table))
    yield from (partial(wording.zone_name, zone, variant) for zone in pools.zones for variant in ("standard", "daylight"))
    yield from (*wording.DAYS, *wording.MONTHS)
    yield from (partial(wording.measure, unit, number) for unit in pools.units for number in (1, _number(rng)))
    yield from (partial(wording.money, code, _number(rng)) for code in pools.currencies)
    for _ in range(120):
        yield partial(wording.relative, *_away(rng))
    for _ in range(40):
        yield partial(wording.percent, _number(rng) / 100)
        yield partial(wording.hours, _moment(rng), int(rng.integers(1, 9)))
        for skeleton in ("MMMMd", "yMMMM", "yQQQQ", "MMMMW", "yw"):
            yield partial(wording.skeleton, skeleton, _moment(rng))


def _combined(pools: _Pools, rng: np.random.Generator) -> Iterator[Say]:
    """Texts that are put together of others."""

    def some(choices: Sequence[Any], most: int = 4) -> list[Any]:
        """2 to `most` of the choices, in a new order."""
        return [choices[i] for i in rng.permutation(len(choices))[: rng.integers(2, most + 1)]]

    def listed(says: Iterable[Say]) -> Say:
        return partial(wording.joined, "or" if rng.random() < 0.3 else "standard", list(says))

    places = [partial(wording.name, "territories", place) for place in pools.territories if len(place) == 2]
    languages = [partial(wording.name, "languages", language) for language in pools.languages]
    yield from (partial(wording.written, name) for name in pools.locales)
    for says, count in ((places, 1200), (languages, 700), (wording.DAYS, 150), (wording.MONTHS, 200)):
        yield from (listed(some(says)) for _ in range(count))
    for _ in range(900):
        family = pools.units[rng.integers(len(pools.units))].split("-")[0]
        units = some([unit for unit in pools.units if unit.startswith(family)], 3)
        yield listed(partial(wording.measure, unit, _number(rng)) for unit in units)
    for _ in range(500):
        yield listed(partial(wording.money, code, _number(rng)) for code in some(pools.currencies, 3))
        yield partial(
            wording.zoned, pools.zones[rng.integers(len(pools.zones))], ("standard", "daylight")[rng.integers(2)], _moment(rng)
        )
        yield partial(wording.date, _moment(rng))
        yield partial(wording.date_and_time, _moment(rng))
        yield partial(wording.interval, "yMMMEd", _moment(rng), dt.timedelta(int(rng.integers(1, 45))))
    for _ in range(250):
        (one, number), (other, also) = _away(rng), _away(rng)
        yield partial(
            wording.joined,
            "or",
            [partial(wording.relative, one, number), partial(wording.relative, other, int(np.copysign(also, number)))],
        )
        yield partial(wording.interval, "yMMMM", _moment(rng), dt.timedelta(int(rng.integers(32, 700))))


def _number(rng: np.random.Generator) -> float:
    """Small whole numbers mostly, some large ones and some with a half."""
    kind = rng.random()
    if kind < 0.75:
        return int(rng.integers(2, 60))
    return int(rng.integers(100, 20_000)) if kind < 0.9 else int(rng.integers(1, 2_000)) + 0.5


def _moment(rng: np.random.Generator) -> dt.datetime:
    return dt.datetime(1950, 1, 1) + dt.timedelta(days=int(rng.integers(36_500)), minutes=5 * int(rng.integers(288)))


def _away(rng: np.random.Generator) -> tuple[Period, int]:
    """A unit of time and how many of it, before now where negative."""
    number = int(rng.integers(1, 31))
    return _PERIODS[rng.integers(len(_PERIODS))], number if rng.random() < 0.5 else -number
