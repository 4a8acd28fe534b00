"""Where the configuration and the archive lie when nobody says so (USE, Config)."""

from collections.abc import Mapping
from pathlib import Path

NAME = "newsarchive"
FILE = "config.toml"
OF_THE_MACHINE = Path("/etc/newsarchive") / FILE


def find(stated: Path | None, environ: Mapping[str, str]) -> Path | None:
    """Return the config file that is in force, None if there is none.

    `stated` (--config) and NEWSARCHIVE_CONFIG are taken at their word, whether or not the file is there. Then
    ./config.toml, the user's config folder, /etc/newsarchive.
    """
    if stated is not None:
        return stated
    if named := environ.get("NEWSARCHIVE_CONFIG"):
        return Path(named).expanduser()
    here = Path(FILE)
    if here.is_file():
        return here
    for path in (user_config(), OF_THE_MACHINE):
        if path.is_file():
            return path
    return None


def user_config() -> Path:
    """Return the user's own config file, whether or not it is there."""
    from platformdirs import user_config_path  # 19 ms: only once the nearer places are empty

    return user_config_path(NAME, appauthor=False) / FILE


def user_data() -> Path:
    """Return the folder of the user's own archive, whether or not it is there."""
    from platformdirs import user_data_path

    return user_data_path(NAME, appauthor=False)
