"""ingest/dates: written and relative dates, right or not at all."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.model.stated import Precision
from ingest.dates import Read, day_first_of, is_believable, read_date, read_relative
from ingest.dates.names import MONTH_NAMES, MONTHS, fold
from ingest.dates.written import needs_order

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
NOW = datetime(2026, 3, 7, 10, 30, tzinfo=UTC)  # a Saturday, 11:30 in Amsterdam


def minute(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


@pytest.mark.parametrize(
    ("raw", "instant"),
    [
        # RFC 3339 and what stands near it
        ("2026-03-07T18:45:30Z", "2026-03-07T18:45:30+00:00"),
        ("2026-03-07t18:45:30.123456789z", "2026-03-07T18:45:30+00:00"),
        ("2026-03-07 18:45:30 +01:00", "2026-03-07T18:45:30+01:00"),
        ("2026-03-07T18:45-0530", "2026-03-07T18:45:00-05:30"),
        ("2026-03-07T18:45:30+01:00[Europe/Amsterdam]", "2026-03-07T18:45:30+01:00"),
        ("2026-07-07T18:45:30 CEST", "2026-07-07T18:45:30+02:00"),
        ("20260307T184530Z", "2026-03-07T18:45:30+00:00"),
        ("2026/03/07 18:45", "2026-03-07T18:45:00+00:00"),
        # RFC 822 and its abuses
        ("Sat, 07 Mar 2026 18:45:30 GMT", "2026-03-07T18:45:30+00:00"),
        ("07 Mar 26 18:45 EST", "2026-03-07T18:45:00-05:00"),
        ("Sat,07 Mar 2026 18:45:30 +0100", "2026-03-07T18:45:30+01:00"),
        ("Saturday, 7 March 2026 18:45:30 PDT", "2026-03-07T18:45:30-07:00"),
        ("Sat Mar  7 18:45:30 2026", "2026-03-07T18:45:30+00:00"),
        ("Sat Mar 07 18:45:30 +0000 2026", "2026-03-07T18:45:30+00:00"),
        ("Sat Mar 07 2026 18:45:30 GMT+0100 (Central Time)", "2026-03-07T18:45:30+01:00"),
        ("Sat, 07 Mar 2026 24:00:00 GMT", "2026-03-08T00:00:00+00:00"),
        ("Sat, 31 Dec 2016 23:59:60 GMT", "2016-12-31T23:59:59+00:00"),
        # zones by name
        ("Sat, 07 Mar 2026 18:45:30 CET", "2026-03-07T18:45:30+01:00"),
        ("Tue, 07 Jul 2026 18:45:30 CEST", "2026-07-07T18:45:30+02:00"),
        ("Tue, 07 Jul 2026 18:45:30 BST", "2026-07-07T18:45:30+01:00"),
        ("Sat, 07 Mar 2026 18:45:30 GMT+8", "2026-03-07T18:45:30+08:00"),
        ("Sat, 07 Mar 2026 18:45:30 UTC-3:30", "2026-03-07T18:45:30-03:30"),
        ("Sat, 07 Mar 2026 18:45:30 IST", "2026-03-07T18:45:30+05:30"),
        ("2026-07-07 18:45 Europe/Amsterdam", "2026-07-07T18:45:00+02:00"),
        # other languages, times as they write them
        ("ma, 23 nov 2015 10:00:00 +0100", "2015-11-23T10:00:00+01:00"),
        ("7 mrt 2026 18:45", "2026-03-07T18:45:00+00:00"),
        ("zaterdag 7 maart 2026 om 18.45 uur", "2026-03-07T18:45:00+00:00"),
        ("7. Mai 2026, 18:45 Uhr", "2026-05-07T18:45:00+00:00"),
        ("Mi, 31 Dez 2025 18:45:00 +0100", "2025-12-31T18:45:00+01:00"),
        ("ven, 05 déc 2025 18:45:00 +0100", "2025-12-05T18:45:00+01:00"),
        ("le 1er août 2026 à 18h45", "2026-08-01T18:45:00+00:00"),
        ("mar 10 mar 2026 18:45:00 +0100", "2026-03-10T18:45:00+01:00"),
        ("mar. 3 févr. 2026 10:00", "2026-02-03T10:00:00+00:00"),
        ("sábado, 7 de março de 2026 às 18h45", "2026-03-07T18:45:00+00:00"),
        ("7 de agosto de 2026 18:45", "2026-08-07T18:45:00+00:00"),
        ("sobota, 7 października 2026 18:45", "2026-10-07T18:45:00+00:00"),
        ("lördag 7 maj 2026 kl. 18.45", "2026-05-07T18:45:00+00:00"),
        ("7. maaliskuuta 2026 klo 18.45", "2026-03-07T18:45:00+00:00"),
        ("7 марта 2026, 18:45", "2026-03-07T18:45:00+00:00"),
        ("2026年3月7日(土) 午後6時45分", "2026-03-07T18:45:00+00:00"),
        ("2026년 3월 7일 오후 6:45", "2026-03-07T18:45:00+00:00"),
        ("March 7th, 2026 at 6:45 p.m. EST", "2026-03-07T18:45:00-05:00"),
        ("Mar 7, 2026 12:05 AM", "2026-03-07T00:05:00+00:00"),
        # numbers
        ("31.12.2025 18:45:00 +0100", "2025-12-31T18:45:00+01:00"),
        ("03.04.2024 10:00", "2024-04-03T10:00:00+00:00"),
        ("25-12-2025 10:00", "2025-12-25T10:00:00+00:00"),
        ("12/25/2025 10:00 PM", "2025-12-25T22:00:00+00:00"),
        ("1772909130", "2026-03-07T18:45:30+00:00"),
        ("1772909130123", "2026-03-07T18:45:30+00:00"),
    ],
)
def test_an_instant_is_read_whoever_wrote_it(raw: str, instant: str) -> None:
    read = read_date(raw)
    assert read is not None
    assert read.at == minute(instant)
    assert read.at.tzinfo is UTC
    assert read.precision is Precision.MINUTE


@pytest.mark.parametrize(
    ("raw", "day"),
    [
        ("2026-03-07", (2026, 3, 7)),
        ("20260307", (2026, 3, 7)),
        ("2026-066", (2026, 3, 7)),
        ("7 mrt 2026", (2026, 3, 7)),
        ("Gepubliceerd op 7 maart 2026", (2026, 3, 7)),
        ("2026. március 7.", (2026, 3, 7)),
        ("25-12-2025", (2025, 12, 25)),
        ("04-04-2024", (2024, 4, 4)),
        ("Sat, 07 Mar 2026 18:45:30 QQQT", (2026, 3, 7)),
    ],
)
def test_a_date_without_a_known_hour_is_a_day(raw: str, day: tuple[int, int, int]) -> None:
    read = read_date(raw)
    assert read is not None
    assert read.at == datetime(*day, tzinfo=UTC)
    assert read.precision is Precision.DAY
    assert read.how.endswith("day")


@pytest.mark.parametrize(
    "raw",
    [
        "", " ", "soon", "Vandaag", "7", "12 days", "2026", "18:45", "2026-W10", "+32 2 555 12 12",
        "Wed, 31 Sep 2025 10:00:00 GMT", "2026-02-30", "Sat, 07 Mar 2026 27:61:00 GMT", "0000-00-00",
        "03-04-2024", "3/4/24 10:00", "24-03-04", "2026-03-07T18:4", "Sat, 07 Mar 2026 1:2:3:4 GMT",
        "7 mars 8 avril 2026", "12345678", "9999999999999999", "Mar 2026", "7 maart", "x" * 5000,
        "On 7 March 2026 the minister said that she would go", "1 2 3 4 5 6", "٣/٤/٢٠٢٤",
        "13:00 PM 7 Mar 2026", "2026-13-01", "Sat, 07 Mar 99999 10:00:00 GMT",
    ],
)  # fmt: skip
def test_what_is_no_date_or_two_is_not_read(raw: str) -> None:
    assert read_date(raw) is None


@pytest.mark.parametrize(
    ("language", "day_first", "day"),
    [
        ("nl", None, (2024, 4, 3)),
        ("en-GB", None, (2024, 4, 3)),
        ("en_us", None, (2024, 3, 4)),
        ("nl", False, (2024, 3, 4)),
        (None, True, (2024, 4, 3)),
        ("en", None, None),
        ("ja", None, None),
    ],
)
def test_language_or_neighbours_settle_which_number_is_the_day(
    language: str | None, day_first: bool | None, day: tuple[int, int, int] | None
) -> None:
    read = read_date("03-04-2024", language=language, day_first=day_first)
    assert (read and read.at) == (day and datetime(*day, tzinfo=UTC))


def test_one_sure_date_settles_the_order_of_a_feed() -> None:
    assert day_first_of(["03-04-2024", "25-04-2024", "2024-04-01", "soon"]) is True
    assert day_first_of(["03/04/2024", "04/25/2024"]) is False
    assert day_first_of(["25/04/2024", "04/25/2024"]) is None
    assert day_first_of(["03/04/2024"]) is None
    assert needs_order("03/04/2024")
    assert not needs_order("25/04/2024")
    assert not needs_order("03.04.2024")
    assert not needs_order("2024-04-03")


def test_a_time_without_zone_gets_the_one_it_is_given() -> None:
    read = read_date("2026-03-07 18:45", zone=AMSTERDAM)
    assert read == Read(
        at=datetime(2026, 3, 7, 17, 45, tzinfo=UTC), precision=Precision.MINUTE, how="iso no zone"
    )


def test_no_month_name_means_two_months() -> None:
    for language, months in MONTH_NAMES.items():
        groups = months.split("|")
        assert len(groups) == 12, language
        for number, names in enumerate(groups, 1):
            assert [MONTHS[fold(name)] for name in names.split()] == [number] * len(names.split())


def test_dates_before_the_web_and_from_the_future_are_not_believed() -> None:
    assert is_believable(NOW, NOW)
    assert is_believable(NOW + timedelta(hours=48), NOW)
    assert not is_believable(NOW + timedelta(hours=49), NOW)
    assert is_believable(datetime(1990, 1, 1, tzinfo=UTC), NOW)
    assert not is_believable(datetime(1970, 1, 1, tzinfo=UTC), NOW)


LATEST = st.datetimes(
    min_value=datetime(1990, 1, 1),  # noqa: DTZ001 - hypothesis takes naive bounds and adds the zone
    max_value=datetime(2068, 12, 31),  # noqa: DTZ001 - the same
    timezones=st.integers(-12 * 60, 14 * 60).map(lambda m: timezone(timedelta(minutes=m))),
).map(lambda at: at.replace(microsecond=0))


@settings(derandomize=True, max_examples=150, deadline=None)
@given(LATEST)
def test_what_is_written_by_the_rules_is_read_back(at: datetime) -> None:
    for form in ("%a, %d %b %Y %H:%M:%S %z", "%Y-%m-%dT%H:%M:%S%z", "%d.%m.%Y %H:%M:%S %z"):
        read = read_date(at.strftime(form))
        assert read is not None
        assert read.at == at
    assert read_date(at.isoformat()) == Read(
        at=at.astimezone(UTC), precision=Precision.MINUTE, how="rfc3339"
    )


ANY = st.text(
    st.sampled_from("0123456789:-/.+TZ ,ahpm\u5e74\u6708\u65e5 janmaruGMTé'(["), max_size=40
)


@settings(derandomize=True, max_examples=300)
@given(
    st.tuples(
        st.sampled_from(["0", "1", "07", "29", "31", "32"]),
        st.sampled_from(["Jan", "Feb", "Mar", "May", "Dec", "Mai", "Xyz"]),
        st.sampled_from(["1899", "1970", "2024", "2026", "2200"]),
        st.sampled_from(["00:00", "18:45:30", "24:00:00", "24:01", "23:59:60", "27:61"]),
        st.sampled_from(["GMT", "UT", "Z", "EST", "PDT", "CET", "XYZ", "+0100", "-1401", "+0060"]),
    ),
    st.sampled_from(["", "Sat, ", "Mar, ", "Xyz, "]),
)
def test_a_date_to_the_letter_of_rfc_822_is_read_as_one_beside_it(
    parts: tuple[str, ...], day_name: str
) -> None:
    exact = day_name + " ".join(parts)
    assert read_date(exact) == read_date(exact.replace(" ", "  "))


@settings(derandomize=True, max_examples=400, deadline=None)
@given(ANY)
def test_any_text_is_read_or_not_but_never_raises(raw: str) -> None:
    read = read_date(raw, language="nl")
    assert read is None or 1899 < read.at.year < 2201
    read_relative(raw, language=None, now=NOW, zone=AMSTERDAM)


@pytest.mark.parametrize(
    ("phrase", "language", "days"),
    [
        ("Vandaag", "nl", 0), ("Gisteren", "nl", 1), ("eergisteren", None, 2), ("Today", "en", 0),
        ("the day before yesterday", "en", 2), ("heute", "de", 0), ("Vorgestern", "de", 2),
        ("aujourd’hui", "fr", 0), ("hier", "fr", 1), ("avant-hier", "fr", 2), ("hoy", "es", 0),
        ("anteayer", "es", 2), ("oggi", "it", 0), ("l’altro ieri", "it", 2), ("hoje", "pt", 0),
        ("anteontem", "pt-BR", 2), ("i dag", "sv", 0), ("igår", "sv", 1), ("i förrgår", "sv", 2),
        ("i forgårs", "da", 2), ("i går", "no", 1), ("dzisiaj", "pl", 0), ("dziś", "pl", 0),
        ("wczoraj", "pl", 1), ("przedwczoraj", "pl", 2), ("3 dagen geleden", "nl", 3),
        ("vor 2 Tagen", "de", 2), ("il y a 4 jours", "fr", 4), ("2 dni temu", "pl", 2),
        ("23 nov", "nl", 104), ("zaterdag 7 maart", "nl", 0),
    ],
)  # fmt: skip
def test_a_word_for_a_day_is_that_day_and_no_hour(
    phrase: str, language: str | None, days: int
) -> None:
    read = read_relative(phrase, language=language, now=NOW, zone=AMSTERDAM)
    assert read is not None
    assert read.at == datetime(2026, 3, 7, tzinfo=UTC) - timedelta(days=days)
    assert read.precision is Precision.DAY


@pytest.mark.parametrize(
    ("phrase", "language", "instant"),
    [
        ("Gisteren, 08:12", "nl", "2026-03-06T08:12+01:00"),
        ("Vandaag om 9.05 uur", "nl", "2026-03-07T09:05+01:00"),
        ("Today at 6:45 pm", "en", "2026-03-07T18:45+01:00"),
        ("heute, 18:45 Uhr", "de", "2026-03-07T18:45+01:00"),
        ("hier à 18h45", "fr", "2026-03-06T18:45+01:00"),
        ("hoy a las 18:45", "es", "2026-03-07T18:45+01:00"),
        ("ieri, ore 18:45", "it", "2026-03-06T18:45+01:00"),
        ("hoje às 18h45", "pt", "2026-03-07T18:45+01:00"),
        ("i dag kl. 18.45", "da", "2026-03-07T18:45+01:00"),
        ("dziś, 18:45", "pl", "2026-03-07T18:45+01:00"),
        ("ma 23 nov 18:45", "nl", "2025-11-23T18:45+01:00"),
        ("yesterday 18:45 GMT", "en", "2026-03-06T18:45+00:00"),
        ("zojuist", "nl", "2026-03-07T11:30+01:00"),
        ("just now", None, "2026-03-07T11:30+01:00"),
        ("2 uur geleden", "nl", "2026-03-07T09:30+01:00"),
        ("een uur geleden", None, "2026-03-07T10:30+01:00"),
        ("5 minutes ago", "en", "2026-03-07T11:25+01:00"),
        ("vor einer Stunde", "de", "2026-03-07T10:30+01:00"),
        ("il y a 20 minutes", "fr", "2026-03-07T11:10+01:00"),
        ("hace 3 horas", "es", "2026-03-07T08:30+01:00"),
        ("un’ora fa", "it", "2026-03-07T10:30+01:00"),
        ("há 2 horas", "pt", "2026-03-07T09:30+01:00"),
        ("för 5 minuter sedan", "sv", "2026-03-07T11:25+01:00"),
        ("for en time siden", "nb", "2026-03-07T10:30+01:00"),
        ("godzinę temu", "pl", "2026-03-07T10:30+01:00"),
    ],
)
def test_a_relative_time_counts_on_the_calendar_of_its_zone(
    phrase: str, language: str | None, instant: str
) -> None:
    read = read_relative(phrase, language=language, now=NOW, zone=AMSTERDAM)
    assert read is not None
    assert read.at == minute(instant)
    assert read.precision is Precision.MINUTE


def test_today_is_the_day_of_the_zone_and_not_of_utc() -> None:
    late = datetime(2026, 3, 7, 23, 30, tzinfo=UTC)
    read = read_relative("Vandaag", language="nl", now=late, zone=AMSTERDAM)
    assert read is not None
    assert read.at == datetime(2026, 3, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("phrase", "language"),
    [
        ("vandaag is het mooi weer", "nl"), ("hier", "nl"), ("2 weken geleden", "nl"), ("", None),
        ("een jaar geleden", "nl"), ("5 min", "nl"), ("leestijd 2 minuten", "nl"), ("18:45", None),
        ("334 keer bekeken", "nl"), ("Vandaag 27:61", "nl"), ("today, 99:99:99", None),
        ("30 feb", "nl"), ("x" * 500, None),
    ],
)  # fmt: skip
def test_what_tells_no_day_is_not_read(phrase: str, language: str | None) -> None:
    assert read_relative(phrase, language=language, now=NOW, zone=AMSTERDAM) is None
