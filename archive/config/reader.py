"""Reads config.toml and NEWSARCHIVE_SECTION__KEY variables into a `Config`, or tells every mistake at once.

tomllib reads the syntax; this knows the keys. A mistake is one line, `config.toml:12: unknown key 'default' in
[pace]; did you mean 'default_s'?`, in the order of the file, the environment's last.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from archive.config import settings
from archive.config.lines import KeyPath, line_of, lines_of
from archive.config.places import user_data
from archive.config.rules import (
    NotAList,
    Rule,
    Rules,
    Wrong,
    feed_rules,
    is_private_url,
    section_rules,
    shown,
    site_rules,
)
from archive.errors import ConfigError
from archive.model.site import SiteRules

VARIABLE = re.compile(r"NEWSARCHIVE_([A-Z]+)__([A-Z0-9_]+)")

SECTIONS: Mapping[str, type] = {
    "archive": settings.ArchiveSettings,
    "fetch": settings.FetchSettings,
    "pace": settings.PaceSettings,
    "pages": settings.PageSettings,
    "publish": settings.PublishSettings,
    "web": settings.WebSettings,
    "service": settings.ServiceSettings,
    "log": settings.LogSettings,
    "backup": settings.BackupSettings,
}
"""The plain sections; [[feeds]] and [sites."host"] have a shape of their own."""

RELATIVE_DEFAULTS = {"archive": {"url": "archive.db"}, "publish": {"dir": "public"}}
"""Defaults that mean a place beside the file, so they pass their rule like stated ones."""


def load(path: Path | None, environ: Mapping[str, str]) -> settings.Config:
    """Return the settings of the file at `path` (None: the defaults), with the environment's on top.

    Relative paths start from the file's folder; those in variables from the working folder; without a file the
    defaults lie in the user's data folder. Raises ConfigError with all mistakes, also for a file that is not there.
    """
    source = read(path)
    mistakes = Mistakes(source)
    base = Path.cwd() / path.parent if path else user_data()
    sections = _plain_sections(source.values, base, mistakes)
    _override(sections, environ, mistakes)
    _check_pace(sections["pace"], mistakes)
    _check_hubs(sections, mistakes)
    feeds = _feeds(source.values.get("feeds", []), base, sections["pages"], mistakes)
    sites = _sites(source.values.get("sites", {}), mistakes)
    mistakes.raise_any()
    made: dict[str, Any] = {name: SECTIONS[name](**values) for name, values in sections.items()}
    return settings.Config(path=path, feeds=feeds, sites=sites, **made)


def origins(path: Path | None, environ: Mapping[str, str]) -> Mapping[tuple[str, str], str]:
    """Return where each stated key comes from: "config.toml:12", or a variable's name.

    Feeds have their number in the file (from 0) as their key, sites their host.
    """
    source = read(path)
    lines = lines_of(source.text)
    found: dict[tuple[str, str], str] = {}
    for section, held in source.values.items():
        keys: Iterable[str | int] = range(len(held)) if section == "feeds" else held
        for key in keys:
            found[(section, str(key))] = f"{path}:{line_of(lines, (section, key))}"
    for name, section, key, _ in _variables(environ):
        found[(section, key)] = name
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A config file as it was read. `name` is how messages call it."""

    name: str
    text: str
    values: dict[str, Any]


def read(path: Path | None) -> Source:
    """Read the file as TOML; ConfigError when it cannot be read or is none. None is an empty file."""
    if path is None:
        return Source(name="config.toml", text="", values={})
    try:
        text = path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
        return Source(name=str(path), text=text, values=tomllib.loads(text))
    except FileNotFoundError:
        problem = f"{path}: no such file; make one with: newsarchive --config {path} init"
    except OSError as error:
        problem = f"{path}: cannot be read: {error.strerror or error}"
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        problem = f"{path}:{line}: not UTF-8 text; save the file in that encoding"
    except tomllib.TOMLDecodeError as error:
        problem = _syntax_problem(path, text, str(error))
    except ValueError as error:  # a number of more digits than Python reads
        problem = f"{path}: {error}"
    except RecursionError:
        problem = f"{path}: brackets nested too deep for a config file"
    raise ConfigError(str(path), [problem])


