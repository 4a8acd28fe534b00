"""The settings: what a file and the environment come to, and how each mistake is told."""

import tomllib
from dataclasses import fields
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.config import Config, FeedSettings, find, is_private_url, load, origins
from archive.config.lines import line_of, lines_of
from archive.config.reader import SECTIONS
from archive.errors import ConfigError
from archive.model.site import SiteRules

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "config.toml"
TEMPLATE = ROOT / "archive" / "config" / "template.toml"


def loaded(tmp_path: Path, text: str, **environ: str) -> Config:
    path = tmp_path / "config.toml"
    path.write_text(text, encoding="utf-8")
    return load(path, environ)


def problems(tmp_path: Path, text: str, **environ: str) -> list[str]:
    """Return the mistakes told, without the folder before config.toml."""
    with pytest.raises(ConfigError) as caught:
        loaded(tmp_path, text, **environ)
    assert caught.value.exit_code == 2
    return [line.removeprefix(f"{tmp_path}/") for line in caught.value.problems]


# -- what it comes to ------------------------------------------------------------------------


def test_an_empty_file_is_all_defaults_with_places_beside_it(tmp_path: Path) -> None:
    config = loaded(tmp_path, "")
    assert config.archive.url == str(tmp_path / "archive.db")
    assert config.publish.dir == tmp_path / "public"
    assert config.backup.dir is None
    assert config.feeds == ()
    assert config.fetch == Config().fetch


def test_without_a_file_everything_lies_in_the_users_data_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    config = load(None, {})
    assert config.path is None
    assert config.archive.url == str(tmp_path / "newsarchive" / "archive.db")


@pytest.mark.parametrize(
    ("stated", "kept"),
    [
        ("news.db", "{folder}/news.db"),
        ("sqlite:///news.db", "{folder}/news.db"),
        ("/srv/news.db", "/srv/news.db"),
        ("sqlite:////srv/news.db", "/srv/news.db"),
        ("postgresql+psycopg://db/news", "postgresql+psycopg://db/news"),
    ],
)
def test_the_archives_address_is_a_path_from_the_files_folder_or_a_database(
    tmp_path: Path, stated: str, kept: str
) -> None:
    config = loaded(tmp_path, f'[archive]\nurl = "{stated}"')
    assert config.archive.url == kept.format(folder=tmp_path)


def test_dates_spans_and_lists_become_values(tmp_path: Path) -> None:
    config = loaded(
        tmp_path,
        """
        [publish]
        since = 2026-01-31
        [pages]
        recheck = "1h, 6h,1d"
        recount = "7d"
        [backup]
        every = "2w"
        [fetch]
        allow_networks = ["127.0.0.0/8", "::1"]
        """,
    )
    assert config.publish.since == date(2026, 1, 31)
    assert config.pages.recheck == (timedelta(hours=1), timedelta(hours=6), timedelta(days=1))
    assert config.pages.recount == (timedelta(days=7),)
    assert config.backup.every == timedelta(days=14)
    assert config.fetch.allow_networks == ("127.0.0.0/8", "::1/128")


def test_a_feed_is_private_when_its_address_or_a_file_holds_a_secret(tmp_path: Path) -> None:
    config = loaded(
        tmp_path,
        """
        [[feeds]]
        url = "https://a.example/feed"
        [[feeds]]
        url = "https://a.example/feed?token=x"
        [[feeds]]
        url = "https://b.example/feed"
        auth_file = "b.txt"
        [[feeds]]
        url = "https://c.example/feed"
        private = true
        publish = true
        """,
    )
    assert [feed.private for feed in config.feeds] == [False, True, True, True]
    assert [feed.publish for feed in config.feeds] == [True, False, False, True]
    assert config.feeds[2].auth_file == tmp_path / "b.txt"


@pytest.mark.parametrize(
    ("url", "is_private"),
    [
        ("https://example.org/feed", False),
        ("https://example.org/feed?q=monkey&page=2", False),
        ("https://user:pw@example.org/feed", True),
        ("https://user@example.org/feed", True),
        ("https://example.org/feed?KEY=", True),
        ("https://example.org/feed?a=1&rss_token=2", True),
        ("https://example.org/feed?authKey=2", True),
        ("https://example.org/feed?author=jansen", False),
        ("https://[broken/feed", False),
    ],
)
def test_a_private_address_is_told_by_its_parts(url: str, is_private: bool) -> None:
    assert is_private_url(url) is is_private


def test_a_feeds_empty_keys_mean_not_given(tmp_path: Path) -> None:
    text = """
        [pages]
        policy = "never"
        [[feeds]]
        url = "https://a.example/feed"
        name = ""
        title = ""
        page = ""
        interval_s = 0
        auth_file = ""
        """
    assert loaded(tmp_path, text).feeds == (
        FeedSettings(url="https://a.example/feed", page="never"),
    )


