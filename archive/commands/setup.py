"""`init` and `config`, and the first words of a bare `newsarchive`: everything before there are articles."""

from collections.abc import Iterator
from dataclasses import fields
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from archive import terminal
from archive.commands.place import Place, pass_place
from archive.errors import ConfigError, UsageError

if TYPE_CHECKING:
    from archive.config.settings import Config

START = """\
Start:  newsarchive init        then  newsarchive feeds add https://www.bnnvara.nl/joop
Look:   newsarchive help query  or    newsarchive demo            (no network, 10 s)"""


def welcome(place: Place) -> None:
    """Say what this is, where it keeps things and what to type next; reads nothing but the config."""
    from archive.config.places import user_config

    config_path = place.config_path or user_config()
    archive_path = place.archive_path
    is_ready = archive_path is None or archive_path.exists()
    terminal.echo(
        "newsarchive keeps every article your feeds ever show: once, with every edit."
        + ("" if is_ready else " Nothing is set up yet.")
    )
    archive = place.archive_url if archive_path is None else _told(archive_path)
    terminal.echo(f"  archive  {archive}")
    terminal.echo(f"  config   {_told(config_path)}")
    if is_ready:
        terminal.echo("Next:   newsarchive search WORDS    newsarchive feeds    newsarchive run")
        terminal.echo("Help:   newsarchive -h             newsarchive help query")
    else:
        terminal.echo(START)


def _told(path: Path) -> str:
    return terminal.path(path) + ("" if path.exists() else "   (would be made)")


# -- init ------------------------------------------------------------------------------------


@click.command(
    epilog="Examples:\n\n  newsarchive init\n\n  newsarchive init news     in the folder news"
)
@click.argument("folder", required=False, type=click.Path(file_okay=False, path_type=Path))
@pass_place
def init(place: Place, folder: Path | None) -> None:
    """Make a config file and an archive. What is there already stays as it is.

    Without FOLDER: where --config, NEWSARCHIVE_CONFIG or -C point, else beside the config in
    force, else in your own config and data folders.
    """
    from archive.config.reader import load

    path = _place_of_config(place, folder)
    if _write_config(path):
        n_settings = sum(line.startswith("#") and " = " in line for line in _template())
        _report("made", path, f"{n_settings} settings explained, 0 feeds")
    else:
        _report("there", path, "already there, nothing changed")
    _make_archive(load(path, place.environ).archive.url)
    terminal.echo("next   newsarchive feeds add URL    or    newsarchive feeds import FILE")


def _place_of_config(place: Place, folder: Path | None) -> Path:
    from archive.config.places import FILE, user_config

    if folder is not None:
        return folder / FILE
    if place.stated_config is None and not place.environ.get("NEWSARCHIVE_CONFIG"):
        if place.folder is not None:
            return Path(FILE)
        return place.config_path or user_config()
    assert place.config_path is not None  # a stated path is the one in force, there or not
    return place.config_path


def _write_config(path: Path) -> bool:
    """Write the template to `path`, its keys as comments; False when a file is there."""
    if path.exists():
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("x", encoding="utf-8") as file:
        file.write("".join(f"{line}\n" for line in _first_lines(path)))
    return True


def _first_lines(path: Path) -> Iterator[str]:
    """Yield the lines of a new config: all keys as comments but those that this machine decides."""
    from archive.config.places import user_config, user_data
    from archive.config.zone import system_zone_name

    stated: dict[str, str] = {}
    if path == user_config():  # settings and data lie apart there (USE, Config)
        stated["url"] = str(user_data() / "archive.db")
    if name := system_zone_name():
        stated["timezone"] = name
    section = ""
    for line in _template():
        section = line if line.startswith("[") else section
        key = line.removeprefix("#").partition(" = ")[0]
        if section == "[archive]" and key in stated:
            yield f"{key} = {_toml(stated[key])}"
        else:
            yield line


def _template() -> Iterator[str]:
    """Yield the shipped template, each of its keys made a comment: `#key = value`."""
    from importlib.resources import files

    text = files("archive.config").joinpath("template.toml").read_text(encoding="utf-8")
    for line in text.splitlines():
        yield f"#{line}" if line[:1].isalpha() and " = " in line else line


def _make_archive(url: str) -> None:
    from archive.store import Store
    from archive.store.schema import SCHEMA_VERSION

    path = None if "://" in url else Path(url)
    is_new = path is not None and not path.exists()
    Store.open(url, create=True).close()
    if path is None:
        terminal.echo("there  the archive in PostgreSQL")
    elif is_new:
        _report("made", path, f"schema {SCHEMA_VERSION}, {terminal.size(path.stat().st_size)}")
    else:
        _report("there", path, "already there, nothing changed")


