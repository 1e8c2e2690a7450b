"""The times that people name: understood, or known not to be."""

from datetime import date, timedelta
from itertools import pairwise

import pytest

from bot.core.questions import Window, WindowKind
from bot.reply.understand.time_expressions import find_times

# A Monday.
DAY = date(2026, 11, 23)


def shown(window: Window | None) -> str:
    if window is None:
        return "not known"
    if window.kind is not WindowKind.DAYS:
        return str(window.kind)
    return f"{window.first:%Y-%m-%d}" + (f"..{window.last:%Y-%m-%d}" if window.last != window.first else "")


def times_shown(text: str, day: date = DAY) -> list[str]:
    return [shown(said.window) for said in sorted(find_times(text, day=day, today=day), key=lambda said: said.start)]


def last(days: int) -> str:
    first = DAY - timedelta(days=days)
    return f"{first}..2026-11-22" if days > 1 else "2026-11-22"


KNOWN = {
    # English
    "yesterday": "2026-11-22",
    "the day before yesterday": "2026-11-21",
    "3 days ago": "2026-11-20",
    "three days ago": "2026-11-20",
    "a week ago": "2026-11-16",
    "today so far": "today",
    "right now": "live",
    "last 7 days": last(7),
    "7d": last(7),
    "past two weeks": last(14),
    "couple of weeks": last(14),
    "last 366 days": last(366),
    "1 year": last(365),
    "this week": "today",
    "weekly": last(7),
    "last month": last(30),
    "monday": "2026-11-16",
    "last friday": "2026-11-20",
    "last weekend": "2026-11-21..2026-11-22",
    "since Monday": "2026-11-16..2026-11-22",
    "since yesterday": "2026-11-22",
    "since Nov 1": "2026-11-01..2026-11-22",
    "between Monday and Wednesday": "2026-11-16..2026-11-18",
    "Nov 20": "2026-11-20",
    "november 20th, 2025": "2025-11-20",
    "20 Nov": "2026-11-20",
    "dec 24": "2025-12-24",
    "Nov 20 to 22": "2026-11-20..2026-11-22",
    "Nov 20-22": "2026-11-20..2026-11-22",
    "20-22 November": "2026-11-20..2026-11-22",
    "Nov 1 to Nov 7": "2026-11-01..2026-11-07",
    "from October 30 until Nov 2": "2026-10-30..2026-11-02",
    "2026-11-20 to 2026-11-22": "2026-11-20..2026-11-22",
    "11/20": "2026-11-20",
    "20/11": "2026-11-20",
    "31/12/2025": "2025-12-31",
    "20.11.2026": "2026-11-20",
    "20.11.": "2026-11-20",
    "2026-11-23": "today",
    "october": "2026-10-01..2026-10-31",
    "in November": "2026-11-01..2026-11-22",
    "in december": "2025-12-01..2025-12-31",
    "October 2026": "2026-10-01..2026-10-31",
    "oct 2025": "2025-10-01..2025-10-31",
    "since january": "2026-01-01..2026-11-22",
    "on 3 may": "2026-05-03",
    "3rd of may": "2026-05-03",
    "may 3": "2026-05-03",
    "in may": "2026-05-01..2026-05-31",
    "in 2025": "2025-01-01..2025-12-31",
    "2024": "2024-01-01..2024-12-31",
    "within the last 2 weeks": last(14),
    "in the past 3 days": last(3),
    "this past week": last(7),
    "the last fortnight": last(14),
    "a fortnight ago": "2026-11-09",
    "back in 2012": "2012-01-01..2012-12-31",
    "month": last(30),
    "year": last(365),
    # the calendar's week, month and year, as far as they went
    "month to date": "2026-11-01..2026-11-22",
    "this month": "2026-11-01..2026-11-22",
    "this month so far": "2026-11-01..2026-11-22",
    "so far this month": "2026-11-01..2026-11-22",
    "since the start of the month": "2026-11-01..2026-11-22",
    "mtd": "2026-11-01..2026-11-22",
    "this year": "2026-01-01..2026-11-22",
    "year to date": "2026-01-01..2026-11-22",
    "ytd": "2026-01-01..2026-11-22",
    # other languages
    "hoy": "today",
    "ayer": "2026-11-22",
    "anteayer": "2026-11-21",
    "7 días": last(7),
    "los últimos 7 días": last(7),
    "hace 3 días": "2026-11-20",
    "la semana pasada": last(7),
    "este mes": "2026-11-01..2026-11-22",
    "heute": "today",
    "gestern": "2026-11-22",
    "vorgestern": "2026-11-21",
    "7 Tage": last(7),
    "in den letzten 7 Tagen": last(7),
    "vor 3 Tagen": "2026-11-20",
    "letzte Woche": last(7),
    "diesen Monat": "2026-11-01..2026-11-22",
    "aujourd’hui": "today",
    "hier": "2026-11-22",
    "avant-hier": "2026-11-21",
    "7 jours": last(7),
    "les 7 derniers jours": last(7),
    "il y a 3 jours": "2026-11-20",
    "cette semaine": "today",
    "cette année": "2026-01-01..2026-11-22",
    "hoje": "today",
    "ontem": "2026-11-22",
    "últimos 7 dias": last(7),
    "esse mês": "2026-11-01..2026-11-22",
    "oggi": "today",
    "ieri": "2026-11-22",
    "l'altro ieri": "2026-11-21",
    "ultimi 7 giorni": last(7),
    "questo mese": "2026-11-01..2026-11-22",
    "dieses Jahr": "2026-01-01..2026-11-22",
    "lo que va de mes": "2026-11-01..2026-11-22",
    "deze maand": "2026-11-01..2026-11-22",
    "ten miesiąc": "2026-11-01..2026-11-22",
    "bu ay": "2026-11-01..2026-11-22",
    "bulan ini": "2026-11-01..2026-11-22",
    "в этом месяце": "2026-11-01..2026-11-22",
    "за 2 недели": last(14),
    "今月": "2026-11-01..2026-11-22",
    "今年": "2026-01-01..2026-11-22",
    "이번 달": "2026-11-01..2026-11-22",
    "这个月": "2026-11-01..2026-11-22",
    "la settimana scorsa": last(7),
    "сегодня": "today",
    "вчера": "2026-11-22",
    "позавчера": "2026-11-21",
    "последние 7 дней": last(7),
    "3 дня назад": "2026-11-20",
    "за неделю": last(7),
    "bugün": "today",
    "dün": "2026-11-22",
    "son 7 gün": last(7),
    "3 gün önce": "2026-11-20",
    "vandaag": "today",
    "gisteren": "2026-11-22",
    "wczoraj": "2026-11-22",
    "ostatnie 7 dni": last(7),
    "kemarin": "2026-11-22",
    "今日": "today",
    "昨日": "2026-11-22",
    "一昨日": "2026-11-21",
    "過去7日間": last(7),
    "7日": last(7),
    "３日前": "2026-11-20",
    "今週": "today",
    "先月": last(30),
    "11月20日": "2026-11-20",
    "10月": "2026-10-01..2026-10-31",
    "오늘": "today",
    "어제": "2026-11-22",
    "그저께": "2026-11-21",
    "지난 7일": last(7),
    "3일 전": "2026-11-20",
    "이번 주": "today",
    "今天": "today",
    "昨天": "2026-11-22",
    "前天": "2026-11-21",
    "最近7天": last(7),
    "三天前": "2026-11-20",
    "上周": last(7),
    "اليوم": "today",
    "أمس": "2026-11-22",
    "٧ أيام": last(7),
}