def test_rules_for_a_site_are_kept_under_its_host(tmp_path: Path) -> None:
    config = loaded(tmp_path, '[sites."Example.org"]\ntitle = "h1"\nremove = [".ad"]\ntext = ""')
    assert config.sites == {"example.org": SiteRules(title="h1", remove=(".ad",))}


# -- the environment -------------------------------------------------------------------------


def test_variables_go_over_the_file(tmp_path: Path) -> None:
    config = loaded(
        tmp_path,
        "[web]\nport = 80\nhost = '0.0.0.0'",
        NEWSARCHIVE_WEB__PORT="8080",
        NEWSARCHIVE_WEB__ENABLED="false",
        NEWSARCHIVE_FETCH__MIN_HOST_GAP_S="0.5",
        NEWSARCHIVE_FETCH__ALLOW_NETWORKS="127.0.0.0/8, ::1",
        NEWSARCHIVE_FETCH__CONTACT="2026",
        NEWSARCHIVE_PUBLISH__SINCE="2026-02-01",
        NEWSARCHIVE_CONFIG="elsewhere",
    )
    assert (config.web.port, config.web.host, config.web.enabled) == (8080, "0.0.0.0", False)
    assert config.fetch.min_host_gap_s == 0.5
    assert config.fetch.allow_networks == ("127.0.0.0/8", "::1/128")
    assert config.fetch.contact == "2026"
    assert config.publish.since == date(2026, 2, 1)


def test_a_wrong_variable_is_told_by_its_name(tmp_path: Path) -> None:
    assert problems(
        tmp_path,
        "",
        NEWSARCHIVE_WEB__PROT="1",
        NEWSARCHIVE_WEB__PORT="99999",
        NEWSARCHIVE_FETCH__ALLOW_NETWORKS="127.0.0.1/8",
    ) == [
        "environment: NEWSARCHIVE_FETCH__ALLOW_NETWORKS must name networks like '127.0.0.0/8' or"
        " '10.1.2.3/32', not '127.0.0.1/8' (127.0.0.1/8 has host bits set)",
        "environment: NEWSARCHIVE_WEB__PORT must be a whole number from 0 to 65535, not 99999",
        "environment: unknown variable NEWSARCHIVE_WEB__PROT; did you mean 'NEWSARCHIVE_WEB__PORT'?",
    ]


def test_origins_name_the_line_or_the_variable(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text("[web]\nport = 1\n\n[[feeds]]\nurl = 'http://a.example/'\n")
    found = origins(path, {"NEWSARCHIVE_WEB__HOST": "::1"})
    assert found == {
        ("web", "port"): f"{path}:2",
        ("feeds", "0"): f"{path}:4",
        ("web", "host"): "NEWSARCHIVE_WEB__HOST",
    }


# -- mistakes --------------------------------------------------------------------------------


def test_all_mistakes_are_told_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    text = """\
[pace]
default = 5

[fetch]
concurrency = "many"
[web]
timezone = "x"
[[feeds]]
url = "htp://u:geheim@x.example/"
name = "Joop!"
[[feed]]
[sites.example.org]
title = "h1"
"""
    assert problems(tmp_path, text) == [
        "config.toml:2: unknown key 'default' in [pace]; did you mean 'default_s'?",
        "config.toml:5: 'concurrency' in [fetch] must be a whole number from 1 to 4096, not 'many'",
        "config.toml:7: unknown key 'timezone' in [web]; it belongs in [archive]",
        "config.toml:9: 'url' in [[feeds]] must be an address that begins with http:// or https://,"
        " not 'htp://…@x.example/'",
        "config.toml:10: 'name' in [[feeds]] must be at most 40 of a-z, 0-9, '.', '_' and '-',"
        " beginning and ending with a letter or digit (it is typed as feed:NAME; 'title' may be"
        " anything), not 'Joop!'",
        "config.toml:11: unknown section [feed]; did you mean [[feeds]]?",
        'config.toml:12: write the host in quotes: [sites."example.org"]',
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[publish]\nintervall = 1", "did you mean 'interval_s'?"),
        ("[archive]\nkeep_bodies = 1", "must be true or false, not 1"),
        ("[archive]\nurl = ''", "must name a file or folder"),
        ("[archive]\nurl = 'mysql://x/y'", "must be a file's path"),
        ("[archive]\nurl = 'sqlite://'", "must be a file's path"),
        ("[archive]\ntimezone = 'Europe/Amsterdan'", "is no time zone"),
        ("[fetch]\nidle_s = nan", "must be a number from 0.05 to 3600, not nan"),
        ("[fetch]\nidle_s = true", "must be a number"),
        ("[fetch]\nallow_networks = '10.0.0.0/8'", "must be a list of texts"),
        ("[fetch]\nproxy = 'x'", "must be an address"),
        ('[fetch]\ncontact = "a\\u0007"', "without control characters"),
        ("[pages]\npolicy = 'allways'", "did you mean 'always'?"),
        ("[pages]\nrecheck = '1h,soon'", "must be a time like"),
        ("[backup]\nevery = '0d'", "must be a time like"),
        ("[publish]\nsince = '2026-01-01'", "must be a date without quotes"),
        ("[publish]\nsince = 2026-01-01T00:00:00Z", "must be a date without quotes"),
        ("[publish]\ndomain = 'a b'", "must be a domain"),
        ("[web]\nport = 0x" + "f" * 5000, "not so long a number"),
        ("[service]\nengine = 'procrastinate'", "must be 'local'"),
        (
            "[pace]\nfloor_s = 7200",
            "needs floor_s <= default_s <= ceiling_s, not 7200, 3600, 86400",
        ),
        ("pace = 1", "[pace] must be a section, not 1"),
        ("port = 1", "stands outside any section"),
        ("[wbe]\nport = 1", "unknown section [wbe]; did you mean 'web'?"),
        ("[web]\nfoo = 1", "which knows enabled, host"),
        ("[feeds]\nurl = 'http://a.example/'", "write [[feeds]] in double brackets"),
        ("[[feeds]]\nname = 'a'", "config.toml:1: this [[feeds]] has no url"),
        ("[sites]\ntitle = 'h1'", "'title' is no section"),
        ("sites = 1", 'write [sites."example.org"]'),
        (
            '[sites."a.example"]\ntitel = "h1"',
            "unknown key 'titel' in [sites.\"a.example\"]; did you",
        ),
    ],
)
def test_a_mistake_names_its_cure(tmp_path: Path, text: str, words: str) -> None:
    [told] = problems(tmp_path, text)
    assert words in told