def _report(what: str, path: Path, words: str) -> None:
    terminal.echo(f"{what:<6} {terminal.path(path)}    {words}")


# -- config ----------------------------------------------------------------------------------


@click.group()
def config() -> None:
    """Check the settings, or show them with where each comes from."""


@config.command("check")
@pass_place
def check_(place: Place) -> None:
    """Find every mistake in the settings: keys, values, files that are named and not there."""
    settings = place.load_config()
    if problems := list(_missing(settings)):
        raise ConfigError(str(settings.path), problems)
    name = terminal.path(settings.path) if settings.path else "no config file"
    terminal.echo(f"{name}: no mistakes, {len(settings.feeds)} feeds")
    for advice in _advice(settings):
        terminal.say(f"  {advice}")


def _missing(settings: "Config") -> Iterator[str]:
    """Yield a line for each secret's file that is named and cannot be read."""
    named = [("auth_file", feed.auth_file) for feed in settings.feeds]
    for key, path in [*named, ("token_file", settings.web.token_file)]:
        if path is None:
            continue
        try:
            with path.open("rb"):
                pass
        except OSError as error:
            yield f"{settings.path}: '{key}' names {path}: {error.strerror}"


def _advice(settings: "Config") -> Iterator[str]:
    """Yield what is no mistake and still worth a word."""
    if not settings.feeds:
        yield "no feeds here: add some, or keep them in the archive with newsarchive feeds add URL"
    if not settings.fetch.contact:
        yield "[fetch] contact is empty: sites cannot tell whom to ask before they block"
    is_open = settings.web.enabled and settings.web.host not in ("127.0.0.1", "::1", "localhost")
    if is_open and settings.web.token_file is None:
        yield f"[web] host {settings.web.host} lets others in, and there is no token_file"


@config.command("show")
@click.option("--origin", "with_origin", is_flag=True, help="Say where each value comes from.")
@pass_place
def show(place: Place, with_origin: bool) -> None:
    """Show every setting in force; --origin adds the line of the file, the variable, or "default"."""
    from archive.config.reader import origins

    settings = place.load_config()
    stated = origins(place.config_path, place.environ) if with_origin else {}
    for section, key, name, value in _values(settings):
        origin = stated.get((section, key), "default")
        if not place.is_terminal:
            terminal.echo_row((name, value, origin) if with_origin else (name, value))
            continue
        shown = terminal.printable(f"{name} = {value}")
        terminal.echo(f"{terminal.pad(shown, 60)} {origin}" if with_origin else shown)


def _values(settings: "Config") -> Iterator[tuple[str, str, str, str]]:
    """Yield (section, key, name, value as config.toml would have it) of all that is set; no feed's secrets."""
    from archive.config.reader import SECTIONS
    from archive.identity.ids import strip_secrets

    for section in SECTIONS:
        held = getattr(settings, section)
        for key in (f.name for f in fields(held)):
            yield section, key, f"{section}.{key}", _toml(getattr(held, key), key)
    for n, feed in enumerate(settings.feeds):
        yield "feeds", str(n), f"feeds.{feed.name or n + 1}", _toml(strip_secrets(feed.url))
    for host, rules in settings.sites.items():
        stated = [f.name for f in fields(rules) if getattr(rules, f.name)]
        yield "sites", host, f'sites."{host}"', ", ".join(stated)


def _toml(value: object, key: str = "") -> str:
    """Return a setting's value as it would stand in config.toml."""
    match value:
        case None:
            return '""'
        case bool():
            return str(value).lower()
        case int() | float() | date():
            return str(value)
        case timedelta():
            return f'"{_duration(value)}"'
        case tuple():
            if key in ("recheck", "recount"):
                return f'"{",".join(_duration(item) for item in value)}"'
            return f"[{', '.join(_toml(item) for item in value)}]"
        case str() | Path():
            import json

            return json.dumps(str(value), ensure_ascii=False)
        case _:
            raise UsageError(f"{type(value).__name__} has no form in config.toml")


def _duration(span: timedelta) -> str:
    seconds = int(span.total_seconds())
    for unit, unit_s in (("w", 604_800), ("d", 86_400), ("h", 3_600), ("m", 60)):
        if seconds % unit_s == 0:
            return f"{seconds // unit_s}{unit}"
    return f"{seconds}s"