@pytest.mark.parametrize(("text", "expected"), KNOWN.items(), ids=KNOWN)
def test_a_time_is_understood(text: str, expected: str) -> None:
    assert times_shown(text) == [expected]
    assert times_shown(f"xqc {text}") == [expected]


NOT_KNOWN = [
    "\n    last night",
    "tonight",
    "this morning",
    "last hour",
    "last 24 hours",
    "24h",
    "3 hours ago",
    "90 minutes",
    "5pm",
    "at 17:30",
    "all time",
    "of all time",
    "\n    -5 days",
    "0 days",
    "2 years",
    "last 9999 days",
    "999999999 days",
    "last few days",
    "tomorrow",
    "next week",
    "next 3 days",
    "this season",
    "\n    last christmas",
    "last summer",
    "Feb 30",
    "nov 31",
    "9999-12-31",
    "0001-01-01",
    "2026-13-45",
    "2026-02-30",
    "99/99",
    "since 2020",
    "\n    since launch",
    "Nov 22 to 20",
    "November 9999",
    "anoche",
    "mañana",
    "próxima semana",
    "gestern abend",
    "morgen",
    "nächste Woche",
    "hier soir",
    "demain",
    "\n    la semaine prochaine",
    "ontem à noite",
    "amanhã",
    "domani",
    "вчера вечером",
    "завтра",
    "yarın",
    "昨夜",
    "明日",
    "来週",
    "明天",
    "24小时",
    "3時間",
    "내일",
    "다음 주",
    "7 Stunden",
    "\n    24 horas",
    "for lifetime",
    "last stream",
    "\n    in 2 weeks",
    "in 3 days",
    "in a month",
    "in a fortnight",
    "3 days from now",
    "2 weeks later",
    "in einer Woche",
    "in 3 Tagen",
    "dans 2 semaines",
    "\n    dentro de 3 días",
    "daqui a 2 semanas",
    "fra due settimane",
    "через 2 недели",
    "2 hafta sonra",
    "2週間後",
    "3일 후",
    "over 2 weken",
    "om 2 veckor",
    "\n    in 1987",
    "in 2009",
    "in 2035",
    "since 1985",
    "during 2010",
    "en 1995",
    "im Jahr 2003",
    "в 1998 году",
    "2031年",
    "october 1987",
    "\n    the following week",
    "the week after next",
    "semana que vem",
    "через неделю",
    "za tydzień",
    "\n    last week of october",
    "first half of october",
    "beginning of november",
    "mid-october",
    "anfang november",
    "finales de octubre",
    "\n    week 46",
    "wk 46",
    "the 46th week",
    "KW 12",
    "semana 33",
    "2026-W46",
    "Q2 2026",
    "in q3",
    "weeks ago\n",
]