def test_two_feeds_of_one_address_or_name_are_told(tmp_path: Path) -> None:
    text = """\
[[feeds]]
url = "http://a.example/feed"
name = "a"
[[feeds]]
url = "http://a.example/feed#top"
[[feeds]]
url = "http://b.example/feed"
name = "a"
"""
    assert problems(tmp_path, text) == [
        "config.toml:5: url of this [[feeds]] is also that of number 1",
        "config.toml:8: name of this [[feeds]] is also that of number 1",
    ]


def test_a_syntax_error_names_its_line_and_shows_it(tmp_path: Path) -> None:
    assert problems(tmp_path, "[web]\nport = 8O80\n") == [
        "config.toml:2: expected newline or end of document after a statement: port = 8O80"
    ]
    [told] = problems(tmp_path, '[web]\nhost = "127.0.0.1\n')
    assert told.startswith("config.toml:2: ")
    [told] = problems(tmp_path, "[web]\nx = [1,\n")
    assert told.startswith("config.toml:2: ")


def test_a_file_that_cannot_be_read_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"nowhere\.toml: no such file; make one with"):
        load(tmp_path / "nowhere.toml", {})
    with pytest.raises(ConfigError, match="cannot be read: Is a directory"):
        load(tmp_path, {})
    (tmp_path / "latin.toml").write_bytes(b'[web]\nhost = "caf\xe9"\n')
    with pytest.raises(ConfigError, match=r"latin\.toml:2: not UTF-8"):
        load(tmp_path / "latin.toml", {})
    (tmp_path / "deep.toml").write_text("x = " + "[" * 100_000)
    with pytest.raises(ConfigError):
        load(tmp_path / "deep.toml", {})
    (tmp_path / "long.toml").write_text("[web]\nport = " + "9" * 5000)
    with pytest.raises(ConfigError):
        load(tmp_path / "long.toml", {})


KEYS = [f.name for kind in SECTIONS.values() for f in fields(kind)] + ["url", "name", "x", '"a.b"']
VALUES = ["1", "-3.5", "true", '""', '"x"', "[1]", '["a"]', "{a = 1}", "2026-01-01", '"1d"', "inf"]
HEADERS = [f"[{name}]" for name in SECTIONS] + [
    "[[feeds]]",
    '[sites."a.example"]',
    "[sites]",
    "[y]",
]


