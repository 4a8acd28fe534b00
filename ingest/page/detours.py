"""An article's address that led somewhere else: to the front page, a gate, a till (RECORD, Walls).

Told by the two addresses, whatever the page holds, but for a list of articles. What a page itself
tells is in `ingest.page.walls`. Called by `ingest.poll`, which knows what was asked for.
"""

import re
from typing import Final
from urllib.parse import SplitResult, urlsplit

from archive.identity.address import is_durable, url_key
from archive.model.stated import Wall, WallKind

# The front page, in one language too: "/", "/index.html", "/en", "/nl-be/".
_FRONT: Final = re.compile(
    r"/?(?:[a-z]{2}(?:[-_][a-z]{2})?/?)?(?:(?:index|default|home)(?:\.\w{2,5})?/?)?", re.IGNORECASE
)
_CONSENT: Final = re.compile(
    r"/(?:cookie-?|privacy-?)?(?:consent|consentimiento|consentement|toestemming|einwilligung|"
    r"zustimmung|samtycke|samtykke|zgoda|gate|wall)(?:[/.]|$)",
    re.IGNORECASE,
)
# Who must sign in, register or pay: an account is asked for, and no teaser is shown.
_ACCOUNT: Final = re.compile(
    r"/(?:log-?in|sign-?(?:in|up)|register|account|sso|auth|oauth2?|subscribe|subscriptions?|"
    r"membership|inloggen|aanmelden|registreren|abonneren|abonnement(?:en|s)?|lid-?worden|anmelden|"
    r"registrieren|abo(?:s|nnieren)?|connexion|inscription|s-abonner|iniciar-sesion|registro|"
    r"suscri(?:birse|pcion|pciones|bete)|accedi|registrati|abbonat[ei]|abbonament[io]|entrar|"
    r"assine|assinatura|logga-in|prenumerera|log-?ind|logg-inn|abonnement-?kob|zaloguj|"
    r"prenumerata|subskrypcja)(?:[/.]|$)",
    re.IGNORECASE,
)


def wall_of_detour(asked_url: str, url: str, *, listed: str | None = None) -> Wall | None:
    """Return the wall that `url` is, for who asked for an article at `asked_url`; None for a page like any other.

    An address that was asked for itself is no detour: an article may stand under /abonnement/. `listed`: the page is
    "a list of 8 articles"; so it is a wall, but for who asked for that list under its older address (/blog, /en/blog).
    """
    try:
        asked, came_to = urlsplit(asked_url), urlsplit(url)
    except ValueError:
        return None
    if not _is_of_an_article(asked, asked_url):
        return None
    if _FRONT.fullmatch(came_to.path) and not came_to.query:
        return Wall(kind=WallKind.MISSING, marker=f"led to the front page {_told(came_to)}")
    for kind, gate in ((WallKind.CONSENT, _CONSENT), (WallKind.LOGIN, _ACCOUNT)):
        if gate.search(came_to.path) and not gate.search(asked.path):
            return Wall(kind=kind, marker=f"led to {_told(came_to)}")
    if listed is not None and (is_durable(asked_url) or _last(asked) != _last(came_to)):
        return Wall(kind=WallKind.MISSING, marker=f"led to {listed} at {_told(came_to)}")
    return None


def _is_of_an_article(asked: SplitResult, asked_url: str) -> bool:
    """Tell an address from the front page's; one with nothing but trackers behind it is that."""
    return not _FRONT.fullmatch(asked.path) or "?" in (url_key(asked_url) or "")


def _last(parts: SplitResult) -> str:
    return parts.path.rstrip("/").rpartition("/")[2].casefold()


def _told(parts: SplitResult) -> str:
    return f"{parts.netloc}{parts.path}"[:120]