@pytest.mark.parametrize("text", [text.strip() for text in NOT_KNOWN], ids=[text.strip() for text in NOT_KNOWN])
def test_time_without_data_or_that_does_not_exist_is_not_replaced(text: str) -> None:
    assert "not known" in times_shown(f"xqc {text}")
    assert set(times_shown(f"xqc {text}")) == {"not known"}


@pytest.mark.parametrize(
    "text",
    [
        "24/7",
        "may the best win",
        "he sees hours of it",
        "how many hours",
        "day",
        "march on",
        "1st",
        "2077",
        "in 2000 points",
        "in 1500 viewers",
        "1999",
        "mes stats",
    ],
    ids=lambda text: text,
)
def test_text_that_is_no_time_is_not_read_as_one(text: str) -> None:
    assert times_shown(text) == []


def test_a_weekend_that_is_not_over_counts_as_far_as_it_goes() -> None:
    sunday = DAY - timedelta(days=1)
    assert times_shown("this weekend", sunday) == ["2026-11-21"]
    assert times_shown("this weekend", sunday - timedelta(days=1)) == ["2026-11-14..2026-11-15"]


@pytest.mark.parametrize(
    ("text", "day", "expected"),
    [
        ("this week", date(2026, 11, 23), "today"),
        ("this week", date(2026, 11, 24), "2026-11-23"),
        ("this week", date(2026, 11, 29), "2026-11-23..2026-11-28"),
        ("this month", date(2026, 12, 1), "today"),
        ("this month", date(2026, 12, 2), "2026-12-01"),
        ("this month", date(2024, 2, 29), "2024-02-01..2024-02-28"),
        ("this year", date(2027, 1, 1), "today"),
        ("this year", date(2024, 12, 31), "2024-01-01..2024-12-30"),
    ],
    ids=[
        "a Monday",
        "a Tuesday",
        "a Sunday",
        "the first of a month",
        "the second of a month",
        "a leap day",
        "New Year",
        "New Year's Eve",
    ],
)
def test_this_week_month_or_year_goes_from_its_first_day_to_the_last_finished_one(
    text: str, day: date, expected: str
) -> None:
    assert times_shown(text, day) == [expected]


def test_times_do_not_overlap_and_lie_within_the_text() -> None:
    for text in [*KNOWN, *NOT_KNOWN, "yesterday and last week and Nov 20 to 22 since monday"]:
        found = sorted(find_times(text, day=DAY, today=DAY), key=lambda said: said.start)
        assert all(0 <= said.start < said.end <= len(text) for said in found)
        assert all(one.end <= other.start for one, other in pairwise(found))