def _syntax_problem(path: Path, text: str, said: str) -> str:
    """Turn tomllib's "Expected '=' after a key (at line 3, column 9)" into our form, with the line itself."""
    found = re.search(r"\s*\(at (?:line (\d+), column \d+|end of document)\)", said)
    lines = text.rstrip("\n").split("\n")
    number = int(found[1]) if found and found[1] else len(lines)
    what = said[: found.start()] if found else said
    stood = lines[number - 1].strip() if number <= len(lines) else ""
    return f"{path}:{number}: {what[:1].lower()}{what[1:]}" + (f": {stood[:60]}" if stood else "")


@dataclass(slots=True)
class Mistakes:
    """What is wrong so far; lines are looked for only once something is."""

    source: Source
    in_file: list[tuple[KeyPath, str]] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)

    def add(self, at: KeyPath, words: str) -> None:
        self.in_file.append((at, words))

    def raise_any(self) -> None:
        if not self.in_file and not self.elsewhere:
            return
        lines = lines_of(self.source.text)
        placed = sorted(
            ((line_of(lines, at), words) for at, words in self.in_file), key=lambda it: it[0]
        )
        told = [f"{self.source.name}:{line}: {words}" for line, words in placed]
        raise ConfigError(self.source.name, told + self.elsewhere)


def _plain_sections(
    values: Mapping[str, Any], base: Path, mistakes: Mistakes
) -> dict[str, dict[str, object]]:
    """Return each plain section's stated values as their rules return them; unknown sections are mistakes."""
    rules = section_rules(base)
    for name, value in values.items():
        if name not in rules and name not in ("feeds", "sites"):
            mistakes.add((name,), _unknown_section(name, value, rules))
    read_sections: dict[str, dict[str, object]] = {}
    for name in rules:
        stated = values.get(name, {})
        if not isinstance(stated, dict):
            mistakes.add((name,), f"[{name}] must be a section, not {shown(stated)}")
            stated = {}
        defaults = RELATIVE_DEFAULTS.get(name, {})
        read_sections[name] = _table(
            (name,), f"[{name}]", {**defaults, **stated}, rules[name], mistakes
        )
    return read_sections


def _table(
    at: KeyPath, title: str, stated: Mapping[str, Any], rules: Rules, mistakes: Mistakes
) -> dict[str, object]:
    """Return a table's values by their rules, leaving out and noting those that break them."""
    kept: dict[str, object] = {}
    for key, value in stated.items():
        if key not in rules:
            mistakes.add((*at, key), _unknown_key(key, title, rules))
            continue
        try:
            kept[key] = rules[key](value)
        except Wrong as wrong:
            mistakes.add((*at, key), f"'{key}' in {title} {wrong}")
    return kept


def _feeds(
    stated: object, base: Path, pages: Mapping[str, object], mistakes: Mistakes
) -> tuple[settings.FeedSettings, ...]:
    if not isinstance(stated, list) or not all(isinstance(item, dict) for item in stated):
        mistakes.add(("feeds",), "write [[feeds]] in double brackets, once for each feed")
        return ()
    rules = feed_rules(base)
    tables = [
        _table(("feeds", n), "[[feeds]]", table, rules, mistakes) for n, table in enumerate(stated)
    ]
    for n, table in enumerate(stated):
        if "url" not in table:
            mistakes.add(("feeds", n), "this [[feeds]] has no url")
    for key, sameness in (("url", _same_url), ("name", str)):
        seen: dict[str, int] = {}
        for n, table in enumerate(tables):
            value = sameness(str(table.get(key) or ""))
            if value and seen.setdefault(value, n) != n:
                mistakes.add(
                    ("feeds", n, key),
                    f"{key} of this [[feeds]] is also that of number {seen[value] + 1}",
                )
    policy = str(pages.get("policy", "auto"))
    return tuple(_feed(table, policy) for table in tables if "url" in table)


def _feed(table: dict[str, Any], policy: str) -> settings.FeedSettings:
    """Make one feed of values that kept their rules: "" and 0 stand for what is not given."""
    is_private = (
        bool(table.get("private")) or is_private_url(table["url"]) or bool(table.get("auth_file"))
    )
    values = {
        **table,
        "name": table.get("name") or None,
        "title": table.get("title") or None,
        "page": table.get("page") or policy,
        "interval_s": table.get("interval_s") or None,
        "private": is_private,
        "publish": table.get("publish", not is_private),
    }
    return settings.FeedSettings(**values)


def _same_url(url: str) -> str:
    return url.partition("#")[0]