@settings(derandomize=True, max_examples=150, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.sampled_from(HEADERS),
            st.builds("{} = {}".format, st.sampled_from(KEYS), st.sampled_from(VALUES)),
            st.text(max_size=6),
        ),
        max_size=12,
    )
)
def test_any_text_is_settings_or_a_list_of_placed_mistakes(
    tmp_path_factory: pytest.TempPathFactory, lines: list[str]
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.toml"
    path.write_bytes("\n".join(lines).encode("utf-8", "surrogatepass"))
    try:
        config = load(path, {})
    except ConfigError as error:
        assert error.problems
        assert all(problem.startswith(f"{path}:") for problem in error.problems)
    else:
        assert Path(config.archive.url).is_absolute()


# -- lines -----------------------------------------------------------------------------------

TRICKY = '''\
a = 1
[fetch] # c
contact = "x # y" # [b]
allow = [
 "a]", # z ]
 "b",
]
s = """
[no]
k = 1 """"
[[feeds]]
url="1"
[[feeds]]
"q.x".b = 'c'
[feeds.sub]
z = {a = 1, b = [1]}
[sites."b.nl"]
x = 1'''


def test_lines_are_found_around_strings_arrays_and_comments() -> None:
    assert tomllib.loads(TRICKY)  # the scan is for texts that tomllib reads
    assert lines_of(TRICKY) == {
        ("a",): 1,
        ("fetch",): 2,
        ("fetch", "contact"): 3,
        ("fetch", "allow"): 4,
        ("fetch", "s"): 8,
        ("feeds",): 11,
        ("feeds", 0): 11,
        ("feeds", 0, "url"): 12,
        ("feeds", 1): 13,
        ("feeds", 1, "q.x", "b"): 14,
        ("feeds", 1, "sub"): 15,
        ("feeds", 1, "sub", "z"): 16,
        ("sites", "b.nl"): 17,
        ("sites", "b.nl", "x"): 18,
    }


def test_what_has_no_line_of_its_own_has_that_of_what_holds_it() -> None:
    lines = lines_of(TRICKY)
    assert line_of(lines, ("feeds", 1, "sub", "z", "a")) == 16
    assert line_of(lines, ("web", "port")) == 1


# -- where it lies ---------------------------------------------------------------------------


def test_the_nearest_config_file_is_in_force(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "xdg"))
    monkeypatch.setattr("archive.config.places.OF_THE_MACHINE", tmp_path / "etc.toml")
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    assert find(None, {}) is None
    (tmp_path / "etc.toml").touch()
    assert find(None, {}) == tmp_path / "etc.toml"
    users = tmp_path / "xdg" / "newsarchive" / "config.toml"
    users.parent.mkdir(parents=True)
    users.touch()
    assert find(None, {}) == users
    (here / "config.toml").touch()
    assert find(None, {}) == Path("config.toml")
    assert find(None, {"NEWSARCHIVE_CONFIG": "/a.toml"}) == Path("/a.toml")
    assert find(Path("b.toml"), {"NEWSARCHIVE_CONFIG": "/a.toml"}) == Path("b.toml")


# -- the sample ------------------------------------------------------------------------------


def test_the_sample_states_every_key_with_its_default(tmp_path: Path) -> None:
    stated = tomllib.loads(SAMPLE.read_text(encoding="utf-8"))
    for name, kind in SECTIONS.items():
        assert list(stated[name]) == [f.name for f in fields(kind)], f"[{name}]"
    assert set(stated["feeds"][0]) == {f.name for f in fields(FeedSettings)}
    assert set(stated["sites"]["bnnvara.nl"]) == {f.name for f in fields(SiteRules)}
    assert set(stated) == {*SECTIONS, "feeds", "sites"}

    sample = loaded(tmp_path, SAMPLE.read_text(encoding="utf-8"))
    bare = loaded(tmp_path, "")
    for name in SECTIONS:
        assert getattr(sample, name) == getattr(bare, name), f"[{name}]"
    first = sample.feeds[0]
    assert first == FeedSettings(url=first.url, name=first.name)


def test_every_key_of_the_sample_has_a_comment_near_it() -> None:
    gap = 0  # how many keys since the last comment; three timeouts share theirs
    for line in SAMPLE.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            gap = 0
        elif " = " in line and not line.startswith(("url = ", "name = ", "title = ")):
            gap += 1
            assert gap <= 6, line


def test_the_sample_names_public_feeds_alone() -> None:
    names = [feed.name for feed in load(SAMPLE, {}).feeds]
    assert {"joop", "nos"} <= set(names)
    assert len(names) >= 8
    assert not [feed for feed in load(SAMPLE, {}).feeds if feed.private]


def test_the_template_says_what_the_sample_says() -> None:
    marker = "\n# The feeds."
    sample, template = (path.read_text(encoding="utf-8") for path in (SAMPLE, TEMPLATE))
    assert sample.partition(marker)[0] == template.partition(marker)[0]
    uncommented = "".join(
        line.removeprefix("#") if line[:1] == "#" and line[1:2] != " " else line
        for line in template.splitlines(keepends=True)
    )
    stated, whole = tomllib.loads(sample), tomllib.loads(uncommented)
    assert whole["feeds"] == stated["feeds"][:1]
    assert whole["sites"] == stated["sites"]
