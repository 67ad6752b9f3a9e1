"""How a language says one thing: a name, an amount, a time. None where it has no words for it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from babel import Locale

Period = Literal["year", "month", "week", "day", "hour", "minute"]
Say = Callable[["Locale"], "str | None"]
"""Says one content in a language; None where the language has no words for it."""


def name(table: str, code: str, locale: Locale) -> str:
    return str(getattr(locale, table)[code])


def calendar(table: str, number: int, locale: Locale) -> str:
    """A weekday (0 is Monday) or a month (1 is January) by itself, not as part of a date."""
    return str(getattr(locale, table)["stand-alone"]["wide"][number])


DAYS: list[Say] = [partial(calendar, "days", day) for day in range(7)]
MONTHS: list[Say] = [partial(calendar, "months", month) for month in range(1, 13)]


def written(name: str, locale: Locale) -> str | None:
    """A language as written in a territory or a script, as in "German (Switzerland)"."""
    from babel import Locale

    written = Locale.parse(name, resolve_likely_subtags=False)
    return written.get_display_name(locale) if written.language in locale.languages else None


def zone_name(zone: str, variant: str, locale: Locale) -> str | None:
    return locale.meta_zones[zone].get("long", {}).get(variant)


def zoned(zone: str, variant: str, moment: dt.datetime, locale: Locale) -> str | None:
    """A time in a time zone, with the zone's name where the language's longest pattern of a time has it."""
    from babel.dates import format_time

    if (name := zone_name(zone, variant, locale)) is None:
        return None
    quoted = "'" + name.replace("'", "''") + "'"
    return format_time(moment, locale.time_formats["full"].pattern.replace(":ss", "").replace("zzzz", quoted), locale=locale)


def measure(unit: str, number: float, locale: Locale) -> str | None:
    from babel.units import format_unit

    text = format_unit(number, unit, "long", locale=locale)
    return None if unit in text else text  # Babel gives the code where CLDR has no words


def money(code: str, number: float, locale: Locale) -> str | None:
    from babel.numbers import format_currency

    text = format_currency(number, code, "#,##0.##", locale, currency_digits=False, format_type="name")
    return None if code in text else text


def percent(number: float, locale: Locale) -> str:
    from babel.numbers import format_percent

    return format_percent(number, "#,##0.#" + locale.percent_formats[None].pattern.split("0")[-1], locale)


def relative(unit: Period, number: int, locale: Locale) -> str:
    from babel.dates import TIMEDELTA_UNITS, format_timedelta

    away = dt.timedelta(seconds=number * dict(TIMEDELTA_UNITS)[unit])
    return format_timedelta(away, unit, threshold=float("inf"), add_direction=True, locale=locale)


def joined(style: Literal["standard", "or"], says: list[Say], locale: Locale) -> str | None:
    from babel.lists import format_list

    items = [say(locale) for say in says]
    parts = [item for item in items if item and "," not in item and "،" not in item]
    return format_list(parts, style, locale) if len(parts) == len(items) else None


def date(moment: dt.datetime, locale: Locale) -> str:
    from babel.dates import format_date

    return format_date(moment, "full", locale)


def skeleton(skeleton: str, moment: dt.datetime, locale: Locale) -> str:
    from babel.dates import format_skeleton

    return format_skeleton(skeleton, moment, locale=locale)


def date_and_time(moment: dt.datetime, locale: Locale) -> str:
    from babel.dates import format_time, get_datetime_format

    glue = str(get_datetime_format("full", locale=locale)).replace("'", "")
    return glue.format(format_time(moment, "short", locale=locale), date(moment, locale))


def interval(skeleton: str, start: dt.datetime, length: dt.timedelta, locale: Locale) -> str:
    from babel.dates import format_interval

    return format_interval(start, start + length, skeleton, locale=locale)


def hours(start: dt.datetime, hours: int, locale: Locale) -> str:
    """From one hour of the day to another, by the clock that the language goes by."""
    start = start.replace(hour=start.hour % (24 - hours))
    return interval("hm" if "h" in locale.time_formats["short"].pattern else "Hm", start, dt.timedelta(hours=hours), locale)