def _sites(stated: object, mistakes: Mistakes) -> dict[str, SiteRules]:
    if not isinstance(stated, dict):
        mistakes.add(("sites",), 'write [sites."example.org"], a section for each host')
        return {}
    rules = site_rules()
    sites: dict[str, SiteRules] = {}
    for host, table in stated.items():
        if not isinstance(table, dict):
            mistakes.add(("sites", host), f'write [sites."example.org"]; {host!r} is no section')
        elif inner := next((key for key, value in table.items() if isinstance(value, dict)), None):
            mistakes.add(
                ("sites", host, inner), f'write the host in quotes: [sites."{host}.{inner}"]'
            )
        else:
            values: dict[str, Any] = _table(
                ("sites", host), f'[sites."{host}"]', table, rules, mistakes
            )
            sites[host.lower()] = SiteRules(**{key: v for key, v in values.items() if v != ""})
    return sites


def _check_pace(stated: Mapping[str, object], mistakes: Mistakes) -> None:
    pace = settings.PaceSettings(**{key: int(str(value)) for key, value in stated.items()})
    if not pace.floor_s <= pace.default_s <= pace.ceiling_s:
        mistakes.add(
            ("pace",),
            f"[pace] needs floor_s <= default_s <= ceiling_s, not {pace.floor_s}, {pace.default_s},"
            f" {pace.ceiling_s}",
        )


def _check_hubs(sections: Mapping[str, Mapping[str, object]], mistakes: Mistakes) -> None:
    if sections["publish"].get("hubs") and not sections["web"].get("public_url"):
        mistakes.add(
            ("publish", "hubs"),
            "'hubs' in [publish] needs public_url in [web]: the address under which hubs find the feed",
        )


def _override(
    sections: dict[str, dict[str, object]], environ: Mapping[str, str], mistakes: Mistakes
) -> None:
    """Put the environment's values over the file's."""
    rules = section_rules(Path.cwd())
    for name, section, key, text in _variables(environ):
        if section not in rules or key not in rules[section]:
            known = [
                f"NEWSARCHIVE_{s}__{k}".upper()
                for s, section_keys in rules.items()
                for k in section_keys
            ]
            mistakes.elsewhere.append(f"environment: unknown variable {name}{_hint(name, known)}")
            continue
        try:
            sections[section][key] = _from_text(text, rules[section][key])
        except Wrong as wrong:
            mistakes.elsewhere.append(f"environment: {name} {wrong}")


def _variables(environ: Mapping[str, str]) -> list[tuple[str, str, str, str]]:
    """Return (variable, section, key, text) of every NEWSARCHIVE_SECTION__KEY, by name."""
    return [
        (name, found[1].lower(), found[2].lower(), text)
        for name, text in sorted(environ.items())
        if (found := VARIABLE.fullmatch(name))
    ]


def _from_text(text: str, rule: Rule) -> object:
    """Read a variable as text, as a TOML value (true, 5, 2026-01-31) or as a list parted by commas: what fits first."""
    tries: list[object] = [text]
    try:
        tries.append(tomllib.loads(f"value = {text}")["value"])
    except ValueError:
        pass
    for value in tries:
        try:
            return rule(value)
        except NotAList:
            return rule([part.strip() for part in text.split(",") if part.strip()])
        except Wrong as wrong:
            last = wrong
    raise last


def _unknown_section(name: str, value: object, known: Iterable[str]) -> str:
    if not isinstance(value, dict | list):
        return f"'{name}' stands outside any section; the sections are [{'], ['.join(known)}]"
    if name in ("feed", "subscriptions"):
        return f"unknown section [{name}]; did you mean [[feeds]]?"
    if name == "site":
        return 'unknown section [site]; did you mean [sites."example.org"]?'
    return f"unknown section [{name}]{_hint(name, [*known, 'feeds', 'sites'])}"


def _unknown_key(key: str, title: str, rules: Rules) -> str:
    near = _hint(key, list(rules))
    if near:
        return f"unknown key '{key}' in {title}{near}"
    elsewhere = [f"[{name}]" for name, held in section_rules(Path()).items() if key in held]
    if elsewhere:
        return f"unknown key '{key}' in {title}; it belongs in {' or '.join(elsewhere)}"
    return f"unknown key '{key}' in {title}, which knows {', '.join(rules)}"


def _hint(word: str, known: Sequence[str]) -> str:
    """Return "; did you mean 'x'?" for the nearest known word, "" if none is near."""
    import difflib

    near = difflib.get_close_matches(word, known, n=1)
    return f"; did you mean '{near[0]}'?" if near else ""
